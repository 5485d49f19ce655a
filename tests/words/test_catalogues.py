"""The catalogues hold what the source says, all of it, and nothing in them can break a sentence."""

import gettext
import io
import string
import tomllib
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from bot import language
from bot.catalogue import compiled
from bot.desks.model import Settings
from bot.routes import all_routes
from storage.datamap import topics
from tests.words.sources import ROOT, files, texts, untranslated

CATALOGUES = sorted(language.FOLDER.glob(f"*/{language.CATALOGUE}"))


def messages(path: Path) -> dict[str, Message]:
    with path.open("rb") as file:
        found = read_po(file, abort_invalid=True)
    return {ids(m)[0]: m for m in found if m.id}


def ids(message: Message) -> tuple[str, ...]:
    return message.id if isinstance(message.id, tuple) else (str(message.id),)


def forms(message: Message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (str(message.string),)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.fixture(params=CATALOGUES, ids=lambda path: path.parent.parent.name)
def catalogue(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def test_there_is_german():
    assert language.available().items() >= {"en": "en", "de": "de"}.items()


def test_everything_that_is_said_is_translated(catalogue: Path):
    said = {text for path in files() for text in texts(path)}
    assert len(said) > 300
    there = messages(catalogue)
    assert sorted(said - there.keys()) == [], "make words, then translate them"
    assert [id for id, message in there.items() if not all(forms(message)) or message.fuzzy] == []


def test_what_a_value_describes_is_translated(catalogue: Path):
    """What is shown of settings, of tables and of commands is written where they are declared."""
    said = {str(info.description) for info in Settings.model_fields.values()}
    said |= {topic.what for topic in topics()} | {topic.why for topic in topics()}
    for command in all_routes().commands.values():
        said |= {command.help, *(option.help for option in command.options)}
        said |= {command.form.title, *(each.label for each in command.form.inputs)} if command.form else set()
    assert sorted(said - messages(catalogue).keys()) == []


def test_every_verb_and_option_has_a_name_in_the_language_and_no_other_has(catalogue: Path):
    there = tomllib.loads((catalogue.parents[1] / "commands.toml").read_text(encoding="utf-8"))
    commands = all_routes().visible()
    options = {option.name for command in commands for option in command.options}
    assert there.pop("options").keys() == options
    assert {f"{group} {verb}" for group, verbs in there.items() for verb in verbs} == {
        command.name for command in commands if " " in command.name
    }


def test_nothing_is_in_it_that_nobody_says(catalogue: Path):
    said = {text for path in files() for text in texts(path)}
    pages = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "bot").rglob("*.jinja"))
    assert [id for id in messages(catalogue) if id not in said and f'_("{id}")' not in pages] == [], "make words"


def test_the_same_things_are_filled_in(catalogue: Path):
    for id, message in messages(catalogue).items():
        wanted = set[str]().union(*map(placeholders, ids(message)))
        for form in forms(message):
            assert placeholders(form) == wanted, id
            assert form.startswith(" ") == id.startswith(" "), id
            assert form.endswith("\n") == id.endswith("\n"), id


def test_what_is_typed_stays_as_it_is_typed(catalogue: Path):
    """Commands and options are names: whoever reads of one can type it."""
    for id, message in messages(catalogue).items():
        for word in id.replace(".", " ").replace(";", " ").replace(",", " ").split():
            if word.startswith("/") and word[1:].isalpha():
                assert all(word in form for form in forms(message)), id


def test_it_is_read_as_others_read_it(catalogue: Path):
    with catalogue.open("rb") as file:
        packed = io.BytesIO()
        write_mo(packed, read_po(file))
    theirs = gettext.GNUTranslations(io.BytesIO(packed.getvalue()))
    ours = gettext.GNUTranslations(io.BytesIO(compiled(catalogue.read_text(encoding="utf-8"))))
    for id, message in messages(catalogue).items():
        if len(ids(message)) > 1:
            one, many = ids(message)
            for number in (0, 1, 2, 5, 21):
                assert ours.ngettext(one, many, number) == theirs.ngettext(one, many, number)
        else:
            assert ours.gettext(id) == theirs.gettext(id) == message.string


@pytest.mark.parametrize("broken", ["msgid no quotes", 'msgid "a"\nnonsense', 'msgid "a\\"\nmsgstr "b"'])
def test_what_is_no_catalogue_is_refused(broken: str):
    with pytest.raises(ValueError, match="not a line of a catalogue"):
        compiled(broken)


def test_what_is_doubtful_or_empty_stays_english():
    po = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n#, fuzzy\nmsgid "one"\nmsgstr "eins?"\n\n'
    there = gettext.GNUTranslations(io.BytesIO(compiled(po + 'msgid "two"\nmsgstr ""\n\nmsgid "three"\nmsgstr "drei"')))
    assert [there.gettext(word) for word in ("one", "two", "three")] == ["one", "two", "drei"]


READ_BY_OPERATORS = {"adapters/console/words.py"}  # a terminal is theirs


def views() -> list[Path]:
    found = {*files("**/*views.py"), *files("**/words.py"), ROOT / "bot/wording.py"}
    return sorted(found - {ROOT / name for name in READ_BY_OPERATORS})


@pytest.mark.parametrize("path", views(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_view_says_anything_that_is_looked_up_nowhere(path: Path):
    """But for what stands under "# For operators", which is in English."""
    lines = path.read_text(encoding="utf-8").splitlines()
    end = lines.index("# For operators") if "# For operators" in lines else len(lines)
    assert [(line, text) for line, text in untranslated(path) if line <= end] == []
