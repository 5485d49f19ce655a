"""Every table, in the vocabulary of `storage.columns`.

A table's `info` says what its rows are called in `/mydata` (`what`), why they are kept (`why`) and
under which rule how long they are kept (`keep`, see `bot.privacy.retaining.retention`), and
what erasing their owner does (`erase`): `blank` the personal columns, or `delete` the row. An export shows
its `rows`, or only their `count`. `until` says what its rows are needed for while their owner is being erased:
until our `posts` are blanked, until other tables are searched for `names`, until the `receipt` is delivered.
`known_by` names columns by which a row is known before the database gives it an id: what is encrypted in it is bound to
them (see `storage.sealing`). It need not be said where the key or a unique column does.
"""

from storage.rows.audit import AuditHeadRow, AuditKeyRow, AuditRow
from storage.rows.base import ANSWER, DELIVER, NEVER_AGAIN, WORK, Base, means, partial
from storage.rows.breaches import BreachRow
from storage.rows.delivery import EFFECT, OutboxRow, ReadUntilRow, SeenRow, SpotRow, WatermarkRow
from storage.rows.desks import PANEL, SETTINGS, ChannelRow, DepartureRow, DeskRow, GroupRow, MacroRow, MemberRow
from storage.rows.leases import LeaseRow
from storage.rows.links import LinkRow, PairingRow
from storage.rows.people import ChoiceRow, DraftRow, PersonRow
from storage.rows.quotes import QuoteRow
from storage.rows.rights import FACTS, DisputeRow, EncryptionRow, HoldRow, NoticeRow, PeriodRow, RequestRow
from storage.rows.second_looks import ChallengeRow, SecondLookRow
from storage.rows.steps import MarkRow, StepRow
from storage.rows.tickets import AttachmentRow, CloseRequestRow, EntryRow, ParticipantRow, TagRow, TicketRow

__all__ = (
    "ANSWER",
    "DELIVER",
    "EFFECT",
    "FACTS",
    "NEVER_AGAIN",
    "PANEL",
    "SETTINGS",
    "WORK",
    "AttachmentRow",
    "AuditHeadRow",
    "AuditKeyRow",
    "AuditRow",
    "Base",
    "BreachRow",
    "ChallengeRow",
    "ChannelRow",
    "ChoiceRow",
    "CloseRequestRow",
    "DepartureRow",
    "DeskRow",
    "DisputeRow",
    "DraftRow",
    "EncryptionRow",
    "EntryRow",
    "GroupRow",
    "HoldRow",
    "LeaseRow",
    "LinkRow",
    "MacroRow",
    "MarkRow",
    "MemberRow",
    "NoticeRow",
    "OutboxRow",
    "PairingRow",
    "ParticipantRow",
    "PeriodRow",
    "PersonRow",
    "QuoteRow",
    "ReadUntilRow",
    "RequestRow",
    "SecondLookRow",
    "SeenRow",
    "SpotRow",
    "StepRow",
    "TagRow",
    "TicketRow",
    "WatermarkRow",
    "means",
    "partial",
)
