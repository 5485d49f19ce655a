"""What people read at the age gate."""

from bot.language import _
from bot.message import Button, Message, Style, say


def question(age: int) -> Message:
    text = _(
        "Before you write to this desk: are you {age} or older? Nothing of what you wrote was passed on or kept. Say "
        "yes, and send it once more.",
        age=age,
    )
    yes = Button(_("Yes, I am"), "mydata.of-age", style=Style.PRIMARY)
    return Message(title=_("One question first"), text=(text,), buttons=(yes, Button(_("No"), "mydata.under-age")))


def welcome() -> Message:
    return say(_("Thank you. Please send your message once more: it was not kept."))


def nothing_kept() -> Message:
    return say(
        _(
            "Thank you for saying so. This desk is not for you yet, and nothing of you is kept. Please ask a grown-up "
            "to write for you."
        )
    )


def being_deleted() -> Message:
    return say(
        _(
            "Thank you for saying so. This desk is not for you yet. Everything we have of you is being deleted now. "
            "Please ask a grown-up to write for you."
        )
    )


def works_here() -> str:
    return _("Nothing was changed: you work at a desk. Please talk to whoever leads it.")


def others_age() -> str:
    return _(
        "Nothing was done: they have not said yet that they are of age, so nothing of them is kept. Please ask them to "
        "write to this desk themselves."
    )
