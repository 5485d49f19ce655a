"""What goes wrong on a gateway, on order."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from .session import Pending, Session, dump

if TYPE_CHECKING:
    from .connection import Connection


class Mischief:
    """Breaks, repeats, delays and loses. `Gateway` does the work."""

    sessions: dict[str, Session]
    connections: set[Connection]
    recent: deque[Pending]
    up: bool
    _held: list[Pending] | None
    _lose: int

    def _send(self, event: Pending) -> None:
        raise NotImplementedError

    def drop(self) -> None:
        """Every connection breaks; sessions can be resumed."""
        for connection in list(self.connections):
            connection.abort()

    def reconnect(self) -> None:
        """Op 7: come back, please."""
        for connection in list(self.connections):
            connection.send(dump({"op": 7, "d": None}))

    def invalidate(self, resumable: bool = False) -> None:
        """Op 9."""
        for connection in list(self.connections):
            if connection.session and not resumable:
                self.sessions.pop(connection.session.id, None)
            connection.send(dump({"op": 9, "d": resumable}))

    def close(self, code: int) -> None:
        for connection in list(self.connections):
            connection.close(code)

    def down(self) -> None:
        """An outage: connections break and none can be made until `back`."""
        self.up = False
        self.drop()

    def back(self) -> None:
        self.up = True

    def forget_sessions(self) -> None:
        """As after a long outage: whoever resumes must identify afresh."""
        for session in list(self.sessions.values()):
            if session.connection is None:
                del self.sessions[session.id]

    def hold(self) -> None:
        """Events wait; `release` lets them go."""
        self._held = self._held or []

    def release(self, backwards: bool = False) -> None:
        held, self._held = self._held or [], None
        for event in reversed(held) if backwards else held:
            self._send(event)

    def lose(self, count: int) -> None:
        """The next `count` events never come."""
        self._lose = count

    def repeat(self, count: int = 1) -> None:
        """The last `count` events come once more, under new numbers."""
        for event in list(self.recent)[-count:]:
            self._send(event)
