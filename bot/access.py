"""Who may do what: a command, whatever surface it came from, becomes a `Call` whose rights are checked.

Numbers of tickets belong to a desk and ids in buttons are opaque, but neither is ever trusted: a ticket
that the presser may not see is answered like one that does not exist.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode

from bot import wording
from bot.desks.model import Desk, Rank
from bot.errors import NotAllowed, NotFound, Problem
from bot.inbound import Actor, ButtonPressed, CommandInvoked, Event, FormSubmitted, Place
from bot.message import File, UserRef
from bot.parse import TICKET_WORD
from bot.people import views
from bot.ports import UnitOfWork
from bot.router import Command, Scope, Takes
from bot.tickets.model import Ticket

LONGEST_REF = 200  # characters, as long as the column


@dataclass(frozen=True, slots=True)
class Call:
    """A command invoked. With scope TICKET, `ticket` is there; with DESK or TICKET, `desk` is."""

    event: Event
    command: Command
    options: Mapping[str, str] = field(default_factory=dict)
    rank: Rank = Rank.CUSTOMER
    officer: bool = False
    found_ticket: Ticket | None = None
    found_desk: Desk | None = None

    @property
    def actor(self) -> Actor:
        return self.event.actor

    @property
    def ticket(self) -> Ticket:
        assert self.found_ticket is not None, "declare the command with scope=Scope.TICKET"
        return self.found_ticket

    @property
    def desk(self) -> Desk:
        assert self.found_desk is not None, "declare the command with a scope"
        return self.found_desk

    @property
    def is_agent(self) -> bool:
        return self.rank >= Rank.AGENT

    @property
    def arg(self) -> str:
        return self.options.get("", "")

    @property
    def files(self) -> tuple[File, ...]:
        """What came along with a form."""
        return self.event.files if isinstance(self.event, FormSubmitted) else ()

    @property
    def refused(self) -> tuple[str, ...]:
        """What came along and was not taken, with the reason."""
        return self.event.refused if isinstance(self.event, FormSubmitted) else ()

    def person(self, option: str) -> Actor | None:
        """The person an option names, with what the platform says of them."""
        if not (value := self.options.get(option)):
            return None
        ref = person_named(value)
        return next((actor for actor in self.named if actor.ref == ref), Actor(ref, ""))

    @property
    def named(self) -> tuple[Actor, ...]:
        """Whoever the options name, as far as the platform knows them."""
        return self.event.named if isinstance(self.event, CommandInvoked) else ()


def person_named(value: str) -> UserRef:
    """The account that an option or a button's argument names. Raises `Problem` if it names none."""
    try:
        ref = UserRef.parse(value)
    except ValueError:
        ref = None
    if ref is None or not ref.platform or not ref.id or len(value) > LONGEST_REF:
        raise Problem(wording.no_person(wording.shortened(value, 40)))
    return ref


def principals(actor: Actor) -> tuple[str, ...]:
    """The names under which a desk may list this person: their own, and those of their groups."""
    return (str(actor.ref), *actor.groups)


def call_for(event: Event, command: Command, work: UnitOfWork) -> Call:
    """Find the ticket or desk a command is about and check the actor's rights there. Raises `Problem`."""
    given = _chosen(_given(event), command)
    match command.scope:
        case Scope.NONE:
            return Call(event, command, given)
        case Scope.DESK:
            desk = _desk_for(event, command, work)
            call = _ranked(Call(event, command, given, found_desk=desk), work)
            if call.rank < command.allow:
                raise NotAllowed(wording.not_allowed(command.allow))
            return call
        case Scope.TICKET:
            return call_on(_ticket_for(event, command, given, work), Call(event, command, given), work)


def call_on(ticket: Ticket, call: Call, work: UnitOfWork) -> Call:
    """The call about this ticket, if the actor may see it and do this to it. Raises `Problem`."""
    desk = work.desks.get(ticket.desk)
    assert desk is not None
    call = _ranked(Call(call.event, call.command, call.options, found_ticket=ticket, found_desk=desk), work)
    if not (call.is_agent or takes_part(call.actor.ref, ticket, work)):
        raise NotFound(wording.no_ticket(str(ticket.number)), denied="ticket")
    if call.rank < call.command.allow and not call.command.own:
        raise NotAllowed(wording.not_allowed(call.command.allow))
    if ticket.restricted:
        _check_restriction(call)
    return call


def _check_restriction(call: Call) -> None:
    """Its customer may still look at it, and an agent give it back. Nothing else is done with what is restricted."""
    mine = call.actor.ref == call.ticket.customer
    if call.command.restricted != ("customer" if mine else "agent"):
        raise NotAllowed(views.you_are_restricted() if mine else views.is_restricted(call.ticket.number))


def takes_part(who: UserRef, ticket: Ticket, work: UnitOfWork) -> bool:
    if who != ticket.customer:
        return ticket.shared and who in work.tickets.participants(ticket.id)
    return not (ticket.restricted and ticket.id in work.privacy.silence(who).tickets)


