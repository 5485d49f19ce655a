"""Everything the bot shows is looked up: in a language that marks each text, whatever is not marked was said by people.

People at this desk write Greek, so a Latin letter outside of the marks is a word of ours that nobody can translate.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from gettext import NullTranslations
from zipfile import ZipFile

import pytest

from bot import language
from bot.desks.model import Member, Rank, Settings
from bot.desks.panel import Category, Panel
from bot.effects import Effect
from bot.inbound import Actor, MessagePosted, MessageRaised, PersonChanged, Place, PlaceGone, RoomGone
from bot.language import Phrase
from bot.message import Bold, Form, Message
from bot.ports import Ask, HomePage, Refused, Say, UnitOfWork
from storage.files import DiskFiles
from tests.desk import AGENTS, ANA, BEN, HELP, KIM, LEA, SAM, Desk, agents_thread, help_thread, private
from tests.privacy.conftest import files, office, settle

__all__ = ["files", "office"]  # fixtures

ANNA, BETA, SIGMA, KAPPA = (
    replace(who, name=name) for who, name in ((ANA, "Άννα"), (BEN, "Βήτα"), (SAM, "Σίγμα"), (KIM, "Κάππα"))
)
LAMDA = replace(LEA, name="Λάμδα", manages=True)
# Names that people type, in whatever language: of places, accounts, settings, a desk.
TYPED = re.compile(r"fake:\S+|fake/w/\w+|support|" + "|".join(Settings.model_fields) + r"|β-?\d*|[a-z0-9]+\.(txt|html)")


class Marked(NullTranslations):
    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"


@pytest.fixture(autouse=True)
def marked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "available", lambda: {"xx": "xx"})
    monkeypatch.setattr(language, "_catalogued", lambda name: "xx")
    monkeypatch.setattr(language, "catalogue", lambda name: Marked())
    monkeypatch.setattr(language, "SOURCE", "xx")
    monkeypatch.setattr(language.ENGLISH, "_chosen", "xx")  # what it chose before or would choose now outlives a test


def unmarked(text: str) -> str:
    """What is outside of all marks."""
    depth, kept = 0, []
    for char in text:
        depth += {"⟦": 1, "⟧": -1}.get(char, 0)
        kept.append(char if depth == 0 else " ")
    assert depth == 0, text
    return "".join(kept).replace("⟧", " ")


def ours(text: str) -> str:
    """Latin letters that stand where nobody's words are."""
    return " ".join(re.findall(r"[A-Za-z]{2,}", TYPED.sub(" ", unmarked(text))))


def read(message: Message) -> Iterator[str]:
    yield message.title
    yield "".join(span if isinstance(span, str) else span.text for span in message.text if isinstance(span, str | Bold))
    yield from (button.label for button in message.buttons)
    yield from (button.hint for button in message.buttons)
    yield message.menu
    yield message.speaker
    for each in message.fields:
        yield each.name
        yield "".join(
            span if isinstance(span, str) else span.text for span in each.value if isinstance(span, str | Bold)
        )


def asked(form: Form) -> Iterator[str]:
    yield form.title
    yield from (each.label for each in form.inputs)


@dataclass
class Watching:
    """Looks at every answer, and at the end at every room."""

    desk: Desk
    leaks: list[tuple[str, str]] = field(default_factory=list)

    def look(self, where: str, texts: Iterator[str]) -> None:
        self.leaks += [(where, text) for text in texts if ours(text)]

    async def type(self, who: Actor, line: str, place: Place = AGENTS) -> None:
        await self.desk.type(who, line, place, named=(ANNA, BETA, SIGMA, KAPPA, LAMDA))
        self.reply(line)

    async def press(self, who: Actor, action: str, arg: str = "", place: Place = AGENTS) -> None:
        await self.desk.press(who, action, arg, place)
        self.reply(f"{action} {arg}")

    async def fill(self, who: Actor, **values: str) -> None:
        await self.desk.fill(who, **values)
        self.reply("form")

    async def say(self, who: Actor, text: str, place: Place | None = None) -> None:
        await self.desk.say(who, text, place)
        self.reply(text)

    def reply(self, why: str) -> None:
        match self.desk.reply:
            case Say(message=message):
                self.look(why, read(message))
            case Ask(form=form):
                self.look(why, asked(form))
            case HomePage(rows=rows):
                for row in rows:
                    self.look(why, read(row))

    def rooms(self) -> None:
        for name, seen in self.desk.chat.rooms.items():
            for each in seen:
                self.look(name, read(each.message))
        for mark, reason in self.desk.chat.marks.values():
            self.look(f"mark {mark}", iter([reason]))


