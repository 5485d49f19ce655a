"""What goes wrong in a run, and how often: each seed has weather of its own, and some of it is fine."""

from dataclasses import dataclass
from random import Random

CALM_STEPS = float("inf")


@dataclass
class Weather:
    """Chances are from 0 to 1 for each occasion, times in seconds of virtual time."""

    life: float = CALM_STEPS  # steps between two awaits until the process dies, on average
    polite: float = 0.0  # chance that a process is asked to end instead
    down: float = 1.0  # how long nobody runs, on average
    late: float = 0.05  # how long an event is under way, on average
    repeat: float = 0.0  # chance that an event comes once more, long after it was acknowledged
    deaf: float = 0.0  # chance that an acknowledgement does not arrive
    dropped: float = 0.0  # chance that an event does not arrive at first
    side_by_side: bool = False  # whether events of one conversation overtake each other
    slow: float = 0.05  # how long a post takes, on average
    away: float = 0.0  # chance that a post is put off, or answered with an error before anything was done
    unsure: float = 0.0  # chance that a post is done, and its answer is an error
    refused: float = 0.0  # chance that a post is refused for good
    closed: float = 0.0  # chance that a customer takes no private messages, ever
    keyless: bool = False  # whether one platform has no key by which it knows a post again
    erasing: float = 0.0  # chance that a customer has all their data deleted at last
    outages: int = 0  # times the platform is away for a while
    disk: float = CALM_STEPS  # statements between two that fail, on average
    jumps: int = 0  # times the clock jumps by up to an hour


def weather(random: Random) -> Weather:
    some = random.random
    sky = Weather(late=random.choice([0.01, 0.1, 2.0]), slow=random.choice([0.01, 0.1, 2.0]))
    if some() < 0.7:
        sky.life, sky.polite, sky.down = random.choice([60, 300, 1500]), some() * 0.3, random.choice([0.1, 3.0, 20.0])
    if some() < 0.5:
        sky.repeat, sky.deaf, sky.dropped = some() * 0.5, some() * 0.3, some() * 0.3
    sky.side_by_side = some() < 0.2
    if some() < 0.5:
        sky.away, sky.unsure = some() * 0.3, some() * 0.3
    if some() < 0.1:
        sky.refused = some() * 0.2
    sky.outages = random.choice([0, 0, 0, 1, 2])
    if some() < 0.4:
        sky.disk = random.choice([30, 200, 1000])
    sky.closed = some() * 0.5 if some() < 0.1 else 0.0
    sky.keyless = some() < 0.2
    sky.erasing = 0.7 if some() < 0.1 and not sky.keyless else 0.0  # what nobody knows of cannot be taken back
    sky.jumps = random.choice([0, 0, 0, 1, 3])
    return sky
