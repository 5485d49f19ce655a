"""Commands in words: "@desk claim", for rooms where people type, and for those who do not know slash commands."""

import re

import discord

from adapters.discord.people import actor, ref
from adapters.discord.places import PLATFORM
from bot.errors import Problem
from bot.inbound import Actor, CommandInvoked, Place
from bot.parse import IN_A_ROOM, find_verb, options
from bot.router import Router

MENTION = re.compile(r"<@!?(\d+)>")


class Spoken:
    def __init__(self, router: Router) -> None:
        self.router = router

    def command(
        self, message: discord.Message, who: Actor, place: Place, me: discord.abc.User | None
    ) -> CommandInvoked | None:
        """None if the bot is not addressed, or with something that is no command: then it is a message like others."""
        match = MENTION.match(message.content.lstrip())
        if match is None or me is None or int(match[1]) != me.id:
            return None
        line = message.content.lstrip()[match.end() :].strip()
        found = find_verb(self.router, line)
        if found is None:
            return None
        command, rest = found
        named = list[Actor]()

        def person(word: str) -> str:
            named_by = MENTION.fullmatch(word)
            user = next((u for u in message.mentions if named_by and u.id == int(named_by[1])), None)
            if user is None:
                raise Problem(word)
            named.append(actor(user))
            return str(ref(user.id))

        try:
            given = options(command, rest, person=person, room_number=IN_A_ROOM if place.thread else None)
        except Problem:
            given = {}  # the core says what is missing
        id = f"{PLATFORM}:{message.id}"
        return CommandInvoked(id, who, place, command.name, given, tuple(named), at=message.created_at)
