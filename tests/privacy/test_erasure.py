"""Nothing of whoever had their data erased is left anywhere, and everything of everyone else."""

import sqlite3
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import JSON, Engine, select, text

from bot.effects import CLERK, Work
from bot.inbound import Actor, MessagePosted
from bot.message import File, Mark, UserRef
from bot.ports import Refused, Say, TryLater, UnitOfWork
from bot.privacy.model import GONE, NOBODY, Asked
from storage import sqlite
from storage.columns import Json
from storage.datamap import unknown_keys
from storage.files import DiskFiles
from storage.rows import Base
from storage.store import SqlStore
from tests.desk import KIM, SAM, Desk, agents_thread, private
from tests.privacy.canaries import STATISTICS, Canaries, everything, name, theirs, traces
from tests.privacy.conftest import settle

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def somebody(id: str) -> Actor:
    ref = UserRef("fake", "w", id)
    return Actor(ref, name(ref))


CLIO, CARL, AXEL, ANJA = (somebody(id) for id in ("u7f3clio91", "v0b6carl44", "t5d2axel73", "s1e8anja28"))


def engine(desk: Desk) -> Engine:
    assert isinstance(desk.store, SqlStore)
    return desk.store.engine


def fill(desk: Desk, files: DiskFiles) -> Canaries:
    """Rows of two customers and two agents in every table, and their files."""
    canaries = Canaries()
    with engine(desk).begin() as connection:
        canaries.fill(connection, [CLIO.ref, CARL.ref], [AXEL.ref, ANJA.ref])
    for sha, content in canaries.files.items():
        path = files.path(File(sha, "", 0, ""))
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
    return canaries


def on_disk(desk: Desk, folder: Path) -> str:
    return traces(engine(desk), folder).decode(errors="replace")


async def erase(desk: Desk, who: Actor) -> None:
    await desk.type(who, "/mydata delete", private(who))
    assert isinstance(desk.reply, Say)
    button = desk.reply.message.buttons[-1]
    await desk.press(who, button.action, button.arg, private(who))
    await settle(desk)


@pytest.mark.parametrize("gone", [CLIO, AXEL], ids=["customer", "agent"])
async def test_every_word_of_theirs_goes_and_no_other(
    office: Desk, files: DiskFiles, tmp_path: Path, gone: Actor
) -> None:
    canaries = fill(office, files)
    before, there = everything(engine(office)), traces(engine(office), tmp_path)
    assert all(word.encode() in there for word in (gone.ref.id, *gone.name.split(), *canaries.made))

    await erase(office, gone)

    left, after = traces(engine(office), tmp_path), everything(engine(office))
    hers = {word for word, place in canaries.made.items() if theirs(gone.ref, *place)}
    others = canaries.made.keys() - hers
    assert len(hers) >= 10
    assert len(others) > 20
    for secret in (gone.ref.id, *gone.name.split(), *hers):
        assert secret.encode() not in left, canaries.made.get(secret)
        assert secret[3:].encode() not in left, canaries.made.get(secret)
    for word in others:
        assert word.encode() in left, canaries.made[word]
    for key, row in before.items():
        if gone.ref.id not in row and key[0] not in ("seen_events", "desks"):
            assert after[key] == row


async def test_a_second_run_changes_nothing(office: Desk, files: DiskFiles) -> None:
    fill(office, files)
    await erase(office, CLIO)
    once = everything(engine(office))
    [number] = [int(key) for table, key in once if table == "requests" and '"erasure"' in once[table, key]]
    for task in ("erase", "sweep", "export", "expire"):
        work = Work(f"again:{task}", CLERK, "again", task, number)
        await office.store.write(partial(_post, work))
    await settle(office)
    assert everything(engine(office)) == once


def _post(effect: Work, work: UnitOfWork) -> None:
    work.outbox.post(effect, about=NOBODY)


# A day at the desk, with all that leaves traces


async def a_day(desk: Desk, files: DiskFiles) -> None:
    """Clio has a ticket with files, notes and tags, takes part in Carl's, and one message waits for her choice."""
    same = await keep(files, b"zigzag: the file of both")
    mine, from_sam = await keep(files, b"quartz: her file"), await keep(files, b"jasper: a file for her")
    await desk.say(CLIO, "lilac words of hers", files=(mine, same))
    await desk.say(CARL, "teapot words of his", files=(same,))
    await desk.type(SAM, "/ticket claim 1")
    await desk.type(SAM, "/ticket claim 2")
    await desk.say(SAM, f"violet note about {CLIO.name}", agents_thread(1))
    await desk.say(SAM, f"!r walnut answer, {CLIO.name}", agents_thread(1), files=(from_sam,))
    await desk.type(SAM, "/ticket tag 1 +orchid")
    await desk.type(SAM, "/ticket tag 2 +hazel")
    await desk.type(SAM, f"/ticket add 2 {CLIO.ref.id}", named=(CLIO,))
    await desk.say(CLIO, "magenta: a message that waits")
    await desk.press(CLIO, "draft.to", "ticket-2", private(CLIO))
    await desk.say(SAM, "!r birch answer to both", agents_thread(2))
    desk.later(hours=1)
    await desk.say(CLIO, "crimson: a message nobody chose for")
    await desk.say(CARL, "cedar: thank you both")


