"""Every word people read when somebody or something is gone: people, roles, channels, rights."""

from datetime import datetime

from bot.desks.model import Desk
from bot.desks.naming import written_place
from bot.inbound import Place
from bot.language import _, here, several
from bot.message import Button, Message, say
from bot.tickets.model import Ticket
from bot.wording import moment


def left_reason() -> str:
    return _("left the server")


def left(ticket: Ticket, name: str) -> Message:
    return say(
        _(
            "{name} left the server. #{number} stays open; what you answer may not reach them until they are back.",
            name=name,
            number=ticket.number,
        )
    )


def back(ticket: Ticket, name: str) -> Message:
    return say(
        _(
            "{name} is in the server again, and can read and write in #{number}.",
            name=name,
            number=ticket.number,
        )
    )


def agent_left(ticket: Ticket, name: str) -> Message:
    return say(
        _(
            "{name} left the server, so #{number} waits for somebody else to claim it.",
            name=name,
            number=ticket.number,
        )
    )


def channel_gone() -> Message:
    return say(
        _("The customer's channel is gone. Nothing is lost: the ticket goes on in their private messages with the bot.")
    )


def group_gone(desk: Desk, group: str) -> Message:
    return say(
        _(
            "{group}, which desk {desk} lists, was deleted. Whoever was in it has no rank at this desk any more. "
            "Please name another one with /desk setup or /desk agent, and take this one away with /desk remove.",
            group=group,
            desk=desk.name,
        )
    )


def intake_gone(desk: Desk, place: Place, why: str) -> Message:
    return say(
        _(
            "Desk {desk} took in from {channel}, where I cannot be any more: {reason}. Its open tickets go on in "
            "private messages. A lead can give the desk another channel with /desk setup.",
            desk=desk.name,
            channel=written_place(place),
            reason=here(why),
        )
    )


def server_gone(desk: Desk, workspace: str, deleted: datetime) -> Message:
    return say(
        _(
            "I was removed from the server {server}, where desk {desk} has channels. What was said is kept until "
            "{when}, and what agents answer as well. Please invite me again by then, or give the desk other channels: "
            "after that it is deleted for good, as the privacy notice says.",
            server=workspace,
            desk=desk.name,
            when=moment(deleted),
        )
    )


def cannot_show(desk: Desk, reason: str) -> Message:
    text = _(
        "I could not post for desk {desk}: {reason}. Nothing is lost: what could not be posted is kept. "
        "Please mend that, then press the button.",
        desk=desk.name,
        reason=here(reason),
    )
    return Message((text,), buttons=(Button(_("Try again"), "outbox.retry-desk", str(desk.id)),))


def retrying(many: int) -> Message:
    return say(several("Trying again: {number} message.", "Trying again: {number} messages.", many))


def moved(ticket: Ticket) -> Message:
    return say(
        _(
            "#{number} goes on here: its desk has another channel. /ticket history shows what was said.",
            number=ticket.number,
        )
    )
