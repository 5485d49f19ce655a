"""How tickets look. Every word a person reads about a ticket is in this file."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.inbound import Actor
from bot.language import Phrase, _, here, several
from bot.message import Bold, Button, Field, Form, Input, Mention, Message, Span, Style, UserRef, say, told
from bot.tickets.model import Priority, State, Ticket
from bot.tickets.timeline import BOT_REMOVED, NO_ANSWER, REQUESTER_ERASED, Entry, Kind
from bot.wording import moment, shortened

OPEN_FORM = Form(
    action="",
    title=Phrase("Open a ticket"),
    inputs=(
        Input("subject", Phrase("Subject"), max_length=100),
        Input("text", Phrase("What happened?"), long=True),
    ),
)
RENAME_FORM = Form(
    action="", title=Phrase("Rename the ticket"), inputs=(Input("subject", Phrase("New subject"), max_length=100),)
)


def gone() -> str:
    """Whose name is not known any more."""
    return _("somebody")


def called(who: UserRef | None, names: Mapping[UserRef, str]) -> str:
    return (names.get(who) if who else "") or gone()


def urgency(priority: Priority) -> str:
    match priority:
        case Priority.URGENT:
            return _("urgent")
        case Priority.HIGH:
            return _("high")
        case Priority.NORMAL:
            return _("normal")
        case Priority.LOW:
            return _("low")


def number(ticket: Ticket) -> str:
    return f"#{ticket.number}"


def subject(ticket: Ticket) -> str:
    return restricted() if ticket.restricted else ticket.subject or _("(erased)")


def restricted() -> str:
    return _("(restricted)")


def about(text: str, ticket: Ticket, /, **values: Span) -> Message:
    """`text` with the ticket's number in bold."""
    return Message(told(text, ticket=Bold(number(ticket)), **values))


# The card in the agents' channel


def card(ticket: Ticket, names: Mapping[UserRef, str], tags: frozenset[str], prior: Ticket | None) -> Message:
    if ticket.restricted:
        text = _("Its customer had their data restricted: it is kept, and must not be used until they lift that.")
        return Message(text=(text,), title=f"{number(ticket)} {restricted()}")
    fields = [Field(_("From"), (called(ticket.customer, names),)), Field(_("Status"), (status(ticket, names),))]
    if ticket.priority is not Priority.NORMAL:
        fields.append(Field(_("Priority"), (urgency(ticket.priority),)))
    if tags:
        fields.append(Field(_("Tags"), (", ".join(sorted(tags)),)))
    if prior:
        fields.append(Field(_("Continues"), (number(prior),)))
    return Message(text=(), title=f"{number(ticket)} {subject(ticket)}", fields=tuple(fields), buttons=buttons(ticket))


def buttons(ticket: Ticket) -> tuple[Button, ...]:
    id = str(ticket.id)
    if ticket.state is State.CLOSED:
        return (Button(_("Reopen"), "ticket.reopen", id),)
    take = (
        Button(_("Release"), "ticket.release", id)
        if ticket.assignee
        else Button(_("Claim"), "ticket.claim", id, Style.PRIMARY)
    )
    return (take, Button(_("Reply"), "ticket.reply", id), Button(_("Close"), "ticket.close", id, Style.DANGER))


def status(ticket: Ticket, names: Mapping[UserRef, str]) -> str:
    if ticket.state is State.CLOSED:
        return _("closed")
    return _("claimed by {name}", name=called(ticket.assignee, names)) if ticket.assignee else _("open, unclaimed")


# What customers are told


def opened(ticket: Ticket, greeting: str, prior: Ticket | None, by_staff: str = "") -> Message:
    text = told("Your ticket {ticket} is open. We answer here.", ticket=Bold(number(ticket)))
    if by_staff:
        text = told(
            "{name} opened ticket {ticket} for you: {subject}. We answer here.",
            name=by_staff, ticket=Bold(number(ticket)), subject=subject(ticket),
        )  # fmt: skip
    if prior:
        text += (" " + _("It continues your earlier ticket {number}.", number=number(prior)),)
    if greeting:
        text += (f"\n{greeting}",)
    return Message(text=text, buttons=(Button(_("Close"), "ticket.close", str(ticket.id)),))


