"""A desk as it is written down: in a file, and where somebody has to be named in a word.

platform:workspace/channel     a channel
platform:workspace/ID          a person whose account belongs to that workspace
platform:ID                    a person whose account belongs to no workspace
platform:workspace/@group      everybody in a user group
platform:workspace/&role       everybody with a role
"""

import re
from collections.abc import Iterator, Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from bot.desks.model import Desk, Member, Rank, Settings
from bot.inbound import Place
from bot.message import UserRef

NAME = r"^[a-z0-9][a-z0-9-]{0,31}$"  # what can stand before the # of a ticket's number
LONGEST = 200  # characters of a channel or principal, as wide as the columns
PLACE = re.compile(r"(?P<platform>[a-z][a-z0-9-]*):(?P<workspace>[^\s/]+)/(?P<channel>[^\s/@&][^\s/]*)")
PRINCIPAL = re.compile(r"(?P<platform>[a-z][a-z0-9-]*):(?:(?P<workspace>[^\s/]+)/)?(?P<id>[@&]?[^\s/@&][^\s/]*)")

Loc = tuple[str | int, ...]  # where in a file something stands: ("desks", 0, "intake", 2)


def place(text: str) -> Place:
    """The channel written as `text`. Raises `ValueError`."""
    match = PLACE.fullmatch(text) if len(text) <= LONGEST else None
    if match is None:
        raise ValueError("write a channel as platform:workspace/channel")
    return Place(match["platform"], match["workspace"], match["channel"])


def written_place(place: Place) -> str:
    return f"{place.platform}:{place.workspace}/{place.conversation}"


def principal(text: str) -> str:
    """The person or group written as `text`, as desks store it: a person as `str` of a `UserRef`, a group as written.

    Raises `ValueError`.
    """
    match = PRINCIPAL.fullmatch(text) if len(text) < LONGEST else None
    if match is None or (match["id"][0] in "@&" and not match["workspace"]):
        raise ValueError("write a person as platform:workspace/ID or platform:ID, a group as platform:workspace/@group")
    if match["id"][0] in "@&":
        return text
    return str(UserRef(match["platform"], match["workspace"] or "", match["id"]))


def is_group(principal: str) -> bool:
    return ":" in principal.partition("/")[0]


def written_principal(principal: str) -> str:
    """The opposite of `principal`."""
    if is_group(principal):
        return principal
    who = UserRef.parse(principal)
    return f"{who.platform}:{who.realm}/{who.id}" if who.realm else f"{who.platform}:{who.id}"


def platform_of(principal: str) -> str:
    return re.split("[:/]", principal, maxsplit=1)[0]


def _read_place(value: Any) -> Any:
    return place(value) if isinstance(value, str) else value


Channel = Annotated[Place, BeforeValidator(_read_place)]
Principal = Annotated[str, AfterValidator(principal)]


class Sheet(BaseModel):
    """Everything a desk is set to. Whoever is in several lists has the highest rank."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=NAME)
    intake: tuple[Channel, ...] = ()
    agents_channel: Channel | None = None
    agents: tuple[Principal, ...] = ()
    leads: tuple[Principal, ...] = ()
    admins: tuple[Principal, ...] = ()
    privacy_officers: tuple[Principal, ...] = ()
    settings: Settings = Settings()

    @classmethod
    def of(cls, desk: Desk, intake: Sequence[Place], members: Sequence[Member]) -> "Sheet":
        """What a desk is set to now. Nothing is checked: it is what it is."""

        def ranked(rank: Rank) -> tuple[str, ...]:
            return tuple(m.principal for m in members if m.rank == rank)

        return cls.model_construct(
            name=desk.name,
            intake=tuple(intake),
            agents_channel=desk.agents,
            agents=ranked(Rank.AGENT),
            leads=ranked(Rank.LEAD),
            admins=ranked(Rank.ADMIN),
            privacy_officers=tuple(m.principal for m in members if m.officer),
            settings=desk.settings,
        )

    def members(self) -> tuple[Member, ...]:
        ranks: dict[str, Rank] = dict.fromkeys(self.privacy_officers, Rank.CUSTOMER)
        for rank, principals in ((Rank.AGENT, self.agents), (Rank.LEAD, self.leads), (Rank.ADMIN, self.admins)):
            ranks |= dict.fromkeys(principals, rank)
        return tuple(Member(p, rank, p in self.privacy_officers) for p, rank in ranks.items())

    def channels(self) -> Iterator[tuple[Loc, Place]]:
        """Every channel and where in the sheet it stands."""
        yield from ((("intake", i), place) for i, place in enumerate(self.intake))
        if self.agents_channel is not None:
            yield ("agents_channel",), self.agents_channel

    def channels_by_use(self) -> Iterator[tuple[str, Place]]:
        return ((str(loc[0]), place) for loc, place in self.channels())

    def principals(self) -> Iterator[tuple[Loc, str]]:
        """Everybody named, and where in the sheet."""
        for name in ("agents", "leads", "admins", "privacy_officers"):
            yield from (((name, i), principal) for i, principal in enumerate(getattr(self, name)))

    def same(self, other: "Sheet") -> bool:
        """Whether the two mean the same desk, in whatever order they say it."""
        return (
            self.settings == other.settings
            and self.agents_channel == other.agents_channel
            and set(self.intake) == set(other.intake)
            and set(self.members()) == set(other.members())
        )
