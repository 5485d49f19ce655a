"""Search finds what the asker may read, newest first, and never more, whatever is typed."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.message import UserRef
from bot.ports import UnitOfWork
from bot.tickets.model import Ticket
from bot.tickets.timeline import Entry, Kind
from storage.store import SqlStore
from tests.storage.build import ANA, BEN, EVE, SAM, desk_in, entry, ticket_in


def noted(remark: str) -> Entry:
    return entry(Kind.NOTED, staff=SAM, remark=remark)


async def put(store: SqlStore, *entries: Entry, desk: str = "support", customer: UserRef = ANA) -> Ticket:
    def job(work: UnitOfWork) -> Ticket:
        known = {one.name: one for one in work.desks.all()}
        ticket = ticket_in(work, (known.get(desk) or desk_in(work, desk)).id, customer)
        for one in entries:
            ticket, _ = work.timeline.add(ticket, one)
        return ticket

    return await store.write(job)


async def found(store: SqlStore, words: str, desks: list[int], customer: UserRef | None = None) -> list[str]:
    hits = await store.read(lambda work: work.timeline.search(words, desks, customer, 99))
    assert all(entry.ticket == ticket.id for ticket, entry in hits)
    return [entry.text or entry.remark for _, entry in hits]


async def test_all_words_must_be_there_in_any_order_and_any_case(store: SqlStore):
    desk = (await put(store, entry(text="The Printer is on FIRE"), entry(text="a printer"), entry(text="fire!"))).desk
    assert await found(store, "fire printer", [desk]) == ["The Printer is on FIRE"]
    assert await found(store, "PRINTER", [desk]) == ["a printer", "The Printer is on FIRE"]
    assert await found(store, "scanner", [desk]) == []


async def test_the_beginning_of_a_word_is_enough(store: SqlStore):
    desk = (await put(store, entry(text="my printer burns"))).desk
    assert await found(store, "print burn", [desk]) == ["my printer burns"]
    assert await found(store, "rinter", [desk]) == []


async def test_the_newest_comes_first_and_the_limit_ends_the_list(store: SqlStore):
    ticket = await put(store, *(entry(text=f"printer {n}") for n in range(9)))
    hits = await store.read(lambda work: work.timeline.search("printer", [ticket.desk], None, 3))
    assert [one.text for _, one in hits] == ["printer 8", "printer 7", "printer 6"]


async def test_agents_find_notes_and_only_at_their_own_desks(store: SqlStore):
    ours = (await put(store, entry(text="refund please"), noted("refund is fine"))).desk
    theirs = (await put(store, entry(text="refund elsewhere"), desk="sales")).desk
    assert await found(store, "refund", [ours]) == ["refund is fine", "refund please"]
    assert await found(store, "refund", [ours, theirs]) == ["refund elsewhere", "refund is fine", "refund please"]
    assert await found(store, "refund", []) == []


async def test_customers_find_their_own_messages_and_replies_and_never_a_note(store: SqlStore):
    await put(
        store,
        entry(text="refund please"),
        entry(Kind.REPLIED, staff=SAM, text="no refund"),
        noted("refund: they ask too often"),
        entry(Kind.TAGGED, staff=SAM, remark="refund"),
        entry(Kind.PRIORITISED, staff=SAM, remark="refund", detail="low"),
    )
    await put(store, entry(text="another's refund", author=BEN), customer=BEN)
    assert await found(store, "refund", [], ANA) == ["no refund", "refund please"]
    assert await found(store, "often", [], ANA) == []
    assert await found(store, "refund", [], EVE) == []


async def test_who_was_added_to_a_ticket_finds_what_is_said_in_it(store: SqlStore):
    ticket = await put(store, entry(text="refund please"), noted("refund note"))
    await store.write(lambda work: work.tickets.admit(ticket, BEN))
    assert await found(store, "refund", [], BEN) == ["refund please"]
    await store.write(lambda work: work.tickets.dismiss(ticket, BEN))
    assert await found(store, "refund", [], BEN) == []


async def test_an_agent_who_is_a_customer_elsewhere_finds_both(store: SqlStore):
    ours = (await put(store, entry(text="refund ours"), noted("refund our note"), customer=BEN)).desk
    await put(store, entry(text="refund mine", author=SAM), noted("refund their note"), desk="sales", customer=SAM)
    assert await found(store, "refund", [ours], SAM) == ["refund mine", "refund our note", "refund ours"]


async def test_two_letters_are_a_word_and_not_the_beginning_of_every_word(store: SqlStore):
    desk = (await put(store, entry(text="go on"), entry(text="goats on cliffs"))).desk
    assert await found(store, "go", [desk]) == ["go on"]
    assert await found(store, "goa on", [desk]) == ["goats on cliffs"]


async def test_a_limit_counts_what_agents_and_what_customers_find_together(store: SqlStore):
    ours = (await put(store, *(entry(text=f"refund {n}") for n in range(5)), customer=BEN)).desk
    await put(store, *(entry(text=f"refund mine {n}", author=SAM) for n in range(5)), desk="sales", customer=SAM)
    hits = await store.read(lambda work: work.timeline.search("refund", [ours], SAM, 7))
    assert [one.text for _, one in hits] == [f"refund mine {n}" for n in range(4, -1, -1)] + ["refund 4", "refund 3"]


async def test_what_was_edited_or_deleted_is_found_as_it_is_now(store: SqlStore):
    ticket = await put(store, entry(text="lobster"), entry(text="quail"), noted("raven"))

    def job(work: UnitOfWork) -> None:
        first, second, third = work.timeline.page(ticket.id, frozenset(Kind), 0, 9)
        work.timeline.rewrite(entry(id=first.id, text="heron"))
        work.timeline.rewrite(entry(id=second.id, text=""))
        work.timeline.rewrite(entry(Kind.NOTED, id=third.id, remark="magpie"))

    await store.write(job)
    words = ("lobster", "quail", "raven", "heron", "magpie")
    assert [await found(store, word, [ticket.desk]) for word in words] == [[], [], [], ["heron"], ["magpie"]]


async def test_an_entry_that_gets_its_first_words_is_found(store: SqlStore):
    ticket = await put(store, entry(text=""))
    first = (ticket.id << 20) + 1
    await store.write(lambda work: work.timeline.rewrite(entry(id=first, text="heron")))
    assert await found(store, "heron", [ticket.desk]) == ["heron"]


SAID_AND_ASKED = [
    ("Größe und Übermut", "größe ÜBERMUT"),
    ("Привет мир", "привет"),
    ("プリンター", "プリン"),
    ("打印机着火了", "打印机"),
    ("error_code 42", "error_code"),
    ("naïve café", "café"),
    ("see https://example.com/path?a=b now", "path example"),
    ("write to ana@example.org today", "ana@example.org"),
    ("it's 5:30", "it's 5:30"),
    ("<b>bold</b> &amp; a/b-c.txt", "bold amp txt"),
    ("éclair", "e\u0301clair"),
    ("C++ and C#", "c and"),
    ("x" * 3000 + " marker", "marker"),
]


async def test_words_of_every_kind_are_found(store: SqlStore):
    desk = (await put(store, *(entry(text=said) for said, _ in SAID_AND_ASKED))).desk
    for said, asked in SAID_AND_ASKED:
        assert await found(store, asked, [desk]) == [said]


HOSTILE = [
    "", " ", '"', "'", "''; DROP TABLE timeline; --", "*", "a*", "NEAR(a b)", "text: a", "{text}: a", "^a", "-a",
    "a OR b", "NOT a", "a AND", "(", "a:b", "a & b", "a | !b", "a <-> b", ":*", "\\", "\x00", "\ud800", "\u202e", "🔥",
    "%", "_", "__", "a" * 5000, "a " * 500, "' & '", "a' | 'b", "²", "½", "٣", "ꟼ", "𝕏", "\u0301", "½:*", "a\u19b0b",
]  # fmt: skip


async def test_hostile_words_are_only_words(store: SqlStore):
    desk = (await put(store, entry(text="lobster"), noted("raven"))).desk
    for words in HOSTILE:
        assert await found(store, words, [desk], EVE) == []
        assert await found(store, words, [], ANA) == []


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.text(max_size=60))
async def test_no_words_at_all_break_the_search(store: SqlStore, words: str):
    assert await found(store, words + " lobster", [], EVE) == []


async def test_a_text_with_more_words_than_an_index_row_takes_is_kept_and_found(store: SqlStore):
    long = " ".join(f"word{n}" for n in range(150_000))
    desk = (await put(store, entry(text=long))).desk
    assert await found(store, "word77", [desk]) == [long]
