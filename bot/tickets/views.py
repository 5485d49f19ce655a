"""How tickets look. Every word a person reads about a ticket is in this file."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from bot.inbound import Actor
from bot.message import Bold, Button, Field, Form, Input, Mention, Message, Span, Style, UserRef, say
from bot.tickets.model import Priority, State, Ticket
from bot.tickets.timeline import Entry, Kind
from bot.wording import shortened

GONE = "somebody"  # whose name is not known any more
ERASED = "(erased)"
RESTRICTED = "(restricted)"
RESTRICTED_CARD = "Its customer had their data restricted: it is kept, and must not be used until they lift that."

OPEN_FORM = Form(
    action="",
    title="Open a ticket",
    inputs=(
        Input("subject", "Subject", max_length=100),
        Input("text", "What happened?", long=True),
    ),
)
RENAME_FORM = Form(action="", title="Rename the ticket", inputs=(Input("subject", "New subject", max_length=100),))

URGENCY = {Priority.URGENT: "urgent", Priority.HIGH: "high", Priority.NORMAL: "normal", Priority.LOW: "low"}


def number(ticket: Ticket) -> str:
    return f"#{ticket.number}"


def subject(ticket: Ticket) -> str:
    return RESTRICTED if ticket.restricted else ticket.subject or ERASED


# The card in the agents' channel


def card(ticket: Ticket, names: Mapping[UserRef, str], tags: frozenset[str], prior: Ticket | None) -> Message:
    if ticket.restricted:
        return Message(text=(RESTRICTED_CARD,), title=f"{number(ticket)} {RESTRICTED}")
    fields = [Field("From", (names.get(ticket.customer, GONE),)), Field("Status", (status(ticket, names),))]
    if ticket.priority is not Priority.NORMAL:
        fields.append(Field("Priority", (URGENCY[ticket.priority],)))
    if tags:
        fields.append(Field("Tags", (", ".join(sorted(tags)),)))
    if prior:
        fields.append(Field("Continues", (number(prior),)))
    return Message(text=(), title=f"{number(ticket)} {subject(ticket)}", fields=tuple(fields), buttons=buttons(ticket))


def buttons(ticket: Ticket) -> tuple[Button, ...]:
    id = str(ticket.id)
    if ticket.state is State.CLOSED:
        return (Button("Reopen", "ticket.reopen", id),)
    take = (
        Button("Release", "ticket.release", id)
        if ticket.assignee
        else Button("Claim", "ticket.claim", id, Style.PRIMARY)
    )
    return (take, Button("Reply", "ticket.reply", id), Button("Close", "ticket.close", id, Style.DANGER))


def status(ticket: Ticket, names: Mapping[UserRef, str]) -> str:
    if ticket.state is State.CLOSED:
        return "closed"
    return f"claimed by {names.get(ticket.assignee, GONE)}" if ticket.assignee else "open, unclaimed"


# What customers are told


def opened(ticket: Ticket, greeting: str, prior: Ticket | None, by_staff: str = "") -> Message:
    first: tuple[Span, ...] = ("Your ticket ", Bold(number(ticket)), " is open. We answer here.")
    if by_staff:
        first = (f"{by_staff} opened ticket ", Bold(number(ticket)), f" for you: {subject(ticket)}. We answer here.")
    if prior:
        first = (*first, f" It continues your earlier ticket {number(prior)}.")
    text = (*first, f"\n{greeting}") if greeting else first
    return Message(text=text, buttons=(Button("Close", "ticket.close", str(ticket.id)),))


def closed(ticket: Ticket, reason: str, farewell: str, reopen_days: int) -> Message:
    lines = [f" is closed: {reason}" if reason else " is closed."]
    if farewell:
        lines.append(farewell)
    if reopen_days:
        lines.append(f"If it is not solved, write again within {days(reopen_days)} and it opens again.")
    text = ("Ticket ", Bold(number(ticket)), "\n".join(lines))
    return Message(text=text, buttons=(Button("Reopen", "ticket.reopen", str(ticket.id)),))


def reopened(ticket: Ticket) -> Message:
    return say("Ticket ", Bold(number(ticket)), " is open again. We answer here.")


def added(ticket: Ticket, by: str) -> Message:
    return say(
        f"{by} added you to ticket ", Bold(number(ticket)), f": {subject(ticket)}. What you write here is read there."
    )


def removed(ticket: Ticket) -> Message:
    return say("You no longer take part in ticket ", Bold(number(ticket)), ".")


# What agents are told in the ticket's room


def happened(ticket: Ticket, what: str) -> Message:
    return say(f"{number(ticket)}: {what}")


def yours(ticket: Ticket, who: Actor, by: Actor) -> Message:
    return say(Mention(who.ref, who.name), f" {by.name} assigned ticket {number(ticket)} to you.")


def closed_by(name: str, reason: str) -> str:
    return f"closed by {name}: {reason}" if reason else f"closed by {name}"


def reopened_by(name: str) -> str:
    return f"opened again by {name}"


# Answers to whoever acted


def done(ticket: Ticket, what: str) -> Message:
    return say("Ticket ", Bold(number(ticket)), f" {what}")


def told_opened(ticket: Ticket, where: str) -> Message:
    return say("Your ticket ", Bold(number(ticket)), f" is open. {where}")


IN_ROOM = "We answer in a thread of its own; you are in it in a moment."
IN_PRIVATE = "We answer in your private messages with the bot."


def already_claimed(ticket: Ticket, name: str) -> str:
    return f"{name} already has ticket {number(ticket)}. Nothing was changed."


def yours_already(ticket: Ticket) -> str:
    return f"Ticket {number(ticket)} is already yours."


def unclaimed_already(ticket: Ticket) -> str:
    return f"Nobody has ticket {number(ticket)}. Nothing was changed."


def not_an_agent(name: str) -> str:
    return f"{name} is not an agent of this desk. Nothing was changed; a lead can add them with /desk agent."


def is_closed(ticket: Ticket) -> str:
    return (
        f"Ticket {number(ticket)} is closed. Nothing was changed; reopen it first with /ticket reopen {ticket.number}."
    )


def closed_already(ticket: Ticket) -> str:
    return f"Ticket {number(ticket)} is already closed."


def open_already(ticket: Ticket) -> str:
    return f"Ticket {number(ticket)} is already open."


def bad_tag(word: str) -> str:
    how = "Write +tag to add and -tag to take away: letters, digits and dashes, up to 30."
    return f"“{shortened(word)}” cannot be a tag. {how}"


def takes_part_already(name: str, ticket: Ticket) -> str:
    return f"{name} already takes part in ticket {number(ticket)}."


def takes_no_part(name: str, ticket: Ticket) -> str:
    return f"{name} does not take part in ticket {number(ticket)}, or opened it. Nothing was changed."


def too_many_open(tickets: Sequence[Ticket], most: int, text: str) -> str:
    listed = ", ".join(f"{number(t)} {subject(t)}" for t in tickets[:5])
    return (
        f"You already have {count(most, 'ticket')} open ({listed}), which is as many as this desk allows. "
        f"No new one was opened. Please write in one of them, or close one with /ticket close.{given_back(text)}"
    )


def too_soon(seconds: int, text: str) -> str:
    wait = count(seconds, "second")
    return f"You opened a ticket a moment ago. Please wait {wait} before the next one.{given_back(text)}"


def given_back(text: str) -> str:
    return f" Here is your text, so that you can send it again:\n{text}" if text else ""


def blocked(until: datetime, reason: str) -> str:
    why = f" ({reason})" if reason else ""
    return f"You cannot write to this desk until {moment(until)}{why}. Your message was not passed on."


# Lists and histories


NO_MORE = "There is nothing more to show here. Please start again with /ticket list."


def list_title(given: Mapping[str, str]) -> str:
    words = {"mine": "Your open tickets", "unclaimed": "Unclaimed tickets", "closed": "Closed tickets"}
    title = words.get(given.get("filter", ""), "Open tickets")
    narrower = [f"{name} {shortened(given[name])}" for name in ("tag", "priority") if name in given]
    return ", ".join([title, *narrower])


def queue(title: str, tickets: Sequence[Ticket], names: Mapping[UserRef, str], more: str, now: datetime) -> Message:
    if not tickets:
        return Message(title=title, text=("No tickets.",))
    lines = "\n".join(line(ticket, names, now) for ticket in tickets)
    buttons = (Button("More", "ticket.list", more),) if more else ()
    return Message(title=title, text=(lines,), buttons=buttons)


# A page of one's own


def home_top(agent: bool, further: bool) -> Message:
    """What the page begins with; `further` on one that goes on from another."""
    ways: tuple[Button, ...] = (Button("Open a ticket", "ticket.open", style=Style.PRIMARY),)
    ways += ((Button("All open tickets", "ticket.list"),) if agent else ()) + (Button("My data", "mydata"),)
    if further:
        return Message(("More of your tickets.",), buttons=(Button("Back", "ticket.home"), *ways))
    return Message(("Write to me under Messages, or start here.",), buttons=ways)


def home_heading(section: str, empty: bool) -> Message:
    headings = {
        "claimed": "Tickets you claimed",
        "queue": "Unclaimed",
        "asked": "Your tickets",
        "joined": "Tickets you take part in",
        "closed": "Closed a short while ago",
    }
    return say(Bold(headings[section]), *(("\nNone.",) if empty else ()))


def home_row(ticket: Ticket, names: Mapping[UserRef, str], now: datetime, agent: bool) -> Message:
    show = Button("Show", "ticket.show", str(ticket.id))
    return Message(
        (line(ticket, names, now),), buttons=(*(buttons(ticket) if agent else customer_buttons(ticket)), show)
    )


def home_more(after: str) -> Message:
    return Message(("There are more.",), buttons=(Button("More", "ticket.home", after),))


def line(ticket: Ticket, names: Mapping[UserRef, str], now: datetime) -> str:
    urgency = f" [{URGENCY[ticket.priority]}]" if ticket.priority is not Priority.NORMAL else ""
    when = ticket.closed_at or ticket.opened_at
    who = RESTRICTED if ticket.restricted else names.get(ticket.customer, GONE)
    what = f"{number(ticket)}{urgency} {subject(ticket)} · {who} · {age(now - when)}"
    return f"{what} · {status(ticket, names)}"


def details(
    ticket: Ticket, names: Mapping[UserRef, str], tags: frozenset[str], people: Sequence[str], agent: bool
) -> Message:
    fields = [
        Field("Status", (status(ticket, names),)),
        Field("From", (names.get(ticket.customer, GONE),)),
        Field("Opened", (moment(ticket.opened_at),)),
    ]
    if ticket.closed_at:
        fields.append(Field("Closed", (moment(ticket.closed_at),)))
    if agent:
        fields.append(Field("Priority", (URGENCY[ticket.priority],)))
        fields.append(Field("Tags", (", ".join(sorted(tags)) or "none",)))
    if people:
        fields.append(Field("Also here", (", ".join(people),)))
    shown = buttons(ticket) if agent else customer_buttons(ticket)
    return Message(text=(), title=f"{number(ticket)} {subject(ticket)}", fields=tuple(fields), buttons=shown)


def customer_buttons(ticket: Ticket) -> tuple[Button, ...]:
    verb = "Reopen" if ticket.state is State.CLOSED else "Close"
    return (Button(verb, f"ticket.{verb.lower()}", str(ticket.id)),)


def history(ticket: Ticket, entries: Sequence[Entry], names: Mapping[UserRef, str], more: str) -> Message:
    lines = "\n".join(told(entry, names) for entry in entries)
    buttons = (Button("More", "ticket.more-history", more),) if more else ()
    return Message(title=f"History of {number(ticket)}", text=(lines or "Nothing yet.",), buttons=buttons)


VERBS = {
    Kind.OPENED: "opened the ticket",
    Kind.SAID: "said",
    Kind.REPLIED: "replied",
    Kind.NOTED: "noted",
    Kind.EDITED: "edited a message",
    Kind.DELETED: "deleted a message",
    Kind.CORRECTED: "corrected a message",
    Kind.CLAIMED: "claimed the ticket",
    Kind.RELEASED: "released the ticket",
    Kind.ASSIGNED: "assigned the ticket to",
    Kind.PRIORITISED: "set the priority to",
    Kind.TAGGED: "changed the tags:",
    Kind.RENAMED: "renamed the ticket to",
    Kind.ADDED: "added",
    Kind.REMOVED: "removed",
    Kind.CLOSED: "closed the ticket",
    Kind.REOPENED: "reopened the ticket",
}


def told(entry: Entry, names: Mapping[UserRef, str]) -> str:
    who = names.get(entry.said_by, GONE) if entry.said_by else "the desk"
    rest = [VERBS[entry.kind]]
    if entry.person:
        rest.append(names.get(entry.person, GONE))
    if entry.detail:
        rest.append(entry.detail)
    words = "(deleted)" if entry.deleted_at else entry.text or entry.remark
    words = f": {words}" if words and entry.kind is not Kind.OPENED else ""
    files = f" [{', '.join(file.name for file in entry.files)}]" if entry.files else ""
    edited = " (edited)" if entry.edited_at and not entry.deleted_at else ""
    return f"{moment(entry.at)} {who} {' '.join(rest)}{words}{files}{edited}"


def found(words: str, hits: Sequence[tuple[Ticket, Entry]]) -> Message:
    asked = shortened(words)
    if not hits:
        return say(f"Nothing found for “{asked}”.")
    lines = [f"{number(t)} {subject(t)} · {excerpt(e.text or e.remark, words)}" for t, e in hits]
    return Message(title=f"Found for “{asked}”", text=("\n".join(lines),))


def excerpt(text: str, words: str, around: int = 40) -> str:
    """A line of the text around the first of the words."""
    flat = " ".join(text.split())
    at = max(0, next((i for word in words.split() if (i := flat.lower().find(word.lower())) >= 0), 0) - around)
    piece = flat[at : at + 2 * around + 20]
    return ("…" if at else "") + piece + ("…" if at + len(piece) < len(flat) else "")


def moment(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def age(passed: timedelta) -> str:
    minutes = int(passed.total_seconds() // 60)
    for size, unit in ((1440, "d"), (60, "h")):
        if minutes >= size:
            return f"{minutes // size} {unit}"
    return f"{max(0, minutes)} min"


def days(many: int) -> str:
    return count(many, "day")


def count(many: int, thing: str) -> str:
    return f"{many} {thing}" if many == 1 else f"{many} {thing}s"
