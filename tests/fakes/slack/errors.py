"""What the fake says no with.

SlackError      an answer of the Web API with "ok": false
NotPossible     a person tried what Slack's own client would not let them do: the test is wrong
"""

from typing import Any


class SlackError(Exception):
    """`code` is Slack's own error code; `extra` joins the answer (`needed`, `response_metadata`, …)."""

    def __init__(self, code: str, *messages: str, **extra: Any) -> None:
        super().__init__(code, *messages)
        self.code = code
        self.extra = extra
        if messages:
            self.extra["response_metadata"] = {"messages": [f"[ERROR] {message}" for message in messages]}

    def answer(self) -> dict[str, Any]:
        return {"ok": False, "error": self.code, **self.extra}


class NotPossible(AssertionError):
    """What a person asked for cannot be done in Slack (no such button, not a member, a command in a thread)."""
