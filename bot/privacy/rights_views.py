"""What people read who correct, restrict, object, consent, or ask what became of a request."""

from collections.abc import Sequence
from datetime import datetime

from bot.language import Phrase, _, here, several
from bot.message import Button, Form, Input, Message, say
from bot.privacy.erasing.steps import STEPS
from bot.privacy.model import Asked, Request, Stage
from bot.privacy.purposes import CONSENTED, OBJECTABLE, Choice, Purpose, allowed
from bot.wording import day, moment, shortened

# Corrections

NAME_FORM = Form(
    action="",
    title=Phrase("Correct your name"),
    inputs=(Input("text", Phrase("What you want to be called"), max_length=80),),
)
LANGUAGE_FORM = Form(
    action="",
    title=Phrase("Correct your language"),
    inputs=(Input("text", Phrase("A code such as en or de"), max_length=10),),
)
WORDS_FORM = Form(
    action="",
    title=Phrase("Correct what you wrote"),
    inputs=(
        Input("wrong", Phrase("The words as they are now"), long=True, max_length=500),
        Input("right", Phrase("The words that are right"), long=True, max_length=500),
    ),
)


DISPUTE_FORM = Form(
    action="",
    title=Phrase("Say what is wrong"),
    inputs=(
        Input("ticket", Phrase("The number of the ticket it is in"), max_length=60),
        Input("text", Phrase("What is wrong, and what is right"), long=True, max_length=2000),
    ),
)


def what_is_wrong() -> Message:
    text = _(
        "We replace it everywhere, and keep nowhere what it was. A ticket's history says that something was corrected. "
        "What you wrote yourself on the platform, only you can edit there."
    )
    buttons = (
        Button(_("My name"), "mydata.correct-name"),
        Button(_("My language"), "mydata.correct-language"),
        Button(_("Words I wrote"), "mydata.correct-words"),
        Button(_("Something else"), "mydata.dispute"),
    )
    return Message(title=_("What is wrong?"), text=(text,), buttons=buttons)


def name_corrected(name: str, request: Request) -> Message:
    return say(
        _(
            "From now on you are called {name} here, whatever the platform says. What was posted under the other name "
            "is changed, too; that may take a little. /mydata status shows it as request {request}.",
            name=name,
            request=request.number,
        )
    )


def name_wrong(longest: int) -> str:
    return _("Nothing was changed: a name has from 1 to {longest} characters.", longest=longest)


def language_corrected(language: str) -> Message:
    return say(_("Your language is {language} from now on, whatever the platform says.", language=language))


def language_wrong() -> str:
    return _("Nothing was changed: a language is a code such as en, de or pt-BR.")


def words_corrected(messages: int, more: bool, request: Request) -> Message:
    sentences = [
        several(
            "Corrected in {number} message, and in every copy of ours.",
            "Corrected in {number} messages, and in every copy of ours.",
            messages,
        )
    ]
    if more:
        sentences.append(_("There are more: please do the same once more."))
    sentences.append(
        _(
            "What it was is being wiped; /mydata status shows it as request {request}. "
            "Your own message on the platform is yours to edit.",
            request=request.number,
        )
    )
    return say(" ".join(sentences))


def not_found_in_yours(wrong: str) -> str:
    return _(
        "Nothing was changed: “{words}” is in nothing that you wrote in a ticket. Please take the words "
        "exactly as they are there. /mydata export gives you all of it.",
        words=shortened(wrong),
    )


def too_few_words(fewest: int) -> str:
    return _(
        "Nothing was changed: please give at least {fewest} characters, so that nothing else is changed with them.",
        fewest=fewest,
    )


def still_wrong() -> str:
    return _("Nothing was changed: the right words would have the wrong ones in them. Please take more words around.")


def too_long_then(most: int) -> str:
    return _("Nothing was changed: a message would then be longer than {most} characters.", most=most)


# Disputes


def disputing(ticket: int, request: Request) -> Message:
    return say(
        _(
            "A privacy officer decides about that, as request {request}. Until you have read the decision, ticket "
            "#{ticket} is kept and used for nothing: agents see a placeholder. {command} takes it back.",
            request=request.number, ticket=ticket, command=f"/mydata cancel {request.number}",
        )
    )  # fmt: skip


def granted(request: Request) -> Message:
    return say(
        _(
            "We take what you said in request {request} as right. The ticket says so from now on, and agents see it "
            "again.",
            request=request.number,
        )
    )


