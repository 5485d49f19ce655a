"""What is in an export, and what must not be."""

import asyncio
import hashlib
import json
import tracemalloc
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import jsonschema
import pytest

from bot.inbound import Actor
from bot.message import UserRef
from bot.ports import Say, UnitOfWork
from bot.privacy.exporting import conversation, reading
from bot.privacy.exporting.archive import safe_name
from bot.privacy.model import Role
from bot.tickets.model import RoomKind, Ticket
from bot.tickets.timeline import Entry, Kind
from storage.datamap import sheets
from storage.files import DiskFiles
from tests.desk import ANA, BEN, KIM, SAM, Desk, agents_thread, person, private
from tests.privacy.conftest import settle
from tests.privacy.test_erasure import ANJA, AXEL, CARL, CLIO, SQLITE, a_day, fill, keep


async def export_of(desk: Desk, files: DiskFiles, who: Actor) -> ZipFile:
    await desk.type(who, "/mydata export", private(who))
    assert isinstance(desk.reply, Say)
    await settle(desk)
    [file] = desk.chat.rooms[f"@{who.ref.id}"][-1].message.files
    return ZipFile(files.path(file))


def rows(archive: ZipFile, path: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in archive.read(path).decode().splitlines()]


def contents(archive: ZipFile) -> dict[str, str]:
    return {name: archive.read(name).decode(errors="replace") for name in archive.namelist()}


@pytest.mark.parametrize("who", [CLIO, AXEL], ids=["customer", "agent"])
async def test_all_of_theirs_is_in_it_and_nobody_else(office: Desk, files: DiskFiles, who: Actor) -> None:
    canaries = fill(office, files)
    archive = await export_of(office, files, who)
    inside = contents(archive)
    everything = "\n".join((*inside, *inside.values()))

    for other in {CLIO, CARL, AXEL, ANJA} - {who}:
        for secret in (other.ref.id, other.name, *other.name.split()):
            assert secret not in everything, other
    for word, (table, column, people) in canaries.made.items():
        shown = may_see(who.ref, table, column, people)
        assert (word in everything) == shown, (table, column, people)


def may_see(who: UserRef, table: str, column: str, people: dict[str, UserRef]) -> bool:
    """Said once more: their own words and places; what was said to and about them; as an agent their own words."""
    sheet = next(sheet for sheet in sheets() if sheet.table.name == table)
    if sheet.says("export") == "count" or sheet.table.c[column].info.get("secret"):
        return False
    holds = sheet.table.c[column].info["holds"]
    parts = {sheet.table.c[name].info["holds"]: ref for name, ref in people.items()}
    owner, about, staff = parts.get("owner"), parts.get("about"), parts.get("staff")
    if sheet.table.c[column].info.get("blob"):  # the file itself; of requests only the hash is told
        return table == "attachments" and (owner or about) == who
    match holds:
        case "words":
            return who in (owner, about) or (owner is None and staff == who)
        case "remark":
            return about == who or (owner is None and staff == who)
    return owner == who


@SQLITE
async def test_every_row_keeps_to_its_schema(office: Desk, files: DiskFiles) -> None:
    await a_day(office, files)
    archive = await export_of(office, files, CLIO)
    checked = 0
    for name in archive.namelist():
        if name.startswith("data/"):
            table = Path(name).stem
            schema = json.loads(archive.read(f"schema/{table}.schema.json"))
            for row in rows(archive, name):
                jsonschema.validate(row, schema)
                checked += 1
    assert checked > 10


