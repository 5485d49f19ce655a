"""Desks as a YAML file: what is read, what is refused and where, and that what was written comes back."""

import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as run
from hypothesis import strategies as st

from bot.desk_file import DeskFileError, read, write
from bot.desks.importing import SheetsWrong, hand_out, take_over
from bot.desks.model import Member, Rank, Settings
from bot.desks.naming import Naming, place, principal, written_place, written_principal
from bot.desks.sheet import Sheet
from bot.inbound import Place
from bot.process.platforms import PLATFORMS as KNOWN
from tests.desks.conftest import Office

PLATFORMS = {"chat": Naming(True, "@"), "talk": Naming(False, "&")}

SUPPORT = """\
desks:
  - name: support
    intake: [chat:local/help, "chat:T0001/C0100", "talk:9001/9100"]
    agents_channel: chat:T0001/C0200
    agents: ["chat:T0001/U0300", "chat:T0001/@S0400", "talk:9001/&9300", "talk:9301"]
    leads: ["chat:T0001/U0301"]
    settings: {language: en, reply_prefix: "!r", max_open_per_customer: 4}
"""


def read_text(text: str) -> list[Sheet]:
    return list(read(text.encode(), "desks.yaml", PLATFORMS).sheets)


def wrong(text: str | bytes) -> list[str]:
    with pytest.raises(DeskFileError) as error:
        read(text if isinstance(text, bytes) else text.encode(), "desks.yaml", PLATFORMS)
    return str(error.value).splitlines()


def test_a_desk_is_read_as_it_is_written():
    (sheet,) = read_text(SUPPORT)
    assert sheet.name == "support"
    assert sheet.intake == (
        Place("chat", "local", "help"),
        Place("chat", "T0001", "C0100"),
        Place("talk", "9001", "9100"),
    )
    assert sheet.agents_channel == Place("chat", "T0001", "C0200")
    assert sheet.members() == (
        Member("chat/T0001/U0300", Rank.AGENT),
        Member("chat:T0001/@S0400", Rank.AGENT),
        Member("talk:9001/&9300", Rank.AGENT),
        Member("talk//9301", Rank.AGENT),
        Member("chat/T0001/U0301", Rank.LEAD),
    )
    assert sheet.settings == Settings(max_open_per_customer=4)


def test_who_is_in_several_lists_has_the_highest_rank_and_may_be_an_officer_besides():
    (sheet,) = read_text(
        "desks: [{name: a, agents: [talk:1], admins: [talk:1], leads: [talk:1], privacy_officers: [talk:1, talk:2]}]"
    )
    assert set(sheet.members()) == {
        Member("talk//1", Rank.ADMIN, officer=True),
        Member("talk//2", Rank.CUSTOMER, officer=True),
    }


def test_what_is_written_is_text_whatever_yaml_would_make_of_it():
    (sheet,) = read_text("desks: [{name: 08, settings: {language: no, greeting: 2026-01-01, farewell: 1.50}}]")
    assert sheet.name == "08"
    assert sheet.settings == Settings(language="no", greeting="2026-01-01", farewell="1.50")


def test_a_key_with_nothing_behind_it_is_left_out():
    (sheet,) = read_text("desks:\n  - name: a\n    agents:\n    agents_channel:\n    settings:\n      language:\n")
    assert sheet == Sheet(name="a")


def test_an_honest_alias_may_be_used():
    text = "desks:\n- {name: a, agents: &team [talk:1, talk:2]}\n- {name: b, agents: *team}\n"
    assert [len(sheet.agents) for sheet in read_text(text)] == [2, 2]


