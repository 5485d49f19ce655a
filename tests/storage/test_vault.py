"""Sealing words: what opens, what does not, and what is gone for good."""

import base64
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.message import UserRef
from bot.privacy.exporting.disguise import ERASED
from storage.errors import CannotOpen
from storage.keystore import KeyStore, open_keys
from storage.keystore import keys as data_keys
from storage.vault import DAMAGED, MARK, NONCE_AT, WORDS_AT, Unreadable, Vault
from tests.storage.sealed import KEY, OTHER

ANA, BEN = UserRef("chat", "w", "ana"), UserRef("chat", "w", "ben")
HERE, THERE = "timeline|text|7", "timeline|text|8"
SECRET = "my password is Zwetschgenknödel"


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[KeyStore]:
    keys = open_keys(tmp_path / "desk.keys", KEY, make=True)
    yield keys
    keys.close()


@pytest.fixture
def vault(keys: KeyStore) -> Vault:
    return Vault(keys, alone=True)


def raw(stored: str) -> bytes:
    return base64.b64decode(stored.removeprefix(MARK))


def refused(vault: Vault, stored: str, place: str = HERE) -> str:
    with pytest.raises(Unreadable) as error:
        vault.open(place, stored)
    return error.value.shown


def test_what_is_sealed_opens_and_cannot_be_read_before(vault: Vault):
    sealed = vault.seal(ANA, HERE, SECRET)
    assert sealed.isascii()
    assert b"password" not in raw(sealed)
    assert vault.open(HERE, sealed) == SECRET


def test_another_process_opens_it_with_the_same_key(vault: Vault, tmp_path: Path):
    sealed = vault.seal(ANA, HERE, SECRET)
    again = open_keys(tmp_path / "desk.keys", KEY)
    assert Vault(again, alone=True).open(HERE, sealed) == SECRET
    again.close()


@given(words=st.lists(st.text(max_size=20), min_size=2, max_size=30))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_T40_no_nonce_is_ever_used_twice(vault: Vault, words: list[str]):
    """Not for the same words, nor the same place or person."""
    sealed = [raw(vault.seal(who, HERE, one)) for one in words for who in (ANA, BEN, ANA)]
    assert len({one[NONCE_AT:WORDS_AT] for one in sealed}) == len(sealed)


@given(words=st.text())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_comes_back_as_it_was(vault: Vault, words: str):
    sound = words.encode("utf-8", "replace").decode()
    assert vault.open(HERE, vault.seal(ANA, HERE, sound)) == sound


def test_T40_in_another_row_or_column_it_does_not_open(vault: Vault):
    sealed = vault.seal(ANA, HERE, SECRET)
    assert refused(vault, sealed, THERE) == DAMAGED
    assert refused(vault, sealed, "timeline|remark|7") == DAMAGED
    assert vault.shown(THERE, sealed) == DAMAGED


@pytest.mark.parametrize("at", [0, NONCE_AT, WORDS_AT, -1], ids=["version", "nonce", "words", "tag"])
def test_one_changed_bit_is_noticed(vault: Vault, at: int):
    changed = bytearray(raw(vault.seal(ANA, HERE, SECRET)))
    changed[at] ^= 1
    assert refused(vault, MARK + base64.b64encode(changed).decode()) == DAMAGED


@pytest.mark.parametrize("typed", [MARK, f"{MARK}1", f"{MARK}{'A' * 40}", f"{MARK}not base64 at all"])
def test_what_only_looks_sealed_harms_nobody(vault: Vault, typed: str):
    assert refused(vault, typed) in (DAMAGED, ERASED)
    assert vault.open(HERE, vault.seal(ANA, HERE, typed)) == typed


def test_what_was_never_sealed_is_as_it_is(vault: Vault):
    assert vault.open(HERE, "my printer") == "my printer"


def test_each_person_has_a_key_of_their_own_and_keeps_it(vault: Vault, keys: KeyStore):
    ids = [raw(vault.seal(who, HERE, SECRET))[1:NONCE_AT] for who in (ANA, ANA, BEN)]
    assert ids[0] == ids[1] != ids[2]
    assert keys.count() == 2