@SQLITE
async def test_every_member_has_its_checksum(office: Desk, files: DiskFiles) -> None:
    await a_day(office, files)
    archive = await export_of(office, files, CLIO)
    sums = dict(line.split("  ")[::-1] for line in archive.read("SHA256SUMS").decode().splitlines())
    assert set(sums) == set(archive.namelist()) - {"SHA256SUMS", "SHA256SUMS.sig"}
    assert all(hashlib.sha256(archive.read(name)).hexdigest() == sum for name, sum in sums.items())
    manifest = json.loads(archive.read("manifest.json"))
    assert manifest["format"] == "helpthread-export/1"
    for member in manifest["files"]:
        data = archive.read(member["path"])
        assert (member["size"], member["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
        if "rows" in member:
            assert member["rows"] == len(data.decode().splitlines())
    held = {(line["what"], line["role"]): line["count"] for line in manifest["held"]}
    assert held["messages and events in tickets", "yours"] == len(rows(archive, "data/yours/timeline.jsonl"))
    assert held["messages and events in tickets", "about you"] == len(rows(archive, "data/about-you/timeline.jsonl"))


@SQLITE
async def test_a_customer_reads_their_conversation(office: Desk, files: DiskFiles) -> None:
    await a_day(office, files)
    archive = await export_of(office, files, CLIO)
    index = Page(archive.read("html/index.html").decode())
    assert index.links == ["tickets/1.html", "tickets/2.html"]
    assert index.words.index("Ticket #1: lilac words of hers") < index.words.index("Ticket #2")
    assert "note about" not in index.words
    first, second = (Page(archive.read(f"html/{link}").decode()) for link in index.links)
    told = first.words
    assert told.index("Ticket #1: lilac words of hers") < told.index("note about") < told.index("walnut answer")
    assert "Agent 1 noted, for agents only" in told
    assert "Ticket #2\n" in second.words
    assert "teapot" not in told + second.words
    assert "magenta: a message that waits" in told + second.words
    files_of = [link for page in (first, second) for link in page.links if link != "../index.html"]
    assert sorted(href.rpartition("-")[2] for href in files_of) == ["scan.txt"] * 3
    assert all(link.removeprefix("../../") in archive.namelist() for link in files_of)
    given = {archive.read(name) for name in archive.namelist() if name.startswith("attachments/1/")}
    assert given == {b"zigzag: the file of both", b"quartz: her file", b"jasper: a file for her"}
    [waits] = rows(archive, "data/yours/drafts.jsonl")
    assert waits["text"] == "crimson: a message nobody chose for"
    assert [row["tag"] for row in rows(archive, "data/about-you/tags.jsonl")] == ["orchid"]


class Page(HTMLParser):
    """What a browser makes of it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.attributes: set[str] = set()
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.words += data


HOSTILE = (
    '<script>alert("x")</script>',
    '"><img src=x onerror=alert(1)>',
    "</p></article><h1>Agent 1</h1>",
    "{{ 7*7 }}{% raw %}",
    "javascript:alert(1)",
    "\u202etxt.exe\u202c \x00 \x1b[31m ]]> &amp; \ufffe",
    "<style>@import url(//evil.example)</style>",
)


@SQLITE
async def test_hostile_words_and_names_stay_words(office: Desk, files: DiskFiles) -> None:
    mallory = person("mallory", HOSTILE[1])
    for text in HOSTILE:
        await office.say(mallory, text)
    evil = await files.keep(iter([b"<script>"]), '../../"><script>.html', "text/html", checked=False)
    files.release([evil.sha])
    await office.say(mallory, HOSTILE[0], files=(evil,))
    archive = await export_of(office, files, mallory)
    html = "".join(archive.read(name).decode() for name in archive.namelist() if name.startswith("html/"))
    page = Page(html)
    known = {"html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "bdi", "span", "time", "article", "a"}
    assert page.tags <= known | {"ul", "li"}
    assert page.attributes <= {"charset", "content", "name", "http-equiv", "lang", "class", "datetime", "dir", "href"}
    assert all(text.replace("\x00", "") in page.words for text in HOSTILE)
    assert "49" not in page.words
    of_ours = {"../index.html", *(f"tickets/{number}.html" for number in range(1, 9))}
    [file] = [link for link in page.links if link not in of_ours]
    assert file.startswith("../../attachments/1/")
    assert "http" not in html.replace("http-equiv", "")
    assert all(not name.startswith("/") and ".." not in name.split("/") for name in archive.namelist())


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "etc_passwd"),
        ("photo of me.JPG", "photo_of_me.JPG"),
        ("con\x00trol\n.txt", "con_trol_.txt"),
        ("日本語.pdf", "日本語.pdf"),
        ("...", "file"),
        ("x" * 300 + ".tar.gz", "x" * 77 + ".gz"),
        ("invoice\u202efdp.exe", "invoice_fdp.exe"),
    ],
)
def test_names_of_files_are_safe_everywhere(name: str, safe: str) -> None:
    assert safe_name(name) == safe


async def test_an_agent_gets_their_own_work_and_no_customer(office: Desk, files: DiskFiles) -> None:
    await a_day(office, files)
    await office.say(SAM, f"!r maple answer to {CARL.name} <@{CARL.ref.id}>", agents_thread(2))
    inside = contents(await export_of(office, files, SAM))
    everything = "\n".join(inside.values())
    assert "maple answer to Customer" in everything
    assert [word for word in ("lilac", "teapot", "quartz", "zigzag", "cedar") if word in everything] == []
    assert not any(secret in everything for other in (CLIO, CARL) for secret in (other.ref.id, *other.name.split()))
    assert "data/as-agent/timeline.jsonl" in inside
    assert "data/yours/members.jsonl" in inside
    assert not any(name.startswith(("data/about-you", "attachments/")) for name in inside)


@SQLITE
async def test_who_is_customer_and_agent_gets_both_and_apart(office: Desk, files: DiskFiles) -> None:
    await office.say(SAM, "lilac words of Sam as a customer")
    await office.say(KIM, "!r walnut answer to Sam", agents_thread(1))
    await office.say(ANA, "teapot words of Ana")
    await office.say(SAM, "!r maple answer to Ana", agents_thread(2))
    inside = contents(await export_of(office, files, SAM))
    assert "lilac" in inside["data/yours/timeline.jsonl"]
    assert "maple" not in inside["data/yours/timeline.jsonl"]
    assert "maple answer to Customer 1" in inside["data/as-agent/timeline.jsonl"]
    assert "walnut answer to Sam" in inside["data/about-you/timeline.jsonl"]
    assert "maple" not in inside["data/about-you/timeline.jsonl"]
    index, customers, agents = (Page(inside[f"html/{name}.html"]) for name in ("index", "tickets/1", "tickets/2"))
    assert index.links == ["tickets/1.html", "tickets/2.html"]
    titles = "Ticket #1", "lilac", "What you did as an agent", "Ticket #2"
    assert sorted(titles, key=index.words.index) == list(titles)
    assert customers.words.index("lilac") < customers.words.index("walnut")
    assert "maple" in agents.words
    assert "teapot" not in "\n".join(inside.values())


@SQLITE
async def test_tickets_of_the_same_number_have_a_page_each(office: Desk, files: DiskFiles) -> None:
    """One asked for oneself and answered as an agent, too."""
    await office.say(SAM, "lilac words of Sam as a customer")
    await office.say(SAM, "!r maple answer to myself", agents_thread(1))
    inside = contents(await export_of(office, files, SAM))
    index = Page(inside["html/index.html"])
    assert index.links == ["tickets/1.html", "tickets/1-2.html"]
    assert "lilac" in Page(inside["html/tickets/1.html"]).words
    assert "maple" in Page(inside["html/tickets/1-2.html"]).words


@SQLITE
async def test_a_ticket_of_many_pages_of_rows_is_one_page(
    office: Desk, files: DiskFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation, "ROWS", 2)
    for number in range(5):
        await office.say(ANA, f"lilac {number}")
    await office.type(SAM, "/ticket close 1")
    await office.type(ANA, "/ticket open teapot", private(ANA))
    inside = contents(await export_of(office, files, ANA))
    index, first = Page(inside["html/index.html"]), Page(inside["html/tickets/1.html"]).words
    assert index.links == ["tickets/1.html", "tickets/2.html"]
    assert [number for number in range(5) if f"lilac {number}" in first] == list(range(5))
    assert first.count("Ticket #1") == 2, "its title, and once more"
    assert "entries, the last one 2026-01-05 09:00 UTC" in index.words


@SQLITE
async def test_colleagues_named_in_a_note_are_hidden(office: Desk, files: DiskFiles) -> None:
    await office.say(ANA, "my printer is on fire")
    await office.say(BEN, "mine as well")
    await office.say(KIM, "!r hello Ben", agents_thread(2))
    await office.say(SAM, "ask Kim, kim knows Ana", agents_thread(1))
    inside = contents(await export_of(office, files, ANA))
    assert "ask Agent 1, Agent 1 knows Ana" in inside["data/about-you/timeline.jsonl"] or (
        "ask Agent 2, Agent 2 knows Ana" in inside["data/about-you/timeline.jsonl"]
    )


@SQLITE
async def test_somebody_without_anything_gets_an_export_too(office: Desk, files: DiskFiles) -> None:
    archive = await export_of(office, files, person("zoe"))
    assert "There are no conversations of yours." in archive.read("html/index.html").decode()
    assert [row["name"] for row in rows(archive, "data/yours/people.jsonl")] == ["Zoe"]


@SQLITE
async def test_a_file_that_is_gone_is_told(office: Desk, files: DiskFiles) -> None:
    file = await keep(files, b"here now")
    await office.say(ANA, "look", files=(file,))
    files.path(file).unlink()
    archive = await export_of(office, files, ANA)
    assert "1 file could not be added" in archive.read("README.txt").decode()
    assert json.loads(archive.read("manifest.json"))["missing_files"] == 1


@SQLITE
async def test_times_are_exact(office: Desk, files: DiskFiles) -> None:
    await office.say(ANA, "my printer is on fire")
    archive = await export_of(office, files, ANA)
    [ticket] = rows(archive, "data/yours/tickets.jsonl")
    assert datetime.fromisoformat(ticket["opened_at"]) == office.now()


def many(count: int, size: int, work: UnitOfWork) -> None:
    ticket = work.tickets.add(Ticket(0, 1, 0, "long", ANA.ref, work.now, work.now, RoomKind.DIRECT))
    for n in range(count):
        entry = Entry(0, ticket.id, Kind.SAID, work.now, ANA.ref, author=ANA.ref, text=f"{n} " + "lorem " * (size // 6))
        ticket, _ = work.timeline.add(ticket, entry)


async def test_memory_does_not_grow_with_what_is_exported(
    office: Desk, files: DiskFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "ROWS", 20)
    monkeypatch.setattr(conversation, "ROWS", 20)
    await office.type(ANA, "/mydata export")
    await settle(office)

    async def peak(count: int) -> int:
        await office.store.write(lambda work: many(count, 40_000, work))
        office.later(hours=2)
        tracemalloc.start()
        try:
            archive = await export_of(office, files, ANA)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
            archive.close()

    some = await peak(60)  # a few pages
    more = await peak(180)
    assert more < some * 1.2
    assert more < 7_000_000  # of 9.6 MB in all


async def test_others_are_served_meanwhile(office: Desk, files: DiskFiles) -> None:
    await office.store.write(lambda work: many(1000, 100, work))
    export = asyncio.create_task(export_of(office, files, ANA))
    served = 0
    while not export.done():
        await office.store.write(lambda work: work.people.meet(BEN.ref, "Ben", "en"))
        served += 1
    (await export).close()
    assert served > 20


def test_roles_have_folders_of_their_own() -> None:
    from bot.privacy.exporting.export import FOLDERS

    assert set(FOLDERS) == set(Role)
    assert len(set(FOLDERS.values())) == len(Role)
