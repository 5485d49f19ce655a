"""Where the bot may connect to: hosts that are declared, and nowhere else.

A host is declared by its name, or was named by the operator in a setting. Under a declared name no address of a private
network is taken: whoever could make such a name lead there would have us ask the machines beside us.
"""

import logging
from collections.abc import Iterable, Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

log = logging.getLogger(__name__)
PORTS = {"https": 443, "wss": 443, "http": 80, "ws": 80}


class Undeclared(OSError):
    """There is nobody to talk to at that host, as far as we know. To whoever asked it is a network that fails."""


class Egress:
    """`hosts` are names, or begin with a dot and stand for all that end so; on the ports of TLS only. `urls` are an
    operator's: that host and port, and whatever address it has. `refused` counts.

    What was asked for is never logged: it may come from anybody.
    """

    def __init__(self, who: str, hosts: Iterable[str], urls: Iterable[str] = ()) -> None:
        self.who = who
        self.hosts = frozenset(hosts)
        self.endings = tuple(host for host in self.hosts if host.startswith("."))
        self.named = frozenset(_host_and_port(url) for url in urls if url)
        self.refused = 0

    def check(self, host: str, port: int) -> None:
        """Raises `Undeclared`."""
        host = _plain(host)
        if (host, port) not in self.named and not (port == 443 and self._by_name(host)):
            self._refuse("a host that nobody declared")

    def check_addresses(self, host: str, addresses: Sequence[str]) -> None:
        """Raises `Undeclared` if a declared name leads into a private network."""
        if not self._by_name(_plain(host)):
            return  # an operator's own, or their proxy
        if not addresses or not all(ip_address(address.partition("%")[0]).is_global for address in addresses):
            self._refuse("a declared host with an address of a private network")

    def _by_name(self, host: str) -> bool:
        return host in self.hosts or (bool(self.endings) and host.endswith(self.endings))

    def _refuse(self, what: str) -> None:
        self.refused += 1
        log.warning("not connected: %s", what, extra={"platform": self.who, "count": self.refused})
        raise Undeclared(what)


def _plain(host: str) -> str:
    return host.lower().rstrip(".")


def _host_and_port(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return _plain(parts.hostname or ""), parts.port or PORTS.get(parts.scheme, 0)
