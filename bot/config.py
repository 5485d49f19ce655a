"""What the environment, or a file `.env` beside it, says about this installation. The environment wins over the file.

A wrong value stops the start with one line: the variable, what is wrong with it, what is allowed. No line shows a
secret, and no long value either: somebody may have pasted a token under the wrong name.
"""

import os
import re
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

ENV_FILE = Path(".env")
LONGEST_SHOWN = 20  # characters; the tokens of every platform are longer
OURS = ("SLACK_", "DISCORD_", "OPS_")
# What a double click runs, on the computer of the agent who was sent it.
PROGRAMS = "app bat cmd com cpl exe hta jar js jse lnk msi msix pif ps1 reg scr vbe vbs wsf"


class ConfigError(Exception):
    """The settings cannot be used. The text is the one line to show, without a secret in it."""

    safe_to_log: ClassVar[bool] = True


def _listed(value: object) -> object:
    return tuple(word.strip() for word in value.split(",") if word.strip()) if isinstance(value, str) else value


def _names(names: tuple[str, ...]) -> tuple[str, ...]:
    if not names or any(re.search(r"[\s@:\[\]/]", name) for name in names):
        raise ValueError("is not a list of names")
    return names


def _endings(endings: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ending.lower().lstrip("*.") for ending in endings))


def _database(given: SecretStr) -> SecretStr:
    scheme, _, rest = given.get_secret_value().partition("://")
    kind, _, driver = scheme.partition("+")
    if kind == "sqlite" and driver in ("", "aiosqlite", "pysqlite"):
        if not rest.startswith("/") or rest == "/" or ":memory:" in rest:
            raise ValueError("names no file, so nothing would be kept")
        if re.search(r"\?[a-z_]+=", rest):
            raise ValueError("has options behind a file's name, where there are none")
        return SecretStr(f"sqlite://{rest}")
    if kind not in ("postgresql", "postgres") or driver not in ("", "psycopg", "asyncpg"):
        raise ValueError("is no database that Helpthread knows")
    if not _readable(f"postgresql://{rest}"):
        raise ValueError(
            "cannot be read; a password with @ : / ? # or % in it has these written as %40 %3A %2F %3F %23 %25"
        )
    return SecretStr(f"postgresql+psycopg://{rest}")


