"""One seed, one run: the same seed does the same again."""

import asyncio
import hashlib
import logging
import re
from collections import Counter
from dataclasses import dataclass
from random import Random

from bot.privacy.model import GONE
from tests.history import History, Read, Sort, broken
from tests.proof.held import SEQUENCE, Held, retold
from tests.simulation.loop import Endless
from tests.simulation.people import DAY, People
from tests.simulation.town import AGENTS, LEFT, Town
from tests.simulation.weather import Weather, weather

WORD = re.compile(r"(?:e\d+)?[mrn]\d+z")


@dataclass(frozen=True)
class Outcome:
    """`broken` is what went wrong, in words; `trace` is what happened, and `digest` stands for all of it."""

    seed: int
    broken: tuple[str, ...]
    sky: str
    trace: tuple[str, ...]
    digest: str
    messages: int
    deaths: int


def simulate(seed: int, sky: Weather | None = None) -> Outcome:
    """A day in town. Needs no network, no threads and none of anybody's time."""
    random = Random(seed)
    sky = sky or weather(random)
    described = repr(sky)
    town = Town(random, sky)
    people = People(town)
    try:
        found = _played(town, people)
        town.power_off()
        held = town.held()
        found += broken(_history(town, people, held)) + _illegal(held) + _untold(town, held) + town.loop.errors
        found += _remembered(town, people, held)
    finally:
        town.end()
    digest = hashlib.sha256("\n".join([*town.trace, repr(held.timeline)]).encode()).hexdigest()[:12]
    return Outcome(seed, tuple(found), described, tuple(town.trace), digest, len(people.said), town.deaths)


def _played(town: Town, people: People) -> list[str]:
    try:
        return town.loop.run(_day(town, people))
    except Endless as error:
        return [str(error)]


async def _day(town: Town, people: People) -> list[str]:
    running = town.loop.outside(town.keep_running())
    for _ in range(town.sky.outages):
        town.loop.outside(town.outage())
    for _ in range(town.sky.jumps):
        town.loop.outside(town.clock_jump())
    lives = people.lives()
    await asyncio.wait(lives, timeout=DAY)
    try:
        await town.calm_down()
        await asyncio.wait(lives)
        await town.calm_down()
    except AssertionError as error:
        return [str(error)]
    finally:
        running.cancel()
    return []


def _history(town: Town, people: People, held: Held) -> History:
    customers = {id: row["customer"].rpartition("/")[2] for id, row in held.tickets.items()}
    for said in people.said:
        said.customer = said.customer or customers.get(people.ticket_of[said.word], "")
    given_up = {word for row in held.outbox if row["state"] == "dead" for word in words_of(str(row["effect"]))}
    kept = {word: customers[e["id"] >> SEQUENCE] for e in held.timeline for word in words_of(e["text"] + e["remark"])}
    begun = [(moment, words_of(text)) for platform in town.platforms.values() for moment, text in platform.begun]
    unsure = Counter(
        (word, shown.room[0] == AGENTS.conversation)
        for platform in town.platforms.values()
        for shown in platform.unsure
        for word in words_of(shown.text)
    )
    claimed = [(str(e["id"] >> SEQUENCE), e["staff"]) for e in held.timeline if e["kind"] == "claimed"]
    ghosts = {customers[id] for id, row in held.tickets.items() if row["customer"].startswith(GONE)} | people.erased
    judged = [each for each in people.said if each.customer not in ghosts]
    read = [each for each in _read(town, people, customers) if each.owner not in ghosts]
    return History(judged, read, kept, begun, given_up, unsure, people.claims, claimed)


def _read(town: Town, people: People, customers: dict[int, str]) -> list[Read]:
    """Everything that can be read in threads and in private, in the order in which it was posted."""
    found = []
    cards = {post.id: post.key for post in town.platforms[LEFT].posts.values() if post.room == ("agents", "")}
    for platform in town.platforms.values():
        for post in platform.posts.values():
            conversation, thread = post.room
            words = words_of(post.text)
            if conversation == "agents":
                if thread:
                    owner = customers[int(cards[thread].split(":")[1])]
                    found.append(Read(words, f"agents of {owner} {thread}", owner, agents=True))
            else:
                owner = people.roots[thread] if thread else conversation.removeprefix("@")
                found.append(Read(words, f"{conversation} {thread}", owner, agents=False))
    return found


def words_of(text: str) -> tuple[str, ...]:
    """A message's own word, and those that were put into it."""
    return tuple(WORD.findall(text))


def _untold(town: Town, held: Held) -> list[str]:
    """What a platform refused for good, and agents were not told."""
    agents, told = town.platforms[LEFT], {row["key"] for row in held.outbox}
    return [
        f"{row['key']} was given up, and no agent was told"
        for row in held.outbox
        if row["state"] == "dead" and row["key"].startswith("message:") and row["effect"]["kind"] in ("post", "direct")
        if not {f"{how}:{row['id']}:{row['attempts']}" for how in ("failed", "failed-here")}
        & {*agents.made, *agents.refusals, *told}
    ]


def _remembered(town: Town, people: People, held: Held) -> list[str]:
    """What is left of those who had everything deleted: their words, kept or read."""
    theirs = {said.word for said in people.said if said.sort is Sort.MESSAGE and said.customer in people.erased}
    kept = {word for text in held.texts() for word in words_of(text)} & theirs
    shown = {
        word for p in town.platforms.values() for post in p.posts.values() for word in words_of(post.text)
    } & theirs
    known = {who for row in held.tickets.values() if (who := row["customer"].rpartition("/")[2]) in people.erased}
    return [
        *(f"{word} of somebody who was deleted is kept" for word in sorted(kept)),
        *(f"{word} of somebody who was deleted is read" for word in sorted(shown)),
        *(f"{who} was deleted, and has a ticket" for who in sorted(known)),
    ]


def _illegal(held: Held) -> list[str]:
    """Steps in the life of a ticket that may not be, and numbers that are there twice or not at all."""
    found = []
    for id, row in held.tickets.items():
        if row["customer"].startswith(GONE):
            continue  # of which not all is left
        try:
            told = retold(row["customer"], held.entries(id))
            assert (told.state, told.assignee) == (row["state"], row["assignee"]), (
                "the ticket is not what it went through"
            )
        except AssertionError as error:
            found.append(f"ticket {id}: {error}")
    numbers = sorted(row["number"] for row in held.tickets.values())
    if numbers != list(range(1, len(numbers) + 1)):
        found.append(f"numbers {numbers}")
    if waiting := [row["key"] for row in held.outbox if row["state"] == "due"]:
        found.append(f"still in the outbox: {waiting}")
    return found


def quiet() -> None:
    """What the bot logs of all that goes wrong would take longer than all the rest."""
    logging.disable(logging.CRITICAL)