@pytest.fixture
async def watching(bare: Desk) -> Watching:
    saved = await bare.set_up(greeting="Γειά σας", farewell="Αντίο", max_open_per_customer=2)
    members = [
        Member(str(SAM.ref), Rank.AGENT),
        Member(str(KIM.ref), Rank.AGENT),
        Member(str(LEA.ref), Rank.LEAD, True),
    ]
    await bare.store.write(lambda work: work.desks.save(saved, [HELP], members))
    return Watching(bare)


async def test_everything_that_is_typed_is_answered_in_ones_language(watching: Watching) -> None:
    """Each command of the router, as customer and as lead, right and wrong."""
    desk, w = watching.desk, watching
    await w.say(ANNA, "Καίγεται")
    await w.say(BETA, "Σπασμένο")
    used = set()
    lines = [
        "ticket open", "ticket open Τι έγινε", "ticket open for:ben Τι έγινε", "ticket list", "ticket list closed",
        "ticket list mine priority:high tag:β",
        "ticket show 1", "ticket show 99", "ticket history 1", "ticket search Καί",
        "ticket search ξξξ", "ticket claim 1", "ticket claim 1", "ticket priority 1 urgent", "ticket tag 1 +β1 -β2",
        "ticket rename 1", "ticket rename 1 Φωτιά", "ticket assign 1 kim", "ticket assign 1 ben", "ticket add 1 ben",
        "ticket add 1 ben", "ticket remove 1 ben", "ticket remove 1 ben", "ticket reply 1", "ticket reply 1 Νερό;",
        "ticket note 1", "ticket note 1 Χμ", "ticket release 1", "ticket release 1", "ticket ask-close 1 Τέλος",
        "ticket ask-close 1", "ticket close 1 Τέλος",
        "ticket close 1", "ticket claim 1", "ticket reopen 1", "ticket reopen 1", "desk show", "desk set greeting Ω",
        "desk set language 1", "desk set cooldown_seconds x", "desk set rooms x", "desk set reply_prefix default",
        "desk agent kim", "desk agent kim agent", "desk agent ben lead", "desk agent ben admin", "desk remove ben",
        "desk remove ben", "desk remove kim", "desk agent kim agent", "desk block ben 3 Όχι", "desk blocked",
        "desk unblock ben", "desk unblock ben", "desk block ben x", "desk block lea 3", "desk block sam 3",
        "desk setup",
        "desk category Β tag:β Τι;", "desk category Β tag:b1 Τι;", "desk category-remove Ω", "desk category-remove Β",
        "desk panel", "desk panel look:menu", "desk macros", "desk macro-save", "desk macro-save β Νερό",
        "desk macro-save b",
        "desk macro-save b Νερό;", "desk macros", "desk macros b", "desk macros γ", "ticket macro 1",
        "ticket macro 1 b", "ticket macro 1 γ", "desk macro-remove γ", "desk macro-remove b",
        "mydata", "mydata view", "mydata status", "mydata cancel",
        "mydata cancel 77",
        "mydata correct", "mydata correct name Λου", "mydata correct language xx", "mydata correct language ?",
        "mydata restrict", "mydata lift", "mydata object", "mydata object surveys", "mydata consent",
        "privacy report", "privacy report 30", "privacy report x", "privacy disclosures", "privacy disclosures ben",
        "privacy given ben court claims", "privacy export-for ben letter", "privacy export-for ben letter",
        "privacy sealed 1",
        "mydata consent examples", "mydata policy", "mydata policy diff", "mydata export", "mydata export",
        "mydata link", "mydata link ΑΒΓ", "mydata unlink", "privacy minor ben", "privacy minor ben", "privacy clear 2",
        "privacy challenge 2", "privacy quoted 2 x", "privacy quotes", "privacy quotes 9",
        "privacy delete-for ben letter", "privacy confirm 3", "privacy clear 3", "privacy delete-for ben platform",
        "privacy confirm 4", "privacy clear 4",
        "privacy queue", "privacy log export ben email", "privacy log export ben email", "privacy log x ben email",
        "privacy show 2", "privacy show 99", "privacy extend 2 complex", "privacy extend 2 many",
        "privacy refuse 2 no-data",
        "privacy refuse 2 no-data", "privacy decide 2 right", "privacy decide 99 wrong",
        "privacy hold ben claims 2026-02-01", "privacy hold ben claims x", "privacy queue",
        "privacy hold ben claims 2026-02-01 nondisclosure", "privacy queue", "privacy confirm 2 hold",
        "privacy release 2", "privacy clear 2 hold", "privacy confirm 9 hold",
        "privacy hold ben claims 2026-02-01 told",
        "privacy renew 1 2026-03-01", "privacy release 1", "privacy release 1", "privacy retention",
            "privacy recipients", "privacy record",
            "privacy breach list", "privacy breach open", "privacy breach drafts 1", "privacy breach tell 1",
            "privacy breach open aware:2026-01-05T08:00 from:2026-01-01 until:2026-01-05 keys:yes",
            "privacy breach show 1", "privacy breach drafts 1", "privacy breach close 1", "privacy breach tell 1",
            "privacy breach reported 1", "privacy breach list", "privacy breach show 9",
        "privacy retention content 90", "privacy retention content 1", "privacy retention content x", "mydata delete",
    ]  # fmt: skip
    for who in (LAMDA, ANNA):
        for line in lines:
            try:
                await w.type(who, f"/{line}")
            except Exception as error:  # what cannot be parsed is said by the adapter, in the words of `wording`
                w.look(line, iter([str(error)]))
            command = desk.event.command if hasattr(desk.event, "command") else ""
            used.add(command)
    w.rooms()
    assert w.leaks == []
    assert {command.name for command in desk.router.visible()} - used == set()


