"""The manifest: derived from the router, and such that Slack takes it."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from adapters.slack.manifest import EVENTS, SCOPES, manifest
from bot.cli import main
from bot.privacy.uses import Use
from bot.router import Router
from bot.routes import all_routes
from tests.fakes.slack.app import EVENT_SCOPES

BESIDE = Path(__file__).resolve().parents[3] / "shared" / "specs" / "slack" / "manifest"
SCHEMA = BESIDE / "schemas" / "manifest.schema.1.0.0.json"


def commands(made: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {command["command"]: command for command in made["features"]["slash_commands"]}


def test_every_command_is_there_with_its_verbs():
    made = commands(manifest(all_routes()))
    assert set(made) == {f"/{command.name.partition(' ')[0]}" for command in all_routes().visible()}
    assert all(command["should_escape"] for command in made.values())
    for command in all_routes().visible():
        group, _, verb = command.name.partition(" ")
        assert verb in made[f"/{group}"].get("usage_hint", "")


def test_commands_can_have_other_names():
    made = commands(manifest(all_routes(), commands={"ticket": "support"}))
    assert "/support" in made
    assert "/ticket" not in made


def test_a_bot_without_commands_has_none():
    made = manifest(Router(Use.SUPPORT))
    assert made["features"]["slash_commands"] == made["features"]["shortcuts"] == []


def test_every_event_has_the_permission_it_needs():
    assert {scope for name, scope in EVENT_SCOPES.items() if name in EVENTS} <= set(SCOPES)


def test_http_needs_addresses_and_socket_mode_needs_none():
    made = manifest(all_routes(), url="https://desk.example.org/")
    assert made["settings"]["socket_mode_enabled"] is False
    assert made["settings"]["event_subscriptions"]["request_url"] == "https://desk.example.org/slack/events"
    assert {command["url"] for command in made["features"]["slash_commands"]} == {
        "https://desk.example.org/slack/events"
    }
    assert "request_url" not in json.dumps(manifest(all_routes()))


@pytest.mark.parametrize("url", ["", "https://desk.example.org"])
def test_it_is_valid_by_slacks_own_schema(url: str):
    if not SCHEMA.exists():
        pytest.skip("Slack's schema of manifests is not at hand")
    validator = Draft7Validator(json.loads(SCHEMA.read_text()))
    assert [error.message for error in validator.iter_errors(manifest(all_routes(), url=url))] == []


def test_it_is_printed_as_yaml_and_as_json(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SLACK_COMMANDS", "ticket=support")
    with pytest.raises(SystemExit):
        main(["manifest", "slack"])
    as_yaml = yaml.safe_load(capsys.readouterr().out)
    with pytest.raises(SystemExit):
        main(["manifest", "slack", "--json"])
    assert json.loads(capsys.readouterr().out) == as_yaml == manifest(all_routes(), commands={"ticket": "support"})
    with pytest.raises(SystemExit) as ended:
        main(["manifest", "console"])
    assert ended.value.code == 2
