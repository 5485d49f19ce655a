"""Documents about what is held. None of them needs a database."""

from collections.abc import Sequence

from bot.config import Settings
from bot.message import Mention
from bot.privacy.notices.notice import Facts
from bot.privacy.promises import Promises
from bot.process.running import promises_of


def notice(settings: Settings, language: str = "en") -> str:
    """The privacy notice to publish. It needs no database: what is held is what the tables can hold."""
    from bot.language import reading
    from bot.privacy.notices import notice_views
    from bot.privacy.notices.notice import whys
    from storage.datamap import topics

    promises = promises_of(settings)
    with reading(language):
        return notice_views.document(_facts(promises), promises, 1, None, whys(topics()))


def lint(notice: str, language: str = "en") -> Sequence[str]:
    """What is wrong with a notice as somebody publishes it."""
    from bot.language import reading
    from bot.privacy.notices.lint import faults

    with reading(language):
        return faults(notice)


def record(settings: Settings, language: str = "en") -> str:
    """The record of processing, as Markdown; from what the tables can hold, like the notice."""
    from bot.language import reading
    from bot.privacy.notices import record_views
    from storage.datamap import topics

    promises = promises_of(settings)
    with reading(language):
        return record_views.document(_facts(promises), topics(), promises.given, promises)


def recipients(settings: Settings) -> str:
    from bot.privacy.notices import record_views
    from storage.datamap import topics

    shown = record_views.listed(promises_of(settings).given, topics())
    return "".join(part if isinstance(part, str) else part.text for part in shown.text if not isinstance(part, Mention))


def datamap_diff(settings: Settings, version: str) -> str:
    """Raises `Problem` if that release is not known."""
    from bot.privacy.notices.record import difference, releases
    from storage.datamap import columns

    return difference(version or releases()[-1], _facts(promises_of(settings)), columns())


def _facts(promises: Promises) -> "Facts":
    """What the notice says of what the tables can hold, for as long as the program would keep it by itself."""
    from bot.privacy.notices.notice import facts
    from bot.privacy.retaining.retention import defaults
    from storage.datamap import topics

    return facts(topics(), defaults(), promises)
