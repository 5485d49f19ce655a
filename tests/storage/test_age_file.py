"""Files sealed to a passphrase: they open with it, to the end, and in no other way."""

import base64
import tracemalloc
from collections.abc import Iterator
from io import BytesIO

import pytest

from bot.errors import Problem
from storage import age_file
from storage.age_file import DAMAGED, NO_SUCH_FILE, WRONG, opened, sealed
from storage.sealed_files import PIECE, SEALED

PHRASE = "ab12-cd34-ef56"
# Made by another program that knows the format (pyrage 1.4.0), with the passphrase correct-horse.
BY_ANOTHER = base64.b64decode(
    "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IHNjcnlwdCB5TE9tem9PNVQzYUZVdzBJV1JJWXpRIDE2CjhxbmN5WUJYNWY0am96L1BW"
    "ZEZjbitjdUo5NlpZNTZnT1h1dERUWVVrbjQKLS0tIEs2KzVXY0NBdnNwelJWWUNLZlhYYWc3MjhST1FvZ1BtQlFQNHZtQk5oNDgK"
    "+oOYZqmCpVRV2Ra8X7pLSlQqhdTLjefeAMX4A+r7mDZpBy6GalDkoR6s77cXq6RRXa+7XO54huhGcWVu"
)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(age_file, "WORK", 1)


def seal(content: bytes, by: int = 1000) -> bytes:
    return b"".join(sealed((content[at : at + by] for at in range(0, len(content), by)), PHRASE))


def open_(file: bytes, phrase: str = PHRASE) -> bytes:
    return b"".join(opened(BytesIO(file), phrase))


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 3 * PIECE + 7])
def test_what_is_sealed_opens_with_its_passphrase(size: int) -> None:
    content = bytes(at % 251 for at in range(size))
    file = seal(content)
    assert open_(file) == content
    assert content[:40] not in file or size < 8
    with pytest.raises(Problem, match=WRONG):
        open_(file, "ab12-cd34-ef57")


def test_what_another_program_sealed_opens() -> None:
    assert open_(BY_ANOTHER, "correct-horse") == b"as another program seals it\n"


def test_nothing_of_it_can_be_changed_moved_or_left_out() -> None:
    """Every byte of the header and of what comes first, and pieces as a whole."""
    content = bytes(3 * PIECE)
    file = seal(content)
    head = len(file) - 3 * SEALED
    for at in (*range(head), head, head + SEALED, len(file) - 1):
        with pytest.raises(Problem):
            open_(file[:at] + bytes([file[at] ^ 1]) + file[at + 1 :])
    one, two, three = (file[head + n * SEALED : head + (n + 1) * SEALED] for n in range(3))
    for pieces in ([one, two], [one, three], [two, one, three], [one, two, three, three], [one, two, three[:-1]], []):
        with pytest.raises(Problem, match=DAMAGED):
            open_(file[:head] + b"".join(pieces))


def test_other_files_and_ones_that_ask_for_too_much_are_refused() -> None:
    file = seal(b"words")
    greedy = file.replace(b" 1\n", b" 21\n", 1)
    for odd in (b"", b"PK\x03\x04", b"x" * 10_000, greedy, file.replace(b"scrypt", b"X25519"), file[:30]):
        with pytest.raises(Problem, match=NO_SUCH_FILE):
            open_(odd)


def test_two_files_with_the_same_content_and_passphrase_have_nothing_in_common() -> None:
    one, two = (seal(bytes(1000)).rpartition(b"--- ")[2] for _ in range(2))
    assert one[44:] != two[44:]
    assert len(set(zip(one, two, strict=True))) > 100


def test_a_large_file_takes_no_more_memory_than_a_small_one() -> None:
    def large() -> Iterator[bytes]:
        for _ in range(160):
            yield bytes(PIECE)

    tracemalloc.start()
    try:
        assert sum(map(len, sealed(large(), PHRASE))) > 160 * PIECE
        assert tracemalloc.get_traced_memory()[1] < 10 * PIECE
    finally:
        tracemalloc.stop()
