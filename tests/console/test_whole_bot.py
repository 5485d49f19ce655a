"""The console with the whole bot behind it, on a real database, in processes that start, end and are killed."""

import asyncio
import json
import random
import re
import shutil
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.ports import UnitOfWork
from bot.tickets.timeline import MESSAGES
from storage.opening import open_store
from tests.console.process import PATIENCE, Console, start


@pytest.fixture
def console(tmp_path: Path, new_desk: Path) -> Console:
    shutil.copytree(new_desk, tmp_path / "data")
    return Console(tmp_path)


def in_room(lines: Sequence[str], room: str) -> list[str]:
    return [line.removeprefix(f"[{room}] ") for line in lines if line.startswith(f"[{room}] ")]


def test_the_example_of_the_readme(console: Console):
    told = console.run(
        "customer: my printer is on fire\n"
        "customer@help: anyone here?\n"
        "customer@1: it is blue now\n"
        "agent: /ticket claim 1\n"
        "agent@1: looks like a bad fuser\n"
        "agent@1: !r have you tried water?\n"
        "agent: [Close] 1\n"
    )
    assert in_room(told, "#agents/1") == [
        "customer: my printer is on fire",
        "customer: it is blue now",
        "(agent: internal)",
        "(agent: delivered)",
        "#1: closed by agent",
    ]
    assert in_room(told, "#agents/2") == ["customer: anyone here?"]
    customers = in_room(told, "@customer")
    assert customers[:3] == [
        "Your ticket #1 is open. We answer here.",
        "  [Close]",
        "agent (#1): have you tried water?",
    ]
    assert customers[3] == "Ticket #1 is closed."
    assert in_room(told, "#help/2")[-2] == "Your ticket #2 is open. We answer here."
    assert not any("fuser" in line for line in told if not line.startswith("[#agents/1]"))


def test_the_same_script_has_the_same_output(console: Console, tmp_path: Path):
    script = "".join(
        f"customer{n}: printer {n} is on fire\nagent: [Claim] {n}\nagent@{n}: !r try water\n"
        f"customer{n}@{n}: /edit it is out\nagent: [Close] {n}\n"
        for n in range(1, 4)
    )
    (tmp_path / "new").mkdir()
    first = console.run(script)
    assert len(first) > 70
    assert Console(tmp_path / "new").run(script) == first


def test_a_desk_is_found_again_as_it_was_left(console: Console):
    console.run("customer: my printer is on fire\n")
    assert in_room(console.run("agent: [Claim] 1\n"), "#agents")[0] == "(only agent sees this) Ticket #1 is yours."
    assert in_room(console.run("agent2: [Claim] 1\n"), "#agents") == [
        "(only agent2 sees this) agent already has ticket #1. Nothing was changed."
    ]
    assert in_room(console.run("customer: [Close] 1\n"), "@customer")[0] == "Ticket #1 is closed."


def test_files_go_both_ways_whole(console: Console, tmp_path: Path):
    (tmp_path / "photo.png").write_bytes(bytes(range(256)) * 500)
    (tmp_path / "plan.txt").write_bytes(b"pull the plug")
    told = console.shows(
        f"customer: look @file:{tmp_path}/photo.png\n"
        f"agent@1: !r do this @file:{tmp_path}/plan.txt\n"
        f"customer: and @file:{tmp_path}/missing.png\n"
    )
    arrived = {(t["room"], f["name"]): Path(f["path"]).read_bytes() for t in told for f in t["files"]}
    assert arrived == {
        ("#agents/1", "photo.png"): bytes(range(256)) * 500,
        ("@customer", "plan.txt"): b"pull the plug",
    }
    assert told[-1]["kind"] == "error"
    assert "missing.png" in told[-1]["text"]


def test_a_form_opens_a_ticket(console: Console):
    told = console.shows("customer: /ticket open\nPrinter\nIt burns: badly\n")
    form = next(t for t in told if t["kind"] == "form")
    assert [field["label"] for field in form["fields"]] == ["Subject", "What happened?"]
    assert next(t for t in told if t["kind"] == "card")["title"] == "#1 Printer"
    assert [t["text"] for t in told if t["room"] == "#agents/1"] == ["It burns: badly"]


def test_edits_and_deletions_reach_the_copies_and_old_words_do_not_come_back(console: Console):
    told = console.run(
        "customer: it is blue\ncustomer: /edit it is green\n"
        "agent@1: !r a secret\nagent@1: /delete\nagent: /ticket history 1\n"
    )
    assert "(now) customer: it is green (edited)" in in_room(told, "#agents/1")
    after = told[told.index("[@customer] (taken back)") :]
    assert not any("secret" in line for line in after)