def away(effect: Effect) -> Exception | None:
    reply = effect.kind == "direct" and effect.key.startswith("message:")
    return Refused(Phrase("the platform is away")) if reply else None


def not_at_all(effect: Effect) -> Exception | None:
    return None


async def test_everything_that_happens_is_told_in_ones_language(watching: Watching) -> None:
    desk, w = watching.desk, watching
    await w.say(ANNA, "Καίγεται", HELP)
    await w.say(ANNA, "Και καπνός", help_thread(1))
    await w.say(SIGMA, "Χμ", agents_thread(1))
    await w.say(SIGMA, "!r Νερό;", agents_thread(1))
    await desk.edit(SIGMA, desk.last, "!r Νερό!", agents_thread(1))
    await desk.delete(SIGMA, desk.last, agents_thread(1))
    await w.say(BETA, "Τι;", agents_thread(1))
    for text in ("Ένα", "Δύο"):
        await w.type(BETA, f"/ticket open {text}", private(BETA))
        await w.fill(BETA, subject=text, text=text) if isinstance(desk.reply, Ask) else None
    await w.say(BETA, "Τρία")
    await w.press(BETA, "draft.to", "ticket-2", private(BETA))
    await w.press(BETA, "draft.to", "new", private(BETA))
    await w.press(BETA, "ticket.home")
    await w.press(SIGMA, "ticket.home")
    for action in ("ticket.claim", "ticket.show", "mydata.confirm", "outbox.retry", "panel.pick", "ticket.list"):
        await w.press(SIGMA, action, "99")
    desk.chat.refuse = lambda effect: (
        Refused(Phrase("the platform is away"))
        if effect.kind == "direct" and effect.key.startswith("message:")
        else None
    )
    await w.type(SIGMA, "/ticket reply 2 Ναι")
    desk.chat.refuse = not_at_all
    failed = next(
        b for seen in desk.chat.rooms["agents/#2"] for b in seen.message.buttons if b.action == "outbox.retry"
    )
    await w.press(SIGMA, "outbox.retry", failed.arg)
    await w.press(SIGMA, "outbox.discard", failed.arg)
    there = Place("fake", "w", "χ", message="m1")
    raised = MessagePosted("m1", ANNA, there, "Βοήθεια")
    for who in (BETA, SIGMA, SIGMA):
        await desk.handle(MessageRaised(desk._id(), who, there, (raised,)))
        w.reply("raised")
    await desk.handle(MessageRaised(desk._id(), SIGMA, there, ()))
    w.reply("raised nothing")
    refused = (Phrase("{name}: {reason}", name="α", reason=Phrase("the platform is away")),)
    await desk.handle(MessagePosted(desk._id(), ANNA, replace(private(ANNA), message="m2"), "Ω", refused=refused))
    w.reply("refused")
    await w.type(KAPPA, "/ticket claim 2")
    await desk.handle(PersonChanged(desk._id(), KAPPA, AGENTS, gone=True))
    await desk.handle(PersonChanged(desk._id(), BETA, AGENTS, gone=True))
    await desk.handle(PlaceGone(desk._id(), ANNA, HELP, Phrase("the platform is away")))
    await desk.handle(RoomGone(desk._id(), ANNA, help_thread(1)))
    desk.later(days=40)
    await desk.tick()
    w.rooms()
    assert w.leaks == []


