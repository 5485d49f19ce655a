"""What a desk asks first: categories to choose from, each with a few questions. A message with buttons shows it."""

import re
import unicodedata
from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

MOST_CATEGORIES = 25  # the documented limits of the platforms' menus and forms, here and below
MOST_QUESTIONS = 5
MOST_CHOICES = 25
MOST_FILES = 10
TAG = r"^[a-z0-9][a-z0-9-]{0,29}$"
Line = StringConstraints(strip_whitespace=True, pattern=r"^[^\n\r]*$")


class Kind(StrEnum):
    TEXT = "text"
    LONG = "long"
    CHOICE = "choice"
    FILE = "file"


class Question(BaseModel):
    """One field of a form. `name` follows from the words, so an answer finds its question after others were changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ask: Annotated[str, Line] = Field(min_length=1, max_length=100)
    kind: Kind = Kind.TEXT
    choices: tuple[Annotated[str, Line, StringConstraints(min_length=1, max_length=100)], ...] = Field(
        (), max_length=MOST_CHOICES
    )
    required: bool = True

    @property
    def name(self) -> str:
        return f"q-{sha256(self.ask.encode()).hexdigest()[:12]}"

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.kind is Kind.CHOICE) != bool(self.choices):
            raise ValueError("a question of the kind choice, and no other, has choices")
        if len(set(self.choices)) < len(self.choices):
            raise ValueError("the choices of a question have to be different")
        return self


class Category(BaseModel):
    """What a ticket can be about. `tag` is what its tickets get, and what buttons that were posted know it by."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Line] = Field(min_length=1, max_length=80)
    tag: str = Field("", pattern=rf"{TAG}|^$")
    hint: Annotated[str, Line] = Field("", max_length=100)
    questions: tuple[Question, ...] = Field((), max_length=MOST_QUESTIONS)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if not self.known_by:
            raise ValueError("this category needs a tag of its own: a-z, 0-9 and -")
        if len({question.ask for question in self.questions}) < len(self.questions):
            raise ValueError("the questions of a category have to be different")
        return self

    @property
    def known_by(self) -> str:
        return self.tag or slug(self.name)


class Panel(BaseModel):
    """`menu` shows the categories as one menu instead of buttons, where the platform has menus."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Annotated[str, Line] = Field("", max_length=100)
    text: str = Field("", max_length=1500)
    menu: bool = False
    categories: tuple[Category, ...] = Field((), max_length=MOST_CATEGORIES)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if len({each.known_by for each in self.categories}) < len(self.categories):
            raise ValueError("two categories have the same tag")
        return self

    def find(self, tag: str) -> Category | None:
        return next((each for each in self.categories if each.known_by == tag), None)

    def with_category(self, new: Category) -> "Panel":
        """With it in place of the one of that tag, or at the end. Raises pydantic's `ValidationError`."""
        kept = [new if each.known_by == new.known_by else each for each in self.categories]
        return self.changed(categories=kept if new in kept else [*kept, new])

    def without(self, tag: str) -> "Panel":
        return self.changed(categories=[each for each in self.categories if each.known_by != tag])

    def changed(self, **what: object) -> "Panel":
        """Raises pydantic's `ValidationError`."""
        return Panel.model_validate({name: getattr(self, name) for name in Panel.model_fields} | what)


def slug(name: str) -> str:
    """The tag that follows from a name; empty if there is no letter for it."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:30].rstrip("-")
