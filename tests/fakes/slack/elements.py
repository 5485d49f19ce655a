"""Slack's limits on interactive elements and composition objects, as a table, and the checks that read it.

Lengths and counts are those of Slack's Block Kit reference. A check adds "what is wrong [json-pointer:where]".
"""

from collections.abc import Iterable
from typing import Any

from .model import Json

SELECTS = frozenset(
    f"{many}{kind}_select"
    for many in ("", "multi_")
    for kind in ("static", "external", "users", "conversations", "channels")
)
CHOICES = SELECTS | {"overflow", "radio_buttons", "checkboxes", "datepicker", "timepicker", "datetimepicker"}
INPUTS = (CHOICES - {"overflow"}) | {
    *("plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input", "file_input")
}
ACTIONS = CHOICES | {"button", "icon_button", "workflow_button", "feedback_buttons", "rich_text_input"}
ACCESSORIES = CHOICES | {"button", "image", "workflow_button"}

# element: the properties it may have besides type, action_id, confirm, focus_on_load and placeholder
OWN = {
    "button": {"text", "value", "url", "style", "accessibility_label"},
    "image": {"image_url", "slack_file", "alt_text"},
    "static_select": {"options", "option_groups", "initial_option"},
    "external_select": {"initial_option", "min_query_length"},
    "users_select": {"initial_user"},
    "conversations_select": {
        "initial_conversation",
        "default_to_current_conversation",
        "filter",
        "response_url_enabled",
    },
    "channels_select": {"initial_channel", "response_url_enabled"},
    "multi_static_select": {"options", "option_groups", "initial_options", "max_selected_items"},
    "multi_external_select": {"initial_options", "min_query_length", "max_selected_items"},
    "multi_users_select": {"initial_users", "max_selected_items"},
    "multi_conversations_select": {
        *("initial_conversations", "default_to_current_conversation", "filter", "max_selected_items")
    },
    "multi_channels_select": {"initial_channels", "max_selected_items"},
    "overflow": {"options"},
    "radio_buttons": {"options", "initial_option"},
    "checkboxes": {"options", "initial_options"},
    "datepicker": {"initial_date"},
    "timepicker": {"initial_time", "timezone"},
    "datetimepicker": {"initial_date_time"},
    "plain_text_input": {"initial_value", "multiline", "min_length", "max_length", "dispatch_action_config"},
    "email_text_input": {"initial_value", "dispatch_action_config"},
    "url_text_input": {"initial_value", "dispatch_action_config"},
    "number_input": {"is_decimal_allowed", "initial_value", "min_value", "max_value", "dispatch_action_config"},
    "rich_text_input": {"initial_value", "dispatch_action_config"},
    "file_input": {"filetypes", "max_files"},
}
COMMON = {"type", "action_id", "confirm", "focus_on_load", "placeholder"}
MOST_OPTIONS = {"static_select": 100, "multi_static_select": 100, "overflow": 5, "radio_buttons": 10, "checkboxes": 10}
LENGTHS = {"action_id": 255, "value": 2000, "url": 3000, "accessibility_label": 75, "image_url": 3000, "alt_text": 2000}


class Findings:
    """What is wrong with a payload, in Slack's manner of saying so."""

    def __init__(self) -> None:
        self.messages: list[str] = []

    def add(self, what: str, where: str) -> None:
        self.messages.append(f"{what} [json-pointer:{where}]")

    def string(self, value: Any, where: str, most: int, least: int = 0) -> None:
        if not isinstance(value, str):
            self.add("must be a string", where)
        elif len(value) > most:
            self.add(f"must be less than {most + 1} characters", where)
        elif len(value) < least:
            self.add(f"must be more than {least - 1} characters", where)

    def text(self, value: Any, where: str, most: int, *, plain: bool = False) -> None:
        """A text object: `plain_text` or `mrkdwn`."""
        kinds = ("plain_text",) if plain else ("plain_text", "mrkdwn")
        if not isinstance(value, dict) or value.get("type") not in kinds:
            self.add(f"must be a text object of type {' or '.join(kinds)}", where)
            return
        own = {"emoji"} if value["type"] == "plain_text" else {"verbatim"}
        self.known(value, {"type", "text"} | own, where)
        self.string(value.get("text"), f"{where}/text", most, 1)

    def known(self, value: Json, names: Iterable[str], where: str) -> None:
        for extra in value.keys() - set(names):
            self.add(f"invalid additional property: {extra}", where)

    def items(self, value: Any, where: str, most: int) -> list[Any]:
        """The list, if it is one with 1 to `most` items; else a finding."""
        if not isinstance(value, list) or not value:
            self.add("must be a non-empty list", where)
            return []
        if len(value) > most:
            self.add(f"no more than {most} items allowed", where)
        return value


