"""What is said about an export that somebody has checked."""

from bot.language import _
from bot.wording import shortened


def sound(files: int) -> str:
    return _("this export is ours, and as we made it; its files: {count}", count=files)


def no_archive() -> str:
    return _("this is no export, or a damaged one; a sealed one is to be opened first: helpthread privacy open FILE")


def not_signed() -> str:
    return _("this export is not signed: it is from before 0.2, or not ours")


def forged() -> str:
    return _("the signature is not by this key: this export is not ours, was changed, or was signed with another key")


def changed(name: str) -> str:
    return _("{name} was changed", name=shortened(name, 200))


def not_listed(name: str) -> str:
    return _("{name} was added, taken out or is there twice", name=shortened(name, 200))


def no_key() -> str:
    return _("there is no key to check it with: say --key and what /mydata policy shows")


def no_such_key() -> str:
    return _("that is no such key; /mydata policy shows it, and it begins with MCowBQYDK2VwAyEA")


def there_already(name: str) -> str:
    return _("nothing was written: {name} is there already", name=shortened(name, 200))


def say_where() -> str:
    return _("nothing was opened: the file's name does not end in .age, so say --to FILE")


def gone() -> str:
    return _("nothing was written: the file was deleted meanwhile; helpthread privacy export-for makes another")
