"""What is read about exports that an officer hands on, sealed."""

from bot.language import _
from bot.message import Message, say
from bot.privacy.model import Request
from bot.wording import day, moment


def ordered(request: Request) -> str:
    return _(
        "Request {number}: their data is put together and sealed. The account gets the passphrase in private, and you "
        "get the file with {command}, to hand it on.",
        number=request.number, command=f"/privacy sealed {request.number}",
    )  # fmt: skip


def your_passphrase(request: Request, phrase: str, contact: str) -> Message:
    text = _(
        "On {day} a privacy officer was asked for a copy of your data, another way than here ({source}). It comes to "
        "you that way, sealed. This opens it, and nobody else has it:\n\n{phrase}\n\nAny program that knows age "
        "(age-encryption.org) opens the file, and so does helpthread privacy open.",
        day=day(request.at), source=request.source, phrase=phrase,
    )  # fmt: skip
    not_you = _("If it was not you who asked, give this to nobody.")
    more = " " + _("Questions go to {contact}.", contact=contact) if contact else ""
    return Message(title=_("The key to your data"), text=(f"{text} {not_you}{more}",))


def ready(request: Request) -> Message:
    return say(
        _(
            "The sealed export of request {number} is ready: {command}.",
            number=request.number, command=f"/privacy sealed {request.number}",
        )
    )  # fmt: skip


def sealed_file(request: Request) -> Message:
    text = _(
        "The sealed export of request {number}, to be handed on. Only whom it is about can open it.",
        number=request.number,
    )
    return Message(text=(text,), files=(request.file,) if request.file else ())


def sent_to_you(request: Request) -> str:
    return _("The sealed export of request {number} comes to you in private.", number=request.number)


def copied(request: Request) -> str:
    until = moment(request.expires_at) if request.expires_at else ""
    return _(
        "The sealed export of request {number} is yours to hand on. We keep it until {until}.",
        number=request.number, until=until,
    )  # fmt: skip


def not_sealed() -> str:
    return _("Nothing was handed out: an officer gets sealed exports only, which /privacy export-for makes.")


def not_there(request: Request) -> str:
    return _(
        "Nothing was handed out: request {number} is not ready yet, or its file was deleted. /privacy show says which; "
        "/privacy export-for makes another.",
        number=request.number,
    )