def check_element(found: Findings, element: Any, allowed: Iterable[str], where: str) -> None:
    kind = element.get("type") if isinstance(element, dict) else None
    if not isinstance(kind, str) or kind not in allowed:
        found.add(f"unsupported type: {kind}", f"{where}/type")
        return
    if kind not in OWN:
        return
    found.known(element, COMMON | OWN[kind] if kind != "image" else {"type"} | OWN[kind], where)
    for name, most in LENGTHS.items():
        if name in element:
            found.string(element[name], f"{where}/{name}", most, 1 if name == "action_id" else 0)
    if "placeholder" in element:
        found.text(element["placeholder"], f"{where}/placeholder", 150, plain=True)
    if "confirm" in element:
        _check_confirm(found, element["confirm"], f"{where}/confirm")
    _check_own(found, element, kind, where)


def _check_own(found: Findings, element: Json, kind: str, where: str) -> None:
    if kind == "button":
        found.text(element.get("text"), f"{where}/text", 75, plain=True)
        if element.get("style", "primary") not in ("primary", "danger"):
            found.add("must be primary or danger", f"{where}/style")
    elif kind == "image":
        check_image(found, element, where)
    elif kind == "plain_text_input":
        _check_text_input(found, element, where)
    elif kind == "number_input" and not isinstance(element.get("is_decimal_allowed"), bool):
        found.add("missing required field: is_decimal_allowed", where)
    if kind in MOST_OPTIONS:
        _check_options(found, element, MOST_OPTIONS[kind], where)


def check_image(found: Findings, element: Json, where: str) -> None:
    if "alt_text" not in element:
        found.add("missing required field: alt_text", where)
    if ("image_url" in element) == ("slack_file" in element):
        found.add("must have one of image_url and slack_file", where)


def _check_text_input(found: Findings, element: Json, where: str) -> None:
    most = element.get("max_length", 3000)
    least = element.get("min_length", 0)
    if not isinstance(most, int) or not 1 <= most <= 3000:
        found.add("must be between 1 and 3000", f"{where}/max_length")
    elif not isinstance(least, int) or not 0 <= least <= most:
        found.add("must be between 0 and max_length", f"{where}/min_length")
    elif "initial_value" in element:
        found.string(element["initial_value"], f"{where}/initial_value", most)


def _check_options(found: Findings, element: Json, most: int, where: str) -> None:
    if "option_groups" in element:
        for number, group in enumerate(found.items(element["option_groups"], f"{where}/option_groups", 100)):
            found.text(group.get("label"), f"{where}/option_groups/{number}/label", 75, plain=True)
            _check_options(found, group, 100, f"{where}/option_groups/{number}")
        return
    options = found.items(element.get("options"), f"{where}/options", most)
    for number, option in enumerate(options):
        at = f"{where}/options/{number}"
        found.known(option, {"text", "value", "description", "url"}, at)
        found.text(option.get("text"), f"{at}/text", 75)
        found.string(option.get("value"), f"{at}/value", 150)
        if "description" in option:
            found.text(option["description"], f"{at}/description", 75)
    values = [option.get("value") for option in options]
    for initial in [element.get("initial_option"), *element.get("initial_options", ())]:
        if initial and initial.get("value") not in values:
            found.add("must be one of the options", f"{where}/initial_option")


def _check_confirm(found: Findings, confirm: Any, where: str) -> None:
    if not isinstance(confirm, dict):
        found.add("must be an object", where)
        return
    found.known(confirm, {"title", "text", "confirm", "deny", "style"}, where)
    for name, most in (("title", 100), ("confirm", 30), ("deny", 30)):
        found.text(confirm.get(name), f"{where}/{name}", most, plain=True)
    found.text(confirm.get("text"), f"{where}/text", 300)
