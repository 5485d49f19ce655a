"""A console to write on, and the desk's small router."""

from pathlib import Path

import pytest

from tests.console.rig import Script
from tests.rig import commands


@pytest.fixture
def script(tmp_path: Path) -> Script:
    """A console for which #help is the customers' channel and #agents the agents'."""
    return Script(tmp_path, commands(), {"help": False, "agents": True})
