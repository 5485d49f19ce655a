"""Somebody uses a command, presses, chooses or fills in a form: the event, and what they are shown."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import discord

from adapters.discord import commands, filled, inbound, words
from adapters.discord.answers import Answers
from adapters.discord.inbound import Interaction
from adapters.discord.messages import Messages
from adapters.discord.permissions import warnings
from bot.inbound import Actor, Event, FormSubmitted, Place
from bot.language import here, reading
from bot.message import say
from bot.ports import Reply, Say
from bot.router import Router, Takes

# Discord waits three seconds. An answer that is there sooner needs one request instead of two, and may be a form.
ANSWER_PATIENCE, FORM_PATIENCE = 0.05, 2.0  # seconds until we say that we are at it
FEW = 4  # being answered; beyond that, saying so is itself what takes long, so whoever comes then is told at once
MOST_REMEMBERED = 1000  # what was acted lately
Suggest = Callable[[Takes, str, Actor, Place], Awaitable[Sequence[tuple[str, str]]]]


class Acting:
    def __init__(
        self, client: discord.Client, router: Router, suggest: Suggest, messages: Messages, answers: Answers
    ) -> None:
        self.client = client
        self.router = router
        self.suggest = suggest
        self.messages = messages
        self.answers = answers
        self.seen: OrderedDict[int, None] = OrderedDict()
        self.in_hand = 0  # being answered now

    async def acted(self, interaction: Interaction) -> None:
        """Discord may tell of it twice. Whoever handled it first, in this process, answers."""
        if interaction.id in self.seen:
            return
        self.seen[interaction.id] = None
        if len(self.seen) > MOST_REMEMBERED:
            self.seen.popitem(last=False)
        if interaction.type is discord.InteractionType.autocomplete:
            await self._complete(interaction)
        elif inbound.is_about_a_bot(interaction.data or {}):
            await self.answers.show(no_person(interaction.locale.value), interaction)
        else:
            self.in_hand += 1
            try:
                await self._answer(interaction)
            finally:
                self.in_hand -= 1

    async def _answer(self, interaction: Interaction) -> None:
        handling, patience = self._handling(interaction)
        if patience:
            await asyncio.wait({handling}, timeout=patience)
        if not handling.done():
            await self.answers.begin(interaction)
        await self.answers.show(await handling, interaction)

    def _handling(self, interaction: Interaction) -> tuple[asyncio.Task[Reply], float]:
        """What is to be answered, and in how many seconds; none where files are fetched first, which takes longer."""
        if (message := inbound.raised(interaction)) is not None:
            return asyncio.create_task(self.messages.raised(interaction, message)), 0.0
        event = inbound.invoked(interaction, self.router)
        if isinstance(event, FormSubmitted):
            if picked := filled.channels(interaction.data or {}):
                event = replace(event, warned=warnings(self.client, picked))
            if files := filled.attachments(interaction):
                return asyncio.create_task(self.messages.with_files(event, files)), 0.0
        handling = asyncio.create_task(self.messages.answered(event))
        if self._may_ask(event):
            return handling, FORM_PATIENCE
        return handling, ANSWER_PATIENCE if self.in_hand <= FEW else 0.0

    def _may_ask(self, event: Event) -> bool:
        """Whether a form may be the answer, which must then be the first one."""
        name = getattr(event, "command", "") or getattr(event, "action", "")
        command = self.router.find(name.replace(" ", "."))
        if command is None or isinstance(event, FormSubmitted):
            return False
        if command.asks or command.form is None:
            return command.asks
        given = getattr(event, "options", {})
        return any(not given.get(option.name, "").strip() for option in command.options if option.required)

    async def _complete(self, interaction: Interaction) -> None:
        data: Mapping[str, Any] = interaction.data or {}
        command, _, _ = commands.found(self.router, data)
        name, typed = commands.focused(data)
        option = next((o for o in command.options if o.name == name), None) if command else None
        who, place = inbound.acting(interaction), inbound.place_of(interaction)
        found = await self.suggest(option.takes, typed, who, place) if option else ()
        choices = [discord.app_commands.Choice(name=label[:100], value=value) for label, value in found]
        await interaction.response.autocomplete(choices[:25])


def no_person(language: str) -> Say:
    with reading(language):
        return Say(say(here(words.NOT_A_PERSON)))
