"""What `helpthread doctor` finds, a line each."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """`todo` is what to do about it. A finding that is `wrong` makes the exit code 1, one to note does not."""

    what: str
    todo: str = ""
    wrong: bool = False

    def __str__(self) -> str:
        level = "WRONG" if self.wrong else "note " if self.todo else "ok   "
        return f"{level}  {self.what}" + (f": {self.todo}" if self.todo else "")


def ok(what: str) -> Finding:
    return Finding(what)


def note(what: str, todo: str) -> Finding:
    return Finding(what, todo)


def wrong(what: str, todo: str) -> Finding:
    return Finding(what, todo, wrong=True)