async def keep(files: DiskFiles, content: bytes) -> File:
    file = await files.keep(iter([content]), "scan.txt", "text/plain")
    files.release([file.sha])
    return file


HERS = ("lilac", "violet", "orchid", "magenta", "crimson", "quartz", "jasper", *CLIO.name.split(), CLIO.ref.id)
HIS = ("teapot", "hazel", "birch", "cedar", "zigzag")


async def test_a_day_at_the_desk_leaves_nothing_of_hers(office: Desk, files: DiskFiles, tmp_path: Path) -> None:
    await a_day(office, files)
    before = on_disk(office, tmp_path)
    assert [word for word in (*HERS, *HIS, "walnut") if word not in before] == []
    await erase(office, CLIO)
    after = on_disk(office, tmp_path)
    assert [word for word in HIS if word not in after] == []
    assert "walnut answer, [erased]" in after
    assert [word for word in HERS if word in after] == []


async def test_what_others_say_of_her_in_their_own_tickets_is_theirs(office: Desk, tmp_path: Path) -> None:
    await office.say(CLIO, "lilac words of hers")
    await office.say(CARL, f"cedar: who is {CLIO.name}?")
    await erase(office, CLIO)
    assert f"cedar: who is {CLIO.name}?" in on_disk(office, tmp_path)


async def test_what_we_posted_about_her_is_taken_back(office: Desk, files: DiskFiles) -> None:
    await a_day(office, files)
    await erase(office, CLIO)
    shown = {room: [post.text for post in posts] for room, posts in office.chat.rooms.items()}
    assert [text.splitlines()[0] for text in shown[f"@{CLIO.ref.id}"]] == ["Your data is deleted"]
    assert shown["agents/#1"] == ["Ticket #1 is closed: the requester had their data erased."]
    assert shown["agents"][0] == "#1\nClosed. The requester had their data erased."
    everywhere = "\n".join(text for texts in shown.values() for text in texts)
    assert [word for word in HERS[:7] if word in everywhere] == []
    assert "teapot words of his" in everywhere
    assert [text for text in shown[f"@{CARL.ref.id}"] if "birch answer to both" in text]


@pytest.mark.parametrize("closed", [False, True])
async def test_who_was_added_to_her_ticket_reads_its_subject_no_more(office: Desk, closed: bool) -> None:
    """The post is about him, and stays."""
    await office.say(CLIO, "lilac words of hers")
    await office.type(SAM, f"/ticket add 1 {CARL.ref.id}", named=(CARL,))
    if closed:
        await office.type(SAM, "/ticket close 1")
    await settle(office)
    assert "lilac" in office.private(CARL)[0]
    await erase(office, CLIO)
    assert office.private(CARL)[0] == "Sam added you to ticket #1: (erased). What you write here is read there."
    assert "lilac" not in "\n".join(office.private(CARL))


async def test_tickets_stay_consistent(office: Desk, files: DiskFiles) -> None:
    await a_day(office, files)
    await erase(office, CLIO)
    listed = await office.type(SAM, "/ticket list")
    assert "#1" not in listed
    assert "#2 teapot words of his" in listed
    history = await office.type(SAM, "/ticket history 1")
    assert "Sam replied: walnut answer, [erased]" in history
    assert "the desk closed the ticket (the requester had their data erased)" in history
    assert (await office.type(SAM, "/ticket show 1")).startswith("#1 (erased)")
    assert await office.type(SAM, "/ticket search lilac") == "Nothing found for “lilac”."


async def test_agents_can_still_write_in_the_room_of_whoever_is_gone(office: Desk, files: DiskFiles) -> None:
    await a_day(office, files)
    await erase(office, CLIO)
    await office.say(SAM, "we refunded it", agents_thread(1))
    assert office.mark(office.last) == (Mark.INTERNAL, "")
    assert "Sam noted: we refunded it" in await office.type(SAM, "/ticket history 1")


async def test_agents_are_told_that_nobody_is_there_any_more(office: Desk, files: DiskFiles) -> None:
    await a_day(office, files)
    await erase(office, CLIO)
    await office.say(SAM, "!r are you still there?", agents_thread(1))
    await settle(office)
    assert office.mark(office.last) == (Mark.FAILED, "the requester had their data erased")
    assert await office.store.read(lambda work: work.outbox.next_due(("fake", GONE))) is None


