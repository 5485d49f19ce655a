"""What is read about that which two people have to agree on."""

from collections.abc import Callable, Sequence

from bot.language import _, here
from bot.message import Button, Message, say
from bot.privacy.model import Request
from bot.privacy.officers.office_views import KIND
from bot.wording import moment

Telling = Callable[[], Message]


# To the person


def said_to_be_minor(request: Request) -> Message:
    text = _(
        "Somebody who works here thinks that you may be too young for this desk. Until that is settled, your data is "
        "kept and used for nothing else. If you are of age, say so until {when}: then a privacy officer looks at it "
        "again. If you say nothing, and a second person agrees, all of it is deleted then; if nobody does, everything "
        "is as before.",
        when=_when(request),
    )
    buttons = (
        Button(_("I am of age"), "mydata.contest", str(request.number)),
        Button(_("Export"), "mydata.export"),
    )
    return Message(title=_("A question about your age"), text=(text,), buttons=buttons)


def contested() -> Message:
    return say(_("Thank you. A privacy officer looks at it within two days, and you hear of it."))


def decided(request: Request, contact: str) -> Message:
    text = _(
        "A privacy officer looked at it again, and still takes you to be too young for this desk. What we hold about "
        "you is deleted on {when}; until then you can have a copy of it.",
        when=_when(request),
    )
    if contact:
        text += " " + _("If that is wrong, tell them: {contact}.", contact=contact)
    return Message((text,), title=_("A question about your age"), buttons=(Button(_("Export"), "mydata.export"),))


def as_before() -> Message:
    return say(_("The question about your age is settled. Your data is used again as before, nothing was deleted."))


def to_be_deleted(request: Request) -> Message:
    text = _(
        "Somebody asked us another way, in your name, to delete what we hold about you. It begins when a second "
        "privacy officer agrees. If that was not you, stop it now with {command} or the button.",
        command=f"/mydata cancel {request.number}",
    )
    stop = Button(_("Stop it"), "mydata.cancel", str(request.number))
    return Message(title=_("Your data is to be deleted"), text=(text,), buttons=(stop, _export()))


def not_deleted() -> Message:
    return say(_("What we hold about you is not deleted after all: a privacy officer took that back."))


def over() -> str:
    return _("That button is not valid any more. Nothing was changed. /mydata status shows how things are.")


def under_question() -> str:
    return _(
        "Nothing was changed: first a privacy officer has to settle the question about your age. The button in the "
        "message about it says that you are of age; /mydata status shows how things are."
    )


def _export() -> Button:
    return Button(_("Export"), "mydata.export")


def _when(request: Request) -> str:
    return moment(request.expires_at) if request.expires_at else "…"


# To agents and officers


def flagged(request: Request) -> str:
    return _(
        "Their data is restricted, and they are asked, as request {number}. It is deleted on {when} if another privacy "
        "officer confirms that they are a minor; else everything is as before.",
        number=request.number, when=_when(request),
    )  # fmt: skip


def waits_for_another(request: Request) -> str:
    return _(
        "Request {number} waits for another privacy officer: {command}. Nothing is deleted before that.",
        number=request.number, command=_confirm(request),
    )  # fmt: skip


def confirm_it(request: Request) -> Message:
    return say(
        _(
            "Request {number}, {kind}, needs a second privacy officer: {show}, then {confirm} or {clear}.",
            number=request.number,
            kind=here(KIND[request.asked]),
            show=f"/privacy show {request.number}",
            confirm=_confirm(request),
            clear=f"/privacy clear {request.number}",
        )
    )


def they_say_no(request: Request) -> Message:
    return say(
        _(
            "They say that they are of age, in request {number}. Unless it is confirmed from now on, with {confirm}, "
            "everything is as before on {when}.",
            number=request.number, confirm=_confirm(request), when=_when(request),
        )
    )  # fmt: skip


def minor_confirmed(request: Request, *, said_otherwise: bool) -> str:
    if said_otherwise:
        return _(
            "Request {number} is confirmed. What we hold about them is deleted on {when}; they said that they are of "
            "age, and can say so only once. {clear} takes it back.",
            number=request.number, when=_when(request), clear=f"/privacy clear {request.number}",
        )  # fmt: skip
    return _(
        "Request {number} is confirmed. What we hold about them is deleted on {when}, unless they say until then that "
        "they are of age.",
        number=request.number, when=_when(request),
    )  # fmt: skip


def begun(request: Request) -> str:
    return _("Request {number} is confirmed, and the deletion begins now.", number=request.number)


def on_hold(request: Request) -> str:
    return _("Request {number} is confirmed; it waits for the end of a legal hold.", number=request.number)


def cleared(request: Request) -> str:
    return _("Nothing comes of request {number}, and everything is as before. They are told.", number=request.number)


def nothing_waits() -> str:
    return _(
        "Nothing was changed: that request does not wait for a second officer. If you mean a legal hold, write the "
        "word hold after its number."
    )


def somebody_else() -> str:
    return _("Nothing was changed: you began that yourself. Somebody else has to confirm it.")


def nothing_held() -> str:
    return _("Nothing was changed: we hold nothing about them.")


def works_here() -> str:
    return _("Nothing was changed: they work at a desk. Remove them there first, with /desk remove.")


def choose_source(sources: Sequence[str]) -> str:
    return _("Nothing was changed: the source is one of {sources}.", sources=", ".join(sources))


def not_staff() -> str:
    return _("That is for agents and privacy officers. Nothing was changed.")


def _confirm(request: Request) -> str:
    return f"/privacy confirm {request.number}"
