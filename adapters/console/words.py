"""Every word the console itself says; what the bot says comes from the features."""

from collections.abc import Iterable

from bot.message import Input, Mark

GREETING = "Write a message, or help for a short tour. Ctrl-D leaves."
TOUR = (
    "Ask     customer: my printer is on fire     (customer@help: … in #help, customer@1: … about #1)",
    "Answer  agent: [Claim] 1     agent@1: !r try water     (without !r it is a note for agents)",
    "More    /as agent@1     agent: /ticket list     /edit TEXT     /delete     help all     Ctrl-D",
)
GRAMMAR = """\
NAME: TEXT              to the bot, in private
NAME@CHANNEL: TEXT      in a channel
NAME@3: TEXT            in ticket 3: agents in the agents' room, everybody else in the customer's
NAME@CHANNEL/3: TEXT    in the room of ticket 3 that is in that channel
NAME: /COMMAND …        a slash command, in private or in a room; @bot VERB does the same
NAME: [LABEL] 3         presses a button on ticket 3; without a number, the newest one
NAME: /edit TEXT        changes the last message you wrote there; /delete takes it back
NAME: TEXT @file:PATH   sends a file along; with spaces in its path: @file:"my photo.png"

A form asks for a line for each field; a single . leaves an optional one empty, /cancel stops.
After each line comes the answer, then everything the bot does because of it.
Empty lines are skipped; so are comments: lines that begin with #, and what follows three spaces and #.

On a terminal, /as NAME and /as NAME@PLACE say who and where you are: lines need no NAME: then.
A line that begins with a space is said as it is. Ctrl-D leaves."""

NOT_A_LINE = (
    "I do not understand this line. Please write NAME: TEXT, with a space after the colon, or help. Nothing was sent."
)
NOTHING = "There is nothing to send."
TOO_LONG = "This line is longer than a million characters. Nothing was sent; please send it as a file, with @file:PATH."
NOT_STORED = "Something went wrong on our side and this was not stored. Please send it again."
BUSY = "There is very much to do right now and this was not stored. Please send it again in a minute."
NO_LAST = "I do not know of a message of yours here that can be changed. Nothing was changed."
NO_FILES_HERE = "Files go with messages, not with commands and edits. Nothing was done."
NOTHING_MORE = "(done; nothing more happened)"
A_COMMENT = "(A comment; it was not sent to anybody.)"
CANCELLED = "Cancelled. Nothing was sent."
TAKEN_BACK = "(taken back)"
HOW_TO_FILL = "One line for each field; /cancel stops."
CANCEL = "/cancel"
NOTHING_ENTERED = "."
MARKS = {
    Mark.INTERNAL: "internal",
    Mark.SENDING: "on its way",
    Mark.DELIVERED: "delivered",
    Mark.FAILED: "failed",
}


def bad_name(name: str) -> str:
    rule = "up to 64 letters, digits and signs, without spaces and without @ : / [ ] #"
    return f"“{name}” cannot be a name: {rule}. Nothing was sent."


def no_channel(name: str, known: Iterable[str]) -> str:
    there = ", ".join(f"#{channel}" for channel in known)
    return f"There is no channel #{name} for you.{f' There is: {there}.' if there else ''} Nothing was sent."


def no_room(number: str) -> str:
    return f"There is no room of ticket #{number} for you. Nothing was sent."


def several_rooms(name: str, number: str, channels: Iterable[str]) -> str:
    choices = " or ".join(f"{name}@{channel}/{number}:" for channel in channels)
    return f"Several desks have a ticket #{number}. Write {choices}. Nothing was sent."


def no_button(label: str, number: str) -> str:
    return f"There is no button [{label}]{f' on #{number}' if number else ''} for you. Nothing was done."


def no_file(name: str, reason: str) -> str:
    return f"The file {name} cannot be read: {reason}. Nothing was sent."


def prompt(field: Input) -> str:
    label = field.label if field.required else f"{field.label} (optional, {NOTHING_ENTERED} leaves it empty)"
    return label if label.endswith("?") else f"{label}:"


def required(field: Input) -> str:
    return f"{field.label}: this one is needed. Please write it, or {CANCEL}."


def too_long(field: Input, length: int) -> str:
    return (
        f"{field.label}: that is {length} characters; at most {field.max_length} fit. Please shorten it, or {CANCEL}."
    )


def mark(mark: Mark, reason: str = "") -> str:
    return f"{MARKS[mark]}: {reason}" if reason else MARKS[mark]


def marked(whose: str, mark_words: str) -> str:
    return f"({whose}: {mark_words})" if whose else f"({mark_words})"


def only(name: str) -> str:
    return f"(only {name} sees this)"


def room_opened(number: str) -> str:
    return f"Here is the room of #{number}."


def admitted(name: str, out: bool) -> str:
    return f"{name} {'is no longer' if out else 'is now'} in this room."


def now_are(who: str, *, agent: bool) -> str:
    return f"You are {who} now, {'an agent' if agent else 'a customer'}."


def somebody_new(name: str) -> str:
    return f"{name} speaks for the first time. (Not meant as a name? Begin the line with a space.)"


def size(count: int) -> str:
    for unit, one in (("MB", 1 << 20), ("kB", 1 << 10)):
        if count >= one:
            return f"{count / one:.1f} {unit}"
    return f"{count} bytes"
