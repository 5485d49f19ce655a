"""A Discord that runs on this machine and refuses what Discord refuses.

In a test:

    async with FakeDiscord() as fake:
        guild = fake.add_guild("Shop")
        support = fake.add_channel(guild, "support")
        ann = fake.add_user("ann", guild)
        await fake.say(ann, support, "It burns")

Alone, with people played over HTTP: `python -m tests.fakes.discord --port 8787` (see control.py).
"""

from .bits import DESK_BOT, EVERYONE, Intent, Kind, Perm, Type
from .errors import NotPossible, Refusal
from .invocation import Invocation
from .model import Channel, Guild, Message, Role, User
from .records import Ping, Upload
from .server import FakeDiscord

__all__ = [
    "DESK_BOT",
    "EVERYONE",
    "Channel",
    "FakeDiscord",
    "Guild",
    "Intent",
    "Invocation",
    "Kind",
    "Message",
    "NotPossible",
    "Perm",
    "Ping",
    "Refusal",
    "Role",
    "Type",
    "Upload",
    "User",
]