def test_every_mistake_is_told_at_once_with_its_line():
    text = """\
desks:
  - name: Support Desk
    intake: [chat:local/help, help]
    agent_channel: chat:T0001/C0200
    agents:
      - chat:T0001/U0300
      - talk:@everyone
      - slak:T1/U1
    settings:
      max_open_per_customer: 0
      colour: red
  - intake: chat:local/other
    agents: [talk:9001/9301, chat:U5, "chat:T1/&9"]
  - support
office: x
"""
    known = ", ".join(Settings.model_fields)
    assert wrong(text) == [
        "desks.yaml:2: name has to be 1 to 32 of a-z, 0-9 and -, and not begin with -",
        "desks.yaml:3: write a channel as platform:workspace/channel",
        "desks.yaml:4: unknown key agent_channel; did you mean agents_channel?",
        "desks.yaml:7: write a person as platform:workspace/ID or platform:ID, a group as platform:workspace/@group",
        "desks.yaml:8: there is no platform slak; known: chat, talk",
        "desks.yaml:10: max_open_per_customer has to be a whole number from 1 to 1000",
        f"desks.yaml:11: unknown key colour; allowed: {known}",
        "desks.yaml:12: intake has to be a list, such as [platform:workspace/…]",
        "desks.yaml:12: name is missing",
        "desks.yaml:13: groups are written chat:workspace/@group",
        "desks.yaml:13: people are written chat:workspace/ID",
        "desks.yaml:13: people are written talk:ID",
        "desks.yaml:14: a desk has to be keys and values: - name: …",
        "desks.yaml:15: unknown key office; allowed: desks",
    ]


def test_people_channels_and_groups_that_cannot_exist_are_refused():
    text = """\
desks:
  - name: a
    intake: [slak:T1/C1]
    agents:
      - slak:T1/U1
      - talk:9001/9301
      - chat:U5
      - chat:T1/&9
"""
    assert wrong(text) == [
        "desks.yaml:3: there is no platform slak; known: chat, talk",
        "desks.yaml:5: there is no platform slak; known: chat, talk",
        "desks.yaml:6: people are written talk:ID",
        "desks.yaml:7: people are written chat:workspace/ID",
        "desks.yaml:8: groups are written chat:workspace/@group",
    ]


TAG = "what begins with ! has to stand in quotes"
ALIAS = "what begins with * has to stand in quotes (or its anchor has to come first)"
OPEN_ENDED = "this is not YAML: expected ',' or ']', but got '<stream end>', in what begins in line 3"
ONE_CHANNEL = "agents_channel has to be one channel, written as platform:workspace/channel"
NUMBER = "max_open_per_customer has to be a whole number from 1 to 1000"
PREFIX = "reply_prefix has to be a text of 1 to 10 characters without spaces"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "1: there is nothing in it"),
        ("# only a remark\n", "1: there is nothing in it"),
        ("- a\n- b\n", "1: desks has to be a list: - name: …"),
        ("desks: {name: a}\n", "1: desks has to be a list: - name: …"),
        ("\ndesks: []\n", "2: there are no desks in it"),
        ("desks:\n\t- name: a\n", "2: there is a tab; indent with spaces"),
        ("desks:\n- name: a\n---\ndesks: []\n", "3: only one document may be in it; take out the lines --- and ..."),
        ("a\n\x07b", "2: there is a character that no text file should hold"),
    ],
)
def test_what_is_no_desk_file_is_told_in_plain_words(text: str, told: str):
    assert wrong(text) == [f"desks.yaml:{told}"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("settings: {farewell: x, reply_prefix: !r }", TAG),
        ("agents: !!python/object/apply:os.system [echo]", TAG),
        ("agents: [@S1]", "what begins with @ has to stand in quotes"),
        ("agents: *team", ALIAS),
        ("agents: [a", OPEN_ENDED),
        ("name: b", "name is here twice"),
        ("? [x]\n  : b", "a key has to be one word"),
        ("agents_channel: [x]", ONE_CHANNEL),
        ("settings: []", "settings have to be keys and values: language: en"),
        ("agents: [[x]]", "this has to be one word"),
        ("agents: [~]", "this has to be one word"),
        ("settings: {max_open_per_customer: yes}", NUMBER),
        ("settings: {max_open_per_customer: [1]}", NUMBER),
        ("settings: {reply_prefix: a b}", PREFIX),
    ],
)
def test_what_cannot_be_taken_is_told_in_plain_words(line: str, told: str):
    last = 4 if told == OPEN_ENDED else 3
    assert wrong(f"desks:\n- name: a\n  {line}\n") == [f"desks.yaml:{last}: {told}"]


def test_what_is_no_text_is_refused():
    assert wrong(b"desks:\n- name: \xff\n") == ["desks.yaml:2: this is not UTF-8"]


def test_a_byte_order_mark_is_no_mistake():
    assert read(b"\xef\xbb\xbf" + SUPPORT.encode(), "desks.yaml", PLATFORMS).sheets[0].name == "support"


