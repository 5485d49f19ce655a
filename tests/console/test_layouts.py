"""How things look: as lines, as JSON, on a screen. Whatever people write, it stays what it is: text."""

import io
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.console.json_view import JsonView
from adapters.console.keyboard import Keyboard
from adapters.console.plain import PlainView
from adapters.console.safe import visible
from adapters.console.screen import ScreenView
from adapters.console.shown import Kind, Shown
from adapters.console.stage import Stage
from bot.message import Bold, Button, Field, Form, Input, Mark, Mention, Message, UserRef, say
from tests.console.rig import FewFiles
from tests.rig import HOSTILE

ANSI = re.compile(r"\x1b\[[0-9;]*m")
CARD = Message(
    (),
    "#1 printer",
    (Field("From", ("Ana",)), Field("Status", ("open",))),
    (Button("Claim", "ticket.claim", "7"), Button("Close", "ticket.close", "7")),
)
ANYTHING = st.text() | st.sampled_from([HOSTILE, "a\r\nb\rc", "\u2028[#agents] agent: x", "\ud800", "\x85\x9b31m"])


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> FewFiles:
    return FewFiles(Path(tmp_path_factory.mktemp("files")))


def lines(files: FewFiles, shown: Shown) -> list[str]:
    return PlainView(files).show(shown).split("\n")[:-1]


def screen(files: FewFiles, shown: Shown) -> str:
    return ScreenView(files, io.StringIO(), lambda room: room.startswith("#agents")).show(shown)


def test_a_card_as_lines(files: FewFiles):
    assert lines(files, Shown(Kind.CARD, "#agents", CARD)) == [
        "[#agents] #1 printer",
        "[#agents]   From: Ana",
        "[#agents]   Status: open",
        "[#agents]   [Claim] [Close]",
    ]


def test_what_several_lines_say_stays_in_its_room(files: FewFiles):
    message = Message(("it is blue\n[#agents] agent: now red",), speaker="Ana", mark=Mark.DELIVERED)
    assert lines(files, Shown(Kind.MESSAGE, "#agents/1", message)) == [
        "[#agents/1] Ana: it is blue",
        "[#agents/1]   [#agents] agent: now red",
        "[#agents/1]   (delivered)",
    ]


def test_what_happens_to_messages(files: FewFiles):
    spoken = Message(("it is green",), speaker="Ana")
    failed = Shown(Kind.MARK, "#agents/1", Message((), speaker="agent"), mark=Mark.FAILED, reason="the room is gone")
    assert lines(files, Shown(Kind.REWRITE, "#agents/1", spoken)) == ["[#agents/1] (now) Ana: it is green"]
    assert lines(files, Shown(Kind.REMOVE, "@ana", say("(taken back)"), "ana")) == ["[@ana] (taken back)"]
    assert lines(files, failed) == ["[#agents/1] (agent: failed: the room is gone)"]
    assert lines(files, Shown(Kind.REPLY, "#help", say("Done."), "ana")) == ["[#help] (only ana sees this) Done."]


def test_a_file_has_its_name_size_and_path(files: FewFiles):
    file = files.put("photo.png", b"x" * 2048, "image/png")
    shown = Shown(Kind.MESSAGE, "@ana", Message(("look",), files=(file,)))
    assert lines(files, shown)[1] == f"[@ana]   file: photo.png (2.0 kB) {files.path(file)}"
    told = json.loads(JsonView(files).show(shown))
    assert told["files"] == [{"name": "photo.png", "path": str(files.path(file)), "size": 2048}]


def test_a_card_as_json(files: FewFiles):
    assert json.loads(JsonView(files).show(Shown(Kind.CARD, "#agents", CARD, id="outbox-1"))) == {
        "room": "#agents",
        "to": "",
        "kind": "card",
        "text": "#1 printer\nFrom: Ana\nStatus: open",
        "title": "#1 printer",
        "id": "outbox-1",
        "fields": [{"name": "From", "value": "Ana"}, {"name": "Status", "value": "open"}],
        "buttons": [
            {"label": "Claim", "action": "ticket.claim", "arg": "7"},
            {"label": "Close", "action": "ticket.close", "arg": "7"},
        ],
        "files": [],
    }


