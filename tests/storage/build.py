"""Values to store, each different from its neighbours only where a test says so."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bot.desks.model import Desk, Member, Settings
from bot.effects import OpenRoom, Post, PostCard
from bot.inbound import Place
from bot.message import File, Message, UserRef
from bot.ports import UnitOfWork
from bot.tickets.model import RoomKind, Ticket
from bot.tickets.timeline import Entry, Kind, Source

T0 = datetime(2026, 1, 1, tzinfo=UTC)
ANA, BEN, EVE = (UserRef("chat", "w", name) for name in ("ana", "ben", "eve"))
SAM, TOM = (UserRef("chat", "w", name) for name in ("sam", "tom"))  # who are agents
HELP, AGENTS = Place("chat", "w", "help"), Place("chat", "w", "agents")
PICTURE = File("a" * 64, "printer.png", 1234, "image/png")
LOG = File("b" * 64, "printer.log", 5, "text/plain")


def desk_in(work: UnitOfWork, name: str = "support", *members: Member) -> Desk:
    agents = replace(AGENTS, conversation=f"agents of {name}")
    return work.desks.save(Desk(0, name, agents, Settings()), [replace(HELP, conversation=f"help of {name}")], members)


def ticket_in(work: UnitOfWork, desk: int, customer: UserRef = ANA, **more: Any) -> Ticket:
    return work.tickets.add(ticket(desk=desk, customer=customer, **more))


def ticket(**more: Any) -> Ticket:
    plain: dict[str, Any] = {
        "id": 0,
        "desk": 1,
        "number": 0,
        "subject": "Printer on fire",
        "customer": ANA,
        "opened_at": T0,
        "last_at": T0,
        "room_kind": RoomKind.DIRECT,
    }
    return Ticket(**plain | more)


def entry(kind: Kind = Kind.SAID, text: str = "", **more: Any) -> Entry:
    plain: dict[str, Any] = {"id": 0, "ticket": 0, "kind": kind, "at": T0, "about": ANA, "text": text}
    if kind is Kind.SAID:
        plain["author"] = ANA
    return Entry(**plain | more)


def source(message: str, conversation: str = "d1", platform: str = "chat") -> Source:
    return Source(platform, conversation, "", message)


def post(
    key: str, room: str = "room", text: str = "hello", platform: str = "chat", files: tuple[File, ...] = ()
) -> Post:
    return Post(key, platform, room, Message((text,), files=files))


def card(ticket: Ticket, channel: Place = AGENTS) -> PostCard:
    return PostCard(ticket.agents_room, "chat", channel, f"#{ticket.number}", Message(("a card",)))


def customer_room(ticket: Ticket) -> OpenRoom:
    return OpenRoom(ticket.customer_room, "chat", HELP, f"#{ticket.number}", (ticket.customer,))
