"""Encryption as an operator sets it up: the settings, the commands, what doctor says."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.config import ConfigError, load_settings
from bot.doctor import examine
from bot.inbound import Place
from bot.message import UserRef
from bot.operating.database import in_loop
from bot.privacy.model import Draft
from bot.process.running import encryption_of
from storage.opening import open_store
from tests.test_cli import Shell, anywhere, now, set_up, shell
from tests.test_doctor import nobody_is_asked

__all__ = ["anywhere", "nobody_is_asked", "set_up", "shell"]  # fixtures
KEY, OTHER = "ab" * 32, "cd" * 32
WORD = "Zwetschgenknoedel"
ANA = UserRef("chat", "w", "ana")
NAMES = ("CONTENT_KEY", "CONTENT_KEY_FILE", "CONTENT_KEY_OLD", "CONTENT_KEYS_URL", "SEARCH")
Env = Callable[..., None]


@pytest.fixture
def env(monkeypatch: pytest.MonkeyPatch) -> Env:
    """Set these, and no other setting of encryption."""

    def set_these(**values: str) -> None:
        for name in NAMES:
            monkeypatch.delenv(name, raising=False)
        for name, value in values.items():
            monkeypatch.setenv(name, value)

    set_these()
    return set_these


def keep_a_word(shell: Shell) -> None:
    place = Place("chat", "w", "d", "", "m", direct=True)
    shell.do(lambda work: work.drafts.keep(Draft(0, ANA, WORD, place, work.now)))


def words() -> list[str]:
    settings = load_settings(env_file=None)

    async def read() -> list[str]:
        store = open_store(settings.database, now, encryption_of(settings), settings.search)
        found = await store.read(lambda work: work.drafts.of(ANA))
        await store.close()
        return [draft.text for draft in found]

    return in_loop(read)


def doctor() -> list[str]:
    return [str(finding) for finding in examine(load_settings(env_file=None), now())]


def refusal(**values: str) -> str:
    with pytest.raises(ConfigError) as error:
        load_settings(values, None)
    assert KEY not in str(error.value)
    return str(error.value)


def test_the_key_goes_with_no_index_on_disk():
    assert "CONTENT_KEY and SEARCH=disk exclude each other" in refusal(CONTENT_KEY=KEY)
    assert load_settings({"CONTENT_KEY": KEY, "SEARCH": "memory"}, None).master_key == bytes.fromhex(KEY)
    assert load_settings({}, None).master_key is None


def test_a_key_that_is_none_is_not_shown():
    line = refusal(CONTENT_KEY=KEY + "ef", SEARCH="off")
    assert line.startswith("CONTENT_KEY is no such key; allowed: 64 hexadecimal digits")
    assert "both set" in refusal(CONTENT_KEY=KEY, CONTENT_KEY_FILE="key", SEARCH="off")


def test_a_key_file_is_its_owners_alone(tmp_path: Path):
    file = tmp_path / "key"
    values = {"CONTENT_KEY_FILE": str(file), "SEARCH": "off"}
    assert "cannot be read (FileNotFoundError)" in refusal(**values)
    file.write_text(f"{KEY}\n")
    file.chmod(0o640)
    assert "can be read by others" in refusal(**values)
    file.chmod(0o600)
    assert load_settings(values, None).master_key == bytes.fromhex(KEY)
    file.write_text("hello")
    assert "holds no key" in refusal(**values)


def test_from_a_desk_in_clear_to_an_encrypted_one_and_back(set_up: Shell, env: Env):
    keep_a_word(set_up)
    database, keys = Path("data/helpthread.db"), Path("data/helpthread.keys")
    assert WORD.encode() in database.read_bytes()

    env(CONTENT_KEY=KEY, SEARCH="memory")
    assert "is not encrypted yet" in set_up.refuses("migrate")
    assert set_up("privacy", "keys", "encrypt") == 0
    assert set_up.out[0].startswith("sqlite:///data/helpthread.db is encrypted: 1 rows and files.")
    assert words() == [WORD]
    left = b"".join(path.read_bytes() for path in Path().rglob("*") if path.is_file())
    assert WORD.encode() not in left
    assert keys.stat().st_mode & 0o777 == 0o600

    env()
    for command in (("migrate",), ("outbox", "list"), ("privacy", "queue"), ("desk", "export", "-")):
        assert "is encrypted, and CONTENT_KEY is not set" in set_up.refuses(*command)

    env(CONTENT_KEY=KEY, SEARCH="memory")
    assert set_up("outbox", "list") == 0
    assert set_up("privacy", "keys", "decrypt") == 0
    assert "Now leave out CONTENT_KEY" in set_up.out[0]
    env()
    assert words() == [WORD]
    assert WORD.encode() in database.read_bytes()


def test_a_new_key_in_place_of_the_old_one(set_up: Shell, env: Env):
    keep_a_word(set_up)
    env(CONTENT_KEY=KEY, SEARCH="off")
    assert set_up("privacy", "keys", "encrypt") == 0
    env(CONTENT_KEY=OTHER, SEARCH="off")
    assert "does not open the key store" in set_up.refuses("migrate")
    assert "CONTENT_KEY_OLD is not set" in set_up.refuses("privacy", "keys", "rotate")
    env(CONTENT_KEY=OTHER, CONTENT_KEY_OLD=KEY, SEARCH="off")
    assert set_up("privacy", "keys", "rotate") == 0
    assert set_up.out[0].startswith("1 keys are wrapped with CONTENT_KEY now.")
    assert words() == [WORD]
    assert any(line.startswith("note   CONTENT_KEY_OLD is still set") for line in doctor())


def test_new_keys_are_keys_and_all_different(shell: Shell):
    made = []
    for _ in range(3):
        assert shell("privacy", "keys", "new") == 0
        made += shell.out
    assert len(set(made)) == 3
    for key in made:
        assert load_settings({"CONTENT_KEY": key, "SEARCH": "off"}, None).master_key


def test_a_backup_is_of_both_stores_and_opens_again(set_up: Shell, env: Env):
    keep_a_word(set_up)
    env(CONTENT_KEY=KEY, SEARCH="memory")
    set_up("privacy", "keys", "encrypt")
    assert set_up("backup", "copy.db") == 0
    assert [line.partition(":")[0] for line in set_up.out] == ["copy.db", "copy.db.keys"]
    Path("copy.db").replace("data/helpthread.db")
    Path("copy.db.keys").replace("data/helpthread.keys")
    assert words() == [WORD]


def test_with_postgresql_the_key_store_is_copied_and_the_rest_is_for_its_own_tool(
    empty_postgres: str, shell: Shell, env: Env, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("DATABASE_URL", empty_postgres)
    env(CONTENT_KEY=KEY, SEARCH="off")
    assert shell("migrate") == 0
    assert shell("backup", "copy") == 1
    assert [line.partition(":")[0] for line in shell.out] == ["copy.keys"]
    assert "pg_dump" in shell.err[0]
    assert Path("copy.keys").stat().st_size > 0
    assert Path("data/helpthread.keys").exists()


def test_doctor_says_what_is_encrypted_and_what_is_missing(set_up: Shell, env: Env):
    keep_a_word(set_up)
    env(CONTENT_KEY=KEY, SEARCH="memory")
    assert any("CONTENT_KEY is set, and what people wrote is not encrypted" in line for line in doctor())
    set_up("privacy", "keys", "encrypt")
    healthy = doctor()
    assert "ok     what people write is encrypted, under 1 keys of their own" in healthy
    assert any("whoever loses CONTENT_KEY or the key store loses everything" in line for line in healthy)
    keys = Path("data/helpthread.keys")
    keys.chmod(0o644)
    assert any(line.startswith("WRONG  data/helpthread.keys is open to others") for line in doctor())
    env(CONTENT_KEY=OTHER, SEARCH="memory")
    assert any("WRONG" in line and "does not open the key store" in line for line in doctor())
    env()
    assert any("WRONG" in line and "CONTENT_KEY is not set" in line for line in doctor())
    env(CONTENT_KEY=KEY, SEARCH="memory")
    keys.rename("away")
    assert any("WRONG" in line and "is missing" in line for line in doctor())
    assert not keys.exists()