def test_without_their_key_their_words_are_gone_and_nobody_elses(vault: Vault, keys: KeyStore):
    hers, his = vault.seal(ANA, HERE, SECRET), vault.seal(BEN, HERE, SECRET)
    vault.doom(ANA)
    assert vault.open(HERE, hers) == SECRET  # until it is buried
    vault.bury()
    assert refused(vault, hers) == ERASED
    assert vault.open(HERE, his) == SECRET
    new = vault.seal(ANA, HERE, "here I am again")
    assert raw(new)[1:NONCE_AT] != raw(hers)[1:NONCE_AT]
    assert vault.open(HERE, new) == "here I am again"
    assert refused(vault, hers) == ERASED


def test_a_key_that_another_process_deleted_seals_nothing_more(keys: KeyStore, tmp_path: Path):
    here = Vault(keys, alone=False)
    here.seal(ANA, HERE, "before")
    other = Vault(open_keys(tmp_path / "desk.keys", KEY), alone=False)
    other.doom(ANA)
    other.bury()
    new = here.seal(ANA, HERE, "after")
    assert other.open(HERE, new) == "after"
    other.close()


def test_the_key_store_does_not_say_whose_its_keys_are(vault: Vault, tmp_path: Path):
    vault.seal(ANA, HERE, SECRET)
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"ana" not in content
    assert KEY not in content
    assert (tmp_path / "desk.keys").stat().st_mode & 0o777 == 0o600


def test_a_deleted_key_is_overwritten_in_the_file(vault: Vault, keys: KeyStore, tmp_path: Path):
    vault.seal(ANA, HERE, SECRET)
    vault.seal(BEN, HERE, SECRET)
    with keys.engine.begin() as connection:
        hers = connection.execute(data_keys.select().where(data_keys.c.person == keys._hash(str(ANA)))).one()
    assert hers.wrapped in (tmp_path / "desk.keys").read_bytes()
    vault.doom(ANA)
    vault.bury()
    left = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert hers.wrapped not in left
    assert hers.person.encode() not in left


# A new key of the installation


def test_T40_after_a_rotation_what_was_deleted_before_is_lost_in_every_older_copy(vault: Vault, tmp_path: Path):
    hers, his = vault.seal(ANA, HERE, SECRET), vault.seal(BEN, HERE, SECRET)
    backup = Path(shutil.copy(tmp_path / "desk.keys", tmp_path / "backup.keys"))
    vault.doom(ANA)
    vault.bury()
    assert vault.keys.rewrap(OTHER) == 1

    rotated = open_keys(tmp_path / "desk.keys", OTHER)
    assert Vault(rotated, alone=True).open(HERE, his) == SECRET
    assert refused(Vault(rotated, alone=True), hers) == ERASED
    rotated.close()
    with pytest.raises(CannotOpen, match="CONTENT_KEY does not open the key store"):
        open_keys(backup, OTHER)  # the old key is destroyed: there is only the new one
    with pytest.raises(CannotOpen, match="CONTENT_KEY does not open the key store"):
        open_keys(tmp_path / "desk.keys", KEY)


def test_whoever_kept_the_old_key_and_an_old_copy_can_read_as_the_documentation_says(vault: Vault, tmp_path: Path):
    hers = vault.seal(ANA, HERE, SECRET)
    backup = Path(shutil.copy(tmp_path / "desk.keys", tmp_path / "backup.keys"))
    vault.doom(ANA)
    vault.bury()
    vault.keys.rewrap(OTHER)
    old = open_keys(backup, KEY)
    assert Vault(old, alone=True).open(HERE, hers) == SECRET
    old.close()


def test_a_process_that_still_has_the_old_key_makes_no_new_ones(vault: Vault, tmp_path: Path):
    elsewhere = open_keys(tmp_path / "desk.keys", KEY)
    elsewhere.rewrap(OTHER)
    elsewhere.close()
    with pytest.raises(CannotOpen, match="CONTENT_KEY was changed while this helpthread ran"):
        vault.seal(ANA, HERE, SECRET)


def test_a_missing_key_store_is_not_made_by_the_way(tmp_path: Path):
    with pytest.raises(CannotOpen, match="is missing, and without it nothing"):
        open_keys(tmp_path / "desk.keys", KEY)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_key_store_is_refused_in_one_line(tmp_path: Path):
    (tmp_path / "desk.keys").write_bytes(b"hello, I am a letter" * 100)
    with pytest.raises(CannotOpen) as error:
        open_keys(tmp_path / "desk.keys", KEY)
    assert "\n" not in str(error.value)
