"""/privacy recipients and /privacy record; and what changed in the map of the data since a release."""

import json
from collections.abc import Mapping, Sequence
from importlib.resources import files

from bot.access import Call
from bot.errors import Problem
from bot.ports import Reply, Say, UnitOfWork
from bot.privacy.notices import record_views as views
from bot.privacy.notices.notice import Facts, changes, facts
from bot.privacy.officers.officer import officers_see
from bot.privacy.uses import Use
from bot.router import Router

router = Router(Use.OFFICE)
RELEASES = files("bot.privacy.notices.releases")  # the map of the data as each of them had it


@router.command("privacy recipients", "Who gets people's data, and what of it")
@officers_see
def recipients(call: Call, work: UnitOfWork) -> Reply:
    return Say(views.listed(work.promises.given, work.privacy.topics()))


@router.command("privacy record", "The record of processing, in short")
@officers_see
def record(call: Call, work: UnitOfWork) -> Reply:
    says = facts(work.privacy.topics(), work.privacy.periods(), work.promises)
    return Say(views.short(says, work.privacy.topics(), work.promises))


def releases() -> Sequence[str]:
    """Those whose map is known, the oldest first."""
    names = [each.name.removesuffix(".json") for each in RELEASES.iterdir() if each.name.endswith(".json")]
    return sorted(names, key=lambda name: [int(part) for part in name.split(".")])


def difference(version: str, now: Facts, columns: Mapping[str, str]) -> str:
    """What is held since then that was not, or otherwise. Raises `Problem` for a release that is not known."""
    if version not in releases():
        raise Problem(views.no_release(releases()))
    then = json.loads((RELEASES / f"{version}.json").read_text(encoding="utf-8"))
    before = Facts.read(then["facts"] | {"recipients": now.recipients})  # whom an operator chose is no release's
    old = then["columns"]
    new = [f"+ {name}: {kind}" for name, kind in columns.items() if name not in old]
    new += [f"~ {name}: {old[name]} → {kind}" for name, kind in columns.items() if old.get(name, kind) != kind]
    gone = [f"- {name}" for name in old if name not in columns]
    return views.differs(version, changes(before, now), [*new, *gone])
