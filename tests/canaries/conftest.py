"""What is logged while two live."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import logs


@pytest.fixture(autouse=True)
def log(tmp_path: Path) -> Iterator[Path]:
    """Everything that is logged, by libraries too, in a file among the bot's own."""
    handlers, path = logging.getLogger().handlers[:], tmp_path / "logs" / "bot.log"
    path.parent.mkdir()
    with path.open("w", buffering=1) as stream:
        logs.set_up("DEBUG", "json", stream)
        yield path
        logging.getLogger().handlers[:] = handlers
