"""A person's Discord locale, which interactions tell, is the language they are spoken to; a channel has the desk's."""

import re
from typing import Any

from adapters.discord.commands import declared
from bot.language import Phrase
from bot.routes import all_routes
from tests.discord.shop import Shop


def german(shop: Shop) -> Shop:
    shop.fake.ann.locale = "de"
    return shop


async def test_a_german_customer_is_answered_in_german(shop: Shop):
    fake, ann = german(shop).fake, shop.fake.ann
    assert await shop.does(fake.command(ann, fake.help, "ticket open")) == "Ticket eröffnen"


async def test_what_an_interaction_told_is_known_in_private_messages(shop: Shop):
    fake, ann = german(shop).fake, shop.fake.ann
    await shop.does(fake.command(ann, fake.help, "mydata view"))
    await fake.dm(ann, "Mein Drucker brennt")
    await shop.settled()
    texts = shop.texts(ann)
    assert any("Ihr Ticket" in text for text in texts), texts
    assert "open, unclaimed" in str(shop.card().embeds)


async def test_a_german_desk_shows_german_cards(shop: Shop):
    await shop.set_up(language="de")
    await shop.asks(shop.fake.ben)
    assert [button["label"] for row in shop.card().components for button in row["components"]] == [
        "Übernehmen", "Antworten", "Schließen",
    ]  # fmt: skip


def texts(item: Any) -> list[tuple[str, dict[str, str]]]:
    """Everything that is described, with its localisations."""
    found = [(item["description"], item.get("description_localizations", {}))] if "description" in item else []
    return found + [text for option in item.get("options", ()) for text in texts(option)]


def verbs(commands: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [item for command in commands for item in command.get("options", ()) if item["type"] == 1]


def test_verbs_and_options_have_german_names_that_discord_takes():
    """https://docs.discord.com/developers/interactions/application-commands#application-command-object-application-command-naming"""
    groups = [command for command in declared(all_routes()) if command["type"] == 1]
    assert all("name_localizations" not in group for group in groups)
    for group in groups:
        for names in [german_names(group), *map(german_names, verbs([group]))]:
            assert all(re.fullmatch(r"[-_'\w]{1,32}", name) and name == name.lower() for name in names), names
            assert len(set(names)) == len(names)
    named = {verb["name"]: verb for verb in verbs(groups)}
    assert named["claim"]["name_localizations"] == {"de": "übernehmen"}
    assert [o.get("name_localizations") for o in named["rename"]["options"]] == [None, {"de": "betreff"}]


def german_names(item: dict[str, Any]) -> list[str]:
    return [option.get("name_localizations", {}).get("de", option["name"]) for option in item.get("options", ())]


async def test_what_we_say_names_commands_as_they_stand_in_the_readers_menu(shop: Shop):
    fake, ann = german(shop).fake, shop.fake.ann
    said = await shop.does(fake.command(ann, fake.help, "mydata cancel"))
    assert "/mydata stand" in said


def test_commands_are_described_in_german():
    commands = declared(all_routes())
    described = [text for command in commands for text in texts(command)]
    assert len(described) > 60
    assert [text for text, others in described if "de" not in others] == []
    assert all(0 < len(words) <= 100 for _, others in described for words in others.values())
    cut = [words for _, others in described for words in others.values() if len(words) == 100]
    assert cut == []
    menus = [command for command in commands if command["type"] != 1]
    assert [(menu["name"], menu["name_localizations"]) for menu in menus] == [
        ("Open a ticket", {"de": "Ticket eröffnen"})
    ] * 2
    assert not any(isinstance(menu["name"], Phrase) for menu in menus)


def test_what_can_be_chosen_is_read_in_german_and_sent_in_english():
    (ticket,) = (command for command in declared(all_routes()) if command["name"] == "ticket")
    (priority,) = (verb for verb in ticket["options"] if verb["name"] == "priority")
    choices = next(option["choices"] for option in priority["options"] if option["name"] == "priority")
    assert [(c["value"], c.get("name_localizations", {}).get("de")) for c in choices] == [
        ("low", "niedrig"), ("normal", None), ("high", "hoch"), ("urgent", "dringend"),
    ]  # fmt: skip
