"""What goes wrong with somebody's event is in the log, and neither who they are nor where they talk in private is."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from adapters.discord.client import Gateway
from bot.app import App
from bot.inbound import Event, recorded
from tests.desk import ANA, SAM, Desk
from tests.discord.shop import World as Server
from tests.discord.shop import at_once, running
from tests.slack.world import world


@pytest.fixture
def failed(monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    """Whatever happens, something is broken. These are the events."""
    found: list[Event] = []

    def broken(self: App, event: Event, work: Any) -> None:
        found.append(event)
        raise RuntimeError("it broke at the printer")

    monkeypatch.setattr(App, "_react", broken)
    return found


def told(log: io.StringIO) -> set[str]:
    """The ids of events in it."""
    return {line["event"] for line in map(json.loads, log.getvalue().splitlines()) if "event" in line}


def names_somebody(log: io.StringIO, failed: list[Event]) -> list[str]:
    """Ids of people, of their private conversations and of what they wrote, that are in the log."""
    ids = {id for e in failed for id in (e.actor.ref.id, e.place.conversation, e.place.message, e.id) if id}
    assert len(ids) > len(failed)
    return [id for id in ids if f'"{id}"' in log.getvalue() or (len(id) > 5 and id in log.getvalue())]


async def test_on_slack(tmp_path: Path, log: io.StringIO, failed: list[Event]):
    async with world(tmp_path, http=True) as desk:
        await desk.slack.say(desk.anna.id, "@bot", "my printer is on fire")
        await desk.slack.command(desk.anna.id, "@bot", "/ticket", "list")
        await desk.slack.command(desk.sam.id, desk.desk, "/ticket", "list")
    assert {"MessagePosted", "CommandInvoked"} <= {type(event).__name__ for event in failed}
    assert told(log) & {event.recorded for event in failed}
    assert names_somebody(log, failed) == []


async def test_on_discord(tmp_path: Path, log: io.StringIO, failed: list[Event], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Gateway, "before_identify_hook", at_once)
    async with Server() as fake, running(fake, tmp_path) as shop:
        await shop.set_up()
        dm = fake.world.dm(fake.ann)
        await (await fake.command(fake.ann, dm, "ticket list")).finished(10)
        await fake.dm(fake.ann, "my printer is on fire")
        await fake.until(lambda: any(type(event).__name__ == "MessagePosted" for event in failed))
    assert told(log) & {event.recorded for event in failed}
    assert names_somebody(log, failed) == []


async def test_what_is_in_the_log_can_be_found_in_the_database(desk: Desk, log: io.StringIO):
    await desk.say(ANA, "my printer is on fire")
    assert await desk.store.write(lambda work: work.seen(desk.event.id))
    with pytest.MonkeyPatch.context() as broken:
        broken.setattr(App, "invoke", lambda self, event, work: 1 / 0)
        assert "broken" in (await desk.press(SAM, "ticket.claim", "1")).lower() or desk.reply
    assert told(log) == {recorded(desk.event.id)}
