"""A line as typed, and what the bot makes of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Problem
from bot.parse import IN_A_ROOM, find, find_verb, options
from bot.router import Command
from bot.routes import all_routes

ROUTER = all_routes()
PEOPLE = {"@ben": "fake/w/ben", "ben": "fake/w/ben"}


def known(word: str) -> str:
    if word not in PEOPLE:
        raise Problem(f"I do not know who “{word}” is.")
    return PEOPLE[word]


def typed(line: str, room: int | None = None) -> tuple[str, dict[str, str]]:
    """The command of a slash command, and its options."""
    return _read(find(ROUTER, line.removeprefix("/")), room)


def told(line: str, room: int | None = None) -> tuple[str, dict[str, str]]:
    """The same for what follows “@bot”."""
    return _read(find_verb(ROUTER, line), room)


def _read(found: tuple[Command, str] | None, room: int | None) -> tuple[str, dict[str, str]]:
    assert found is not None
    command, rest = found
    return command.name, options(command, rest, person=known, room_number=room)


@pytest.mark.parametrize(
    ("line", "name", "given"),
    [
        ("/ticket claim", "ticket claim", {}),
        ("/ticket claim 7", "ticket claim", {"ticket": "7"}),
        ("/ticket claim #7", "ticket claim", {"ticket": "#7"}),
        ("/ticket claim support#7", "ticket claim", {"ticket": "support#7"}),
        ("/ticket claim ticket:7", "ticket claim", {"ticket": "7"}),
        ("/TICKET Claim 7", "ticket claim", {"ticket": "7"}),
        ("/ticket\tclaim   7  ", "ticket claim", {"ticket": "7"}),
        ('/ticket claim "7"', "ticket claim", {"ticket": "7"}),
        ("/ticket reply 7 try water", "ticket reply", {"ticket": "7", "text": "try water"}),
        ("/ticket reply try water", "ticket reply", {"text": "try water"}),
        ("/ticket reply 7", "ticket reply", {"ticket": "7"}),
        ("/ticket reply 7 two\nlines  kept", "ticket reply", {"ticket": "7", "text": "two\nlines  kept"}),
        ('/ticket reply 7 say "please" first', "ticket reply", {"ticket": "7", "text": 'say "please" first'}),
        ('/ticket reply 7 "please" first', "ticket reply", {"ticket": "7", "text": '"please" first'}),
        ('/ticket reply 7 "all of it quoted"', "ticket reply", {"ticket": "7", "text": '"all of it quoted"'}),
        ('/ticket reply 7 "never closed', "ticket reply", {"ticket": "7", "text": '"never closed'}),
        ("/ticket reply 7 text:try water", "ticket reply", {"ticket": "7", "text": "try water"}),
        ("/ticket reply text:7 is the answer", "ticket reply", {"text": "7 is the answer"}),
        ("/ticket reply 7 note: it is hot", "ticket reply", {"ticket": "7", "text": "note: it is hot"}),
        ("/ticket reply 7 http://x.example/a b", "ticket reply", {"ticket": "7", "text": "http://x.example/a b"}),
        ('/ticket reply 7 "text:try water" twice', "ticket reply", {"ticket": "7", "text": '"text:try water" twice'}),
        ("/ticket reply 7 8 9", "ticket reply", {"ticket": "7", "text": "8 9"}),
        ("/ticket close 7 solved by magic", "ticket close", {"ticket": "7", "reason": "solved by magic"}),
        ("/ticket close solved", "ticket close", {"reason": "solved"}),
        ("/ticket priority 7 urgent", "ticket priority", {"ticket": "7", "priority": "urgent"}),
        ("/ticket priority urgent 7", "ticket priority", {"ticket": "7", "priority": "urgent"}),
        ("/ticket priority 7 URGENT", "ticket priority", {"ticket": "7", "priority": "urgent"}),
        ("/ticket priority priority:low ticket:7", "ticket priority", {"ticket": "7", "priority": "low"}),
        ("/ticket tag 7 +a -b", "ticket tag", {"ticket": "7", "tags": "+a -b"}),
        ("/ticket assign 7 @ben", "ticket assign", {"ticket": "7", "person": "fake/w/ben"}),
        ("/ticket assign @ben", "ticket assign", {"person": "fake/w/ben"}),
        ("/ticket assign 7 person:ben", "ticket assign", {"ticket": "7", "person": "fake/w/ben"}),
        ("/ticket list", "ticket list", {}),
        ("/ticket list mine", "ticket list", {"filter": "mine"}),
        ("/ticket list high mine", "ticket list", {"filter": "mine", "priority": "high"}),
        ("/ticket list tag:printer closed", "ticket list", {"filter": "closed", "tag": "printer"}),
        ("/ticket list customer:@ben", "ticket list", {"customer": "fake/w/ben"}),
        ("/ticket open my printer burns", "ticket open", {"text": "my printer burns"}),
        ("/ticket open 3 printers burn", "ticket open", {"text": "3 printers burn"}),
        ("/ticket open for:ben his phone rang", "ticket open", {"for": "fake/w/ben", "text": "his phone rang"}),
        ("/ticket search fire alarm", "ticket search", {"words": "fire alarm"}),
        (
            "/desk block @ben 7 spam and 8 eggs",
            "desk block",
            {"person": "fake/w/ben", "days": "7", "reason": "spam and 8 eggs"},
        ),
        ("/desk set greeting Good morning", "desk set", {"setting": "greeting", "value": "Good morning"}),
        ("/mydata", "mydata", {}),
        ("/mydata view", "mydata view", {}),
    ],
)
def test_a_line_becomes_options(line: str, name: str, given: dict[str, str]) -> None:
    assert typed(line) == (name, given)


@pytest.mark.parametrize(
    ("line", "given"),
    [
        ("/ticket reply 42 is the answer", {"text": "42 is the answer"}),
        ("/ticket reply 7 is the answer", {"ticket": "7", "text": "is the answer"}),
        ("/ticket reply #42 is the answer", {"ticket": "#42", "text": "is the answer"}),
        ("/ticket reply ticket:42 is the answer", {"ticket": "42", "text": "is the answer"}),
        ("/ticket close 42 was right", {"reason": "42 was right"}),
        ("/ticket note 42", {"text": "42"}),
        ("/ticket tag 42", {"tags": "42"}),
        ("/ticket claim 42", {"ticket": "42"}),  # it takes no text, so it can only be a number
        ("/ticket priority 42 high", {"ticket": "42", "priority": "high"}),
    ],
)
def test_in_the_room_of_ticket_7_a_bare_number_before_text_is_text_unless_it_is_7(
    line: str, given: dict[str, str]
) -> None:
    assert typed(line, room=7)[1] == given


@pytest.mark.parametrize("number", ["7", "42", "0"])
def test_where_the_rooms_number_is_not_known_no_bare_number_before_text_is_a_ticket(number: str) -> None:
    assert typed(f"/ticket reply {number} is it", room=IN_A_ROOM)[1] == {"text": f"{number} is it"}
    assert typed(f"/ticket reply #{number} is it", room=IN_A_ROOM)[1] == {"ticket": f"#{number}", "text": "is it"}


@pytest.mark.parametrize(
    ("line", "name", "given"),
    [
        ("claim", "ticket claim", {}),
        ("Close done", "ticket close", {"reason": "done"}),
        ("ticket claim 7", "ticket claim", {"ticket": "7"}),
        ("/ticket claim 7", "ticket claim", {"ticket": "7"}),
        ("mydata", "mydata", {}),
    ],
)
def test_where_people_address_the_bot_the_group_may_be_left_out(line: str, name: str, given: dict[str, str]) -> None:
    assert told(line) == (name, given)


@pytest.mark.parametrize(
    "line", ["", "   ", "hello", "ticket", "ticket frob", "ticket more-history 1", "outbox retry 1"]
)
def test_what_is_no_command_is_not_found(line: str) -> None:
    assert find(ROUTER, line) is None


@pytest.mark.parametrize("line", ["", "hello there", "more-history 1-0", "retry 1"])
def test_hidden_commands_are_not_reached_by_addressing_the_bot(line: str) -> None:
    assert find_verb(ROUTER, line) is None


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("/ticket claim 7 8", "I did not understand “8”. Please write it like this: /ticket claim [ticket]"),
        ("/ticket claim seven", "I did not understand “seven”."),
        ("/ticket claim ٤٢", "I did not understand “٤٢”."),
        ("/ticket claim 7²", "I did not understand “7²”."),
        ("/ticket claim -7", "I did not understand “-7”."),
        ("/ticket claim 7777777777", "I did not understand “7777777777”."),
        ("/ticket priority 7 huge", "For priority, choose one of: low, normal, high, urgent."),
        ("/ticket assign 7 nobody", "I do not know who “nobody” is."),
        ("/ticket list bogus", "I did not understand “bogus”."),
        ("/ticket list open mine", "I did not understand “mine”."),
        ("/mydata view please", "I did not understand “please”."),
    ],
)
def test_what_cannot_be_understood_is_said_with_the_usage(line: str, words: str) -> None:
    with pytest.raises(Problem) as error:
        typed(line)
    assert str(error.value).startswith(words)


LINES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "ticket",
                "mydata",
                "desk",
                "7",
                "#7",
                "a#7",
                '"',
                '""',
                '"a b"',
                ":",
                "text:",
                "for:ben",
                "ticket:7",
                "\n",
            ]
        ),
        st.sampled_from(sorted({word for command in ROUTER.commands.values() for word in command.name.split()})),
        st.text(max_size=12),
    ),
    max_size=8,
).map(" ".join)


@given(LINES, st.sampled_from([None, IN_A_ROOM, 7]))
def test_whatever_is_typed_is_understood_or_a_problem(line: str, room: int | None) -> None:
    for look in (find, find_verb):
        if (found := look(ROUTER, line)) is None:
            continue
        try:
            given = options(found[0], found[1], person=known, room_number=room)
        except Problem:
            continue
        assert set(given) <= {option.name for option in found[0].options}


@given(st.sampled_from([c for c in ROUTER.visible() if c.name in ("ticket reply", "ticket note")]), st.text())
def test_free_text_arrives_as_it_was_typed(command: Command, text: str) -> None:
    given = options(command, f"#7 {text}", person=known)
    start = text.strip().split(maxsplit=1)
    if start and ":" not in start[0]:
        assert given["text"] == text.strip()


def test_commands_may_be_typed_in_the_words_of_a_language():
    assert typed("/ticket übernehmen 7") == ("ticket claim", {"ticket": "7"})
    assert told("Schließen 7 es geht wieder") == ("ticket close", {"ticket": "7", "reason": "es geht wieder"})
    assert find(ROUTER, "ticket unfug") is None
