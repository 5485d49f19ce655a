"""Text as the bot takes it in: without what no database and no platform can carry.

Adapters hand over what they are sent. NUL is dropped, and halves of characters become question marks, before
anything is looked at, stored or answered.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from bot.inbound import (
    Actor,
    ButtonPressed,
    CommandInvoked,
    Event,
    FormSubmitted,
    MessageEdited,
    MessagePosted,
    MessageRaised,
)
from bot.language import Phrase

E = TypeVar("E", bound=Event)


def clean(text: str) -> str:
    if text.isascii():
        return text.replace("\x00", "") if "\x00" in text else text
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def cleaned(event: E) -> E:
    """The event, with every text in it that a person can write made clean."""
    actor = _actor(event.actor)
    match event:
        case MessagePosted(text=text, refused=refused, quote=quote):
            text, quote, refused = clean(text), clean(quote), tuple(map(_reason, refused))
            if (text, quote, refused) == (event.text, event.quote, event.refused) and actor is event.actor:
                return event  # as nearly always
            return replace(event, actor=actor, text=text, refused=refused, quote=quote)
        case MessageRaised(said=said):
            return replace(event, actor=actor, said=tuple(map(cleaned, said)))
        case MessageEdited(text=text):
            return replace(event, actor=actor, text=clean(text))
        case CommandInvoked(command=command, options=options, named=named):
            people = tuple(map(_actor, named))
            return replace(event, actor=actor, command=clean(command), options=_values(options), named=people)
        case ButtonPressed(action=action, arg=arg):
            return replace(event, actor=actor, action=clean(action), arg=clean(arg))
        case FormSubmitted(action=action, arg=arg, values=values, refused=refused):
            event = replace(event, action=clean(action), arg=clean(arg), refused=tuple(map(_reason, refused)))
            return replace(event, actor=actor, values=_values(values))
    return event if actor is event.actor else replace(event, actor=actor)


def _reason(text: str) -> str:
    """Still a phrase, if it is one."""
    if not isinstance(text, Phrase):
        return clean(text)
    values = {key: _reason(value) if isinstance(value, str) else value for key, value in text.values.items()}
    return Phrase(text.template, **values)


def _actor(actor: Actor) -> Actor:
    name = clean(actor.name)
    return actor if name == actor.name else replace(actor, name=name)


def _values(values: Mapping[str, str]) -> dict[str, str]:
    return {clean(name): clean(value) for name, value in values.items()}
