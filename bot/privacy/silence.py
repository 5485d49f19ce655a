"""What people are told where legal holds stand of which they are told nothing: decided here, for all they are shown.

A request that waits for such a hold waits for an officer, as far as they know. The rest of an erasure that does is
none: they were told that all of theirs is deleted. Neither is told otherwise when the hold is over.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.privacy.auditing.audit import Deed, Line
from bot.privacy.model import Asked, Awaits, Request
from bot.privacy.stages import Stage

HOLDING = "privacy.hold"  # the command of an officer who places one
OF_HOLDS = (Deed.HELD, Deed.PROPOSED, Deed.SILENCED, Deed.DROPPED, Deed.RENEWED, Deed.RELEASED)


@dataclass(frozen=True, slots=True)
class Silence:
    """Of one person: the numbers of such `holds`, over or not; whether they, and no other, keep `everything` of theirs;
    and the `rests` of an erasure that only they keep or kept: the number of the request, and the id of its ticket.
    `known` is whether a hold stands on theirs of which they are told."""

    holds: frozenset[int] = frozenset()
    everything: bool = False
    rests: Mapping[int, int] = field(default_factory=dict)
    known: bool = False

    @property
    def tickets(self) -> frozenset[int]:
        """Those that are kept though they were told that all of theirs is deleted."""
        return frozenset(self.rests.values())

    def stage(self, asked: Asked, stage: Stage) -> Stage:
        """Of a request that they are told of, as they are told."""
        unsaid = stage is Stage.HELD and self.everything and asked is not Asked.REST
        return Stage.REVIEW if unsaid else stage

    def told(self, requests: Sequence[Request]) -> list[Request]:
        """Of these requests of theirs those that they are told of, as they are told."""
        return [
            replace(request, stage=self.stage(request.asked, request.stage))
            for request in requests
            if request.number not in self.rests
        ]

    def lines(self, lines: Sequence[Line], known: Collection[int]) -> list[Line]:
        """Of these lines of the audit log about them those that they are told of, as they are told. `known` are the
        numbers of those rests of an erasure that they are told of. Of one that is over they are not: nobody knows any
        more which hold it waited for."""
        silent = self.holds | {line.request for line in lines if line.deed == Deed.SILENCED}
        rests = {line.request for line in lines if line.store == Asked.REST}
        unsaid = rests - set(known)
        shown = [line for line in lines if not _of_hold(line, silent) and not _of_request(line, unsaid)]
        return [_waiting(line) if silent else line for line in shown]


def _of_hold(line: Line, silent: frozenset[int]) -> bool:
    """Whether it tells of such a hold, or that one was to become such. The log does not say on which hold an officer
    looked, so then no such look is told."""
    if line.deed == Deed.ACCESS:
        return bool(silent) and line.reason == HOLDING
    return line.deed in OF_HOLDS and (line.request in silent or line.store == Awaits.NONDISCLOSURE)


def _of_request(line: Line, numbers: Collection[int]) -> bool:
    return line.deed not in OF_HOLDS and line.request in numbers


def _waiting(line: Line) -> Line:
    return replace(line, reason=Stage.REVIEW.value) if line.reason == Stage.HELD else line
