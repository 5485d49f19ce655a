"""The rows about Slack and Discord: the whole program in a process of its own, beside a bare echo in another."""

import asyncio
import statistics
import tempfile
from collections.abc import Callable, Coroutine, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from benchmarks import on_discord, on_slack
from benchmarks.bots import Burst
from benchmarks.rates import percentile

T = TypeVar("T")
BURST = 2_000
SLOW = 0.1  # seconds until the platform answers


def slack(folder: Path, runs: int, size: int) -> Iterator[str]:
    many = BURST // size

    def take(module: tuple[str, ...], delay: float = 0.0) -> Burst:
        return measured(lambda own: on_slack.burst(own, many, module, delay), folder)

    taken = [(take(on_slack.OURS), take(on_slack.ECHO)) for _ in range(runs)]
    yield f"| Slack: acknowledged, {many:,} messages at once | {median(o.acknowledged for o, _ in taken):,.0f}/s | | |"
    yield from beside_the_echo("Slack: stored and relayed", "slack-bolt", taken, "1.3×")
    seconds = 20 // size
    for rate, goal in ((300, 15), (500, 30)):
        waits = [measured(partial(on_slack.waits, rate=rate, seconds=seconds), folder) for _ in range(runs)]
        p50, p99 = (median(percentile(each, part) for each in waits) for part in (50, 99))
        yield f"| Slack: acknowledged at {rate}/s after, p99 (p50) | {p99:.1f} ms ({p50:.1f}) | goal | {goal} ms |"
    relayed = median(take(on_slack.OURS, SLOW).relayed for _ in range(runs))
    yield f"| Slack: relayed in order, every answer 100 ms late | {relayed:,.0f}/s | goal | 200/s |"


def discord(folder: Path, runs: int, size: int) -> Iterator[str]:
    many = BURST // size

    def take(module: tuple[str, ...], delay: float = 0.0) -> Burst:
        return measured(lambda own: on_discord.burst(own, many, module, delay), folder)

    taken = [(take(on_discord.OURS), take(on_discord.ECHO)) for _ in range(runs)]
    yield from beside_the_echo("Discord: stored and relayed", "discord.py", taken, "0.5×")
    relayed = median(take(on_discord.OURS, SLOW).relayed for _ in range(runs))
    yield f"| Discord: relayed in order, every answer 100 ms late | {relayed:,.0f}/s | goal | 200/s |"
    opened = [measured(on_discord.opened_at_once, folder) for _ in range(runs)]
    each, p99 = median(o.each_second for o in opened), median(o.p99 for o in opened)
    yield f"| Discord: {on_discord.AT_ONCE} people open a ticket at once | {each:,.0f}/s | goal | 60/s |"
    yield f"| … until the first answer, p99 | {p99:.0f} ms | goal | 150 ms |"


def beside_the_echo(what: str, library: str, taken: list[tuple[Burst, Burst]], goal: str) -> Iterator[str]:
    ours, echo = median(o.relayed for o, _ in taken), median(e.relayed for _, e in taken)
    ratio = median(o.relayed / e.relayed for o, e in taken)
    yield f"| {what}, beside a bare {library} echo | {ours:,.0f}/s | {echo:,.0f}/s | {ratio:.2f}×, goal {goal} |"
    ours, echo = median(o.each for o, _ in taken), median(e.each for _, e in taken)
    yield f"| … processor time for each message | {ours:.2f} ms | {echo:.2f} ms | |"


def measured(measure: Callable[[Path], Coroutine[Any, Any, T]], folder: Path) -> T:
    """Run it in a folder of its own."""
    with tempfile.TemporaryDirectory(dir=folder) as own:
        return asyncio.run(measure(Path(own)))


def median(values: Iterable[float]) -> float:
    return statistics.median(list(values))
