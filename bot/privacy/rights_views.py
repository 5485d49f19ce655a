"""What people read who correct, restrict, object, consent, or ask what became of a request."""

from collections.abc import Sequence
from datetime import datetime

from bot.message import Button, Form, Input, Message, say
from bot.privacy.model import STEPS, Asked, Request, Stage
from bot.privacy.purposes import CONSENTED, OBJECTABLE, Choice, Purpose, allowed
from bot.privacy.views import EXPORT, count, day, moment
from bot.wording import shortened

# Corrections

NAME_FORM = Form(
    action="", title="Correct your name", inputs=(Input("text", "What you want to be called", max_length=80),)
)
LANGUAGE_FORM = Form(
    action="", title="Correct your language", inputs=(Input("text", "A code such as en or de", max_length=10),)
)
WORDS_FORM = Form(
    action="",
    title="Correct what you wrote",
    inputs=(
        Input("wrong", "The words as they are now", long=True, max_length=500),
        Input("right", "The words that are right", long=True, max_length=500),
    ),
)


def what_is_wrong() -> Message:
    text = (
        "We replace it everywhere, and keep nowhere what it was. A ticket's history says that something was corrected. "
        "What you wrote yourself on the platform, only you can edit there."
    )
    buttons = (
        Button("My name", "mydata.correct-name"),
        Button("My language", "mydata.correct-language"),
        Button("Words I wrote", "mydata.correct-words"),
    )
    return Message(title="What is wrong?", text=(text,), buttons=buttons)


def name_corrected(name: str, request: Request) -> Message:
    return say(
        f"From now on you are called {name} here, whatever the platform says. What was posted under the other name is "
        f"changed, too; that may take a little. /mydata status shows it as request {request.number}."
    )


def name_wrong(longest: int) -> str:
    return f"Nothing was changed: a name has from 1 to {longest} characters."


def language_corrected(language: str) -> Message:
    return say(f"Your language is {language} from now on, whatever the platform says.")


def language_wrong() -> str:
    return "Nothing was changed: a language is a code such as en, de or pt-BR."


def words_corrected(messages: int, more: bool, request: Request) -> Message:
    rest = " There are more: please do the same once more." if more else ""
    return say(
        f"Corrected in {count(messages, 'message')}, and in every copy of ours.{rest} What it was is being wiped; "
        f"/mydata status shows it as request {request.number}. Your own message on the platform is yours to edit."
    )


def not_found_in_yours(wrong: str) -> str:
    return (
        f"Nothing was changed: “{shortened(wrong)}” is in nothing that you wrote in a ticket. Please take the words "
        "exactly as they are there. /mydata export gives you all of it."
    )


def too_few_words(fewest: int) -> str:
    return f"Nothing was changed: please give at least {fewest} characters, so that nothing else is changed with them."


def still_wrong() -> str:
    return "Nothing was changed: the right words would have the wrong ones in them. Please take more words around."


def too_long_then(most: int) -> str:
    return f"Nothing was changed: a message would then be longer than {most} characters."


# Restriction


def restrict() -> Message:
    text = (
        "Your data stays, and is used for nothing else: agents see a placeholder instead of your tickets, nobody "
        "finds or answers them, and what you write here is not passed on until you lift the restriction. You can "
        "still see, export, correct and delete what is yours."
    )
    return Message(title="Restrict your data?", text=(text,), buttons=(Button("Restrict it", "mydata.restrict-now"),))


LIFT = Button("Lift it", "mydata.lift")


def restricted_now() -> Message:
    text = (
        "Your data is restricted from now on. What was posted to agents is being replaced by a placeholder. "
        "/mydata lift ends it."
    )
    return Message(text=(text,), buttons=(LIFT,))


def restricted_since(when: datetime) -> Message:
    return Message(text=(f"Your data is restricted since {moment(when)}.",), buttons=(LIFT,))


def lifted() -> Message:
    return say("The restriction is lifted. Agents see your tickets again, and what you write is passed on.")


def not_restricted() -> Message:
    return say("Your data is not restricted. Nothing was changed.")


# Objections and consents

PURPOSES = {
    Purpose.STATISTICS: "counting your tickets in the desk's statistics",
    Purpose.SURVEYS: "asking you how satisfied you are",
    Purpose.QUALITY: "reading your tickets again to see how well we answered",
    Purpose.EXAMPLES: "using what you wrote, without your name, as an example for new agents",
}


def objections(choices: Sequence[Choice]) -> Message:
    lines = [f"• {PURPOSES[one]}: {_allowed(one, choices)}" for one in OBJECTABLE]
    text = "\n".join([*lines, "Whatever you choose, your tickets are answered all the same."])
    return Message(title="What we may do besides answering you", text=(text,), buttons=_switches(OBJECTABLE, choices))