def closed(ticket: Ticket, reason: str, farewell: str, reopen_days: int) -> Message:
    first = told("Ticket {ticket} is closed.", ticket=Bold(number(ticket)))
    if reason:
        first = told("Ticket {ticket} is closed: {reason}", ticket=Bold(number(ticket)), reason=reason)
    lines = [farewell] if farewell else []
    if reopen_days:
        lines.append(
            several(
                "If it is not solved, write again within {number} day and it opens again.",
                "If it is not solved, write again within {number} days and it opens again.",
                reopen_days,
            )
        )
    text = (*first, *(f"\n{line}" for line in lines))
    return Message(text=text, buttons=(Button(_("Reopen"), "ticket.reopen", str(ticket.id)),))


def reopened(ticket: Ticket) -> Message:
    return about("Ticket {ticket} is open again. We answer here.", ticket)


def added(ticket: Ticket, by: str) -> Message:
    return about(
        "{name} added you to ticket {ticket}: {subject}. What you write here is read there.",
        ticket, name=by or gone(), subject=subject(ticket),
    )  # fmt: skip


def removed(ticket: Ticket) -> Message:
    return about("You no longer take part in ticket {ticket}.", ticket)


# What agents are told in the ticket's room


def closed_by(ticket: Ticket, name: str, reason: str) -> Message:
    if reason:
        return say(_("{ticket}: closed by {name}: {reason}", ticket=number(ticket), name=name, reason=reason))
    return say(_("{ticket}: closed by {name}", ticket=number(ticket), name=name))


def closed_for_departure(ticket: Ticket) -> Message:
    return say(
        _(
            "#{number} is closed and deleted: its workspace removed me, and I was not asked back in time.",
            number=ticket.number,
        )
    )


def closed_by_silence(ticket: Ticket) -> Message:
    return say(_("{ticket}: closed, because no answer came", ticket=number(ticket)))


def reopened_by(ticket: Ticket, name: str) -> Message:
    return say(_("{ticket}: opened again by {name}", ticket=number(ticket), name=name))


def yours(ticket: Ticket, who: Actor, by: Actor) -> Message:
    text = told(
        "{person} {name} assigned ticket {ticket} to you.",
        person=Mention(who.ref, who.name), name=by.name, ticket=number(ticket),
    )  # fmt: skip
    return Message(text)


# Answers to whoever acted


def claimed(ticket: Ticket) -> Message:
    return about("Ticket {ticket} is yours.", ticket)


def released(ticket: Ticket) -> Message:
    return about("Ticket {ticket} waits for somebody to claim it.", ticket)


def assigned(ticket: Ticket, name: str) -> Message:
    return about("Ticket {ticket} is assigned to {name}.", ticket, name=name)


def prioritised(ticket: Ticket) -> Message:
    return about("Ticket {ticket} has priority {priority}.", ticket, priority=urgency(ticket.priority))


def tagged(ticket: Ticket, tags: frozenset[str]) -> Message:
    if not tags:
        return about("Ticket {ticket} has no tags.", ticket)
    return about("Ticket {ticket} is tagged {tags}.", ticket, tags=", ".join(sorted(tags)))


def renamed(ticket: Ticket, subject: str) -> Message:
    return about("Ticket {ticket} is now called: {subject}", ticket, subject=subject)


def told_closed(ticket: Ticket) -> Message:
    return about("Ticket {ticket} is closed.", ticket)


def told_reopened(ticket: Ticket) -> Message:
    return about("Ticket {ticket} is open again.", ticket)


def let_in(ticket: Ticket, name: str) -> Message:
    return about("Ticket {ticket} now has {name} in it.", ticket, name=name)


