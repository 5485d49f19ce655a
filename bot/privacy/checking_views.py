"""What is said about an export that somebody has checked."""

from bot.wording import shortened


def sound(files: int) -> str:
    return f"this export is ours, and as we made it: {files} files"


def no_archive() -> str:
    return "this is no export, or a damaged one; a sealed one is to be opened first: helpthread privacy open FILE"


def not_signed() -> str:
    return "this export is not signed: it is from before 0.2, or not ours"


def forged() -> str:
    return "the signature is not by this key: this export is not ours, was changed, or was signed with another key"


def changed(name: str) -> str:
    return f"{shortened(name, 200)} was changed"


def not_listed(name: str) -> str:
    return f"{shortened(name, 200)} was added, taken out or is there twice"


def no_key() -> str:
    return "there is no key to check it with: say --key and what /mydata policy shows"


def no_such_key() -> str:
    return "that is no such key; /mydata policy shows it, and it begins with MCowBQYDK2VwAyEA"


def there_already(name: str) -> str:
    return f"nothing was written: {shortened(name, 200)} is there already"


def say_where() -> str:
    return "nothing was opened: the file's name does not end in .age, so say --to FILE"


def gone() -> str:
    return "nothing was written: the file was deleted meanwhile; helpthread privacy export-for makes another"
