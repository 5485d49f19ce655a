"""A platform that needs no account: for trying things out, for scripts, and as proof that the port is enough."""

from adapters.console.chat import ConsoleChat

__all__ = ["ConsoleChat"]