def _readable(url: str) -> bool:
    """Whether everyone reads it alike. A password that is not quoted would be taken for a host and shown as one."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:  # its text quotes the URL
        return False
    return parts.netloc.count("@") < 2 and "@" not in parts.path + parts.query and not parts.fragment


def _token(*beginnings: str) -> AfterValidator:
    def check(given: SecretStr) -> SecretStr:
        token = given.get_secret_value()
        if re.search(r"\s", token):
            raise ValueError("has a space in it")
        if beginnings and not token.startswith(beginnings):
            raise ValueError("is another kind of token")
        return given

    return AfterValidator(check)


def _address(*schemes: str) -> AfterValidator:
    def check(url: str) -> str:
        if urlsplit(url).scheme not in schemes or not _readable(url) or not urlsplit(url).hostname:
            raise ValueError("is not such an address")
        return url

    return AfterValidator(check)


def _pairs(text: str) -> str:
    for pair in filter(None, (word.strip() for word in text.split(","))):
        if not re.fullmatch(r"[a-z0-9_+-]{1,60}=[a-z0-9_-]{1,30}", pair):
            raise ValueError("is not such a list")
    return text


def _content_key(given: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[0-9a-fA-F]{64}", given.get_secret_value()):
        raise ValueError("is no such key")
    return given


def _key_in(path: Path) -> str:
    """What a key file says, if nobody but its owner can read it."""
    try:
        if path.stat().st_mode & 0o077:
            raise ValueError(f"CONTENT_KEY_FILE {path} can be read by others; say: chmod 600 {path}")
        key = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"CONTENT_KEY_FILE {path} cannot be read ({type(error).__name__})") from None
    if not re.fullmatch(r"[0-9a-fA-F]{64}", key):
        raise ValueError(f"CONTENT_KEY_FILE {path} holds no key; helpthread privacy keys new makes one")
    return key


ContentKey = Annotated[SecretStr, AfterValidator(_content_key)]
Pairs = Annotated[str, AfterValidator(_pairs)]
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed), AfterValidator(_names)]
Endings = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed), AfterValidator(_endings)]
Upper = BeforeValidator(lambda value: value.upper() if isinstance(value, str) else value)
Lower = BeforeValidator(lambda value: value.lower() if isinstance(value, str) else value)
Level = Literal["DEBUG", "INFO", "WARNING", "ERROR"]


class Settings(BaseSettings):
    """One installation. An adapter exists exactly when its token is set. Descriptions say what is allowed.

    Only `load_settings` looks at the environment: a test that says `Settings(data_dir=…)` gets what it says.
    """

    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    data_dir: Annotated[Path, AfterValidator(Path.expanduser)] = Field(Path("data"), description="a folder")
    database_url: Annotated[SecretStr, AfterValidator(_database)] | None = Field(
        None, description="sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE"
    )

    tombstones: Annotated[SecretStr, AfterValidator(_database)] | None = Field(
        None, description="sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE, another one than DATABASE_URL"
    )
    tombstone_key: SecretStr | None = Field(None, min_length=32, description="a secret of 32 characters or more")
    backup_days: int = Field(90, ge=1, le=3650, description="a whole number from 1 to 3650, in days")

    # None: INFO for a service, of which one sees nothing but the log; WARNING at a terminal, where people read answers.
    log_level: Annotated[Level | None, Upper] = Field(None, description="DEBUG, INFO, WARNING or ERROR")
    log_format: Annotated[Literal["pretty", "json"], Lower] = Field("pretty", description="pretty or json")

    ops_port: int | None = Field(None, ge=1, le=65535, description="a whole number from 1 to 65535")
    ops_address: str = Field("127.0.0.1", pattern=r"[0-9A-Za-z.:-]{1,100}", description="an address of this machine")
    otel_exporter_otlp_endpoint: Annotated[str, _address("https", "http")] | None = Field(
        None, description="an address beginning with https:// or http://"
    )

    slack_bot_token: Annotated[SecretStr, _token("xoxb-", "xoxe.xoxb-")] | None = Field(
        None, description="a bot token, which begins with xoxb-"
    )
    slack_app_token: Annotated[SecretStr, _token("xapp-")] | None = Field(
        None, description="an app-level token, which begins with xapp-"
    )
    slack_signing_secret: Annotated[SecretStr, _token()] | None = Field(None, description="the signing secret")
    slack_api_url: Annotated[str, _address("https", "http")] = Field(
        "https://slack.com/api/", description="an address beginning with https:// or http://"
    )

    slack_commands: Pairs = Field(
        "", description="command=what it is called in this workspace, with a comma between, such as ticket=support"
    )
    slack_reactions: Pairs = Field(
        "eyes=claim,white_check_mark=close,ticket=open",
        description="emoji=verb with a comma between, such as eyes=claim,white_check_mark=close",
    )

    discord_token: Annotated[SecretStr, _token()] | None = Field(None, description="a bot's token and no more")
    discord_api_url: Annotated[str, _address("https", "http")] = Field(
        "https://discord.com/api/v10", description="an address beginning with https:// or http://"
    )
    discord_gateway_url: Annotated[str, _address("wss", "ws")] | None = Field(
        None, description="an address beginning with wss:// or ws://"
    )
    discord_message_content: bool = Field(True, description="true or false")
    discord_members: bool = Field(False, description="true or false")
    discord_shards: Literal["auto"] | Annotated[int, Field(ge=1, le=1000)] = Field(
        1, description="auto, or a whole number from 1 to 1000"
    )

    http_port: int = Field(3000, ge=1, le=65535, description="a whole number from 1 to 65535")
    console_agents: Names = Field(
        ("agent", "agent2"), description="names with a comma between, without spaces, @, :, / and brackets"
    )
    max_file_mb: int = Field(25, ge=1, le=1000, description="a whole number from 1 to 1000, in megabytes")
    file_types_refused: Endings = Field(
        tuple(PROGRAMS.split()), description="endings of file names with a comma between, such as exe,bat"
    )
    operator: str = Field("", max_length=200, description="a name and address of up to 200 characters")
    privacy_contact: str = Field("", max_length=200, description="an e-mail or web address of up to 200 characters")
    age_limit: int = Field(0, description="0, or a whole number from 13 to 18, in years")
    erasure_grace_hours: int = Field(0, ge=0, le=168, description="a whole number from 0 to 168, in hours")
    approve_days: int = Field(5, ge=0, le=27, description="a whole number from 0 to 27, in days")
    export_hours: int = Field(72, ge=1, le=720, description="a whole number from 1 to 720, in hours")
    export_key_file: Annotated[Path, AfterValidator(Path.expanduser)] | None = Field(
        None, description="a file that only its owner can read, made if it is not there"
    )
    search: Annotated[Literal["disk", "memory", "off"], Lower] = Field("disk", description="disk, memory or off")
    content_key: ContentKey | None = Field(
        None, description="64 hexadecimal digits; helpthread privacy keys new makes one"
    )
    content_key_file: Annotated[Path, AfterValidator(Path.expanduser)] | None = Field(
        None, description="a file with a key in it, which only its owner can read"
    )
    content_key_old: ContentKey | None = Field(None, description="64 hexadecimal digits: the key before")
    content_keys_url: Annotated[SecretStr, AfterValidator(_database)] | None = Field(
        None, description="sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE"
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if self.tombstones and self.tombstones == self.database_url:
            raise ValueError("TOMBSTONES is the same as DATABASE_URL; a backup of one must not bring back the other")
        return self

    @field_validator("age_limit")
    @classmethod
    def _age(cls, given: int) -> int:
        if given and not 13 <= given <= 18:
            raise ValueError("is not allowed")
        return given

    @model_validator(mode="after")
    def _whole(self) -> Self:
        way_in = self.slack_app_token or self.slack_signing_secret
        if self.slack_bot_token and not way_in:
            raise ValueError("SLACK_BOT_TOKEN is not enough; set SLACK_APP_TOKEN or SLACK_SIGNING_SECRET as well")
        if way_in and not self.slack_bot_token:
            name = "SLACK_APP_TOKEN" if self.slack_app_token else "SLACK_SIGNING_SECRET"
            raise ValueError(f"{name} is not enough; set SLACK_BOT_TOKEN as well")
        self._check_encryption()
        return self

    def _check_encryption(self) -> None:
        if self.content_key and self.content_key_file:
            raise ValueError("CONTENT_KEY and CONTENT_KEY_FILE are both set; set one of them")
        if self.content_key_file:
            _key_in(self.content_key_file)
        if (self.content_key or self.content_key_file) and self.search == "disk":
            raise ValueError(
                "CONTENT_KEY and SEARCH=disk exclude each other: the search index on disk would hold in clear what is "
                "encrypted elsewhere; set SEARCH=memory or SEARCH=off"
            )

    def pairs(self, field: str) -> dict[str, str]:
        """What a setting like "eyes=claim,white_check_mark=close" says."""
        words = filter(None, (word.strip() for word in str(getattr(self, field)).split(",")))
        return {name: value for name, _, value in (word.partition("=") for word in words)}

    @property
    def database(self) -> str:
        """The URL for the engine, with its driver. Holds the password: for the engine alone."""
        given = self.database_url
        return given.get_secret_value() if given else f"sqlite:///{self.data_dir / 'helpthread.db'}"

    @property
    def questions(self) -> Path:
        """Where the command line asks a desk that runs (see `bot.process.beside`)."""
        return self.data_dir / "questions"

    @property
    def tombstone_store(self) -> str:
        """The URL of the tombstones' store, with its driver. Holds the password: for the engine alone."""
        given = self.tombstones
        return given.get_secret_value() if given else f"sqlite:///{self.data_dir / 'tombstones.db'}"

    @property
    def database_file(self) -> Path | None:
        """The file, where the database is SQLite: all after the third slash, as it is written."""
        kind, _, rest = self.database.partition(":///")
        return Path(rest) if kind == "sqlite" else None

    @property
    def master_key(self) -> bytes | None:
        """The key that people's words are encrypted under, by way of theirs; None where they are not."""
        if self.content_key_file:
            return bytes.fromhex(_key_in(self.content_key_file))
        return bytes.fromhex(self.content_key.get_secret_value()) if self.content_key else None

    @property
    def key_store(self) -> Path | str:
        """Where people's keys are: a file, beside the database if that is one; or the URL of another database."""
        if self.content_keys_url is None:
            return self.database_file.with_suffix(".keys") if self.database_file else self.data_dir / "helpthread.keys"
        kind, _, rest = self.content_keys_url.get_secret_value().partition(":///")
        return Path(rest) if kind == "sqlite" else self.content_keys_url.get_secret_value()

    @property
    def signing_key(self) -> Path:
        """The file with the key that exports are signed with."""
        return self.export_key_file or self.data_dir / "export-key.pem"

    @property
    def database_shown(self) -> str:
        """Which database it is, without user, password and options: what people may see."""
        if self.database_file:
            return f"sqlite:///{self.database_file}"
        parts = urlsplit(self.database)
        return f"postgresql://{parts.netloc.rpartition('@')[2]}{parts.path}"


