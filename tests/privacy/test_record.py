"""Who gets what, the record of processing, and what changed since a release: all of it from the map of the data."""

import json
from pathlib import Path

import pytest
from pydantic import SecretStr

from adapters.discord.recipient import DISCORD
from adapters.slack import hosts as slack_hosts
from adapters.slack.recipient import SLACK
from bot.config import Settings
from bot.desks.model import Desk as DeskValue
from bot.desks.model import Member, Rank
from bot.desks.model import Settings as DeskSettings
from bot.errors import Problem
from bot.operating.documents import datamap_diff, recipients, record
from bot.privacy.notices.notice import Facts
from bot.privacy.notices.record import RELEASES, difference, releases
from bot.privacy.promises import Promises
from bot.process.platforms import recipients as declared
from storage.datamap import topics
from tests.desk import AGENTS, HELP, Desk, person, private

DOCUMENT = Path(__file__).parents[2] / "docs" / "record-of-processing.md"
OLE = person("ole")
SERVER = SecretStr("postgresql+psycopg://desk:hunter2@db.example.org/desk")
EVERYBODY = Settings(
    slack_bot_token=SecretStr("xoxb-1"), slack_app_token=SecretStr("xapp-1"), discord_token=SecretStr("secret"),
    database_url=SERVER, otel_exporter_otlp_endpoint="http://collector.example.org:4318",
)  # fmt: skip


def test_the_record_kept_here_is_the_one_the_tables_make() -> None:
    """If it fails: helpthread privacy record > docs/record-of-processing.md"""
    assert DOCUMENT.read_text(encoding="utf-8") == record(Settings())


def test_the_record_tells_of_every_table_how_long_and_for_what() -> None:
    text = record(EVERYBODY)
    for topic in topics():
        assert f"- {topic.what} (" in text, topic.table
        assert f"- {topic.what}: " in text, topic.table
        assert f"### {topic.why}\n" in text, topic.table


def test_everybody_who_is_connected_to_is_in_the_list_with_what_they_get() -> None:
    assert [one.id for one in declared(EVERYBODY)] == ["slack", "discord", "database", "traces"]
    assert [one.id for one in declared(Settings())] == []
    text = recipients(EVERYBODY)
    assert "Hosts: slack.com, .slack.com, .slack-files.com, .slack-gov.com" in text
    assert "Hosts: db.example.org" in text
    assert "hunter2" not in text
    assert "to see how long things take\nnothing about people\nHosts: collector.example.org" in text
    assert set(SLACK.hosts) == set(slack_hosts.way_out("").hosts)


def test_what_a_recipient_gets_is_in_the_map() -> None:
    known = {topic.table for topic in topics()}
    for one in (SLACK, DISCORD):
        assert set(one.gets) <= known


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_officers_read_both_in_the_chat_and_nobody_else_does(bare: Desk) -> None:
    members = [Member(str(OLE.ref), Rank.CUSTOMER, True)]
    desk = DeskValue(0, "support", AGENTS, DeskSettings())
    await bare.store.write(lambda work: work.desks.save(desk, [HELP], members))
    bare.store.promises = Promises(given=(SLACK,))  # type: ignore[attr-defined]
    told = await bare.type(OLE, "/privacy recipients", private(OLE))
    assert told.startswith(
        "Who gets people's data\nSlack\nthe chat platform on which customers or agents write\nfiles; "
    )
    told = await bare.type(OLE, "/privacy record", private(OLE))
    assert told.startswith("Record of processing (GDPR Art. 30)\nto answer you\nfiles; what you say is wrong; ")
    assert len(told) < 3000
    assert "That is for privacy officers" in await bare.type(person("ben"), "/privacy record")


# Since a release


def test_the_first_release_is_known() -> None:
    assert releases()[0] == "0.1.0"


def test_what_is_held_since_the_first_release_is_named_and_told() -> None:
    told = datamap_diff(Settings(), "0.1.0")
    assert told.startswith("Since version 0.1.0:\n")
    assert "• newly held: proof of what was done with your data, under a code instead of your name" in told
    assert "+ audit_log.subject: alias" in told
    assert told.endswith("Material: people are told.")


def test_a_release_is_no_different_from_itself() -> None:
    old = json.loads((RELEASES / "0.1.0.json").read_text())
    same = difference("0.1.0", Facts.read(old["facts"]), old["columns"])
    assert same == "Since version 0.1.0:\nNothing that people have to be told of."
    moved = difference("0.1.0", Facts.read(old["facts"]), old["columns"] | {"people.language": "words"})
    assert "~ people.language: facts → words" in moved
    fewer = {name: kind for name, kind in old["columns"].items() if name != "people.language"}
    assert "- people.language" in difference("0.1.0", Facts.read(old["facts"]), fewer)


def test_a_release_that_nobody_knows_is_said_to_be_so() -> None:
    with pytest.raises(Problem, match=r"There are: 0\.1\.0"):
        datamap_diff(Settings(), "9.9.9")
