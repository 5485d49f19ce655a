"""Everything a desk is set to, as one value: what its file says, and what the database holds."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo

from bot.desks.model import Desk, Member, Rank, Settings
from bot.desks.naming import impossible, place, platform_of, principal
from bot.desks.panel import Panel
from bot.inbound import Place
from bot.macros.model import Macro, Macros

NAME = r"^[a-z0-9][a-z0-9-]{0,31}$"  # what can stand before the # of a ticket's number
T = TypeVar("T")
Loc = tuple[str | int, ...]  # where in a file something stands: ("desks", 0, "intake", 2)


def _read_place(value: Any, info: ValidationInfo) -> Any:
    if not isinstance(value, str):
        return value
    read = place(value)
    return read if not info.context else _checked(read, impossible(read.platform, "", info.context))


def _read_principal(value: str, info: ValidationInfo) -> str:
    read = principal(value)
    return read if not info.context else _checked(read, impossible(platform_of(read), read, info.context))


def _checked(value: T, wrong: str) -> T:
    if wrong:
        raise ValueError(wrong)
    return value


Channel = Annotated[Place, BeforeValidator(_read_place)]
Principal = Annotated[str, AfterValidator(_read_principal)]


class Sheet(BaseModel):
    """Everything a desk is set to. Whoever is in several lists has the highest rank.

    Validated with a context of platforms (`Mapping[str, Naming]`), it takes only what can exist on them.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=NAME)
    intake: tuple[Channel, ...] = ()
    agents_channel: Channel | None = None
    agents: tuple[Principal, ...] = ()
    leads: tuple[Principal, ...] = ()
    admins: tuple[Principal, ...] = ()
    privacy_officers: tuple[Principal, ...] = ()
    settings: Settings = Settings()
    panel: Panel = Panel()
    macros: Macros = {}

    @classmethod
    def of(cls, desk: Desk, intake: Sequence[Place], members: Sequence[Member], macros: Sequence[Macro]) -> "Sheet":
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
            panel=desk.panel,
            macros={macro.name: macro.text for macro in macros},
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
            and self.panel == other.panel
            and self.macros == other.macros
            and self.agents_channel == other.agents_channel
            and set(self.intake) == set(other.intake)
            and set(self.members()) == set(other.members())
        )
