"""Everything held about a person, found through what the columns say they hold."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from bot.ports import Audit
from bot.privacy.model import Held, Request, Role
from storage.breaches import Breaches
from storage.choices import Choices
from storage.datamap import sheets
from storage.erasing import Erasing
from storage.holds import Holds
from storage.ledger import Ledger
from storage.marks import Marks
from storage.notices import Notices
from storage.quotes import Quotes
from storage.retention import Retention
from storage.second_looks import SecondLooks
from storage.showing import Showing
from storage.steps import Steps


class SqlPrivacy(
    Showing, Erasing, Ledger, SecondLooks, Choices, Notices, Retention, Holds, Breaches, Marks, Steps, Quotes
):
    """Implements `bot.ports.Privacy`."""

    def __init__(self, connection: Connection, now: datetime, audit: Audit) -> None:
        self.connection = connection
        self.now = now
        self.audit = audit

    def residue(self, request: Request, thorough: bool = True) -> Sequence[Held]:
        """What is still held about the person, but for the request, which knows where its receipt must go."""
        who, ghost = request.who, request.nobody
        reach = self.reach(request)
        held = list(self._held(who, [sheet for sheet in sheets() if sheet.says("until") != "receipt"], reach.of))
        thorough = thorough and not reach.one_ticket
        if thorough and self.pending(who, ghost, 1):
            held.append(Held("effects that name you", Role.NAMED, "", 1))
        if thorough and self.copies(who, ghost, 1):
            held.append(Held("posts in your rooms", Role.NAMED, "", 1))
        return held

    def sweep(self, request: Request, limit: int) -> bool:
        """Forget whose request it was; false if there is more to forget."""
        self.forget_room(request.room)
        return not self.erase_some(request, limit, "receipt").more
