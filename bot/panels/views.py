"""Every word people read about panels: what they choose from, and how leads change it."""

from collections.abc import Sequence
from dataclasses import replace

from bot.desks.model import Desk
from bot.desks.panel import MOST_CATEGORIES, MOST_QUESTIONS, Category, Kind, Question
from bot.desks.typed import written
from bot.message import Button, Form, Input, Message, Style, say

TITLE = "How can we help?"
CHOOSE = "Choose what it is about."
OPEN = "Open a ticket"
PRESS = "Press the button to open a ticket."
WHAT_HAPPENED = Question(ask="What happened?", kind=Kind.LONG)
ANSWER = "Answer"  # to a question that is not asked any more
NOT_OFFERED = "That is not offered any more. Nothing was opened; here is what you can choose now."
NOT_HERE = "That is not offered here. Nothing was opened."
NOT_IN_PRIVATE = "Nothing was posted: please use this command in the channel where the panel is to be."
POSTED = "The panel of desk {name} is posted here in a moment. Post it again when you changed it: the old one goes."
CATEGORY_WRONG = (
    f"Nothing was changed. A category has a name of up to 80 characters and up to {MOST_QUESTIONS} different questions "
    "of up to 100 characters, with semicolons between, such as: "
    "Order number; What happened? [long]; Device [phone|tablet]; Photo [file, optional]. "
    "If its name has no letters a-z, give it a tag of its own. "
    f"A panel has up to {MOST_CATEGORIES} categories, each with another tag."
)
PANEL_WRONG = "Nothing was changed. The title has up to 100 characters, the text up to 1500."


def panel(desk: Desk) -> Message:
    """A button for each category; without categories, one that opens the form everybody knows."""
    shown = desk.panel
    if not shown.categories:
        only = Button(OPEN, "ticket.open", str(desk.id), Style.PRIMARY)
        return Message((shown.text or PRESS,), shown.title or TITLE, buttons=(only,))
    buttons = tuple(
        Button(each.name, "panel.pick", f"{desk.id}-{each.known_by}", Style.PRIMARY, each.hint)
        for each in shown.categories
    )
    return Message((shown.text or CHOOSE,), shown.title or TITLE, buttons=buttons, menu=CHOOSE if shown.menu else "")


def replaced(shown: Message, words: str) -> Message:
    """The same to choose from, under other words."""
    return replace(shown, text=(words,))


def form(desk: Desk, category: Category) -> Form:
    inputs = tuple(map(_input, asked(category)))
    return Form("panel.fill", category.name, inputs, f"{desk.id}-{category.known_by}")


def asked(category: Category) -> Sequence[Question]:
    return category.questions or (WHAT_HAPPENED,)


def _input(question: Question) -> Input:
    return Input(
        question.name,
        question.ask,
        long=question.kind is Kind.LONG,
        required=question.required,
        max_length=3000 if question.kind is Kind.LONG else 300,
        picks="files" if question.kind is Kind.FILE else "",
        choices=question.choices,
    )


def answer(question: str, value: str) -> str:
    return f"{question}:\n{value}" if "\n" in value else f"{question}: {value}"


def subject(category: Category, first: str) -> str:
    return f"{category.name}: {first}" if first else category.name


def must_be_answered(question: Question, text: str) -> str:
    return f"“{question.ask}” has no answer. No ticket was opened. {given_back(text)}"


def must_be_chosen(question: Question, text: str) -> str:
    return f"“{question.ask}” is answered with one of: {', '.join(question.choices)}. {given_back(text)}"


def given_back(text: str) -> str:
    return f"Here is your text, so that you can send it again:\n{text}" if text else ""


def category_saved(desk: Desk, category: Category) -> Message:
    questions = "; ".join(map(written, asked(category)))
    text = f"Desk {desk.name} offers {category.name} now (tag {category.known_by}), and asks: {questions}"
    return say(f"{text}\nPost the panel again with /desk panel to show it.")


def category_removed(desk: Desk, category: Category) -> Message:
    return say(f"Desk {desk.name} offers {category.name} no longer. Post the panel again with /desk panel to show it.")


def no_category(word: str, categories: Sequence[Category]) -> str:
    known = ", ".join(each.name for each in categories) or "none yet"
    return f"Nothing was changed: there is no category “{word[:40]}”. There are: {known}."


def posted(desk: Desk) -> Message:
    return say(POSTED.format(name=desk.name))
