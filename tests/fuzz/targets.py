"""What is fuzzed, by name: functions of any bytes. They raise only if something is wrong."""

from collections.abc import Callable, Mapping

from tests.fuzz import core, discord, slack

TARGETS: Mapping[str, Callable[[bytes], None]] = {
    "slack-payloads": slack.payloads,
    "slack-modals": slack.modals,
    "slack-words": slack.words,
    "slack-messages": slack.messages,
    "slack-commands": slack.commands,
    "discord-payloads": discord.payloads,
    "discord-ids": discord.ids,
    "discord-words": discord.words,
    "discord-messages": discord.messages,
    "lines": core.lines,
    "desk-files": core.desk_files,
    "pages": core.pages,
    "cleaning": core.cleaning,
}