def let_out(ticket: Ticket, name: str) -> Message:
    return about("Ticket {ticket} no longer has {name} in it.", ticket, name=name)


def opened_for(ticket: Ticket, name: str) -> Message:
    return about("Ticket {ticket} is open for {name}.", ticket, name=name)


def raised(ticket: Ticket) -> Message:
    return about("Ticket {ticket} is open.", ticket)


def told_opened(ticket: Ticket, *, private: bool) -> Message:
    if private:
        return about("Your ticket {ticket} is open. We answer in your private messages with the bot.", ticket)
    return about("Your ticket {ticket} is open. We answer in a thread of its own; you are in it in a moment.", ticket)


def already_claimed(ticket: Ticket, name: str) -> str:
    return _("{name} already has ticket {ticket}. Nothing was changed.", name=name, ticket=number(ticket))


def yours_already(ticket: Ticket) -> str:
    return _("Ticket {ticket} is already yours.", ticket=number(ticket))


def unclaimed_already(ticket: Ticket) -> str:
    return _("Nobody has ticket {ticket}. Nothing was changed.", ticket=number(ticket))


def not_an_agent(name: str) -> str:
    return _(
        "{name} is not an agent of this desk. Nothing was changed; a lead can add them with /desk agent.", name=name
    )


def is_closed(ticket: Ticket) -> str:
    return _(
        "Ticket {ticket} is closed. Nothing was changed; reopen it first with {command}.",
        ticket=number(ticket), command=f"/ticket reopen {ticket.number}",
    )  # fmt: skip


def closed_already(ticket: Ticket) -> str:
    return _("Ticket {ticket} is already closed.", ticket=number(ticket))


def open_already(ticket: Ticket) -> str:
    return _("Ticket {ticket} is already open.", ticket=number(ticket))


def bad_tag(word: str) -> str:
    return _(
        "“{word}” cannot be a tag. Write +tag to add and -tag to take away: letters, digits and dashes, up to 30.",
        word=shortened(word),
    )


def takes_part_already(name: str, ticket: Ticket) -> str:
    return _("{name} already takes part in ticket {ticket}.", name=name, ticket=number(ticket))


def takes_no_part(name: str, ticket: Ticket) -> str:
    return _(
        "{name} does not take part in ticket {ticket}, or opened it. Nothing was changed.",
        name=name, ticket=number(ticket),
    )  # fmt: skip


def too_many_open(tickets: Sequence[Ticket], most: int, text: str) -> str:
    words = several(
        "You already have {number} ticket open ({listed}), which is as many as this desk allows. "
        "No new one was opened. Please write in one of them, or close one with /ticket close.",
        "You already have {number} tickets open ({listed}), which is as many as this desk allows. "
        "No new one was opened. Please write in one of them, or close one with /ticket close.",
        most, listed=", ".join(f"{number(t)} {subject(t)}" for t in tickets[:5]),
    )  # fmt: skip
    return words + given_back(text)


def too_soon(seconds: int, text: str) -> str:
    words = several(
        "You opened a ticket a moment ago. Please wait {number} second before the next one.",
        "You opened a ticket a moment ago. Please wait {number} seconds before the next one.",
        seconds,
    )
    return words + given_back(text)


def given_back(text: str) -> str:
    return " " + _("Here is your text, so that you can send it again:") + f"\n{text}" if text else ""


def told_blocked(until: datetime, reason: str) -> Message:
    return say(blocked(until, reason))


def blocked(until: datetime, reason: str) -> str:
    when = moment(until) + (f" ({reason})" if reason else "")
    return _("You cannot write to this desk until {when}. Your message was not passed on.", when=when)


# Lists and histories


def no_more() -> str:
    return _("There is nothing more to show here. Please start again with /ticket list.")