def test_hostile_input_gets_clear_answers_and_loses_nothing(console: Console):
    long = "x" * 100_000
    lines = [
        f"customer: {long}".encode(),
        b"customer: broken \xff\xfe bytes \xc3",
        "customer: \x1b[2J\x1b]0;owned\x07 \u202egnp.exe \u2066".encode(),
        b"no colon at all",
        b"\xff: hello",
        b"a\x1bb: hello",
        b"customer: /frobnicate",
        b"customer: /ticket show 99999999999",
        b"customer: /ticket close 77",
        b"mallory: /ticket show 1",
        b"mallory: [Close] 1",
        b"mallory@1: let me in",
        b"mallory@agents/1: !r pwned",
        b"mallory: /ticket reply 1 pwned",
        b"customer@77: hello",
        b"customer: \x00nul",
    ]
    told = console.run(b"\n".join(lines))
    agents = "\n".join(in_room(told, "#agents/1"))
    assert long in agents
    assert "broken \ufffd\ufffd bytes \ufffd" in agents
    assert "␛[2J␛]0;owned␇ ⟨U+202E⟩gnp.exe ⟨U+2066⟩" in agents
    assert "nul" in agents
    assert "pwned" not in "\n".join(told)
    assert "let me in" not in "\n".join(told)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", "\n".join(told))
    mallory = in_room(told, "@mallory")
    assert mallory.count("There is no ticket #1 that you can see.") == 2
    assert "There is no room of ticket #1 for you. Nothing was sent." in mallory
    assert len(in_room(told, "console")) == 3
    assert "There is no ticket #77 that you can see." in in_room(told, "@customer")


def test_after_deletion_no_byte_of_a_person_is_left_in_any_file(console: Console):
    console.run(
        "Quetzalcoatlus: my Xylophonist is broken\nagent@1: !r hello Quetzalcoatlus\n"
        "Quetzalcoatlus@help: Xylophonist!\nQuetzalcoatlus: /mydata delete\n"
    )
    console.run("Quetzalcoatlus: [Delete all of it]\n")
    left = [p for p in console.data.rglob("*") if p.is_file() and re.search(rb"(?i)quetzal|xyloph", p.read_bytes())]
    assert left == []


# Kills


async def stored(data: Path) -> list[str]:
    """What customers said in ticket 1, as the database has it."""
    store = open_store(f"sqlite:///{data}/helpthread.db", lambda: datetime.now(UTC))

    def look(work: UnitOfWork) -> list[str]:
        return [entry.text for entry in work.timeline.page(1, MESSAGES, 0, 10_000)]

    try:
        return await store.read(look)
    finally:
        await store.close()


def killed_somewhere(console: Console, script: Path, chance: random.Random) -> bool:
    """Start it, and kill it at some moment of its work; false if it was done before."""
    before = console.output.stat().st_size
    process = start(console.data, script, console.output)
    end = time.monotonic() + PATIENCE
    while console.output.stat().st_size == before and process.is_alive() and time.monotonic() < end:
        time.sleep(0.001)
    time.sleep(chance.uniform(0, 0.25))
    process.kill()
    process.join(PATIENCE)
    return process.exitcode != 0


def test_killed_at_any_moment_it_loses_nothing_and_says_nothing_twice(console: Console):
    """What is in the database is shown once; only what was being shown when it was killed may be shown once more."""
    chance = random.Random(7)
    console.run("customer: start\n", json=True)
    interrupted: list[str] = []
    kills = 0
    for round in range(6):
        script = console.script("".join(f"customer: round {round} message {n}\n" for n in range(150)))
        kills += killed_somewhere(console, script, chance)
        interrupted.append(console.output.read_text().splitlines()[-1])
    console.run("", json=True)

    assert kills >= 4, "or nothing is proven"
    assert console.output.read_text().endswith("\n"), "each thing is written whole"
    said = asyncio.run(stored(console.data))
    shown = [json.loads(line) for line in console.output.read_text().splitlines()]
    copies = Counter(t["text"] for t in shown if t["room"] == "#agents/1" and t.get("speaker") == "customer")
    assert set(copies) == set(said)
    twice = {text for text, times in copies.items() if times > 1}
    assert twice <= {json.loads(line)["text"] for line in interrupted}
    assert Counter(t["kind"] for t in shown)["card"] == 1
    assert len(said) >= kills, "it did something each time"


def test_two_accounts_of_one_person_are_linked_by_a_code_and_two_yeses(console: Console):
    told = "\n".join(console.run("ana: my printer is on fire\nana: /mydata link\n"))
    (code,) = re.findall(r"/mydata link ([A-Z2-9]{10})", told)
    asked = console.run(f"ana2: /mydata link {code}\nana2: [Yes, both are mine]\nana: [Yes, both are mine]\n")
    assert "ana (console/local/ana) and this account are about to be linked" in "\n".join(in_room(asked, "@ana2"))
    assert "ana2 (console/local/ana2) and this account are about to be linked" in "\n".join(in_room(asked, "@ana"))
    again = "\n".join(console.run("ana: /mydata link\nana: [Unlink this account]\nana: /mydata unlink\n"))
    assert "Linked with this account: ana2 (console/local/ana2)." in again
    assert "This account is linked with no other." in again