def decided(request: Request, *, right: bool) -> Message:
    if right:
        text = _(
            "You were right in request {request}. The ticket says so from now on, and agents see it again.",
            request=request.number,
        )
    else:
        text = _(
            "We looked at what you said in request {request}, and found no mistake. Agents see the ticket again. You "
            "can complain to a data protection authority.",
            request=request.number,
        )
    return say(text)


def not_about_you(ticket: int) -> str:
    return _("Nothing was changed: ticket #{ticket} is not yours.", ticket=ticket)


def disputed_already(ticket: int) -> str:
    return _("You said that already of ticket #{ticket}. /mydata status shows how far it is.", ticket=ticket)


# Restriction


def restrict() -> Message:
    text = _(
        "Your data stays, and is used for nothing else: agents see a placeholder instead of your tickets, nobody "
        "finds or answers them, and what you write here is not passed on until you lift the restriction. You can "
        "still see, export, correct and delete what is yours."
    )
    buttons = (Button(_("Restrict it"), "mydata.restrict-now"),)
    return Message(title=_("Restrict your data?"), text=(text,), buttons=buttons)


def restricted_now() -> Message:
    text = _(
        "Your data is restricted from now on. What was posted to agents is being replaced by a placeholder. "
        "/mydata lift ends it."
    )
    return Message(text=(text,), buttons=(_lift(),))


def restricted_since(when: datetime) -> Message:
    return Message(text=(_("Your data is restricted since {when}.", when=moment(when)),), buttons=(_lift(),))


def _lift() -> Button:
    return Button(_("Lift it"), "mydata.lift")


def lifted() -> Message:
    return say(_("The restriction is lifted. Agents see your tickets again, and what you write is passed on."))


def not_restricted() -> Message:
    return say(_("Your data is not restricted. Nothing was changed."))


# Objections and consents


def what_for(purpose: Purpose) -> str:
    match purpose:
        case Purpose.STATISTICS:
            return _("counting your tickets in the desk's statistics")
        case Purpose.SURVEYS:
            return _("asking you how satisfied you are")
        case Purpose.QUALITY:
            return _("reading your tickets again to see how well we answered")
        case Purpose.EXAMPLES:
            return _("using what you wrote, without your name, as an example for new agents")


def named(purpose: Purpose) -> str:
    match purpose:
        case Purpose.STATISTICS:
            return _("statistics")
        case Purpose.SURVEYS:
            return _("surveys")
        case Purpose.QUALITY:
            return _("quality")
        case Purpose.EXAMPLES:
            return _("examples")


def objections(choices: Sequence[Choice]) -> Message:
    lines = [f"• {what_for(one)}: {_allowed(one, choices)}" for one in OBJECTABLE]
    lines.append(_("Whatever you choose, your tickets are answered all the same."))
    title = _("What we may do besides answering you")
    return Message(title=title, text=("\n".join(lines),), buttons=_switches(OBJECTABLE, choices))


def consents(choices: Sequence[Choice]) -> Message:
    lines = [f"• {what_for(one)}: {_allowed(one, choices)}" for one in CONSENTED]
    lines.append(_("It is done only if you say yes, and you can take that back whenever you like."))
    title = _("What we do only if you agree")
    return Message(title=title, text=("\n".join(lines),), buttons=_switches(CONSENTED, choices))


def _allowed(purpose: Purpose, choices: Sequence[Choice]) -> str:
    made = next((choice for choice in choices if choice.purpose is purpose), None)
    state = _("yes") if allowed(purpose, choices) else _("no")
    return _("{yes_or_no}, as you chose on {day}", yes_or_no=state, day=day(made.at)) if made else state


def _switches(purposes: Sequence[Purpose], choices: Sequence[Choice]) -> tuple[Button, ...]:
    return tuple(
        Button(_("No {purpose}", purpose=named(one)), "mydata.forbid", one)
        if allowed(one, choices)
        else Button(_("Yes, {purpose}", purpose=named(one)), "mydata.allow", one)
        for one in purposes
    )


def chosen(purpose: Purpose, allow: bool) -> Message:
    if allow:
        text = _("From now on this may be done with your data: {purpose}.", purpose=what_for(purpose))
        other = Button(_("No, after all"), "mydata.forbid", purpose)
    else:
        text = _("From now on this is not done any more with your data: {purpose}.", purpose=what_for(purpose))
        other = Button(_("Yes, after all"), "mydata.allow", purpose)
    return Message(text=(text + " " + _("That you chose so is kept, to prove it."),), buttons=(other,))


def no_such_purpose() -> str:
    return _("That button is not valid any more. Nothing was changed. Please write /mydata object or /mydata consent.")


