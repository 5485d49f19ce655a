"""Two customers of whom everything is kept that can be, each piece with a word that is nowhere else. Their lives are
the same on every platform; what only one platform has, its stage does."""

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from bot.desks.panel import Category, Kind, Panel, Question
from bot.privacy.officers.counter import do
from tests.canaries.stage import Stage

LETTERS = str.maketrans("0123456789abcdef", "bcdfghjklmnpqrst")
PANEL = Panel(
    title="Hello",
    text="What is it?",
    categories=(
        Category(
            name="It is broken",
            questions=(
                Question(ask="What happened", kind=Kind.LONG),
                Question(ask="Photo", kind=Kind.FILE, required=False),
            ),
        ),
    ),
)
TICKETS = 5  # that each life opens


@dataclass
class Life:
    """Of one customer. `direct`, `asked` and `public` are the numbers of their tickets: in private, from the panel, and
    from the channel. `said` are the platform's ids of what they wrote."""

    stage: Stage
    user: Any
    words: dict[str, str] = field(default_factory=dict)  # the canary of each thing that was done
    said: list[str] = field(default_factory=list)
    direct: int = 0
    asked: int = 0
    public: int = 0

    def word(self, what: str) -> str:
        """Letters only, or a log might take it for an id. Its first ones are nobody else's: of a word a search index
        writes only where it differs from the one before."""
        made = hashlib.sha256(f"{self.stage.ref(self.user)} {what}".encode()).hexdigest()[:16].translate(LETTERS)
        return self.words.setdefault(what, made)

    def file(self, what: str) -> tuple[str, bytes]:
        """Its name and its content have a word each."""
        return f"{self.word(f'name of {what}')}.txt", f"scanned: {self.word(what)}".encode()

    @property
    def name(self) -> str:
        return f"{self.word('given name')} {self.word('family name')}"

    @property
    def marks(self) -> tuple[str, ...]:
        """What leads to them: their account, and every word."""
        return (self.stage.ref(self.user).id, *self.words.values())

    async def says(self, what: str, **more: Any) -> Any:
        return self.wrote(await self.stage.says(self.user, self.word(what), **more))

    def wrote(self, message: Any) -> Any:
        self.said.append(self.stage.id_of(message))
        return message

    async def types(self, line: str) -> None:
        await self.stage.types(self.user, line)

    async def shuts_forms(self) -> None:
        await self.stage.shuts_forms(self.user)


async def furnish(stage: Stage) -> None:
    """What the desk has before anybody comes."""
    await stage.set_up()
    await stage.running.store.write(lambda work: work.desks.set_panel(max(desk.id for desk in work.desks.all()), PANEL))
    await stage.leads("/desk panel", public=True)
    await stage.leads("/desk macro-save hello")
    await stage.fills(stage.lead, name="hello", text="Hello {name}, this is {agent} about #{number}.")
    await stage.shuts_forms(stage.lead)


async def live(life: Life, first: int) -> None:
    """`first` is the number that the next ticket gets."""
    await life.stage.names(life.user, life.name)
    life.direct, life.asked, life.public = first, first + 1, first + 4
    await _talk(life)
    await _ask_with_the_form(life)
    await _be_talked_about(life)
    await _close(life)
    await _ask_before_everybody(life)
    await _have_things_wait(life)
    await _use_rights(life)


async def _talk(life: Life) -> None:
    stage = life.stage
    said = await life.says("first message", files=[life.file("file of theirs")])
    await stage.edits(life.user, said, life.word("message after its edit"))
    taken_back = await life.says("message taken back")
    await stage.deletes(life.user, taken_back)


async def _ask_with_the_form(life: Life) -> None:
    await life.stage.presses(life.user, "It is broken")
    answers = {"What happened": life.word("answer in the form"), "Photo": [life.file("file in the form")]}
    await life.stage.fills(life.user, **answers)
    await life.shuts_forms()


async def _be_talked_about(life: Life) -> None:
    stage, name, number = life.stage, life.name, life.direct
    await stage.claims(number)
    noted = await stage.notes(number, f"{life.word('note')} about {name} {stage.mention(life.user)}")
    await stage.edits(stage.agent, noted, f"{life.word('note after its edit')} about {name}")
    await stage.notes(number, f"a file about {name}", files=[life.file("file noted")])
    answered = await stage.notes(number, f"!r dear {name}, here it is", files=[life.file("file for them")])
    await stage.edits(stage.agent, answered, f"!r dear {name}, here it really is")
    await stage.works(f"/ticket macro {number} hello")
    await stage.works(f"/ticket tag {number} +{life.word('tag')}")
    await stage.works(f"/ticket note {number} {life.word('typed note')}")


async def _close(life: Life) -> None:
    await life.stage.opens(life.user, life.word("subject"))
    await life.stage.works(f"/ticket close {life.asked + 1} {life.word('why it was closed')}")
    life.wrote(await life.stage.says(life.user, "thank you!"))
    await life.stage.opens(life.user, life.word("subject of another"))
    await life.shuts_forms()


async def _ask_before_everybody(life: Life) -> None:
    """In the channel, where the other one is added to their ticket; with what only this platform has."""
    stage = life.stage
    asked = await life.says("asked before everybody", public=True)
    await stage.works(f"/ticket rename {life.public} {life.word('subject given by an agent')}")
    await stage.works(f"/ticket add {life.public} {stage.mention(stage.other(life.user))}")
    await stage.special(life, asked)


async def _have_things_wait(life: Life) -> None:
    """One message that no room takes, and one that waits for their choice."""
    await life.says("draft")
    with life.stage.refusing(life.user):
        await life.stage.notes(life.direct, f"!r {life.word('buried answer')} for {life.name}")


async def _use_rights(life: Life) -> None:
    stage = life.stage
    await life.types("/mydata correct")
    await stage.presses(life.user, "Words I wrote")
    await stage.fills(life.user, wrong=life.word("subject"), right=life.word("corrected subject"))
    await life.shuts_forms()
    await life.types("/mydata correct")
    await stage.presses(life.user, "Something else")
    await stage.fills(life.user, ticket=str(life.asked), text=life.word("dispute"))
    await life.shuts_forms()
    await life.types(f"/mydata correct name {life.name} {life.word('corrected name')}")
    for line in ("/mydata object quality", "/mydata link", "/mydata export"):
        await life.types(line)
        await life.shuts_forms()
    await _have_an_officer(life)
    await stage.looks_around(life.user)
    await stage.leads(f"/desk block {stage.mention(life.user)} 30 {life.word('why they are blocked')}")
    life.wrote(await stage.says(life.user, life.word("message while blocked")))
    await stage.settle()


async def _have_an_officer(life: Life) -> None:
    """Who holds their data for a while, and has them prove a request that came by letter; that one stays open."""
    stage, whose = life.stage, life.stage.mention(life.user)
    review = (stage.running.now() + timedelta(days=30)).date()
    await stage.leads(f"/privacy hold {whose} claims {review}")
    hold = str(newest(stage, "holds"))
    await stage.leads(f"/privacy release {hold}")
    await stage.running.store.write(lambda work: do("confirm.hold", [hold], work))
    await stage.leads(f"/privacy log export {whose} letter")
    await stage.leads(f"/privacy challenge {newest(stage, 'requests')}")
    await stage.shuts_forms(stage.lead)


def newest(stage: Stage, table: str) -> int:
    with stage.running.store.engine.connect() as connection:
        return int(connection.execute(text(f"SELECT max(number) FROM {table}")).scalar_one())  # noqa: S608
