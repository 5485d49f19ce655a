"""Serving people until it is over: every platform, or the terminal."""

import gc
import sys
from functools import partial

from bot.config import Settings, likely_typos
from bot.desks.importing import hand_out
from bot.logs import guard_last_words, set_up
from bot.ops.watch import Watch
from bot.process import platforms
from bot.process.running import Make, Running, desk_running, make_first_desk, stop_on_signals

NO_CONSOLE_DESK = "no desk takes in from the console: give one the channel console:local/… with helpthread desk import"
NO_DESK = (
    "no desk is set up yet, so nobody is answered: write /desk setup on Slack or Discord, "
    "or say helpthread desk import FILE"
)


async def run(settings: Settings) -> None:
    """Serve every platform whose token is set, until a signal comes."""
    _log(settings, "INFO")
    stop, watch = stop_on_signals(), Watch(settings)
    makers = platforms.with_tokens(settings)
    async with desk_running(settings, makers, ticking=True, observers=watch.observers) as running:
        if not await running.store.read(lambda work: work.desks.all()):
            _warn(NO_DESK)
        spare_the_collector()
        async with watch.over(running):
            await running.serve(stop)


def spare_the_collector() -> None:
    """What is loaded by now stays to the end, and what a message makes is gone with it: looking through all of it every
    700 objects is a seventh of what a message costs."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


async def console(settings: Settings, json: bool) -> None:
    """Serve the terminal, or a script, until its input ends."""
    _log(settings, "WARNING")
    stop, watch = stop_on_signals(), Watch(settings)
    make: Make = partial(platforms.console, json=json)
    async with desk_running(settings, [make], ticking=True, observers=watch.observers) as running:
        await running.store.write(make_first_desk)
        await check_console(running)
        async with watch.over(running):
            await running.serve(stop)


async def check_console(running: Running) -> None:
    desks = await running.store.read(hand_out)
    if not any(place.platform == "console" for sheet in desks for place in sheet.intake):
        _warn(NO_CONSOLE_DESK)


def _log(settings: Settings, level: str) -> None:
    set_up(settings.log_level or level, settings.log_format)
    guard_last_words()
    for line in likely_typos():
        _warn(line)


def _warn(line: str) -> None:
    print(f"helpthread: {line}", file=sys.stderr)
