"""No test connects to anything but this machine: whoever tries is refused at the socket, and the test fails.

Within the machine a test's own servers stand for the recipients. That the bot itself connects to declared hosts only,
and through one place, is `bot.egress` (tests/test_egress.py, tests/test_architecture.py).
"""

import socket
import sys
from ipaddress import ip_address
from typing import Any

strayed: list[str] = []  # what was tried, until the test that did it is over


class Strayed(OSError):
    """A test tried to leave the machine."""


def guard() -> None:
    """From now on, in this process. There is no way back: Python's audit hooks cannot be taken away."""
    sys.addaudithook(_hear)


def _hear(event: str, args: tuple[Any, ...]) -> None:
    if event == "socket.connect" and args[0].family in (socket.AF_INET, socket.AF_INET6):
        _local(str(args[1][0]))
    elif event == "socket.getaddrinfo" and isinstance(args[0], str) and args[0]:
        _local(args[0])


def _local(host: str) -> None:
    if host == "localhost" or _loops_back(host):
        return
    strayed.append(host)
    raise Strayed(f"a test tried to reach {host}")


def _loops_back(host: str) -> bool:
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified  # 0.0.0.0 is where a server listens
