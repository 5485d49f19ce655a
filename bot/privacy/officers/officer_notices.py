"""What people are told of what a privacy officer does with their requests."""

from bot.language import Phrase, _, here
from bot.message import Button, Message, say
from bot.privacy.model import Request
from bot.privacy.rights_views import KINDS
from bot.wording import day

REASONS = {
    "complex": Phrase("it is complex"),
    "many": Phrase("you asked for many things at once"),
    "unverified": Phrase("we could not make sure that it came from you (GDPR Art. 12(6))"),
    "excessive": Phrase("the same was asked for again and again (GDPR Art. 12(5))"),
    "third-party": Phrase("it would harm the rights of others (GDPR Art. 15(4))"),
    "not-controller": Phrase("we are not the ones responsible for that data"),
    "no-data": Phrase("we hold nothing of that"),
    "obligation": Phrase("the law has us keep it (GDPR Art. 17(3)(b))"),
    "claims": Phrase("it is needed for legal claims (GDPR Art. 17(3)(e))"),
}


def challenge(request: Request) -> Message:
    text = _(
        "A request about your data reached us another way: {kind}. If it is yours, press the button. If not, do "
        "nothing: then nothing happens.",
        kind=here(KINDS[request.asked]),
    )
    yes = Button(_("It is mine"), "mydata.mine", str(request.number))
    return Message(title=_("Was that you?"), text=(text,), buttons=(yes,))


def extended(request: Request) -> Message:
    return say(
        _(
            "Your request {number}, {kind}, takes us longer, because {reason}. You have an answer by {day}. You can "
            "complain to a data protection authority.",
            number=request.number, kind=here(KINDS[request.asked]), reason=here(REASONS[request.extended]),
            day=day(request.answer_by),
        )
    )  # fmt: skip


def refused(request: Request, contact: str) -> Message:
    text = _(
        "We cannot do what you asked for with request {number}, {kind}, because {reason}. You can complain to a data "
        "protection authority, or go to court.",
        number=request.number, kind=here(KINDS[request.asked]), reason=here(REASONS[request.refused]),
    )  # fmt: skip
    return say(text + (" " + _("Questions go to {contact}.", contact=contact) if contact else ""))


def not_yours() -> str:
    return _("That button is not valid any more. Nothing was changed. /mydata status shows what you asked for.")
