"""What people read who link their accounts, or are asked to by somebody else."""

from collections.abc import Sequence

from bot.language import _, several
from bot.message import Button, Message, Style, UserRef, say

Called = tuple[str, UserRef]


def code(code: str, linked: Sequence[Called]) -> Message:
    text = _(
        "If you write to this desk from another account, too: write there, within ten minutes,\n\n"
        "/mydata link {code}\n\n"
        "Both accounts are then asked whether the other one is yours. Give this code to nobody: whoever asks you for "
        "one wants to see and delete what is yours.",
        code=code,
    )
    if linked:
        text += "\n\n" + _("Linked with this account: {accounts}.", accounts=names(linked))
    return Message(title=_("Link another account of yours"), text=(text,), buttons=(_unlink(),) if linked else ())


def names(accounts: Sequence[Called]) -> str:
    return ", ".join(account(*one) for one in accounts)


def account(name: str, who: UserRef) -> str:
    """Names are what people choose to be called, so the account itself is shown with it."""
    if not name:
        return str(who)
    return _("{name} ({account})", name=name, account=who)


def is_it_yours(name: str, who: UserRef, meeting: str) -> Message:
    text = _(
        "{account} and this account are about to be linked. From a day later on, each of them can see, export and "
        "restrict what we hold about the other one, and ask for its deletion.\n\n"
        "Say yes only if that account is your own, too. Did somebody else ask you to do this, or give you a code? "
        "Then say no: nobody who helps you needs it.",
        account=account(name, who),
    )
    yes = Button(_("Yes, both are mine"), "mydata.link-yes", meeting)
    no = Button(_("No, that is not me"), "mydata.link-no", meeting, Style.DANGER)
    return Message(title=_("Is that account yours, too?"), text=(text,), buttons=(no, yes))


def now_the_other() -> Message:
    return say(_("Thank you. As soon as your other account says yes, too, they are linked. It has ten minutes."))


def linked(name: str, who: UserRef) -> Message:
    text = _(
        "This account and {account} are linked. From tomorrow on, what you ask of your data here is done for all "
        "accounts you linked. Was that not you? Unlink it now: until then nothing has changed.",
        account=account(name, who),
    )
    return Message(text=(text,), buttons=(_unlink(),))


def _unlink() -> Button:
    return Button(_("Unlink this account"), "mydata.unlink")


def not_linked() -> Message:
    return say(_("Nothing was linked. If somebody asked you to do this, please tell an agent of this desk."))


def other_refused() -> Message:
    return say(_("Nothing was linked: the other account said that it is not yours."))


def unlinked() -> Message:
    return say(
        _(
            "This account stands for itself again, and is as it was before. What you ask of your data here is done for "
            "it alone. Exports of several accounts that were not fetched yet are put away."
        )
    )


def other_unlinked(name: str, who: UserRef | None) -> Message:
    if who is None:
        return say(_("An account that was linked with this one is not any more. This one is as it was."))
    return say(
        _("{account} is not linked with this account any more. Both are as they were.", account=account(name, who))
    )


def nothing_linked() -> Message:
    return say(_("This account is linked with no other. Nothing was changed."))


def wrong_code(left: int) -> Message:
    text = _("That is no code, or its ten minutes are over, or it was used already. Nothing was linked.")
    if not left:
        return say(f"{text} {too_many_tries()}")
    return say(text + " " + several("You can try {number} more time.", "You can try {number} more times.", left))


def too_many_tries() -> str:
    return _("That were too many wrong codes. Please wait ten minutes, then get a new one with /mydata link.")


def own_code() -> str:
    return _("Nothing was linked: that is the code of this very account. Please write it with your other one.")


def linked_already(name: str, who: UserRef) -> str:
    return _("{account} and this account are linked already.", account=account(name, who))


def too_many_accounts(most: int) -> str:
    return _("Nothing was linked: there can be {number} accounts at most. /mydata unlink ends a link.", number=most)


def over() -> str:
    return _("That button is not valid any more. Nothing was linked. Please begin again with /mydata link.")


# Where several accounts are seen to at once


def covering(accounts: Sequence[Called]) -> str:
    return _("Counted with this account: {accounts}.", accounts=names(accounts))


def this_one_and_others(accounts: Sequence[Called]) -> str:
    return _(
        "That is what this account has. Your other accounts, {accounts}, are asked in a private message, and what they "
        "have goes when you say so there.",
        accounts=names(accounts),
    )


def asked_elsewhere(accounts: Sequence[Called]) -> str:
    return _(
        "Your other accounts are asked first: {accounts}. What they have is deleted when you say so there, within a "
        "day. From here on this account is linked with none of them.",
        accounts=names(accounts),
    )


def delete_here_too() -> str:
    """It does not say which account: that one is being erased."""
    return _(
        "An account of yours that is linked with this one asked to have all that is yours deleted, here too. It "
        "happens only if you say so here, within a day."
    )


def export_elsewhere(name: str, who: UserRef) -> Message:
    text = _(
        "An export with what we hold about this account was asked for by {account}, which is linked with it. Was that "
        "not you? Unlink it now, and the export is put away.",
        account=account(name, who),
    )
    return Message(text=(text,), buttons=(_unlink(),))


def restricted_elsewhere(name: str, who: UserRef, *, restricted: bool) -> Message:
    if restricted:
        text = _("Your account {account} had your data restricted, here too.", account=account(name, who))
    else:
        text = _("Your account {account} lifted the restriction of your data, here too.", account=account(name, who))
    return Message(text=(text,), buttons=(_unlink(),))
