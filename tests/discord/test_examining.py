"""What the doctor says of Discord."""

from typing import Literal

import pytest

from adapters.discord import examining
from adapters.discord.examining import Seen, _connections, examine
from bot.desks.sheet import Sheet
from bot.doctor.discord import channels, roles
from bot.inbound import Place
from bot.routes import all_routes
from tests.discord.shop import World
from tests.fakes.discord import Intent, Perm

NEEDED = (
    Perm.VIEW_CHANNEL
    | Perm.SEND_MESSAGES
    | Perm.SEND_MESSAGES_IN_THREADS
    | Perm.CREATE_PUBLIC_THREADS
    | Perm.CREATE_PRIVATE_THREADS
    | Perm.MANAGE_THREADS
    | Perm.EMBED_LINKS
    | Perm.ATTACH_FILES
    | Perm.READ_MESSAGE_HISTORY
    | Perm.ADD_REACTIONS
)


async def asked(fake: World, *roles: str, token: str = "", members: bool = False) -> list[Seen]:
    server = str(fake.shop.id)
    channels = {
        Place("discord", server, str(fake.help.id)): False,
        Place("discord", server, str(fake.desk_channel.id)): True,
    }
    seen = examine(
        token or fake.token,
        fake.api_url,
        all_routes(),
        channels,
        [(server, role) for role in roles],
        message_content=True,
        members=members,
    )
    return [each async for each in seen]


async def test_a_healthy_server_has_nothing_wrong_and_the_invite_link_asks_for_exactly_what_is_needed(fake: World):
    seen = await asked(fake, str(fake.agents.id))
    assert [each.what for each in seen if each.wrong] == []
    assert "in #help the bot may do all it needs" in [each.what for each in seen]
    assert f"client_id={fake.world.application_id}" in seen[0].what
    assert f"permissions={int(NEEDED)}" in seen[0].what
    told = "the bot is in 1 server, for which Discord recommends 1 connection; DISCORD_SHARDS is 1"
    assert told in [each.what for each in seen]


@pytest.mark.parametrize(
    ("servers", "recommended", "shards", "todo", "wrong"),
    [
        (2400, 1, 1, False, False),
        (2400, 3, 1, True, False),
        (2501, 3, 1, True, True),
        (2501, 3, 4, False, False),
        (9000, 10, "auto", False, False),
    ],
)
def test_where_more_connections_are_needed_it_is_said(
    servers: int, recommended: int, shards: int | Literal["auto"], todo: bool, wrong: bool
):
    seen = _connections(servers, recommended, shards)
    assert (bool(seen.todo), seen.wrong) == (todo, wrong)
    assert f"{servers} servers" in seen.what


async def test_what_is_missing_is_said_by_name(fake: World):
    fake.allow(fake.help, fake.bot, allow=Perm.VIEW_CHANNEL, deny=Perm.CREATE_PRIVATE_THREADS | Perm.ADD_REACTIONS)
    fake.disallow_intents(Intent.MESSAGE_CONTENT)
    fake.shop.thread_cap = 1000
    wrong = [each.what for each in await asked(fake, "123") if each.wrong]
    assert wrong == [
        "the bot may not read messages",
        "in #help the bot lacks: Create Private Threads, Add Reactions",
        "a desk names the role 123, which is gone",
    ]


async def test_everybody_as_an_agent_is_told_and_the_order_of_roles_does_not_matter(fake: World):
    assert await wrong(fake, str(fake.shop.id)) == ["a desk names the role @everyone, so everybody is an agent there"]
    said = [each.what for each in await asked(fake, str(fake.agents.id))]
    assert "the desks' roles are there; their order does not matter, for the bot gives and takes none" in said


async def test_the_members_intent_is_looked_at_where_it_is_used(fake: World):
    assert "who leaves a server is not heard" in [each.what for each in await asked(fake)]
    fake.disallow_intents(Intent.GUILD_MEMBERS)
    assert await wrong(fake) == []
    assert await wrong(fake, members=True) == ["the bot may not see who comes and goes"]


async def test_little_room_for_threads_is_told_before_there_is_none(fake: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(examining, "MOST_THREADS", 10)
    for number in range(9):
        await fake.start_thread(fake.ann, fake.help, f"talk {number}")
    assert "the server has 9 of 10 active threads" in [each.what for each in await asked(fake)]


async def wrong(fake: World, *roles: str, members: bool = False) -> list[str]:
    return [each.what for each in await asked(fake, *roles, members=members) if each.wrong]


async def test_a_wrong_token_and_a_server_without_the_bot_are_told(fake: World):
    assert [each.what for each in await asked(fake, token="nonsense")] == ["Discord does not accept DISCORD_TOKEN"]
    fake.kick_bot(fake.shop)
    assert f"the bot is not in the server {fake.shop.id}" in [each.what for each in await asked(fake) if each.wrong]


def test_the_channels_and_roles_of_the_desks_are_looked_at():
    sheet = Sheet(
        name="support",
        intake=("discord:1/2", "slack:T1/C1"),
        agents_channel="discord:1/3",
        agents=("discord:1/&4", "discord:5", "slack:T1/@S1"),
    )
    assert channels([sheet]) == {Place("discord", "1", "2"): False, Place("discord", "1", "3"): True}
    assert roles([sheet]) == [("1", "4")]
