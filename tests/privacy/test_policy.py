"""The privacy notice says what the tables say; what changed in it is computed, and told to everybody once."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.config import Settings
from bot.operating.documents import lint, notice
from bot.ports import Say
from bot.privacy.notices.lint import faults
from bot.privacy.notices.notice import Changes, Facts, Notice, changes, facts, next_version
from bot.privacy.notices.notice_views import nobody_responsible
from bot.privacy.notices.policy import keep_current
from bot.privacy.promises import Promises
from bot.privacy.retaining.retention import defaults
from bot.routes import all_routes
from storage.datamap import topics
from tests.desk import ANA, BEN, HELP, SAM, Clock, Desk, agents_thread, person, private

DOCUMENT = Path(__file__).parents[2] / "docs" / "privacy-notice.md"
PROMISES = Promises(operator="Ada's Shop", contact="privacy@shop.test", recipients=("slack",))
NOW = facts(topics(), defaults(), PROMISES)


# The document


def test_the_published_notice_is_the_one_the_tables_make() -> None:
    """If it fails: helpthread privacy notice > docs/privacy-notice.md"""
    assert DOCUMENT.read_text(encoding="utf-8") == notice(Settings())


def test_every_table_with_people_in_it_is_in_the_notice_with_its_period() -> None:
    text = notice(Settings(operator="Ada's Shop, Main Street 1", privacy_contact="privacy@shop.test"))
    assert len(topics()) > 10
    for topic in topics():
        [line] = [line for line in text.splitlines() if line.startswith(f"| {topic.what} |")]
        if topic.keep in defaults():
            assert f"{defaults()[topic.keep]} days" in line
    assert "Ada's Shop, Main Street 1 runs this support desk" in text
    assert text.count("privacy@shop.test") == 2
    assert "whether they are" not in text
    assert "whether they are 16 or older" in notice(Settings(age_limit=16))


def test_every_command_it_names_is_there() -> None:
    named = {
        line.split("`")[1].removeprefix("/") for line in notice(Settings()).splitlines() if line.startswith("| `/")
    }
    assert len(named) == 10
    assert named <= {command.name for command in all_routes().commands.values()}


# What is material


def with_table(what: str, keep: str) -> Mapping[str, tuple[str, str]]:
    return {**{table: (says[0], says[1]) for table, says in NOW.holds.items()}, "new": (what, keep)}


@pytest.mark.parametrize(
    ("new", "expected", "material"),
    [
        (replace(NOW, holds=with_table("voices", "content")), Changes(held=("voices",)), True),
        (replace(NOW, purposes=(*NOW.purposes, "to sell it")), Changes(purposes=("to sell it",)), True),
        (replace(NOW, recipients=("discord", "slack")), Changes(recipients=("discord",)), True),
        (replace(NOW, periods={**NOW.periods, "files": 91}), Changes(longer=(("files", 90, 91),)), True),
        (replace(NOW, periods={**NOW.periods, "files": 30}), Changes(shorter=(("files", 90, 30),)), False),
        (replace(NOW, recipients=()), Changes(gone=("slack",)), False),
        (NOW, Changes(), False),
    ],
)
def test_a_change_is_material_if_somebody_could_have_decided_otherwise(
    new: Facts, expected: Changes, material: bool
) -> None:
    made = changes(NOW, new)
    assert made == expected
    assert made.material is material


def test_moving_a_table_to_a_rule_without_an_end_is_keeping_it_longer() -> None:
    moved = {**{table: (says[0], says[1]) for table, says in NOW.holds.items()}, "attachments": ("files", "posted")}
    made = changes(NOW, replace(NOW, holds=moved))
    assert made.material
    assert [(what, before) for what, before, _ in made.longer] == [("files", 90)]


def test_a_material_change_takes_effect_a_month_later_and_any_other_at_once() -> None:
    now = Clock().now()
    first = next_version(None, NOW, now)
    assert first == Notice(0, NOW, now, now, False)
    assert next_version(first, NOW, now) is None
    longer = next_version(first, replace(NOW, periods={**NOW.periods, "files": 91}), now)
    assert longer is not None
    assert (longer.material, longer.effective_at - now) == (True, timedelta(days=30))
    shorter = next_version(first, replace(NOW, periods={**NOW.periods, "files": 1}), now)
    assert shorter is not None
    assert (shorter.material, shorter.effective_at) == (False, now)


# Versions


async def become(desk: Desk, promises: Promises) -> None:
    """The desk is started anew with these."""
    vars(desk.store)["promises"] = await keep_current(desk.store, promises)


async def test_a_version_is_published_once_however_often_somebody_starts(office: Desk) -> None:
    for _ in range(3):
        await become(office, PROMISES)
    published = await office.store.read(lambda work: work.privacy.notices(10))
    assert [(version.number, version.facts == NOW, version.material) for version in published] == [(1, True, False)]


async def test_the_notice_and_what_changed_in_it_can_be_read_in_chat(office: Desk) -> None:
    await become(office, PROMISES)
    shown = await office.type(ANA, "/mydata policy", private(ANA))
    assert shown.startswith("Privacy notice, version 1, in effect since 2026-01-05\nAda's Shop is responsible")
    assert "• files, to answer you: 90 days after the ticket is closed" in shown
    assert "• Slack, the chat platform" in shown
    assert len(shown) < 3000
    await office.click(ANA, "What changed")
    assert isinstance(office.reply, Say)
    assert "first version, of 2026-01-05" in str(office.reply.message.text)
    office.later(days=1)
    await become(office, replace(PROMISES, recipients=("discord", "slack")))
    told = await office.type(BEN, "/mydata policy diff", private(BEN))
    assert told == (
        "What changes with version 2, in effect from 2026-02-05 on\n"
        "• newly given to: Discord, the chat platform on which you or the agents write"
    )


def test_the_notice_has_the_sections_it_should_have_and_no_others() -> None:
    """A policy is no place for anything else, such as advertising."""
    lines = notice(Settings(operator="Ada's Shop", privacy_contact="ada@example.org")).splitlines()
    assert [line[3:] for line in lines if line.startswith("## ")] == [
        "Who is responsible", "What we hold about you, why, and how long", "Who gets it", "Your rights", "Children",
        "Safety", "Changes",
    ]  # fmt: skip
    assert lines[0] == "# Privacy notice"
    assert lines[2].startswith("In effect since ")
    assert "Contact: ada@example.org." in "\n".join(lines)


PUBLISHED = notice(Settings(operator="Ada's Shop", privacy_contact="ada@shop.test")).replace(
    "(the day you publish it)", "2026-02-01"
)


@pytest.mark.parametrize(
    ("was", "instead", "fault"),
    [
        ("", "", ""),
        ("## Children", "## Testimonials", "there is no section “Children”"),
        ("## Children", "## Our customers\n\n## Children", "“Our customers” is no section of a privacy notice"),
        ("## Children", "## Safety\n\n## Children", "a section is there twice"),
        ("# Privacy notice", "Buy now!\n\n# Privacy notice", "it does not begin with its one title"),
        ("2026-02-01", "soon", "it does not say since when it is in effect, as YYYY-MM-DD"),
        (" Contact: ada@shop.test.", "", "it does not say how to reach who is responsible: set PRIVACY_CONTACT"),
        ("Ada's Shop", nobody_responsible(), "it does not say who is responsible: set OPERATOR"),
    ],
)
def test_a_notice_with_something_missing_or_too_much_is_found(was: str, instead: str, fault: str) -> None:
    changed = PUBLISHED.replace(was, instead) if was else PUBLISHED
    assert (changed != PUBLISHED) == bool(was)
    assert (fault in faults(changed)) if fault else faults(changed) == []


def test_a_notice_of_an_operator_who_forgot_to_say_anything_has_three_faults() -> None:
    assert len(faults(notice(Settings()))) == 3
    assert lint(notice(Settings(operator="A", privacy_contact="a@b.test"), "de"), "de") == [
        "it does not say since when it is in effect, as YYYY-MM-DD"
    ]


async def test_everybody_is_told_once_of_a_material_change_at_their_next_contact(office: Desk) -> None:
    await become(office, PROMISES)
    await office.say(ANA, "my printer is on fire", HELP)
    await office.type(SAM, "/ticket claim 1")
    office.later(days=1)
    await become(office, replace(PROMISES, recipients=("discord", "slack")))
    told = await office.say(ANA, "still", private(ANA))
    assert told.startswith("Our privacy notice changes, in effect from 2026-02-05 on:\n• newly given to: Discord")
    assert await office.say(ANA, "and again", private(ANA)) == ""
    answer = await office.type(SAM, "/ticket show 1")
    assert answer.startswith("#1 my printer is on fire")
    assert "Our privacy notice changes" in answer
    assert "Our privacy notice" not in await office.type(SAM, "/ticket show 1")
    assert await office.say(SAM, "a note", agents_thread(1)) == ""


async def test_who_comes_later_is_told_nothing_new(office: Desk) -> None:
    await become(office, PROMISES)
    office.later(days=1)
    await become(office, replace(PROMISES, recipients=("discord", "slack")))
    assert await office.say(person("zoe"), "hello", HELP) == ""


async def test_a_change_that_is_not_material_is_published_and_bothers_nobody(office: Desk) -> None:
    await become(office, replace(PROMISES, recipients=("discord", "slack")))
    await office.say(ANA, "my printer is on fire", HELP)
    office.later(days=1)
    await become(office, PROMISES)
    assert await office.say(ANA, "still", private(ANA)) == ""
    assert "no more: discord" in await office.type(ANA, "/mydata policy diff", private(ANA))


async def test_a_message_that_is_refused_leaves_the_news_for_the_next_time(office: Desk) -> None:
    await become(office, PROMISES)
    await office.say(ANA, "my printer is on fire")
    office.later(days=1)
    await become(office, replace(PROMISES, recipients=("discord", "slack")))
    assert "Our privacy notice" not in await office.press(ANA, "mydata.cancel", "77")
    assert "Our privacy notice" in await office.type(ANA, "/mydata", private(ANA))