@pytest.mark.parametrize(
    "bomb",
    [
        "a: &a [x]\n" + "".join(f"{b}: &{b} [{f'*{a},' * 9}]\n" for a, b in zip("abcdefg", "bcdefgh", strict=True)),
        "a: &a [*a]\n",
        "a: &a {x: *a}\n",
        "[" * 200_000,
        "{a: " * 50_000,
        "- " * 100_000,
        "x" * 300_000,
        "? " * 100_000,
        "desks: [" + "a," * 100_000 + "]",
    ],
    ids=range(9),
)
def test_a_file_made_to_fill_the_memory_is_refused_at_once(bomb: str):
    began = time.process_time()
    assert len(wrong(bomb)) == 1
    assert time.process_time() - began < 3


def test_a_long_list_of_mistakes_is_cut():
    lines = wrong("desks:\n" + "- {}\n" * 30)
    assert len(lines) == 21
    assert lines[-1] == "… and 10 more"


id_text = st.text("abcXYZ0189._-", min_size=1, max_size=20)
word = st.builds("{}{}".format, st.sampled_from("aZ9"), id_text)
principals = st.one_of(
    st.builds("chat:{}/{}".format, word, word),
    st.builds("chat:{}/@{}".format, word, word),
    st.builds("talk:{}/&{}".format, word, word),
    st.builds("talk:{}".format, word),
)
places = st.builds(Place, st.sampled_from(["chat", "talk"]), word, word)
people = st.lists(principals, max_size=4).map(tuple)
readable = st.text(st.characters(codec="utf-8"), max_size=80)
settings = st.builds(
    Settings,
    language=st.sampled_from(["en", "no", "pt-BR"]),
    reply_prefix=st.sampled_from(["!r", "&x", "*", "@:", "#", "null", "~", "'", '"', "0"]),
    max_open_per_customer=st.integers(1, 1000),
    greeting=readable,
    farewell=readable,
)
sheets = st.builds(
    Sheet,
    name=st.from_regex(r"[a-z0-9][a-z0-9-]{0,31}", fullmatch=True),
    intake=st.lists(places, max_size=3).map(tuple),
    agents_channel=st.none() | places,
    agents=people,
    leads=people,
    admins=people,
    privacy_officers=people,
    settings=settings,
)


@given(principals)
def test_a_principal_is_written_as_it_was_read(text: str):
    assert written_principal(principal(text)) == text


@given(places)
def test_a_channel_is_written_as_it_was_read(where: Place):
    assert place(written_place(where)) == where


@run(deadline=None, max_examples=50)
@given(st.lists(sheets, min_size=1, max_size=3))
def test_what_was_exported_is_what_is_imported(desks: list[Sheet]):
    text = write(desks)
    again = read_text(text)
    assert again == desks
    assert write(again) == text


async def take(office: Office, text: str) -> list[str]:
    sheets = read_text(text)
    return await office.do(lambda work: take_over(sheets, work))


async def test_an_import_makes_desks_and_the_export_says_the_same(office: Office):
    assert await take(office, SUPPORT.replace("support", "second")) == [
        "second: made, with 4 channels and 5 people and groups",
        "support: not in the file, left as it is",
    ]
    desks = {sheet.name: sheet for sheet in await office.do(hand_out)}
    assert desks["second"].same(read_text(SUPPORT.replace("support", "second"))[0])
    assert set(desks) == {"support", "second"}


async def test_importing_an_export_changes_nothing(office: Office):
    await take(office, SUPPORT)
    before = write(await office.do(hand_out))
    assert await take(office, before) == ["support: nothing to change"]
    assert write(await office.do(hand_out)) == before


async def test_a_changed_desk_is_told_by_what_changed(office: Office):
    await take(office, SUPPORT)
    changed = SUPPORT.replace("4}", "7}").replace('"chat:T0001/U0300", ', "").replace("help,", "help, chat:local/two,")
    assert await take(office, changed) == [
        "support: changed (settings: max_open_per_customer; channels: 1 more; people and groups: 1 fewer)"
    ]


async def test_what_a_desk_lacks_is_told(office: Office):
    assert await take(office, "desks: [{name: bare}]") == [
        "bare: made, with 0 channels and 0 people and groups",
        "support: not in the file, left as it is",
        "bare: has no intake channel: nobody can open a ticket",
        "bare: has no agents_channel: tickets get no cards, only commands work",
        "bare: has no agents: nobody can answer",
    ]


