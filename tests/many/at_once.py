"""One of several processes that open tickets, and then claim one, at the same time: `python -m tests.many.at_once URL
NAME DESK OPENS CLAIMS`. It prints what each who claimed was told."""

import asyncio
import contextlib
import sys
from datetime import UTC, datetime

from bot.app import App
from bot.desks.model import Rank
from bot.inbound import Actor, ButtonPressed, MessagePosted
from bot.ports import Say
from bot.routes import all_routes
from storage.opening import open_store
from tests.desk import AGENTS, person, private, words


async def main(url: str, name: str, desk: int, opens: int, claims: int) -> None:
    store = open_store(url, lambda: datetime.now(UTC))
    app = App(all_routes(), store, lambda: None)

    async def open_one(number: int) -> None:
        who = person(f"{name}-{number}")
        said = MessagePosted(f"{name}:open:{number}", who, private(who), "my printer is on fire")
        for _ in range(20):  # as a platform does that got no acknowledgement: all of them want the same desk's counter
            with contextlib.suppress(Exception):
                await app.handle(said)
                return
        raise AssertionError("never opened")

    async def claim(agent: Actor) -> str:
        reply = await app.handle(ButtonPressed(f"claim:{agent.ref.id}", agent, AGENTS, "ticket.claim", ticket))
        return words(reply.message) if isinstance(reply, Say) else ""

    agents = [person(f"{name}-agent-{number}") for number in range(claims)]
    for agent in agents:
        await store.write(lambda work, who=agent: work.desks.set_rank(desk, str(who.ref), Rank.AGENT))  # type: ignore[misc]
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    for first in range(0, opens, 50):
        await asyncio.gather(*(open_one(number) for number in range(first, min(opens, first + 50))))
    print("opened", flush=True)
    ticket = (await asyncio.to_thread(sys.stdin.readline)).strip()
    for told in await asyncio.gather(*map(claim, agents)):
        print(f"told: {told}", flush=True)
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])))
