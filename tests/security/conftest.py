"""A log that takes everything the bot says."""

import io
import logging
from collections.abc import Iterator

import pytest

from bot import logs


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    root, stream = logging.getLogger(), io.StringIO()
    before, levels = root.handlers[:], {name: logging.getLogger(name).level for name in [*logs.OURS, "root"]}
    logs.set_up("DEBUG", "json", stream)
    yield stream
    root.handlers[:] = before
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
