"""A console to write on, and the desk's small router."""

from pathlib import Path

import pytest

from tests.console.process import Console
from tests.console.rig import Script
from tests.rig import commands


@pytest.fixture
def script(tmp_path: Path) -> Script:
    """A console for which #help is the customers' channel and #agents the agents'."""
    return Script(tmp_path, commands(), {"help": False, "agents": True})


@pytest.fixture(scope="session")
def new_desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of data as a first start leaves it, to copy: making the database takes longer than most tests."""
    folder = tmp_path_factory.mktemp("new-desk")
    Console(folder).run("")
    return folder / "data"
