"""For what a part of the bot reads data about people.

A router says it for its handlers (a command may say its own), the clerk for each task, each column for which uses it is
there. That nothing is read for another use is watched in the tests, so this costs a running bot nothing.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

Doing = TypeVar("Doing", bound=Callable[..., Any])


class Use(StrEnum):
    SUPPORT = "support"  # answering people, and running the desk
    RIGHTS = "rights"  # what people ask of their own data, and what follows of it
    EXPORT = "export"  # an export: of what people's rights reach, what it can show them
    OFFICE = "office"  # what privacy officers do: they need to know whose a request is, and nobody's words
    REVIEW = "review"  # the words that an officer has to decide on: what is disputed, and what may be a quote


def serves(use: Use) -> Callable[[Doing], Doing]:
    """While this function runs, data is read for `use`, whoever called it: an officer sets off a deletion, and what it
    reads it reads for the person."""

    def mark(doing: Doing) -> Doing:
        vars(doing)["use"] = use
        return doing

    return mark
