"""What is written to one person about data: in private, and in their own language."""

from collections.abc import Callable

from bot.effects import Direct
from bot.language import reading
from bot.message import Message, UserRef
from bot.ports import UnitOfWork
from bot.readers import languages_alone


def write_to(
    who: UserRef, key: str, telling: Callable[[], Message], work: UnitOfWork, *, room: str = "", about: UserRef
) -> None:
    """`telling` puts it into words. Without a `room` it stands in one of its own, `key`."""
    with reading(languages_alone(who, work)):
        message = telling()
    work.outbox.post(Direct(key, who.platform, room or key, who, message), about=about)
