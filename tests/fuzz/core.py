"""What needs no platform: lines that are typed, desks' files, pages to read, and what is taken in."""

from html.parser import HTMLParser

from bot.cleaning import clean, cleaned
from bot.desk_file import DeskFileError, read, write
from bot.desks.naming import Naming
from bot.errors import Problem
from bot.inbound import Actor, CommandInvoked, Event, FormSubmitted, MessagePosted, Place
from bot.language import Phrase
from bot.message import UserRef
from bot.parse import IN_A_ROOM, find, find_verb, options
from bot.privacy.exporting import page
from bot.routes import all_routes
from bot.tickets.timeline import Kind
from tests.fuzz.source import Source

ROUTER = all_routes()
PLATFORMS = {"chat": Naming(True, "@"), "talk": Naming(False, "&")}
NAMES = ["name", "intake", "agents_channel", "agents", "leads", "panel", "macros", "settings", "desks", "language"]
VALUES = ["support", "chat:T1/C1", "talk:1/2", "[chat:T1/C1]", "*a", "&a", "!!int 3", "{a: b}", "- ", "|\n   a", "yes"]
TAGS = {
    "doctype html",
    "article",
    "span",
    "bdi",
    "time",
    "p",
    "a",
    "h1",
    "li",
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
}
ATTRIBUTES = {"class", "datetime", "dir", "href", "lang", "charset", "content", "name", "http-equiv"}


def lines(data: bytes) -> None:
    """A line is a command, a `Problem`, or no command."""
    source = Source(data)
    line = source.text()
    for look in (find, find_verb):
        if (found := look(ROUTER, line)) is None:
            continue
        try:
            given = options(found[0], found[1], person=_person, room_number=source.pick([None, IN_A_ROOM, 7]))
        except Problem:
            continue
        assert set(given) <= {option.name for option in found[0].options}


def desk_files(data: bytes) -> None:
    """A desk's file is taken or refused with its lines; what was taken comes back as it was."""
    for file in (data, _yaml(Source(data)).encode("utf-8", "replace")):
        try:
            taken = read(file, "desks.yaml", PLATFORMS)
        except DeskFileError:
            continue
        again = read(write(taken.sheets).encode(), "desks.yaml", PLATFORMS)
        assert list(again.sheets) == list(taken.sheets)


def pages(data: bytes) -> None:
    """A conversation to read has nothing in it but what we wrote, whatever its words are."""
    source = Source(data)
    row = {
        "author": source.text(),
        "staff": source.text(),
        "kind": source.pick(list(Kind)) if source.chance() else Kind.SAID,
        "detail": source.text(),
        "person": source.text(),
        "at": "2026-03-01T12:00:00+00:00",
        "edited_at": source.pick([None, "2026-03-01T12:00:00+00:00"]),
        "deleted_at": None,
        "text": source.text(),
        "remark": source.text(),
    }
    if row["kind"] not in page.VERBS:
        return
    path = clean(source.text())
    made = page.entry(row, source.text(), [(path, source.text())]) + page.ticket(page.Heading(7, source.text(), "open"))
    made += page.line("tickets/7.html", page.Heading(7, source.text(), "open"), 3, "2026-03-01T12:00:00+00:00")
    reader = _Reader()
    reader.feed(made)
    reader.close()
    assert reader.tags <= TAGS
    assert reader.attributes <= ATTRIBUTES
    assert all(href.startswith("../") or href == "tickets/7.html" for href in reader.links)


def cleaning(data: bytes) -> None:
    """What was taken in can be stored and sent, and cleaning it again changes nothing."""
    source = Source(data)
    who = Actor(UserRef("a", "b", "c"), source.text())
    where = Place("a", "b", "c")
    posted = MessagePosted("1", who, where, source.text(), (), (Phrase("{name}", name=source.text()),), source.text())
    typed = CommandInvoked("2", who, where, source.text(), {source.text(): source.text()}, (who,))
    form = FormSubmitted("3", who, where, source.text(), source.text(), {source.text(): source.text()})
    events: list[Event] = [posted, typed, form]
    for event in events:
        done = cleaned(event)
        shown = str(done).replace("\\\\", "")
        assert "\\x00" not in shown
        assert "\\ud8" not in shown
        assert cleaned(done) == done
    text = source.text()
    assert clean(clean(text)) == clean(text)
    assert "\x00" not in clean(text)
    clean(text).encode()


def _person(word: str) -> str:
    if "@" not in word:
        raise Problem(word)
    return "a/b/c"


def _yaml(source: Source) -> str:
    """Lines that look like a desk's file."""
    made = "desks:\n  - name: a\n"
    for _ in range(source.byte() % 12):
        indent = " " * (2 * (source.byte() % 5))
        made += f"{indent}{source.pick(['', '- '])}{source.pick([*NAMES, source.text()])}: "
        made += f"{source.pick([*VALUES, source.text()])}\n"
    return made


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_decl(self, decl: str) -> None:
        self.tags.add(decl)

    def unknown_decl(self, data: str) -> None:
        self.tags.add(data)

    def handle_comment(self, data: str) -> None:
        self.tags.add(data)