def list_title(given: Mapping[str, str]) -> str:
    words = {
        "mine": _("Your open tickets"),
        "unclaimed": _("Unclaimed tickets"),
        "closed": _("Closed tickets"),
    }
    title = words.get(given.get("filter", "")) or _("Open tickets")
    narrower = []
    if "tag" in given:
        narrower.append(_("tag {tag}", tag=shortened(given["tag"])))
    if "priority" in given:
        narrower.append(_("priority {priority}", priority=urgency(Priority[given["priority"].upper()])))
    return ", ".join([title, *narrower])


def queue(
    title: str, tickets: Sequence[Ticket], names: Mapping[UserRef, str], more: str, now: datetime, agent: bool
) -> Message:
    if not tickets:
        return Message(title=title, text=(_("No tickets."),))
    lines = "\n".join(line(ticket, names, now, agent) for ticket in tickets)
    buttons = (Button(_("More"), "ticket.list", more),) if more else ()
    return Message(title=title, text=(lines,), buttons=buttons)


# A page of one's own


def home_top(agent: bool, further: bool) -> Message:
    """What the page begins with; `further` on one that goes on from another."""
    ways: tuple[Button, ...] = (Button(_("Open a ticket"), "ticket.open", style=Style.PRIMARY),)
    ways += ((Button(_("All open tickets"), "ticket.list"),) if agent else ()) + (Button(_("My data"), "mydata"),)
    if further:
        return Message((_("More of your tickets."),), buttons=(Button(_("Back"), "ticket.home"), *ways))
    return Message((_("Write to me under Messages, or start here."),), buttons=ways)


def home_heading(section: str, empty: bool) -> Message:
    headings = {
        "claimed": _("Tickets you claimed"),
        "queue": _("Unclaimed"),
        "asked": _("Your tickets"),
        "joined": _("Tickets you take part in"),
        "closed": _("Closed a short while ago"),
    }
    return say(Bold(headings[section]), *(("\n" + _("None."),) if empty else ()))


def home_row(ticket: Ticket, names: Mapping[UserRef, str], now: datetime, agent: bool) -> Message:
    show = Button(_("Show"), "ticket.show", str(ticket.id))
    return Message(
        (line(ticket, names, now, agent),), buttons=(*(buttons(ticket) if agent else customer_buttons(ticket)), show)
    )


def home_more(after: str) -> Message:
    return Message((_("There are more."),), buttons=(Button(_("More"), "ticket.home", after),))


def line(ticket: Ticket, names: Mapping[UserRef, str], now: datetime, agent: bool = True) -> str:
    """How urgent it is, is told to agents only."""
    urgent = f" [{urgency(ticket.priority)}]" if agent and ticket.priority is not Priority.NORMAL else ""
    when = ticket.closed_at or ticket.opened_at
    who = restricted() if ticket.restricted else called(ticket.customer, names)
    what = f"{number(ticket)}{urgent} {subject(ticket)} · {who} · {age(now - when)}"
    return f"{what} · {status(ticket, names)}"


def details(
    ticket: Ticket, names: Mapping[UserRef, str], tags: frozenset[str], people: Sequence[str], agent: bool
) -> Message:
    fields = [
        Field(_("Status"), (status(ticket, names),)),
        Field(_("From"), (called(ticket.customer, names),)),
        Field(_("Opened"), (moment(ticket.opened_at),)),
    ]
    if ticket.closed_at:
        fields.append(Field(_("Closed"), (moment(ticket.closed_at),)))
    if agent:
        fields.append(Field(_("Priority"), (urgency(ticket.priority),)))
        fields.append(Field(_("Tags"), (", ".join(sorted(tags)) or _("none"),)))
    if people:
        fields.append(Field(_("Also here"), (", ".join(people),)))
    shown = buttons(ticket) if agent else customer_buttons(ticket)
    return Message(text=(), title=f"{number(ticket)} {subject(ticket)}", fields=tuple(fields), buttons=shown)


def customer_buttons(ticket: Ticket) -> tuple[Button, ...]:
    if ticket.state is State.CLOSED:
        return (Button(_("Reopen"), "ticket.reopen", str(ticket.id)),)
    return (Button(_("Close"), "ticket.close", str(ticket.id)),)


