"""Who signs for one body cannot send another."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from storage.rows import Base
from tests.fakes.slack.delivery import Delivery
from tests.fakes.slack.http_out import encode, signature
from tests.slack.world import World, world


def rows(desk: World) -> dict[str, list[tuple[object, ...]]]:
    """All that is in the database."""
    with closing(sqlite3.connect(desk.folder / "helpthread.db")) as database:
        return {name: database.execute(f"SELECT * FROM {name}").fetchall() for name in Base.metadata.tables}  # noqa: S608


@pytest.mark.parametrize("kind", ["events_api", "interactive", "slash_commands"])
async def test_a_body_changed_by_one_byte_is_refused_and_writes_no_row(tmp_path: Path, kind: str):
    async with world(tmp_path, http=True) as desk:
        await desk.say(desk.anna, "my printer is on fire")
        await desk.press(desk.sam, "Claim")
        await desk.command(desk.anna, "/ticket list")
        sent = next(one for one in reversed(desk.slack.courier.sent) if one.kind == kind)
        body, type = encode(Delivery(sent.kind, sent.payload))
        headers = desk.slack.http.headers(body, type)
        before = rows(desk)
        assert before["tickets"]
        for at in range(0, len(body), max(1, len(body) // 40)):
            changed = body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]
            assert (await desk.slack.http.raw(changed, headers)).status == 401, at
        assert (await desk.slack.http.raw(body + b" ", headers)).status == 401
        await desk.settle()
        assert rows(desk) == before
        assert (await desk.slack.http.raw(body, headers)).status == 200  # it was the byte


@pytest.mark.parametrize("seconds", [-3600, -310, 310, 3600])
async def test_what_was_signed_at_another_time_is_refused_and_writes_no_row(tmp_path: Path, seconds: int):
    """However right the signature is."""
    async with world(tmp_path, http=True) as desk:
        await desk.say(desk.anna, "my printer is on fire")
        sent = desk.slack.courier.sent[-1]
        payload = {**sent.payload, "event_id": "Ev0NEVERSEEN"}
        body, type = encode(Delivery(sent.kind, payload))
        moment, before = str(int(time.time()) + seconds), rows(desk)
        signed = signature(desk.slack.app.signing_secret, moment, body)
        headers = desk.slack.http.headers(body, type)
        other = headers | {"X-Slack-Request-Timestamp": moment, "X-Slack-Signature": signed}
        assert (await desk.slack.http.raw(body, other)).status == 401
        await desk.settle()
        assert rows(desk) == before
        assert (await desk.slack.http.raw(body, headers)).status == 200
