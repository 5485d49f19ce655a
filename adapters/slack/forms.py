"""Forms and answers as modals. Pure.

Slack's limits: 24 characters in a title, 3,000 in an input, 75 in an option, 3,000 of private metadata, 100 blocks.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adapters.slack import words
from adapters.slack.render import Json, parts, plain_text
from adapters.slack.text import one_line, shortened
from bot.language import here, reading
from bot.message import Form, Input, Message

TITLE = 24
LABEL = 150
CHOICES = "static_select"
BLOCKS = 100
LONGEST = 3000
OPTION = 75  # characters of a choice
MOST_CHOSEN = 100
CHANNELS = {"filter": {"include": ["public", "private"], "exclude_bot_users": True}}
NO_GROUPS: Mapping[str, str] = {}
PLATFORM = "slack"
UPLOAD = "file_input"
MOST_FILES = 10  # Slack's limit
PICKERS = {
    "channel": "conversations_select",
    "channels": "multi_conversations_select",
    "people": "multi_users_select",
    "groups": "multi_external_select",
    "files": UPLOAD,
}


@dataclass(frozen=True)
class Origin:
    """Where a modal was asked for, kept in it: the conversation and thread, and the argument of its form."""

    conversation: str = ""
    thread: str = ""
    direct: bool = False
    arg: str = ""

    def packed(self) -> str:
        return json.dumps([self.conversation, self.thread, int(self.direct), self.arg], ensure_ascii=False)

    @classmethod
    def unpacked(cls, text: str) -> "Origin":
        """The opposite. What is no such text is a modal from nowhere."""
        try:
            conversation, thread, direct, arg = json.loads(text)
            return cls(str(conversation), str(thread), bool(direct), str(arg))
        except (ValueError, TypeError, RecursionError):
            return cls()


def form_view(form: Form, origin: Origin, groups: Mapping[str, str] = NO_GROUPS) -> Json:
    """`groups` says how user groups are called, by id, for those that are in the form already."""
    with reading(form.language):
        send, close = here(words.SEND), here(words.CLOSE)
    return {
        "type": "modal",
        "callback_id": form.action,
        "private_metadata": Origin(origin.conversation, origin.thread, origin.direct, form.arg).packed(),
        "title": plain_text(shortened(form.title, TITLE)),
        "submit": plain_text(send),
        "close": plain_text(close),
        "blocks": [_input(each, groups) for each in form.inputs],
    }


def answer_view(message: Message, origin: Origin) -> Json:
    """An answer to read, with its buttons."""
    blocks = [block for part in parts(message, speaker=True) for block in part.blocks]
    with reading(message.language):
        close = here(words.CLOSE)
    return {
        "type": "modal",
        "callback_id": "answer",
        "private_metadata": origin.packed(),
        "title": plain_text(words.TITLE),
        "close": plain_text(close),
        "blocks": blocks[:BLOCKS],
    }


def values(view: Json, team: str, realm: str) -> dict[str, str]:
    """What was filled in, by the name of the input; what was picked, as a desk's file names it. `realm` is the one that
    owns the accounts: the workspace `team`, or its organisation."""
    state: dict[str, Any] = view.get("state", {}).get("values", {})
    return {name: _value(block.get("value", {}), team, realm) for name, block in state.items()}


def files(view: Json) -> list[Json]:
    """What was uploaded with the form."""
    state: dict[str, Any] = view.get("state", {}).get("values", {})
    inputs = [block.get("value", {}) for block in state.values()]
    return [file for each in inputs if each.get("type") == UPLOAD for file in each.get("files") or ()]


def _value(element: Json, team: str, realm: str) -> str:
    match element.get("type"):
        case "conversations_select":
            one = element.get("selected_conversation")
            return f"{PLATFORM}:{team}/{one}" if one else ""
        case "multi_conversations_select":
            return " ".join(f"{PLATFORM}:{team}/{id}" for id in element.get("selected_conversations") or ())
        case "multi_users_select":
            return " ".join(f"{PLATFORM}:{realm}/{id}" for id in element.get("selected_users") or ())
        case "file_input":
            return ", ".join(one_line(str(file.get("name") or "file")) for file in element.get("files") or ())
        case "static_select":
            return str((element.get("selected_option") or {}).get("value") or "")
        case "multi_external_select":
            chosen = element.get("selected_options") or ()
            return " ".join(f"{PLATFORM}:{team}/@{option['value']}" for option in chosen)
    return str(element.get("value") or "")


def group_option(id: str, label: str) -> Json:
    """As it is offered in a form, and brought back by it."""
    return {"text": plain_text(shortened(one_line(label), OPTION)), "value": id}


def _input(each: Input, groups: Mapping[str, str]) -> Json:
    return {
        "type": "input",
        "block_id": each.name,
        "optional": not each.required,
        "label": plain_text(shortened(one_line(each.label), LABEL)),
        "element": _picker(each, groups) if each.picks in PICKERS else _choice(each) if each.choices else _typed(each),
    }


def _typed(each: Input) -> Json:
    length = min(each.max_length, LONGEST)
    shown: Json = {"type": "plain_text_input", "action_id": "value", "multiline": each.long, "max_length": length}
    return shown | ({"initial_value": each.value[:length]} if each.value else {})


def _choice(each: Input) -> Json:
    options = [{"text": plain_text(shortened(choice, OPTION)), "value": choice} for choice in each.choices]
    return {"type": CHOICES, "action_id": "value", "options": options}


def _picker(each: Input, groups: Mapping[str, str]) -> Json:
    """Slack fills these lists itself, however many channels and people there are. It has none of user groups: those it
    asks us for while somebody types."""
    shown: Json = {"type": PICKERS[each.picks], "action_id": "value"}
    if each.picks == "files":
        return shown | {"max_files": MOST_FILES}
    now = [word.rpartition("/")[2].removeprefix("@") for word in each.value.split()][:MOST_CHOSEN]
    match each.picks:
        case "people":
            return shown | ({"initial_users": now} if now else {})
        case "groups":
            chosen = [group_option(id, groups.get(id, id)) for id in now]
            return shown | {"min_query_length": 0} | ({"initial_options": chosen} if chosen else {})
        case "channel":
            return shown | CHANNELS | ({"initial_conversation": now[0]} if now else {})
    return shown | CHANNELS | ({"initial_conversations": now} if now else {})