def offer(panel: Panel, work: UnitOfWork) -> None:
    work.desks.set_panel(work.desks.all()[0].id, panel)


async def test_a_panel_is_said_in_the_desks_language(watching: Watching) -> None:
    desk, w = watching.desk, watching
    for panel in (Panel(), Panel(menu=True, categories=(Category(name="Β", tag="b1"),))):
        await desk.store.write(partial(offer, panel))
        await w.type(LAMDA, "/desk panel", HELP)
    id = (await desk.store.read(lambda work: work.desks.all()))[0].id
    await w.press(ANNA, "panel.pick", f"{id}-b1", HELP)
    await w.fill(ANNA, **{desk.form_shown().inputs[0].name: "Καίγεται"})
    await w.press(ANNA, "panel.pick", f"{id}-zz", HELP)
    w.rooms()
    assert w.leaks == []


def ours_in(text: str) -> str:
    return ours(re.sub(r"<style>.*?</style>|<[^>]*>|&\w+;|attachments/\S*", " ", text, flags=re.DOTALL))


async def test_an_export_is_written_in_ones_language(office: Desk, files: DiskFiles) -> None:
    """What is there to read; data and schema are for machines."""
    w = Watching(office)
    await w.say(ANNA, "Καίγεται")
    await w.type(SIGMA, "/ticket reply 1 Νερό;")
    await w.type(SIGMA, "/ticket priority 1 urgent")
    await w.type(SIGMA, "/ticket close 1 Τέλος")
    await w.type(ANNA, "/mydata export", private(ANNA))
    await settle(office)
    (file,) = (file for seen in office.chat.rooms["@ana"] for file in seen.message.files)
    archive = ZipFile(files.path(file))
    for name in ("README.txt", "html/index.html", "html/tickets/1.html"):
        assert ours_in(archive.read(name).decode()) == "", name


async def test_the_last_message_is_in_ones_language_though_nobody_knows_them_any_more(office: Desk) -> None:
    w = Watching(office)
    await w.say(ANNA, "Καίγεται")
    await w.type(ANNA, "/mydata delete", private(ANNA))
    assert isinstance(office.reply, Say)
    button = office.reply.message.buttons[-1]
    await w.press(ANNA, button.action, button.arg, private(ANNA))
    await settle(office)
    assert "⟦Your data is deleted⟧" in office.private(ANNA)[-1]
    w.rooms()
    assert w.leaks == []