# Requests

KINDS = {
    Asked.RESTRICTION: Phrase("a restriction"),
    Asked.LIFTING: Phrase("the end of a restriction"),
    Asked.CORRECTION: Phrase("a correction"),
    Asked.DISPUTE: Phrase("a mistake you told us of"),
    Asked.MINOR: Phrase("a question about your age"),
    Asked.EXPORT: Phrase("an export"),
    Asked.ERASURE: Phrase("the deletion of your data"),
    Asked.REST: Phrase("the deletion of a ticket under a legal hold"),
}
STAGES = {
    Stage.ASKED: Phrase("waits for you to confirm it"),
    Stage.COOLING: Phrase("is confirmed and has not begun"),
    Stage.REVIEW: Phrase("waits for the privacy officer"),
    Stage.HELD: Phrase("waits, because the law has us keep it for now"),
    Stage.DUE: Phrase("is being done"),
    Stage.CLEANING: Phrase("is being done"),
    Stage.TOLD: Phrase("is done; its receipt is on its way"),
    Stage.DONE: Phrase("done"),
    Stage.EXPIRED: Phrase("over"),
    Stage.CANCELLED: Phrase("cancelled by you"),
    Stage.REFUSED: Phrase("refused"),
}


def status(requests: Sequence[Request]) -> Message:
    if not requests:
        return say(_("You asked for nothing yet. /mydata shows what you can ask for."))
    lines = [_standing(request) for request in requests]
    buttons = tuple(
        Button(_("Cancel {request}", request=request.number), "mydata.cancel", str(request.number))
        for request in requests
        if request.cancellable
    )
    return Message(title=_("What you asked of your data"), text=("\n".join(lines),), buttons=buttons)


def _standing(request: Request) -> str:
    line = _(
        "• {number}: {kind}, asked {day}: {stage}",
        number=request.number, kind=here(KINDS[request.asked]), day=day(request.received),
        stage=here(STAGES[request.stage]),
    )  # fmt: skip
    if request.stage is Stage.COOLING and request.expires_at:
        line += _("; it begins {when}", when=moment(request.expires_at))
    if request.running and request.step in STEPS:
        line += _(" (step {step} of {steps})", step=STEPS.index(request.step) + 1, steps=len(STEPS))
    if request.done_at:
        line += f", {moment(request.done_at)}"
    if request.open:
        line += _(". You have an answer by {day}", day=day(request.answer_by))
    return line


def cooling(request: Request) -> Message:
    text = _(
        "Your data is deleted from {when} on. Until then nothing is deleted and you can cancel it, here or with "
        "{command}. You may want an export first.",
        when=moment(request.expires_at) if request.expires_at else "…",
        command=f"/mydata cancel {request.number}",
    )
    buttons = (Button(_("Export"), "mydata.export"), Button(_("Cancel"), "mydata.cancel", str(request.number)))
    return Message(title=_("Your deletion is confirmed"), text=(text,), buttons=buttons)


def held(request: Request) -> Message:
    return say(
        _(
            "You asked for the deletion of your data on {day}. The law has us keep it for now, so it is "
            "put aside and used for nothing else; it is deleted by itself as soon as that ends. "
            "Nothing more is to be done.",
            day=day(request.received),
        )
    )


def looked_at(request: Request) -> Message:
    return say(
        _(
            "You asked for the deletion of your data on {day}. It waits for a privacy officer; until then your data is "
            "put aside and used for nothing else. You have an answer by {due}.",
            day=day(request.received),
            due=day(request.answer_by),
        )
    )


def cancelled(request: Request) -> Message:
    return say(
        _(
            "Request {number}, {kind}, is cancelled. Nothing was deleted or changed.",
            number=request.number, kind=here(KINDS[request.asked]),
        )
    )  # fmt: skip


def not_cancellable(request: Request) -> str:
    kind = here(KINDS[request.asked])
    if request.open:
        return _(
            "Request {number}, {kind}, has begun, so it cannot be cancelled any more.", number=request.number, kind=kind
        )
    return _("Request {number}, {kind}, is over. Nothing was changed.", number=request.number, kind=kind)


def no_request() -> str:
    return _("You have no request of that number. /mydata status shows those you have.")


def nothing_to_cancel() -> str:
    return _("You asked for nothing that could be cancelled. /mydata status shows what you asked for.")


def which_request(requests: Sequence[Request]) -> str:
    numbers = ", ".join(str(request.number) for request in requests)
    return _("Which one? Please write /mydata cancel with one of: {numbers}.", numbers=numbers)
