"""Messages of ours, with whatever words people have put into them."""

from bot.message import Bold, Button, Field, Mark, Mention, Message, Span, Text, UserRef
from tests.fuzz.source import Source

PEOPLE = [
    UserRef("slack", "T1", "U1A"),
    UserRef("discord", "", "17"),
    UserRef("discord", "", "x"),
    UserRef("a", "b", "c"),
]


def message(source: Source) -> Message:
    return Message(
        _spans(source),
        title=source.text() if source.chance() else "",
        fields=tuple(Field(source.text(), _spans(source)) for _ in range(source.byte() % 5)),
        buttons=tuple(Button(source.text(), "act", str(n)) for n in range(source.byte() % 4)),
        speaker=source.text() if source.chance() else "",
        mark=source.pick([None, *Mark]),
        menu="choose" if source.chance() else "",
    )


def people_named(said: Message) -> list[UserRef]:
    spans = [*said.text, *(span for field in said.fields for span in field.value)]
    return [span.user for span in spans if isinstance(span, Mention)]


def _spans(source: Source) -> Text:
    return tuple(_span(source) for _ in range(source.byte() % 5))


def _span(source: Source) -> Span:
    words = source.text() * source.pick([1, 1, 1, 8])
    choices: list[Span] = [words, words, Bold(words), Mention(source.pick(PEOPLE), words)]
    return source.pick(choices)
