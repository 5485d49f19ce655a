"""What the core needs from the outside. `adapters` and `storage` implement these."""

from bot.ports.chats import (
    Ask,
    Chat,
    Connected,
    Handle,
    HomePage,
    Incoming,
    Limited,
    Refused,
    Reply,
    Say,
    Spot,
    TryLater,
)
from bot.ports.desk import Closings, Desks, Drafts, Filter, Macros, People, Tickets, Timeline
from bot.ports.outbox import Backlog, Outbox, Pending, Watched, Watermarks
from bot.ports.rights import Audit, Links, Notary, Privacy, Tombstones
from bot.ports.work import Files, Job, Store, T, UnitOfWork

__all__ = (
    "Ask",
    "Audit",
    "Backlog",
    "Chat",
    "Closings",
    "Connected",
    "Desks",
    "Drafts",
    "Files",
    "Filter",
    "Handle",
    "HomePage",
    "Incoming",
    "Job",
    "Limited",
    "Links",
    "Macros",
    "Notary",
    "Outbox",
    "Pending",
    "People",
    "Privacy",
    "Refused",
    "Reply",
    "Say",
    "Spot",
    "Store",
    "T",
    "Tickets",
    "Timeline",
    "Tombstones",
    "TryLater",
    "UnitOfWork",
    "Watched",
    "Watermarks",
)