async def test_whoever_comes_back_is_somebody_new(office: Desk, files: DiskFiles) -> None:
    await a_day(office, files)
    await erase(office, CLIO)
    await office.say(CLIO, "hello, I am new here")
    assert office.private(CLIO)[-1] == "Your ticket #3 is open. We answer here."
    shown = await office.type(CLIO, "/mydata", private(CLIO))
    assert "• tickets: 1, kept" in shown
    assert "requests about your data" not in shown


async def test_json_in_the_database_has_no_key_that_nobody_classified(office: Desk, files: DiskFiles) -> None:
    office.chat.refuse = lambda effect: (
        Refused("no") if effect.kind in ("remove", "direct", "set_mark", "post") else None
    )
    await a_day(office, files)
    await erase(office, CLIO)
    sampled = 0
    with engine(office).connect() as connection:
        for table in Base.metadata.sorted_tables:
            for column in table.c:
                if isinstance(column.type, JSON | Json):
                    for value in connection.scalars(select(column)):
                        assert unknown_keys(column, value) == set(), column
                        sampled += 1
    assert sampled > 5


# What makes it hard


async def test_files_that_somebody_else_has_too_stay(office: Desk, files: DiskFiles) -> None:
    same = await keep(files, b"the same picture")
    await office.say(CLIO, "look", files=(same,))
    await office.say(CARL, "look", files=(same,))
    await erase(office, CLIO)
    assert files.path(same).read_bytes() == b"the same picture"
    await erase(office, CARL)
    assert not files.path(same).exists()


async def test_what_waits_to_be_delivered_is_called_off(office: Desk) -> None:
    office.chat.refuse = lambda effect: TryLater(1) if effect.kind != "post_card" else None
    await office.say(CLIO, "lilac words of hers")
    await office.type(CLIO, "/mydata delete", private(CLIO))
    await office.press(CLIO, "mydata.confirm", str(await asked(office, CLIO)))
    office.chat.refuse = lambda effect: None
    await settle(office)
    assert [effect.kind for effect in office.chat.delivered if effect.kind == "direct"] == ["direct"]
    assert [post.message.title for post in office.chat.rooms[f"@{CLIO.ref.id}"]] == ["Your data is deleted"]
    assert "lilac" not in str(office.chat.rooms)


async def asked(desk: Desk, who: Actor) -> int:
    requests = await desk.store.read(lambda work: work.privacy.requests_of(who.ref, Asked.ERASURE))
    return requests[0].number


async def test_what_was_given_up_goes_too(office: Desk, tmp_path: Path) -> None:
    office.chat.refuse = lambda effect: Refused("no") if effect.kind == "post" else None
    await office.say(CLIO, "lilac words of hers")
    assert await office.store.read(lambda work: work.outbox.dead(9))
    office.chat.refuse = lambda effect: None
    await erase(office, CLIO)
    assert await office.store.read(lambda work: work.outbox.dead(9)) == []
    assert "lilac" not in on_disk(office, tmp_path)


async def test_posts_the_platform_does_not_give_back_are_told(office: Desk) -> None:
    await office.say(CLIO, "lilac words of hers")
    office.chat.refuse = lambda effect: Refused("too old") if effect.kind == "remove" else None
    await erase(office, CLIO)
    receipt = office.private(CLIO)[-1]
    assert "2 posts of ours that the platform did not let us take back" in receipt
    assert await office.store.read(lambda work: work.outbox.dead(9)) == []


async def test_the_question_which_quoted_her_tickets_is_taken_back(office: Desk) -> None:
    await office.submit(CLIO, "ticket.open", subject="lilac", text="words of hers")
    await office.submit(CLIO, "ticket.open", subject="quartz", text="more of them")
    await office.say(CLIO, "a message that waits")
    assert [button.label for button in office.chat.rooms[f"@{CLIO.ref.id}"][-1].message.buttons][:1] == ["#2 quartz"]
    await erase(office, CLIO)
    assert "quartz" not in str(office.chat.rooms)


async def test_the_notice_of_a_block_that_quoted_its_reason_is_taken_back(office: Desk) -> None:
    await office.say(CLIO, "lilac words of hers")
    await office.store.write(lambda work: work.people.block(CLIO.ref, work.now.replace(year=2100), "crimson insults"))
    await office.say(CLIO, "more")
    assert "crimson insults" in office.private(CLIO)[-1]
    await erase(office, CLIO)
    assert "crimson" not in str(office.chat.rooms)


async def test_ids_of_events_handled_do_not_say_in_whose_conversation_they_were(office: Desk, tmp_path: Path) -> None:
    event = MessagePosted("fake:said:dm-of-clio:17", CLIO, private(CLIO), "lilac words of hers")
    await office.handle(event)
    assert "dm-of-clio" not in on_disk(office, tmp_path)
    await office.handle(event)
    assert len((await office.type(SAM, "/ticket list")).splitlines()) == 2


