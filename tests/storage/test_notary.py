"""The key that exports are signed with: made once, kept for its owner only, known by its other half."""

import shutil
import subprocess
import threading
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from storage.errors import CannotOpen
from storage.notary import open_notary, public_key, signed


def test_it_is_made_once_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "export-key.pem"
    assert public_key(path) == ""
    first = open_notary(path)
    assert open_notary(path).public == first.public == public_key(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["export-key.pem"]
    assert open_notary(tmp_path / "another.pem").public != first.public


def test_of_many_who_make_one_at_once_all_have_the_same(tmp_path: Path) -> None:
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(open_notary(tmp_path / "key.pem").public)) for _ in "12345"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 5
    assert len(set(found)) == 1


def test_a_signature_is_good_for_what_was_signed_and_for_nothing_else(tmp_path: Path) -> None:
    ours, other = open_notary(tmp_path / "ours.pem"), open_notary(tmp_path / "other.pem")
    signature = ours.sign(b"sums")
    assert signed(ours.public, signature, b"sums")
    assert not signed(ours.public, signature, b"sumz")
    assert not signed(ours.public, signature[:-1], b"sums")
    assert not signed(other.public, signature, b"sums")
    for odd in ("", "x", "not base64!", ours.public[:-8]):
        with pytest.raises(ValueError, match=r".+"):
            signed(odd, signature, b"sums")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="there is no openssl here")
def test_openssl_can_check_it_with_what_people_are_shown(tmp_path: Path) -> None:
    notary = open_notary(tmp_path / "key.pem")
    (tmp_path / "public.pem").write_text(f"-----BEGIN PUBLIC KEY-----\n{notary.public}\n-----END PUBLIC KEY-----\n")
    (tmp_path / "SHA256SUMS").write_bytes(b"sums")
    (tmp_path / "SHA256SUMS.sig").write_bytes(notary.sign(b"sums"))
    command = "openssl pkeyutl -verify -pubin -inkey public.pem -rawin -in SHA256SUMS -sigfile SHA256SUMS.sig"
    told = subprocess.run(command.split(), cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "Signature Verified Successfully" in told.stdout


def test_a_key_that_others_can_read_or_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    open_notary(path)
    path.chmod(0o644)
    with pytest.raises(CannotOpen, match="can be read by others"):
        open_notary(path)
    path.chmod(0o600)
    path.write_text("no key")
    with pytest.raises(CannotOpen, match="holds no key"):
        open_notary(path)
    path.write_bytes(generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(CannotOpen, match="another kind of key"):
        open_notary(path)