def consents(choices: Sequence[Choice]) -> Message:
    lines = [f"• {PURPOSES[one]}: {_allowed(one, choices)}" for one in CONSENTED]
    text = "\n".join([*lines, "It is done only if you say yes, and you can take that back whenever you like."])
    return Message(title="What we do only if you agree", text=(text,), buttons=_switches(CONSENTED, choices))


def _allowed(purpose: Purpose, choices: Sequence[Choice]) -> str:
    made = next((choice for choice in choices if choice.purpose is purpose), None)
    state = "yes" if allowed(purpose, choices) else "no"
    return f"{state}, as you chose on {day(made.at)}" if made else state


def _switches(purposes: Sequence[Purpose], choices: Sequence[Choice]) -> tuple[Button, ...]:
    return tuple(
        Button(f"No {one}", "mydata.forbid", one)
        if allowed(one, choices)
        else Button(f"Yes, {one}", "mydata.allow", one)
        for one in purposes
    )


def chosen(purpose: Purpose, allow: bool) -> Message:
    state = "may be done" if allow else "is not done any more"
    yes, no = Button("Yes, after all", "mydata.allow", purpose), Button("No, after all", "mydata.forbid", purpose)
    text = f"From now on this {state} with your data: {PURPOSES[purpose]}. That you chose so is kept, to prove it."
    return Message(text=(text,), buttons=(no if allow else yes,))


def no_such_purpose() -> str:
    return "That button is not valid any more. Nothing was changed. Please write /mydata object or /mydata consent."


# Requests

KINDS = {
    Asked.RESTRICTION: "a restriction",
    Asked.LIFTING: "the end of a restriction",
    Asked.CORRECTION: "a correction",
    Asked.EXPORT: "an export",
    Asked.ERASURE: "the deletion of your data",
}
STAGES = {
    Stage.ASKED: "waits for you to confirm it",
    Stage.COOLING: "is confirmed and has not begun",
    Stage.REVIEW: "waits for the privacy officer",
    Stage.HELD: "waits, because the law has us keep it for now",
    Stage.DUE: "is being done",
    Stage.CLEANING: "is being done",
    Stage.TOLD: "is done; its receipt is on its way",
    Stage.DONE: "done",
    Stage.EXPIRED: "over",
    Stage.CANCELLED: "cancelled by you",
    Stage.REFUSED: "refused",
}


def status(requests: Sequence[Request]) -> Message:
    if not requests:
        return say("You asked for nothing yet. /mydata shows what you can ask for.")
    lines = [_standing(request) for request in requests]
    buttons = tuple(
        Button(f"Cancel {request.number}", "mydata.cancel", str(request.number))
        for request in requests
        if request.cancellable
    )
    return Message(title="What you asked of your data", text=("\n".join(lines),), buttons=buttons)


def _standing(request: Request) -> str:
    line = f"• {request.number}: {KINDS[request.asked]}, asked {day(request.received)}: {STAGES[request.stage]}"
    if request.stage is Stage.COOLING and request.expires_at:
        line += f"; it begins {moment(request.expires_at)}"
    if request.running and request.step in STEPS:
        line += f" (step {STEPS.index(request.step) + 1} of {len(STEPS)})"
    if request.done_at:
        line += f", {moment(request.done_at)}"
    return f"{line}. You have an answer by {day(request.answer_by)}" if request.open else line


def cooling(request: Request) -> Message:
    begins = moment(request.expires_at) if request.expires_at else "soon"
    text = (
        f"Your data is deleted from {begins} on. Until then nothing is deleted and you can cancel it, here or with "
        f"/mydata cancel {request.number}. You may want an export first."
    )
    cancel = Button("Cancel", "mydata.cancel", str(request.number))
    return Message(title="Your deletion is confirmed", text=(text,), buttons=(EXPORT, cancel))


def held(request: Request) -> Message:
    return say(
        f"You asked for the deletion of your data on {day(request.received)}. The law has us keep it for now, so it is "
        "put aside and used for nothing else; it is deleted by itself as soon as that ends. Nothing more is to be done."
    )


def cancelled(request: Request) -> Message:
    return say(f"Request {request.number}, {KINDS[request.asked]}, is cancelled. Nothing was deleted or changed.")


def not_cancellable(request: Request) -> str:
    if request.open:
        return f"Request {request.number}, {KINDS[request.asked]}, has begun, so it cannot be cancelled any more."
    return f"Request {request.number}, {KINDS[request.asked]}, is over. Nothing was changed."


def no_request() -> str:
    return "You have no request of that number. /mydata status shows those you have."


def nothing_to_cancel() -> str:
    return "You asked for nothing that could be cancelled. /mydata status shows what you asked for."


def which_request(requests: Sequence[Request]) -> str:
    return f"Which one? Please write /mydata cancel with one of: {', '.join(str(r.number) for r in requests)}."
