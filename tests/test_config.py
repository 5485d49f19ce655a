"""Settings: what may be set, and that a wrong value says so in one line without giving a secret away."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.config import ConfigError, Settings, likely_typos, load_settings

EXAMPLE = Path(__file__).parent.parent / ".env.example"
SECRET = "hunter2-do-not-tell"
SLACK = {"SLACK_BOT_TOKEN": f"xoxb-{SECRET}", "SLACK_APP_TOKEN": f"xapp-{SECRET}"}


def refusal(**env):
    with pytest.raises(ConfigError) as refused:
        load_settings(env, None)
    line = str(refused.value)
    assert "\n" not in line
    assert SECRET not in line
    return line


def test_nothing_has_to_be_set():
    settings = load_settings({}, None)
    assert settings.database == "sqlite:///data/helpthread.db"
    assert settings.database_file == Path("data/helpthread.db")
    assert settings.console_agents == ("agent", "agent2")
    assert settings.slack_bot_token is None
    assert settings.discord_token is None


def test_settings_made_by_hand_do_not_look_at_the_environment(monkeypatch):
    monkeypatch.setenv("HTTP_PORT", "8080")
    assert Settings().http_port == 3000
    assert load_settings(env_file=None).http_port == 8080


def test_the_environment_wins_over_the_file_and_empty_is_not_set(tmp_path):
    file = tmp_path / ".env"
    file.write_text("HTTP_PORT=1000\nMAX_FILE_MB=7\nEXPORT_HOURS=\n")
    settings = load_settings({"HTTP_PORT": "2000", "MAX_FILE_MB": "  "}, file)
    assert (settings.http_port, settings.max_file_mb, settings.export_hours) == (2000, 7, 72)


def test_the_example_lists_every_setting_and_shows_the_defaults():
    written = [line.partition("=")[0] for line in EXAMPLE.read_text().splitlines() if line and line[0] != "#"]
    assert written == [name.upper() for name in Settings.model_fields]
    assert load_settings({}, EXAMPLE) == Settings()


def test_every_setting_says_what_is_allowed():
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("HTTP_PORT", "8o8o", "HTTP_PORT (8o8o) is not allowed; allowed: a whole number from 1 to 65535"),
        ("HTTP_PORT", "0", "HTTP_PORT (0) is not allowed; allowed: a whole number from 1 to 65535"),
        ("LOG_LEVEL", "loud", "LOG_LEVEL (loud) is not allowed; allowed: DEBUG, INFO, WARNING or ERROR"),
        ("LOG_FORMAT", "xml", "LOG_FORMAT (xml) is not allowed; allowed: pretty or json"),
        ("MAX_FILE_MB", "-1", "MAX_FILE_MB (-1) is not allowed; allowed: a whole number from 1 to 1000, in megabytes"),
        ("EXPORT_HOURS", "soon", "EXPORT_HOURS (soon) is not allowed; allowed: a whole number from 1 to 720, in hours"),
        ("DISCORD_MESSAGE_CONTENT", "maybe", "DISCORD_MESSAGE_CONTENT (maybe) is not allowed; allowed: true or false"),
        (
            "SLACK_API_URL",
            "slack.com",
            "SLACK_API_URL is not such an address; allowed: an address beginning with https",
        ),
        (
            "DISCORD_GATEWAY_URL",
            "https://x",
            "DISCORD_GATEWAY_URL is not such an address; allowed: an address beginning",
        ),
        ("CONSOLE_AGENTS", "a b", "CONSOLE_AGENTS (a b) is not a list of names; allowed: names with a comma between"),
        ("DATABASE_URL", "sqlite://", "DATABASE_URL names no file, so nothing would be kept; allowed: sqlite:///FILE"),
        ("DATABASE_URL", "sqlite:///:memory:", "DATABASE_URL names no file, so nothing would be kept; allowed: sqlite"),
        (
            "DATABASE_URL",
            "sqlite:///a.db?mode=ro",
            "DATABASE_URL has options behind a file's name, where there are none",
        ),
        (
            "DATABASE_URL",
            "./my.db",
            "DATABASE_URL is no database that Helpthread knows; allowed: sqlite:///FILE or post",
        ),
    ],
)
def test_a_wrong_value_says_which_variable_what_is_wrong_and_what_is_allowed(name, value, line):
    assert refusal(**{name: value}).startswith(line)


@pytest.mark.parametrize(
    "env",
    [
        {"DATABASE_URL": f"mysql://desk:{SECRET}@db/desk"},
        {"DATABASE_URL": f"postgresql+other://desk:{SECRET}@db/desk"},
        {"DATABASE_URL": f"postgresql://desk:{SECRET}@db:port/desk"},
        {"DATABASE_URL": f"postgresql://desk:/{SECRET}@db/desk"},
        {"DATABASE_URL": f"postgresql://desk:#{SECRET}@db/desk"},
        {"DATABASE_URL": f"postgresql://desk:?{SECRET}@db/desk"},
        {"DATABASE_URL": f"postgresql://desk:1/{SECRET}@db/desk"},
        {"DATABASE_URL": f"postgresql://desk:@{SECRET}@db/desk"},
        {"DATABASE_URL": f"postgresql://[{SECRET}@db/desk"},
        {"SLACK_BOT_TOKEN": f"xapp-{SECRET}"},
        {"SLACK_APP_TOKEN": SECRET},
        {"SLACK_BOT_TOKEN": f"xoxb-{SECRET}"},
        {"SLACK_APP_TOKEN": f"xapp-{SECRET}"},
        {"SLACK_SIGNING_SECRET": SECRET},
        {"SLACK_SIGNING_SECRET": f"{SECRET} x"},
        {"DISCORD_TOKEN": f"Bot {SECRET}"},
        {"DISCORD_API_URL": f"https//{SECRET}@proxy"},
        {"LOG_LEVEL": f"xoxb-{SECRET}"},
        {"HTTP_PORT": f"xoxb-{SECRET}"},
        {**SLACK, "HTTP_PORT": "x"},
    ],
)
def test_no_refusal_gives_a_secret_away(env):
    line = refusal(**env)
    assert any(name in line for name in env)


def test_no_error_of_the_model_itself_gives_a_secret_away():
    with pytest.raises(ValidationError) as refused:
        Settings(slack_bot_token=SECRET, http_port=SECRET)
    assert SECRET not in str(refused.value)


def test_settings_can_be_shown_without_their_secrets():
    settings = load_settings(
        {
            **SLACK,
            "DISCORD_TOKEN": SECRET,
            "DATABASE_URL": f"postgresql://desk:{SECRET}@db:5433/desk?password={SECRET}",
        },
        None,
    )
    assert SECRET not in f"{settings} {settings!r} {settings.model_dump()} {settings.model_dump_json()}"
    assert settings.database_shown == "postgresql://db:5433/desk"


def test_slack_needs_a_way_in():
    assert refusal(SLACK_BOT_TOKEN="xoxb-1") == (
        "SLACK_BOT_TOKEN is not enough; set SLACK_APP_TOKEN or SLACK_SIGNING_SECRET as well"
    )
    assert refusal(SLACK_APP_TOKEN="xapp-1") == "SLACK_APP_TOKEN is not enough; set SLACK_BOT_TOKEN as well"
    assert load_settings(SLACK, None).slack_app_token
    assert load_settings({"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s"}, None).slack_signing_secret


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("sqlite:///a/b.db", "sqlite:///a/b.db"),
        ("sqlite:////var/b.db", "sqlite:////var/b.db"),
        ("sqlite+aiosqlite:///b.db", "sqlite:///b.db"),
        ("postgresql://u:p%40ss@h:5433/d", "postgresql+psycopg://u:p%40ss@h:5433/d"),
        ("postgresql+asyncpg://h/d", "postgresql+psycopg://h/d"),
        ("postgresql+psycopg:///d?host=/run/pg", "postgresql+psycopg:///d?host=/run/pg"),
        ("postgres://h/d", "postgresql+psycopg://h/d"),
        ("postgresql://[::1]:5432/d", "postgresql+psycopg://[::1]:5432/d"),
    ],
)
def test_a_database_is_named_in_the_usual_ways_and_the_driver_is_ours(given, used):
    assert load_settings({"DATABASE_URL": given}, None).database == used


def test_a_database_file_is_known_and_a_server_has_none():
    assert Settings(database_url="sqlite:////var/lib/desk.db").database_file == Path("/var/lib/desk.db")
    assert Settings(data_dir=Path("what?/50%")).database_file == Path("what?/50%/helpthread.db")
    assert Settings(database_url="postgresql://h/d").database_file is None


def test_lists_are_read_with_and_without_spaces():
    settings = load_settings({"CONSOLE_AGENTS": "ann, bob,", "FILE_TYPES_REFUSED": "*.EXE, .Bat,exe"}, None)
    assert settings.console_agents == ("ann", "bob")
    assert settings.file_types_refused == ("exe", "bat")


def test_a_likely_typo_is_named_without_its_value():
    env = {"SLACK_BOT_TOKN": SECRET, "slack_ap_token": SECRET, "DISCORD_TOKEN": "x", "SLACK_CHANNEL": "y", "HOME": "z"}
    assert likely_typos(env, None) == [
        "SLACK_AP_TOKEN is ignored; did you mean SLACK_APP_TOKEN?",
        "SLACK_BOT_TOKN is ignored; did you mean SLACK_BOT_TOKEN?",
    ]
    assert load_settings(env, None).slack_app_token is None


def test_a_file_that_is_not_text_is_refused_in_one_line(tmp_path):
    file = tmp_path / ".env"
    file.write_bytes(b"DATA_DIR=\xff\xfe")
    with pytest.raises(
        ConfigError, match=r"^\S+\.env cannot be read \(UnicodeDecodeError\); allowed: a text file in UTF-8$"
    ):
        load_settings({}, file)
