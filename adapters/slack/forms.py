"""Forms and answers as modals. Pure.

Slack's limits: 24 characters in a title, 3,000 in an input, 3,000 of private metadata, 100 blocks.
"""

import json
from dataclasses import dataclass
from typing import Any

from adapters.slack import words
from adapters.slack.render import Json, parts, plain_text
from adapters.slack.text import one_line, shortened
from bot.message import Form, Input, Message

TITLE = 24
LABEL = 150
OPTION = 75  # characters of a choice
CHOICES = "static_select"
BLOCKS = 100
LONGEST = 3000
PLATFORM = "slack"
PICKERS = {"channel": "conversations_select", "channels": "multi_conversations_select", "people": "multi_users_select"}


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
        except (ValueError, TypeError):
            return cls()


def form_view(form: Form, origin: Origin) -> Json:
    return {
        "type": "modal",
        "callback_id": form.action,
        "private_metadata": Origin(origin.conversation, origin.thread, origin.direct, form.arg).packed(),
        "title": plain_text(shortened(form.title, TITLE)),
        "submit": plain_text(words.SEND),
        "close": plain_text(words.CLOSE),
        "blocks": [_input(each) for each in form.inputs],
    }


def answer_view(message: Message, origin: Origin) -> Json:
    """An answer to read, with its buttons."""
    blocks = [block for part in parts(message, speaker=True) for block in part.blocks]
    return {
        "type": "modal",
        "callback_id": "answer",
        "private_metadata": origin.packed(),
        "title": plain_text(words.TITLE),
        "close": plain_text(words.CLOSE),
        "blocks": blocks[:BLOCKS],
    }


def values(view: Json, team: str) -> dict[str, str]:
    """What was filled in, by the name of the input; what was picked, as a desk's file names it."""
    state: dict[str, Any] = view.get("state", {}).get("values", {})
    return {name: _value(block.get("value", {}), team) for name, block in state.items()}


def _value(element: Json, team: str) -> str:
    if element.get("type") == CHOICES:
        return str((element.get("selected_option") or {}).get("value") or "")
    if element.get("type") not in PICKERS.values():
        return str(element.get("value") or "")
    one = element.get("selected_conversation")
    picked = [one] if one else element.get("selected_conversations") or element.get("selected_users") or []
    return " ".join(f"{PLATFORM}:{team}/{id}" for id in picked)


def _input(each: Input) -> Json:
    return {
        "type": "input",
        "block_id": each.name,
        "optional": not each.required,
        "label": plain_text(shortened(one_line(each.label), LABEL)),
        "element": _picker(each) if each.picks in PICKERS else _choice(each) if each.choices else _typed(each),
    }


def _typed(each: Input) -> Json:
    length = min(each.max_length, LONGEST)
    return {"type": "plain_text_input", "action_id": "value", "multiline": each.long, "max_length": length}


def _choice(each: Input) -> Json:
    options = [{"text": plain_text(shortened(choice, OPTION)), "value": choice} for choice in each.choices]
    return {"type": CHOICES, "action_id": "value", "options": options}


def _picker(each: Input) -> Json:
    """Slack fills these lists itself, however many channels and people there are."""
    shown: Json = {"type": PICKERS[each.picks], "action_id": "value"}
    channels = {"filter": {"include": ["public", "private"], "exclude_bot_users": True}}
    return shown if each.picks == "people" else shown | channels