async def test_nothing_is_told_before_posts_are_taken_back(office: Desk) -> None:
    await office.say(CLIO, "lilac words of hers")
    office.chat.refuse = lambda effect: TryLater(30) if effect.kind == "remove" else None
    await office.type(CLIO, "/mydata delete", private(CLIO))
    await office.press(CLIO, "mydata.confirm", str(await asked(office, CLIO)))
    for _ in range(20):
        office.later(seconds=60)
        await office.deliver()
    assert [post.message.title for post in office.chat.rooms[f"@{CLIO.ref.id}"] if post.message.title] == []
    office.chat.refuse = lambda effect: None
    await settle(office)
    assert [post.message.title for post in office.chat.rooms[f"@{CLIO.ref.id}"]] == ["Your data is deleted"]


async def test_a_receipt_that_cannot_be_delivered_keeps_no_address(office: Desk, tmp_path: Path) -> None:
    await office.say(CLIO, "lilac words of hers")
    office.chat.refuse = lambda effect: Refused("DMs are closed") if effect.kind == "direct" else None
    await erase(office, CLIO)
    assert CLIO.ref.id not in on_disk(office, tmp_path)


async def test_a_message_that_comes_in_between_goes_with_the_rest_or_starts_anew(office: Desk, tmp_path: Path) -> None:
    await office.say(CLIO, "lilac words of hers")
    clerk = office.chats.pop(CLERK)
    await office.type(CLIO, "/mydata delete", private(CLIO))
    await office.press(CLIO, "mydata.confirm", str(await asked(office, CLIO)))
    await office.say(CLIO, "indigo words, just now")
    office.chats[CLERK] = clerk
    await settle(office)
    assert "indigo" not in on_disk(office, tmp_path)
    assert "No tickets." in await office.type(SAM, "/ticket list")


@SQLITE
async def test_nobody_is_told_while_a_reader_holds_old_pages(
    office: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "CHECKPOINTS", 3)
    await office.say(CLIO, "lilac words of hers")
    reader = sqlite3.connect(tmp_path / "desk.db")
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM timeline").fetchall()
    await office.type(CLIO, "/mydata delete", private(CLIO))
    await office.press(CLIO, "mydata.confirm", str(await asked(office, CLIO)))
    for _ in range(3):
        office.later(seconds=60)
        await office.deliver()
    assert "lilac" in on_disk(office, tmp_path)
    assert "Your data is deleted" not in str(office.chat.rooms)
    reader.close()
    await settle(office)
    assert "lilac" not in on_disk(office, tmp_path)
    assert "Your data is deleted" in str(office.chat.rooms)


# Agents


async def test_an_agent_leaves_the_conversations_and_takes_the_name(office: Desk, tmp_path: Path) -> None:
    await office.say(CARL, "teapot words of his")
    await office.type(KIM, "/ticket claim 1")
    await office.say(KIM, "!r walnut answer. Yours, Kim", agents_thread(1))
    await office.say(KIM, "violet note by Kim", agents_thread(1))
    await erase(office, KIM)
    left = on_disk(office, tmp_path)
    assert "fake/w/kim" not in left
    assert "walnut answer. Yours, [erased]" in left
    assert "violet note by [erased]" in left
    assert "Status: open, unclaimed" in office.card(1)
    assert office.agents_room(1)[-1] == "Ticket #1 is unclaimed again: its agent had their data erased."
    assert await office.type(KIM, "/ticket claim 1") == "There is no ticket #1 that you can see."
    await office.type(SAM, "/ticket claim 1")
    assert "Status: claimed by Sam" in office.card(1)


async def test_who_is_customer_and_agent_is_erased_as_both(office: Desk, tmp_path: Path) -> None:
    await office.say(KIM, "lilac words of an agent as customer")
    await office.say(CARL, "teapot words of his")
    await office.say(KIM, "!r walnut answer", agents_thread(2))
    await erase(office, KIM)
    left = on_disk(office, tmp_path)
    assert "lilac" not in left
    assert "walnut answer" in left
    assert "teapot words of his" in left


@POSTGRESQL
async def test_statistics_of_a_table_that_became_empty_forget_her(
    office: Desk, files: DiskFiles, tmp_path: Path
) -> None:
    await a_day(office, files)
    await office.say(CLIO, "indigo: a second message nobody chose for")
    with engine(office).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
        assert any("indigo" in str(row) or CLIO.ref.id in str(row) for row in connection.execute(text(STATISTICS)))
    await erase(office, CLIO)
    assert CLIO.ref.id not in on_disk(office, tmp_path)
