"""Every word people read about panels: what they choose from, and how leads change it."""

from collections.abc import Sequence
from dataclasses import replace

from bot.desks.model import Desk
from bot.desks.panel import MOST_CATEGORIES, MOST_QUESTIONS, Category, Kind, Question
from bot.desks.typed import written
from bot.language import Phrase, _, here
from bot.message import Button, Form, Input, Message, Style, say

HAPPENED = Phrase("What happened?")
WHAT_HAPPENED = Question(ask=HAPPENED, kind=Kind.LONG)


def panel(desk: Desk) -> Message:
    """A button for each category; without categories, one that opens the form everybody knows."""
    shown = desk.panel
    title = shown.title or _("How can we help?")
    if not shown.categories:
        only = Button(_("Open a ticket"), "ticket.open", str(desk.id), Style.PRIMARY)
        return Message((shown.text or _("Press the button to open a ticket."),), title, buttons=(only,))
    buttons = tuple(
        Button(each.name, "panel.pick", f"{desk.id}-{each.known_by}", Style.PRIMARY, each.hint)
        for each in shown.categories
    )
    choose = _("Choose what it is about.")
    return Message((shown.text or choose,), title, buttons=buttons, menu=choose if shown.menu else "")


def replaced(shown: Message, words: str) -> Message:
    """The same to choose from, under other words."""
    return replace(shown, text=(words,))


def not_offered(text: str, said: str) -> str:
    """Above what can be chosen instead: `text` is what they filled in, `said` what the desk says there."""
    gone = _("That is not offered any more. Nothing was opened; here is what you can choose now.")
    return "\n".join(part for part in (gone, given_back(text), said) if part)


def not_here() -> str:
    return _("That is not offered here. Nothing was opened.")


def not_in_private() -> str:
    return _("Nothing was posted: please use this command in the channel where the panel is to be.")


def posted(desk: Desk) -> Message:
    return say(
        _(
            "The panel of desk {name} is posted here in a moment. Post it again when you changed it: the old one goes.",
            name=desk.name,
        )
    )


def category_wrong() -> str:
    return _(
        "Nothing was changed. A category has a name of up to 80 characters and up to {questions} different questions "
        "of up to 100 characters, with semicolons between, such as: "
        "Order number; What happened? [long]; Device [phone|tablet]; Photo [file, optional]. "
        "If its name has no letters a-z, give it a tag of its own. "
        "A panel has up to {categories} categories, each with another tag.",
        questions=MOST_QUESTIONS,
        categories=MOST_CATEGORIES,
    )


def panel_wrong() -> str:
    return _("Nothing was changed. The title has up to 100 characters, the text up to 1500.")


def form(desk: Desk, category: Category) -> Form:
    inputs = tuple(map(_input, asked(category)))
    return Form("panel.fill", category.name, inputs, f"{desk.id}-{category.known_by}")


def asked(category: Category) -> Sequence[Question]:
    return category.questions or (WHAT_HAPPENED,)


def ask(question: Question) -> str:
    """A desk's own questions are asked as they are."""
    return here(HAPPENED) if question == WHAT_HAPPENED else question.ask


def _input(question: Question) -> Input:
    return Input(
        question.name,
        ask(question),
        long=question.kind is Kind.LONG,
        required=question.required,
        max_length=3000 if question.kind is Kind.LONG else 300,
        picks="files" if question.kind is Kind.FILE else "",
        choices=question.choices,
    )


def answer(question: Question | None, value: str) -> str:
    """`question` is None for an answer to one that is not asked any more."""
    asked = ask(question) if question else _("Answer")
    colon = "" if asked[-1] in "?!.:…" else ":"
    return f"{asked}{colon}\n{value}" if "\n" in value else f"{asked}{colon} {value}"


def subject(category: Category, first: str) -> str:
    return f"{category.name}: {first}" if first else category.name


def must_be_answered(question: Question, text: str) -> str:
    words = _("“{question}” has no answer. No ticket was opened.", question=ask(question))
    return f"{words} {given_back(text)}"


def must_be_chosen(question: Question, text: str) -> str:
    words = _(
        "“{question}” is answered with one of: {choices}.", question=ask(question), choices=", ".join(question.choices)
    )
    return f"{words} {given_back(text)}"


def given_back(text: str) -> str:
    return _("Here is your text, so that you can send it again:") + f"\n{text}" if text else ""


def category_saved(desk: Desk, category: Category) -> Message:
    text = _(
        "Desk {desk} offers {category} now (tag {tag}), and asks: {questions}",
        desk=desk.name, category=category.name, tag=category.known_by,
        questions="; ".join(map(written, asked(category))),
    )  # fmt: skip
    return say(text + "\n" + _("Post the panel again with /desk panel to show it."))


def category_removed(desk: Desk, category: Category) -> Message:
    text = _("Desk {desk} offers {category} no longer.", desk=desk.name, category=category.name)
    return say(text + " " + _("Post the panel again with /desk panel to show it."))


def no_category(word: str, categories: Sequence[Category]) -> str:
    return _(
        "Nothing was changed: there is no category “{word}”. There are: {known}.",
        word=word[:40], known=", ".join(each.name for each in categories) or _("none yet"),
    )  # fmt: skip