def _given(event: Event) -> dict[str, str]:
    """Options by name; a button's argument, which is an id of ours, under the empty name."""
    match event:
        case CommandInvoked(options=options):
            return {name: value for name, value in options.items() if value}
        case ButtonPressed(arg=arg):
            return {"": arg}
        case FormSubmitted(arg=arg, values=values):
            given = dict(parse_qsl(arg)) if "=" in arg else {"": arg}
            return given | {name: value for name, value in values.items() if value or name not in given}
    raise TypeError(event)


def carried(call: Call) -> str:
    """What a form must bring back: the ticket it is about, or the options that were given already."""
    if call.found_ticket is not None:
        return str(call.found_ticket.id)
    return call.arg or urlencode({name: value for name, value in call.options.items() if value})


def _chosen(given: dict[str, str], command: Command) -> dict[str, str]:
    """With choices as they are declared. Forms and other clients can send anything. Raises `Problem`."""
    for option in command.options:
        if option.takes is Takes.CHOICE and option.name in given:
            value = given[option.name].strip().lower()
            if value and value not in option.choices:
                raise Problem(wording.choose(command.usage, option.name, option.choices))
            given[option.name] = value
    return given


def _ranked(call: Call, work: UnitOfWork) -> Call:
    rank, officer = work.desks.rank(call.desk.id, principals(call.actor))
    return Call(call.event, call.command, call.options, rank, officer, call.found_ticket, call.found_desk)


def _ticket_for(event: Event, command: Command, given: Mapping[str, str], work: UnitOfWork) -> Ticket:
    if id := given.get(""):
        ticket = work.tickets.get(int(id)) if id.isdecimal() and len(id) < 19 else None
        if ticket is None:
            raise NotFound(wording.no_ticket(wording.shortened(id, 20)))
        return ticket
    if word := given.get("ticket"):
        return ticket_named(word, event.actor, event.place, work)
    room = work.tickets.room(event.place) if event.place.thread or event.place.direct else None
    if room is not None:
        return room[0]
    mine = list(work.tickets.open_of(event.actor.ref)) if event.place.direct and command.own else []
    if len(mine) != 1:
        raise Problem(wording.which_ticket(command.usage))
    return mine[0]


def ticket_named(word: str, actor: Actor, place: Place, work: UnitOfWork) -> Ticket:
    """The ticket a person calls "42", "#42" or "support#42", among those they may see. Raises `NotFound`."""
    match = TICKET_WORD.fullmatch(word.strip())
    if match is None:
        raise NotFound(wording.no_ticket(wording.shortened(word, 20)))
    number = int(match["number"])
    here = work.desks.at(place)
    desks = [here[0]] if here and not match["desk"] else list(work.desks.all())
    if match["desk"]:
        desks = [desk for desk in desks if desk.name == match["desk"].lower()]
    there = [ticket for desk in desks if (ticket := work.tickets.numbered(desk.id, number))]
    found = [ticket for ticket in there if _sees(actor, ticket, work)]
    if len(found) > 1:
        raise Problem(wording.ambiguous(number, [d.name for d in desks if d.id in {t.desk for t in found}]))
    if not found:
        raise NotFound(wording.no_ticket(str(number)), denied="ticket" if there else "")
    return found[0]


def _sees(actor: Actor, ticket: Ticket, work: UnitOfWork) -> bool:
    rank, _ = work.desks.rank(ticket.desk, principals(actor))
    return rank >= Rank.AGENT or takes_part(actor.ref, ticket, work)


def _named(name: str, desks: Sequence[Desk]) -> Desk:
    desk = next((desk for desk in desks if desk.name == name), None)
    if desk is None:
        raise NotFound(wording.no_such_desk(wording.shortened(name, 32)))
    return desk


def _desk_for(event: Event, command: Command, work: UnitOfWork) -> Desk:
    """The desk of the channel; else the one where the actor has the rank; else the one that takes in from here."""
    if (id := _given(event).get("")) and id.isdecimal() and len(id) < 19 and (desk := work.desks.get(int(id))):
        return desk
    desks = work.desks.all()
    if name := _given(event).get("desk", "").strip().lower():
        return _named(name, desks)
    if here := work.desks.at(event.place):
        return here[0]
    if not desks:
        raise Problem(wording.no_desk())
    if command.allow > Rank.CUSTOMER:
        mine = set(work.desks.ranked(principals(event.actor), command.allow))
        desks = [desk for desk in desks if desk.id in mine] or list(desks[:1])
    if len(desks) > 1:
        near = {desk.id for desk in work.desks.near(event.place.platform, event.place.workspace)}
        desks = [desk for desk in desks if desk.id in near] or desks
    if len(desks) > 1:
        raise Problem(wording.which_desk([desk.name for desk in desks]))
    return desks[0]