def load_settings(env: Mapping[str, str] | None = None, env_file: Path | None = ENV_FILE) -> Settings:
    """What `env` (the process's environment, if None) and the file `.env` say; what is empty is not set.

    Raises ConfigError with one line to show.
    """
    variables = _variables(env, env_file)
    source = EnvSettingsSource(Settings)
    source.env_vars = {name.lower(): value for name, value in variables.items()}
    try:
        return Settings(**source())
    except ValidationError as error:
        raise ConfigError(_one_line(error, variables)) from None  # what it says quotes values


def likely_typos(env: Mapping[str, str] | None = None, env_file: Path | None = ENV_FILE) -> list[str]:
    """A line for each variable that is ignored and looks like one of ours. Names only, never a value."""
    known = {name.upper() for name in Settings.model_fields}
    lines = []
    for name in sorted({name.upper() for name in _variables(env, env_file)} - known):
        close = get_close_matches(name, known, n=1, cutoff=0.8) if name.startswith(OURS) else []
        lines += [f"{name} is ignored; did you mean {meant}?" for meant in close]
    return lines


def _variables(env: Mapping[str, str] | None, env_file: Path | None) -> dict[str, str]:
    try:
        filed = DotEnvSettingsSource(Settings, env_file=env_file).env_vars
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{env_file} cannot be read ({type(error).__name__}); allowed: a text file in UTF-8"
        ) from None
    given = {name.upper(): value for name, value in (os.environ if env is None else env).items() if value.strip()}
    return {name.upper(): value.strip() for name, value in filed.items() if value and value.strip()} | given


def _one_line(error: ValidationError, variables: Mapping[str, str]) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    reason = str(first.get("ctx", {}).get("error", "")) if first["type"] == "value_error" else ""
    if not first["loc"]:
        return reason
    field = str(first["loc"][0])
    allowed = f"allowed: {Settings.model_fields[field].description}"
    return f"{field.upper()}{_shown(field, variables.get(field.upper(), ''))} {reason or 'is not allowed'}; {allowed}"


def _shown(field: str, value: str) -> str:
    secret = "SecretStr" in str(Settings.model_fields[field].annotation) or field.endswith("_url")
    return "" if secret or len(value) > LONGEST_SHOWN or not value.isprintable() else f" ({value})"
