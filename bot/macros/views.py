"""Every word people read about macros."""

from collections.abc import Sequence

from bot.desks.model import Desk
from bot.desks.panel import MOST_CHOICES
from bot.language import Phrase, _
from bot.macros.model import LONGEST_TEXT, MOST_MACROS, Macro
from bot.message import Form, Input, Message, say
from bot.wording import shortened

SHOWN = 80  # characters of a macro in a list
MOST_NAMED = 30  # in an answer to a name that is not there

USE_FORM = Form(action="", title=Phrase("Answer with a macro"), inputs=(Input("name", Phrase("Which macro?")),))
SAVE_FORM = Form(
    action="",
    title=Phrase("Save a macro"),
    inputs=(
        Input("name", Phrase("Name: small letters, digits and dashes"), max_length=30),
        Input("text", Phrase("Text; may say {number}, {name}, {agent}"), long=True, max_length=LONGEST_TEXT),
    ),
)


def to_choose(macros: Sequence[Macro]) -> tuple[str, ...]:
    """What a form offers; nothing where there are more than any platform's menu holds, and the name is typed."""
    return tuple(macro.name for macro in macros) if len(macros) <= MOST_CHOICES else ()


def listed(desk: Desk, macros: Sequence[Macro]) -> Message:
    if not macros:
        return say(none_yet(desk))
    lines = [f"{macro.name}: {shortened(macro.text, SHOWN)}" for macro in macros]
    use = _("/ticket macro NAME sends one to the ticket's customer.")
    return Message(("\n".join([*lines, use]),), title=_("Macros of desk {name}", name=desk.name))


def shown(macro: Macro) -> Message:
    return Message((macro.text,), title=_("Macro {name}", name=macro.name))


def saved(macro: Macro, desk: Desk, example: str) -> Message:
    first = _("Desk {desk} has the macro {name} now. In a ticket it reads like this:", desk=desk.name, name=macro.name)
    return say(f"{first}\n{example}")


def somebodys_name() -> str:
    """A first name, for an example."""
    return _("Robin")


def removed(macro: Macro, desk: Desk) -> Message:
    text = _("Desk {desk} has the macro {name} no longer. It read:", desk=desk.name, name=macro.name)
    return say(f"{text}\n{macro.text}")


def none_yet(desk: Desk) -> str:
    return _("Desk {desk} has no macros yet. Its leads save one with /desk macro-save.", desk=desk.name)


def no_macro(word: str, macros: Sequence[Macro]) -> str:
    names = [macro.name for macro in macros]
    known = ", ".join(names[:MOST_NAMED]) + ("…" if len(names) > MOST_NAMED else "")
    return _("There is no macro “{word}”. There are: {known}.", word=shortened(word, 40), known=known)


def wrong() -> str:
    return _(
        "Nothing was changed. The name of a macro is up to 30 small letters, digits and dashes, and begins with a "
        "letter; its text has up to {most} characters.",
        most=LONGEST_TEXT,
    )


def too_many() -> str:
    return _("Nothing was changed: a desk has up to {most} macros. Remove one first.", most=MOST_MACROS)


# For operators

IN_FILE = f"macros have to be up to {MOST_MACROS} names and texts, such as: hello: Hello {{name}}!"


def wrong_in_file(name: str) -> str:
    return f"the macro {shortened(name, 40)} needs a name of a-z, 0-9 and - that begins with a letter, and a text"
