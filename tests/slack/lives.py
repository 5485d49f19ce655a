"""Two customers on Slack of whom everything is kept that can be, each piece with a word that is nowhere else."""

import hashlib
from dataclasses import dataclass, field

from bot.desks.panel import Category, Kind, Panel, Question
from tests.fakes.slack import Message, User
from tests.slack.world import World

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


@dataclass
class Life:
    """Of one customer. `direct` and `asked` are the numbers of their tickets, in private and from the panel."""

    world: World
    user: User
    words: dict[str, str] = field(default_factory=dict)  # the canary of each thing that was done
    direct: int = 0
    asked: int = 0

    def word(self, what: str) -> str:
        """Letters only, or a log might take it for an id. Its first ones are nobody else's: of a word a search index
        writes only where it differs from the one before."""
        made = hashlib.sha256(f"{self.user.id} {what}".encode()).hexdigest()[:16].translate(LETTERS)
        return self.words.setdefault(what, made)

    def file(self, what: str) -> tuple[str, bytes]:
        """Its name and its content have a word each."""
        return f"{self.word(f'name of {what}')}.txt", f"scanned: {self.word(what)}".encode()

    async def says(self, what: str, place: str = "@bot", **more: object) -> Message:
        return await self.world.say(self.user, self.word(what), place, **more)

    async def types(self, line: str) -> None:
        await self.world.command(self.user, line)

    async def closes_what_is_open(self) -> None:
        while self.world.slack.work.modals.get(self.user.id):
            await self.world.slack.close_modal(self.user.id, everything=True)

    async def is_noted(self, number: int, text: str, **more: object) -> Message:
        """By Sam, in the agents' room of a ticket."""
        world = self.world
        return await world.say(world.sam, text, world.desk, thread_ts=world.card(number).ts, **more)


async def furnish(world: World) -> None:
    """What the desk has before anybody comes."""
    await world.set_up(max_open_per_customer=20)
    await world.running.store.write(lambda work: work.desks.set_panel(work.desks.all()[0].id, PANEL))
    await world.command(world.lea, "/desk panel", world.help)
    await world.command(world.lea, "/desk macro-save hello", world.desk)
    await world.submit(world.lea, name="hello", text="Hello {name}, this is {agent} about #{number}.")
    await world.slack.close_modal(world.lea.id, everything=True)


async def live(life: Life, first: int) -> None:
    """`first` is the number that the next ticket gets."""
    given, family = life.word("given name"), life.word("family name")
    life.user.name = life.user.real_name = f"{given} {family}"
    life.direct, life.asked = first, first + 1
    await _talk(life)
    await _ask_with_the_form(life)
    await _be_talked_about(life)
    await _close(life)
    await _have_things_wait(life)
    await _use_rights(life)


async def _talk(life: Life) -> None:
    said = await life.says("first message", files=[life.file("file of theirs")])
    await life.world.slack.edit(said, life.word("message after its edit"))
    taken_back = await life.says("message taken back")
    await life.world.slack.delete(taken_back)
    await life.world.settle()


async def _ask_with_the_form(life: Life) -> None:
    await life.world.press(life.user, "It is broken")
    answers = {"What happened": life.word("answer in the form"), "Photo": [life.file("file in the form")]}
    await life.world.submit(life.user, **answers)
    await life.closes_what_is_open()


async def _be_talked_about(life: Life) -> None:
    world, name, number = life.world, life.user.real_name, life.direct
    await world.press(world.sam, "Claim", on=world.card(number).ts)
    noted = await life.is_noted(number, f"{life.word('note')} about {name} <@{life.user.id}>")
    await world.slack.edit(noted, f"{life.word('note after its edit')} about {name}")
    await life.is_noted(number, f"a file about {name}", files=[life.file("file noted")])
    answered = await life.is_noted(number, f"!r dear {name}, here it is", files=[life.file("file for them")])
    await world.slack.edit(answered, f"!r dear {name}, here it really is")
    await world.command(world.sam, f"/ticket macro {number} hello", world.desk)
    await world.command(world.sam, f"/ticket tag {number} +{life.word('tag')}", world.desk)
    await world.command(world.sam, f"/ticket note {number} {life.word('typed note')}", world.desk)


async def _close(life: Life) -> None:
    world = life.world
    await life.types(f"/ticket open {life.word('subject')}")
    third = life.asked + 1
    await world.command(world.sam, f"/ticket close {third} {life.word('why it was closed')}", world.desk)
    await world.say(life.user, "thank you!")
    await life.closes_what_is_open()


async def _have_things_wait(life: Life) -> None:
    """One message that no room takes, and one that waits for their choice."""
    await life.says("draft")
    world = life.world
    world.slack.fail("chat.postMessage", error="restricted_action", times=-1)
    await world.say(world.sam, "!r " + f"{life.word('buried answer')} for {life.user.real_name}", world.desk,
                    thread_ts=world.card(life.direct).ts)  # fmt: skip
    world.slack.faults.clear()


async def _use_rights(life: Life) -> None:
    world = life.world
    await life.types("/mydata correct")
    await world.press(life.user, "Words I wrote")
    await world.submit(life.user, wrong=life.word("subject"), right=life.word("corrected subject"))
    await life.closes_what_is_open()
    await life.types("/mydata correct")
    await world.press(life.user, "Something else")
    await world.submit(life.user, ticket=str(life.asked), text=life.word("dispute"))
    await life.closes_what_is_open()
    await life.types(f"/mydata correct name {life.user.real_name} {life.word('corrected name')}")
    await life.types("/mydata link")
    await life.closes_what_is_open()
    await life.types("/mydata export")
    await life.closes_what_is_open()
    for who in (life.user, world.sam, world.lea):
        await world.slack.open_home(who.id)
    reason = life.word("why they are blocked")
    await world.command(world.lea, f"/desk block <@{life.user.id}|x> 30 {reason}", world.desk)
    await life.says("message while blocked")
    await world.settle()
