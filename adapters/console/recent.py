"""Which messages people wrote lately, so that they can change their last one. In memory only: it is about people."""

from dataclasses import replace

from bot.inbound import Place

MOST = 1000  # messages remembered, of everybody together


class Recent:
    def __init__(self) -> None:
        self.messages: dict[str, tuple[str, Place]] = {}  # by id, oldest first: who wrote it, where

    def wrote(self, name: str, place: Place) -> None:
        self.messages[place.message] = (name, place)
        if len(self.messages) > MOST:
            del self.messages[next(iter(self.messages))]

    def last(self, name: str, place: Place) -> Place | None:
        """Their last message in this place."""
        mine = (p for who, p in reversed(self.messages.values()) if who == name and replace(p, message="") == place)
        return next(mine, None)

    def deleted(self, place: Place) -> None:
        self.messages.pop(place.message, None)

    def author(self, message: str) -> str:
        return self.messages.get(message, ("", None))[0]