async def test_two_desks_may_swap_their_channels(office: Office):
    one, two = "{name: one, intake: [chat:w/x]}", "{name: two, intake: [chat:w/y]}"
    await take(office, f"desks: [{one}, {two}]")
    await take(office, f"desks: [{one.replace('x', 'y')}, {two.replace('y', 'x')}]")
    desks = {sheet.name: sheet.intake for sheet in await office.do(hand_out)}
    assert desks["one"] == (Place("chat", "w", "y"),)
    assert desks["two"] == (Place("chat", "w", "x"),)


async def test_a_channel_belongs_to_one_desk_and_nothing_is_imported_otherwise(office: Office):
    text = """\
desks:
  - name: good
    intake: [chat:w/fine]
  - name: bad
    intake: [chat:w/fine, chat:w/help]
    agents_channel: chat:w/other
  - name: bad
    intake: [chat:w/other]
"""
    file = read(text.encode(), "desks.yaml", PLATFORMS)
    with pytest.raises(SheetsWrong) as error:
        await office.do(lambda work: take_over(file.sheets, work))
    once = "a channel belongs to one desk, once"
    assert str(file.error(error.value)).splitlines() == [
        f"desks.yaml:5: the channel chat:w/fine is already used by the desk good; {once}",
        f"desks.yaml:5: the channel chat:w/help is already used by the desk support; {once}",
        "desks.yaml:7: there is another desk named bad",
        f"desks.yaml:8: the channel chat:w/other is already used by the desk bad; {once}",
    ]
    assert [sheet.name for sheet in await office.do(hand_out)] == ["support"]


MACROS = """\
desks:
  - name: support
    macros:
      rice: Have you tried rice, {name}?
      bye: |
        Thank you.
        Until next time!
"""


def test_macros_are_read_and_written():
    (sheet,) = read_text(MACROS)
    assert sheet.macros == {"rice": "Have you tried rice, {name}?", "bye": "Thank you.\nUntil next time!"}
    assert read_text(write([sheet])) == [sheet]


def test_macros_that_cannot_be_are_told_with_their_line():
    text = MACROS.replace("rice:", "Rice!:").replace("bye: |", "bye: [x]\n      far: |")
    assert wrong(text) == [
        "desks.yaml:4: the macro Rice! needs a name of a-z, 0-9 and - that begins with a letter, and a text",
        "desks.yaml:5: the macro bye needs a name of a-z, 0-9 and - that begins with a letter, and a text",
    ]
    assert wrong("desks:\n- name: a\n  macros: [rice]\n") == [
        "desks.yaml:3: macros have to be up to 200 names and texts, such as: hello: Hello {name}!"
    ]


async def test_macros_are_taken_over_and_handed_out(office: Office):
    (before,) = await office.do(hand_out)
    sheet = before.model_copy(update={"macros": {"rice": "Try rice."}})
    told = await office.do(lambda work: take_over([sheet], work))
    assert told[0] == "support: changed (macros: 1 more)"
    assert [dict(each.macros) for each in await office.do(hand_out)] == [{"rice": "Try rice."}]
    assert (await office.do(lambda work: take_over([sheet], work)))[0] == "support: nothing to change"
    told = await office.do(lambda work: take_over([before], work))
    assert told[0] == "support: changed (macros: 1 fewer)"


ROOT = Path(__file__).parents[2]
EXAMPLES = [
    (page.name, example)
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
    for example in re.findall(r"```yaml\n(desks:.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
]


@pytest.mark.parametrize(("page", "example"), EXAMPLES, ids=[page for page, _ in EXAMPLES])
def test_what_the_documents_show_is_taken(page: str, example: str):
    assert [sheet.name for sheet in read(example.encode(), page, KNOWN).sheets] == ["support"]


def test_the_documents_show_files_of_desks():
    assert {page for page, _ in EXAMPLES} >= {"README.md", "discord.md"}


def test_a_question_mark_between_braces_is_told_what_to_do():
    text = "desks:\n- name: a\n  panel: {title: Need help?, text: b}\n"
    assert wrong(text) == ["desks.yaml:3: between { } or [ ] a text with ? has to stand in quotes"]
