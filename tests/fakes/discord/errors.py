"""What Discord answers when it refuses: an HTTP status, a code of its own and a sentence.

Codes and sentences are those of Discord's public table of JSON error codes.
"""

from __future__ import annotations

from typing import Any

JSON = dict[str, Any]

TABLE: dict[int, tuple[int, str]] = {
    10003: (404, "Unknown Channel"),
    10004: (404, "Unknown Guild"),
    10007: (404, "Unknown Member"),
    10008: (404, "Unknown Message"),
    10009: (404, "Unknown Overwrite"),
    10011: (404, "Unknown Role"),
    10013: (404, "Unknown User"),
    10014: (400, "Unknown Emoji"),
    10015: (404, "Unknown Webhook"),
    10060: (404, "Unknown Sticker"),
    10062: (404, "Unknown interaction"),
    10063: (404, "Unknown application command"),
    30010: (400, "Maximum number of reactions reached (20)"),
    30013: (400, "Maximum number of guild channels reached (500)"),
    30032: (400, "Maximum number of application commands reached"),
    30033: (400, "Max number of thread participants has been reached (1000)"),
    30046: (429, "Maximum number of edits to messages older than 1 hour reached. Try again later"),
    40005: (413, "Request entity too large"),
    40060: (400, "Interaction has already been acknowledged."),
    50001: (403, "Missing Access"),
    50003: (403, "Cannot execute action on a DM channel"),
    50005: (403, "Cannot edit a message authored by another user"),
    50006: (400, "Cannot send an empty message"),
    50007: (403, "Cannot send messages to this user"),
    50008: (400, "Cannot send messages in a non-text channel"),
    50013: (403, "Missing Permissions"),
    50021: (403, "Cannot execute action on a system message"),
    50024: (400, "Cannot execute action on this channel type"),
    50027: (401, "Invalid Webhook Token"),
    50034: (400, "You can only bulk delete messages that are under 14 days old"),
    50035: (400, "Invalid Form Body"),
    50081: (400, "Invalid Sticker Sent"),
    50083: (400, "Thread is archived"),
    50278: (403, "Cannot send messages to this user due to having no mutual guilds"),
    160002: (400, "Cannot reply without permission to read message history"),
    160004: (400, "A thread has already been created for this message"),
    160005: (400, "Thread is locked"),
    160006: (400, "Maximum number of active threads reached"),
}


class Refusal(Exception):
    """Discord says no. `code` is Discord's, `status` is HTTP's, `errors` names the fields of a 50035."""

    def __init__(self, code: int, errors: JSON | None = None, status: int = 0, message: str = "") -> None:
        known_status, known_message = TABLE.get(code, (400, "General error"))
        self.code = code
        self.status = status or known_status
        self.message = message or known_message
        self.errors = errors
        super().__init__(f"{self.status} {self.code}: {self.message} {errors or ''}")

    def body(self) -> JSON:
        result: JSON = {"message": self.message, "code": self.code}
        return result | {"errors": self.errors} if self.errors else result


def invalid(path: str, code: str, message: str) -> Refusal:
    """A 50035 that points at one field: `invalid("embeds.0.title", "BASE_TYPE_MAX_LENGTH", "...")`."""
    errors: JSON = {"_errors": [{"code": code, "message": message}]}
    for step in reversed(path.split(".")):
        errors = {step: errors}
    return Refusal(50035, errors)


def too_long(path: str, most: int) -> Refusal:
    return invalid(path, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")


def bad_length(path: str, least: int, most: int) -> Refusal:
    return invalid(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")


def required(path: str) -> Refusal:
    return invalid(path, "BASE_TYPE_REQUIRED", "This field is required")


class NotPossible(Exception):
    """A person's own client would not let them do this: nothing to press, no such command, no right."""
