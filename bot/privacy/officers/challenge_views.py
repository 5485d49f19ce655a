"""What is read about codes that prove whose a request is."""

from datetime import datetime

from bot.language import _, here, several
from bot.message import Message
from bot.privacy.model import Request
from bot.privacy.rights_views import KINDS
from bot.wording import day


def quote_it(request: Request, code: str, until: datetime) -> Message:
    text = _(
        "Somebody asked us another way about your data: {kind}. If that was you, answer there with this code, until "
        "{day}: {code}. It begins then, and you need do nothing more. If it was not you, give the code to nobody: then "
        "nothing happens.",
        kind=here(KINDS[request.asked]), day=day(until), code=code,
    )  # fmt: skip
    return Message(title=_("Was that you?"), text=(text,))


def sent(request: Request, until: datetime) -> str:
    return _(
        "A code was sent to their account. When it comes back the way request {number} came, by {day}, say {command}.",
        number=request.number, day=day(until), command=" ".join(("/privacy quoted", str(request.number), "CODE")),
    )  # fmt: skip


def proven(request: Request) -> str:
    return _("That is the code: request {number} is theirs, and begins.", number=request.number)


def wrong(left: int) -> str:
    if not left:
        return _("That is not the code. This code counts no more; /privacy challenge sends another.")
    return (
        _("That is not the code. Nothing was done.") + " " + several("{number} more try.", "{number} more tries.", left)
    )


def no_code(request: Request) -> str:
    return _(
        "Nothing was done: there is no code that counts. {command} sends one.",
        command=f"/privacy challenge {request.number}",
    )


def nothing_to_prove() -> str:
    return _("Nothing was done: that request did not come another way, or is proven already.")
