"""Payloads that Slack itself has published: each is answered, and none is a surprise."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.slack.world import World

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "specs" / "slack" / "curated"
SLACK = re.compile(r"https:(?:\\?/){2}[a-z.-]*slack\.com")
NAMES = sorted(path.name for path in SAMPLES.glob("*.json")) or ["none"]


def body_of(sample: Any) -> dict[str, Any] | None:
    """What bolt would hand on: an event with its envelope, an interaction or a command."""
    if not isinstance(sample, dict):
        return None
    if "payload" in sample and isinstance(sample["payload"], dict):
        return dict(sample["payload"])
    if "event" in sample or "command" in sample or sample.get("type") in INTERACTIONS:
        return sample
    if "ts" in sample or "event_ts" in sample:
        return {"type": "event_callback", "event_id": "Ev1", "team_id": "T1", "event": sample}
    return None


INTERACTIONS = {"block_actions", "view_submission", "view_closed", "shortcut", "message_action", "block_suggestion"}


@pytest.mark.parametrize("name", NAMES)
async def test_each_is_acknowledged(desk: World, name: str, caplog: pytest.LogCaptureFixture):
    if not (SAMPLES / name).exists():
        pytest.skip("Slack's samples are not at hand")
    here = SLACK.sub(desk.slack.work.base_url, (SAMPLES / name).read_text())  # nothing is asked of Slack itself
    body = body_of(json.loads(here))
    if body is None:
        pytest.skip("that is no delivery")
    answer = await desk.chat.reception.take(body, 2)  # the last retry: files that cannot be fetched are done without
    assert answer.status == 200
    await desk.chat.settle()
    assert "Traceback" not in caplog.text
