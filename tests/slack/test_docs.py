"""The views in docs/slack.md and the README are what people see: drawn from the blocks of a run, so they stay true.

`python -m tests.slack.test_docs` prints them.
"""

import asyncio
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.fakes.slack import Line
from tests.slack.world import World, world

ROOT = Path(__file__).parents[2]
PAGE, README = ROOT / "docs" / "slack.md", ROOT / "README.md"
NAME = 25  # characters of the column with names


async def drawn(desk: World) -> dict[str, str]:
    """A day at the desk, as its people see it."""
    await desk.say(desk.anna, "my printer is on fire")
    await desk.say(desk.ben, "where is the coffee?", desk.help)
    await desk.press(desk.sam, "Claim", on=desk.card().ts)
    await desk.say(desk.sam, "bad fuser, I guess", desk.desk, thread_ts=desk.card().ts)
    await desk.say(desk.sam, "!r have you tried water?", desk.desk, thread_ts=desk.card().ts)
    views = {"customer": conversation(desk.private(desk.anna))}
    views["agents"] = conversation(desk.slack.thread(desk.desk, desk.card().ts))
    for who in (desk.anna, desk.sam):
        await desk.slack.open_home(who.id)
        await desk.settle()
        views[f"home of {who.name}"] = desk.slack.seen_by(who.id).home
    return views


def conversation(lines: Iterable[Line]) -> str:
    """Names, words, and reactions as Slack writes them; what is in a thread is set in."""
    drawn: list[str] = []
    for line in lines:
        if line.ephemeral:
            continue
        indent = "  " if line.thread_ts else ""
        marks = "".join(f"  :{name}:" for name in line.reactions)
        first, *rest = (line.text + marks).splitlines()
        drawn.append(f"{(indent + line.author):{NAME}}{first}")
        drawn += [" " * NAME + each for each in rest]
    return "\n".join(drawn)


@pytest.mark.parametrize("name", ["customer", "agents", "home of anna", "home of sam"])
async def test_the_page_shows_what_people_see(desk: World, name: str):
    shown = (await drawn(desk))[name]
    assert f"```\n{shown}\n```" in PAGE.read_text()
    assert name.startswith("home") or f"```\n{shown}\n```" in README.read_text()


async def _print() -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with world(Path(folder), http=True) as desk:
            for name, view in (await drawn(desk)).items():
                print(f"--- {name}\n```\n{view}\n```")


if __name__ == "__main__":
    asyncio.run(_print())