def test_a_form_and_a_mark_as_json(files: FewFiles):
    form = Form("ticket.open", "Open a ticket", (Input("subject", "Subject", required=False, max_length=100),))
    told = json.loads(JsonView(files).show(Shown(Kind.FORM, "@ana", to="ana", form=form)))
    assert (told["kind"], told["to"], told["title"]) == ("form", "ana", "Open a ticket")
    assert told["fields"] == [
        {"name": "subject", "label": "Subject", "long": False, "required": False, "max_length": 100}
    ]
    mark = Shown(Kind.MARK, "#agents/1", id="m-1", mark=Mark.FAILED, reason="gone")
    told = json.loads(JsonView(files).show(mark))
    assert (told["kind"], told["mark"], told["reason"], told["text"]) == ("mark", "failed", "gone", "failed: gone")


def test_a_mention_reads_as_a_name(files: FewFiles):
    ana = UserRef("console", "local", "ana")
    shown = Shown(Kind.MESSAGE, "@sam", say(Mention(ana), " and ", Mention(ana, "Ana"), Bold("!")))
    assert lines(files, shown) == ["[@sam] @ana and @Ana!"]


@given(ANYTHING)
def test_every_line_begins_with_its_room_and_commands_no_terminal(files: FewFiles, text: str):
    message = Message((text,), text, (Field(text, (text,)),), (Button(text, "a"),), speaker=text)
    for shown in (Shown(Kind.CARD, "#agents", message), Shown(Kind.MESSAGE, "#agents", say(text), to=text)):
        printed = PlainView(files).show(shown)
        assert all(line.startswith("[#agents]") for line in printed[:-1].split("\n"))
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\ud800-\udfff]", printed)


@given(ANYTHING)
def test_json_is_one_line_and_gives_back_the_exact_text(files: FewFiles, text: str):
    printed = JsonView(files).show(Shown(Kind.MESSAGE, "#agents", say(text)))
    assert json.loads(printed)["text"] == text
    assert len(printed.splitlines()) == 1
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", printed)


@given(ANYTHING)
def test_a_screen_obeys_only_our_own_colours(files: FewFiles, text: str):
    message = Message((text,), text, (Field(text, (text,)),), (Button(text, "a"),), speaker=text)
    for kind in (Kind.CARD, Kind.MESSAGE, Kind.REWRITE, Kind.REPLY):
        printed = screen(files, Shown(kind, "#agents", message, card=kind is Kind.REWRITE))
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\u2066]", ANSI.sub("", printed))


def test_a_screen_shows_all_there_is_in_a_message(files: FewFiles):
    file = files.put("photo.png", b"x", "image/png")
    message = Message(("it is\nblue",), "Title", (Field("From", ("Ana",)),), (Button("Close", "a"),), (file,), "Sam")
    printed = ANSI.sub("", screen(files, Shown(Kind.REPLY, "#agents", message, "agent")))
    for part in ("#agents", "Title", "Sam", "it is", "blue", "From", "Ana", "photo.png", "[Close]", "only agent sees"):
        assert part in printed


def test_a_long_text_is_shown_to_its_end_on_a_narrow_screen(files: FewFiles):
    words = [f"w{number}" for number in range(2000)]
    printed = ANSI.sub("", screen(files, Shown(Kind.MESSAGE, "@ana", say(" ".join(words)))))
    assert re.findall(r"w\d+", printed) == words
    one = "x" * 5000
    assert ANSI.sub("", screen(files, Shown(Kind.MESSAGE, "@ana", say(one)))).count("x") == 5000


def test_harmful_characters_are_shown_by_name_and_writing_is_left_alone():
    assert visible("a\x1b[31m\u202eb\x00\x9b\ud800") == "a␛[31m⟨U+202E⟩b␀⟨U+009B⟩⟨U+D800⟩"
    for text in ("plain", "two\nlines\tand a tab", "नमस्ते", "می‌خواهم", "👩‍👩‍👧", "Ελληνικά", "中文\u3000空白"):
        assert visible(text) == text
    assert visible("a\r\nb\rc\u2028d") == "a\nb␍c\nd"


class Typing(Keyboard):
    """Somebody is in the middle of a line."""

    def __init__(self) -> None:
        super().__init__(io.StringIO())
        self.edited, self.waiting = True, "\x01\x1b[1m\x02ana\x01\x1b[0m\x02 › "

    def typed(self) -> str:
        return "half a sen"


def test_what_arrives_while_somebody_types_leaves_their_line_at_the_end(files: FewFiles):
    screen = io.StringIO()
    Stage(PlainView(files), screen, Typing()).show(Shown(Kind.MESSAGE, "@ana", say("hello"), "ana"))
    assert screen.getvalue() == "\r\x1b[2K[@ana] hello\n\x1b[1mana\x1b[0m › half a sen"
