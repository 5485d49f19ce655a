"""Every word people read when somebody or something is gone: people, roles, channels, rights."""

from bot.desks.model import Desk
from bot.desks.naming import written_place
from bot.inbound import Place
from bot.message import Button, Message, say
from bot.tickets.model import Ticket

LEFT = "left the server"  # why a ticket was closed
CHANNEL_GONE = "The customer's channel is gone"


def left(ticket: Ticket, name: str) -> Message:
    return say(
        f"{name} left the server. #{ticket.number} stays open; what you answer may not reach them until they are back."
    )


def back(ticket: Ticket, name: str) -> Message:
    return say(f"{name} is in the server again, and can read and write in #{ticket.number}.")


def agent_left(ticket: Ticket, name: str) -> Message:
    return say(f"{name} left the server, so #{ticket.number} waits for somebody else to claim it.")


def group_gone(desk: Desk, group: str) -> Message:
    return say(
        f"{group}, which desk {desk.name} lists, was deleted. Whoever was in it has no rank at this desk any more. "
        "Please name another one with /desk setup or /desk agent, and take this one away with /desk remove."
    )


def intake_gone(desk: Desk, place: Place, why: str) -> Message:
    return say(
        f"Desk {desk.name} took in from {written_place(place)}, where I cannot be any more: {why}. Its open tickets "
        "go on in private messages. A lead can give the desk another channel with /desk setup."
    )


def server_gone(desk: Desk, workspace: str) -> Message:
    return say(
        f"I was removed from the server {workspace}, where desk {desk.name} has channels. Nothing that was said is "
        "lost, and what agents answer waits to be sent again. Please invite me again, or give the desk other channels."
    )


def cannot_show(desk: Desk, reason: str) -> Message:
    text = (
        f"I could not post for desk {desk.name}: {reason}. Nothing is lost: what could not be posted is kept. "
        "Please mend that, then press the button."
    )
    return Message((text,), buttons=(Button("Try again", "outbox.retry-desk", str(desk.id)),))


def retrying(many: int) -> Message:
    return say(f"Trying again: {many} {'message' if many == 1 else 'messages'}." if many else "Nothing waits any more.")


def moved(ticket: Ticket) -> Message:
    return say(f"#{ticket.number} goes on here: its desk has another channel. /ticket history shows what was said.")