def history(ticket: Ticket, entries: Sequence[Entry], names: Mapping[UserRef, str], more: str) -> Message:
    lines = "\n".join(entry_line(entry, names) for entry in entries)
    buttons = (Button(_("More"), "ticket.more-history", more),) if more else ()
    title = _("History of {ticket}", ticket=number(ticket))
    return Message(title=title, text=(lines or _("Nothing yet."),), buttons=buttons)


VERBS = {
    Kind.OPENED: Phrase("opened the ticket"),
    Kind.SAID: Phrase("said"),
    Kind.REPLIED: Phrase("replied"),
    Kind.NOTED: Phrase("noted"),
    Kind.EDITED: Phrase("edited a message"),
    Kind.DELETED: Phrase("deleted a message"),
    Kind.CORRECTED: Phrase("corrected a message"),
    Kind.CLAIMED: Phrase("claimed the ticket"),
    Kind.RELEASED: Phrase("released the ticket"),
    Kind.ASSIGNED: Phrase("assigned the ticket to {person}"),
    Kind.PRIORITISED: Phrase("set the priority to {detail}"),
    Kind.TAGGED: Phrase("changed the tags"),
    Kind.RENAMED: Phrase("renamed the ticket"),
    Kind.ADDED: Phrase("added {person}"),
    Kind.REMOVED: Phrase("removed {person}"),
    Kind.ASKED: Phrase("asked whether it can be closed"),
    Kind.KEPT_OPEN: Phrase("kept it open"),
    Kind.CLOSED: Phrase("closed the ticket"),
    Kind.REOPENED: Phrase("reopened the ticket"),
}

CODES = {
    REQUESTER_ERASED: Phrase("the requester had their data erased"),
    NO_ANSWER: Phrase("no answer came"),
    BOT_REMOVED: Phrase("the bot was removed there"),
}


def entry_line(entry: Entry, names: Mapping[UserRef, str]) -> str:
    who = called(entry.said_by, names) if entry.said_by else _("the desk")
    what = _(VERBS[entry.kind], person=called(entry.person, names), detail=_detail(entry))
    words = _("(deleted)") if entry.deleted_at else entry.text or entry.remark
    words = f": {words}" if words and entry.kind is not Kind.OPENED else ""
    code = f" ({here(CODES[entry.detail])})" if entry.detail in CODES else ""
    files = f" [{', '.join(file.name for file in entry.files)}]" if entry.files else ""
    edited = " " + _("(edited)") if entry.edited_at and not entry.deleted_at else ""
    return f"{moment(entry.at)} {who} {what}{code}{words}{files}{edited}"


def _detail(entry: Entry) -> str:
    return urgency(Priority[entry.detail.upper()]) if entry.kind is Kind.PRIORITISED else entry.detail


def found(words: str, hits: Sequence[tuple[Ticket, Entry]]) -> Message:
    asked = shortened(words)
    if not hits:
        return say(_("Nothing found for “{words}”.", words=asked))
    lines = [f"{number(t)} {subject(t)} · {excerpt(e.text or e.remark, words)}" for t, e in hits]
    return Message(title=_("Found for “{words}”", words=asked), text=("\n".join(lines),))


def excerpt(text: str, words: str, around: int = 40) -> str:
    """A line of the text around the first of the words."""
    flat = " ".join(text.split())
    at = max(0, next((i for word in words.split() if (i := flat.lower().find(word.lower())) >= 0), 0) - around)
    piece = flat[at : at + 2 * around + 20]
    return ("…" if at else "") + piece + ("…" if at + len(piece) < len(flat) else "")


def age(passed: timedelta) -> str:
    minutes = max(0, int(passed.total_seconds() // 60))
    if minutes >= 1440:
        return _("{number} d", number=minutes // 1440)
    if minutes >= 60:
        return _("{number} h", number=minutes // 60)
    return _("{number} min", number=minutes)
