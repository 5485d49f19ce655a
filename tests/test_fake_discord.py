"""The fake Discord, proven with the real discord.py: it does what Discord does and refuses what Discord refuses."""

import asyncio
import base64
import io
import json
import sys
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import discord
import pytest
from discord import app_commands

from tests.fakes.discord import FakeDiscord, Intent, Kind, NotPossible, Perm, Refusal, Type, Upload, schema
from tests.fakes.discord.sdk import pointed_at

INTENTS = discord.Intents(
    guilds=True,
    members=True,
    guild_messages=True,
    dm_messages=True,
    message_content=True,
    guild_reactions=True,
    dm_typing=True,
    guild_typing=True,
)


class Shop(FakeDiscord):
    """A server with a channel, a customer and an agent."""

    def __init__(self) -> None:
        super().__init__()
        self.shop = self.add_guild("Shop")
        self.support = self.add_channel(self.shop, "support")
        self.agents = self.add_role(self.shop, "agents", Perm.MANAGE_THREADS)
        self.ann = self.add_user("ann", self.shop, locale="de")
        self.bob = self.add_user("bob", self.shop, [self.agents])


class Bot(discord.Client):
    """Remembers what it was told, and answers `!echo`."""

    def __init__(self, intents: discord.Intents = INTENTS) -> None:
        super().__init__(intents=intents, guild_ready_timeout=0.05, chunk_guilds_at_startup=False)
        self.tree = app_commands.CommandTree(self)
        self.heard: list[discord.Message] = []
        self.events: list[tuple[str, Any]] = []
        self.news = asyncio.Event()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """discord.py sleeps five seconds here before it identifies again."""

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        super().dispatch(event, *args, **kwargs)
        self.events.append((event, args[0] if args else None))
        self.news.set()

    async def on_message(self, message: discord.Message) -> None:
        if message.author != self.user and message.type is discord.MessageType.default:
            self.heard.append(message)
            self.news.set()
        if message.content.startswith("!echo ") and not message.author.bot:
            await message.channel.send(message.content.removeprefix("!echo "))

    async def until(self, happened: Callable[[], object], within: float = 5.0) -> None:
        async with asyncio.timeout(within):
            while not happened():
                self.news.clear()
                try:
                    await asyncio.wait_for(self.news.wait(), 0.05)
                except TimeoutError:
                    continue

    def saw(self, event: str) -> list[Any]:
        return [what for name, what in self.events if name == event]


@asynccontextmanager
async def online(fake: FakeDiscord, bot: Bot) -> AsyncIterator[Bot]:
    with pointed_at(fake.api_url, fake.gateway_url):
        async with bot:
            task = asyncio.create_task(bot.start(fake.token))
            ready = asyncio.create_task(bot.wait_until_ready())
            await asyncio.wait([task, ready], return_when=asyncio.FIRST_COMPLETED, timeout=5)
            if task.done():
                ready.cancel()
                task.result()
            try:
                yield bot
            finally:
                await bot.close()
                await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
async def fake() -> AsyncIterator[Shop]:
    async with Shop() as it:
        yield it


@pytest.fixture
async def bot(fake: Shop) -> AsyncIterator[Bot]:
    async with online(fake, Bot()) as it:
        yield it


def texts(messages: list[Any]) -> list[str]:
    return [m.content for m in messages]


def channel(bot: Bot, place: Any) -> discord.TextChannel:
    found = bot.get_channel(place.id)
    assert isinstance(found, discord.TextChannel)
    return found


# --- talking ---


async def test_the_bot_answers_in_a_channel_and_in_a_direct_message(fake: Shop, bot: Bot) -> None:
    await fake.say(fake.ann, fake.support, "!echo hello")
    await fake.dm(fake.ann, "!echo in private")
    await bot.until(lambda: len(fake.seen_by(fake.ann)) == 4)

    assert texts(fake.messages(fake.support)) == ["!echo hello", "hello"]
    assert texts(fake.seen_by(fake.ann, fake.ann)) == ["!echo in private", "in private"]
    assert texts(fake.seen_by(fake.bob)) == ["!echo hello", "hello"]


async def test_edits_deletions_reactions_and_typing_reach_the_bot(fake: Shop, bot: Bot) -> None:
    said = await fake.say(fake.ann, fake.support, "it burns")
    await fake.edit(fake.ann, said, "it burns!")
    await fake.react(fake.bob, said, "🔥")
    await fake.type(fake.ann, fake.support)
    await fake.delete(fake.ann, said)
    await bot.until(lambda: bot.saw("raw_message_delete"))

    assert bot.saw("raw_message_edit")[0].data["content"] == "it burns!"
    assert bot.saw("raw_reaction_add")[0].emoji.name == "🔥"
    assert bot.saw("raw_typing")[0].user_id == fake.ann.id
    with pytest.raises(discord.NotFound) as error:
        await channel(bot, fake.support).fetch_message(said.id)
    assert error.value.code == 10008


async def test_replies_forwards_and_stickers_arrive_as_discord_sends_them(fake: Shop, bot: Bot) -> None:
    fake.add_sticker(fake.shop, "wave")
    first = await fake.say(fake.ann, fake.support, "first")
    await fake.say(fake.bob, fake.support, "answer", reply_to=first)
    await fake.forward(fake.ann, first, fake.ann)
    await fake.say(fake.ann, fake.support, stickers=["wave"])
    await bot.until(lambda: len(bot.saw("message")) == 4)
    _, reply, forward, sticker = bot.saw("message")

    assert reply.type is discord.MessageType.reply
    assert reply.reference.resolved.content == "first"
    assert forward.message_snapshots[0].content == "first"
    assert sticker.stickers[0].name == "wave"


async def test_history_pages_back_and_forth(fake: Shop, bot: Bot) -> None:
    for i in range(130):
        await fake.say(fake.ann, fake.support, str(i))
    place = channel(bot, fake.support)

    assert texts([m async for m in place.history(limit=None, oldest_first=True)]) == [str(i) for i in range(130)]
    middle = fake.messages(fake.support)[99]
    after = [m async for m in place.history(after=discord.Object(middle.id), limit=3, oldest_first=True)]
    assert texts(after) == ["100", "101", "102"]


async def test_a_file_is_served_until_its_link_expires(fake: Shop, bot: Bot) -> None:
    said = await fake.say(fake.ann, fake.support, "see", files=[("trace.txt", b"boom")])
    await bot.until(lambda: bot.heard)
    attachment = bot.heard[0].attachments[0]

    assert await attachment.read() == b"boom"
    fake.advance(25 * 3600)
    with pytest.raises(discord.NotFound):
        await attachment.read()
    fresh = await channel(bot, fake.support).fetch_message(said.id)
    assert await fresh.attachments[0].read() == b"boom"


async def test_the_bot_uploads_and_what_is_too_large_is_refused(fake: Shop, bot: Bot) -> None:
    place = channel(bot, fake.support)
    sent = await place.send(
        "log", files=[discord.File(io.BytesIO(b"a"), "a.txt"), discord.File(io.BytesIO(b"b"), "b.txt")]
    )

    assert [await a.read() for a in sent.attachments] == [b"a", b"b"]
    fake.world.attachment_size_limit = 10
    with pytest.raises(discord.HTTPException) as error:
        await place.send(file=discord.File(io.BytesIO(b"x" * 11), "c.txt"))
    assert (error.value.status, error.value.code) == (413, 40005)


async def test_only_those_are_pinged_whom_the_bot_allows(fake: Shop, bot: Bot) -> None:
    text = f"@everyone <@{fake.ann.id}> <@&{fake.agents.id}> `<@{fake.bob.id}>`"
    await channel(bot, fake.support).send(text, allowed_mentions=discord.AllowedMentions.none())
    assert fake.pings == []

    await channel(bot, fake.support).send(text)
    assert [(p.user.name, p.why) for p in fake.pings] == [("ann", "user")]

    fake.set_bot_permissions(fake.shop, Perm.ADMINISTRATOR)
    await channel(bot, fake.support).send(text)
    assert {(p.user.name, p.why) for p in fake.pings[1:]} >= {
        ("bob", "role"),
        ("ann", "user"),
        ("owner-of-shop", "everyone"),
    }


# --- refusals ---


def row(*items: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(items)}


def button(custom_id: str) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "a", "custom_id": custom_id}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"content": "x" * 2001}, 50035),
        ({"content": " "}, 50006),
        ({"embeds": [{"title": "x" * 257}]}, 50035),
        ({"embeds": [{"description": "x" * 4000}, {"description": "x" * 2001}]}, 50035),
        ({"embeds": [{"title": "t", "fields": [{"name": "n", "value": ""}]}]}, 50035),
        ({"content": "x", "nonce": "x" * 26}, 50035),
        ({"content": "x", "components": [row(button("x" * 101))]}, 50035),
        ({"content": "x", "components": [row(button("x"), button("x"))]}, 50035),
        ({"content": "x", "components": [row(button(str(i))) for i in range(6)]}, 50035),
        ({"content": "x", "components": [row(*(button(str(i)) for i in range(6)))]}, 50035),
        ({"content": "x", "components": [row({"type": 3, "custom_id": "x", "options": []})]}, 50035),
        ({"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}}, 50035),
        ({"content": "x", "message_reference": {"message_id": "1"}}, 50035),
        ({"content": "x", "sticker_ids": ["1"]}, 50081),
    ],
)
async def test_a_message_discord_would_refuse_is_refused(fake: Shop, body: dict[str, Any], code: int) -> None:
    assert await request(fake, "POST", f"/channels/{fake.support.id}/messages", body) == (400, code)
    assert fake.messages(fake.support) == []


async def request(fake: Shop, method: str, path: str, body: Any = None) -> tuple[int, int]:
    """(status, Discord's code)"""
    headers = {"Authorization": f"Bot {fake.token}"}
    async with (
        aiohttp.ClientSession() as http,
        http.request(method, fake.api_url + path, json=body, headers=headers) as response,
    ):
        data = await response.json() if response.status != 204 else {}
        return response.status, data.get("code", 0) if isinstance(data, dict) else 0


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/channels/1", (404, 10003)),
        ("/guilds/1", (404, 10004)),
        ("/users/1", (404, 10013)),
        ("/nowhere", (404, 0)),
    ],
)
async def test_what_is_not_there_is_not_found(fake: Shop, path: str, answer: tuple[int, int]) -> None:
    assert await request(fake, "GET", path) == answer


async def test_permissions_follow_roles_and_overwrites(fake: Shop, bot: Bot) -> None:
    place = channel(bot, fake.support)
    fake.allow(fake.support, fake.bot, deny=Perm.SEND_MESSAGES)
    with pytest.raises(discord.Forbidden) as error:
        await place.send("may I?")
    assert error.value.code == 50013

    fake.allow(fake.support, fake.shop, deny=Perm.VIEW_CHANNEL)
    fake.allow(fake.support, fake.bot, deny=Perm.VIEW_CHANNEL)
    with pytest.raises(discord.Forbidden) as error:
        await place.send("may I?")
    assert error.value.code == 50001
    with pytest.raises(Refusal, match="50001"):
        await fake.say(fake.ann, fake.support, "locked out")

    fake.allow(fake.support, fake.agents, allow=Perm.VIEW_CHANNEL)
    await fake.say(fake.bob, fake.support, "agents may")
    fake.allow(fake.support, fake.bot, allow=Perm.VIEW_CHANNEL)
    assert (await place.send("now I may")).content == "now I may"


async def test_closed_direct_messages_and_strangers_refuse(fake: Shop, bot: Bot) -> None:
    ann = await bot.fetch_user(fake.ann.id)
    await ann.send("open")
    fake.close_dms(fake.ann)
    with pytest.raises(discord.Forbidden) as error:
        await ann.send("closed")
    assert error.value.code == 50007

    fake.open_dms(fake.ann)
    await fake.leave(fake.ann, fake.shop)
    with pytest.raises(discord.Forbidden) as error:
        await ann.send("gone")
    assert error.value.code == 50278
    assert texts(fake.seen_by(fake.ann)) == ["open"]
    with pytest.raises(Refusal, match="50278"):
        await fake.dm(fake.ann, "can you hear me?")


async def test_without_the_content_intent_words_are_hidden(fake: Shop) -> None:
    fake.disallow_intents(Intent.MESSAGE_CONTENT)
    intents = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
    async with online(fake, Bot(intents)) as bot:
        hidden = await fake.say(fake.ann, fake.support, "secret", files=[("a.txt", b"a")])
        await fake.say(fake.ann, fake.support, f"<@{fake.bot.id}> claim")
        await fake.dm(fake.ann, "direct")
        await bot.until(lambda: len(bot.heard) == 3)

        assert texts(bot.heard) == ["", f"<@{fake.bot.id}> claim", "direct"]
        assert bot.heard[0].attachments == []
        assert (await channel(bot, fake.support).fetch_message(hidden.id)).content == ""


async def test_an_intent_that_is_not_allowed_closes_4014(fake: Shop) -> None:
    fake.disallow_intents(Intent.GUILD_MEMBERS)
    with pytest.raises(discord.PrivilegedIntentsRequired):
        async with online(fake, Bot()):
            pass


async def test_a_wrong_token_is_refused(fake: Shop) -> None:
    fake.token = "wrong"
    with pytest.raises(discord.LoginFailure):
        async with online(fake, Bot()):
            pass
    assert fake.limits.invalid_requests == 1


# --- threads ---


def archived(fake: Shop, thread: discord.Thread) -> bool:
    state = fake.world.channels[thread.id].thread
    return bool(state and state.archived)


async def test_a_private_thread_lives_and_dies(fake: Shop, bot: Bot) -> None:
    thread = await channel(bot, fake.support).create_thread(name="#1", auto_archive_duration=60)
    assert not fake.can_see(fake.ann, fake.world.channels[thread.id])
    await thread.add_user(discord.Object(fake.ann.id))
    assert fake.can_see(fake.ann, thread.id)
    assert [(p.user.name, p.why) for p in fake.pings] == [("ann", "thread")]

    fake.advance(3601)
    assert archived(fake, thread)
    await fake.say(fake.ann, thread.id, "still there?")
    assert not archived(fake, thread)

    await thread.edit(archived=True, locked=True)
    with pytest.raises(Refusal, match="50083"):
        await fake.say(fake.ann, thread.id, "hello?")
    with pytest.raises(discord.HTTPException) as error:
        await thread.add_user(discord.Object(fake.bob.id))
    assert error.value.code == 50083
    await thread.edit(archived=False, locked=False)
    await fake.say(fake.ann, thread.id, "back")

    await thread.delete()
    await bot.until(lambda: bot.saw("raw_thread_delete"))
    with pytest.raises(discord.NotFound) as gone:
        await bot.fetch_channel(thread.id)
    assert gone.value.code == 10003


async def test_a_thread_on_a_message_shares_its_id_and_is_the_only_one(fake: Shop, bot: Bot) -> None:
    said = await fake.say(fake.ann, fake.support, "help")
    message = await channel(bot, fake.support).fetch_message(said.id)
    thread = await message.create_thread(name="#2")

    assert thread.id == said.id
    assert [m.type for m in fake.messages(thread.id)] == [Type.THREAD_STARTER_MESSAGE]
    again = await channel(bot, fake.support).fetch_message(said.id)
    assert again.thread == thread
    with pytest.raises(discord.HTTPException) as error:
        await message.create_thread(name="#2 again")
    assert error.value.code == 160004


async def test_the_thread_cap_is_reached(fake: Shop, bot: Bot) -> None:
    fake.shop.thread_cap = 1
    await channel(bot, fake.support).create_thread(name="#1")
    with pytest.raises(discord.HTTPException) as error:
        await channel(bot, fake.support).create_thread(name="#2")
    assert error.value.code == 160006


async def test_a_forum_post_is_a_thread_with_a_first_message(fake: Shop) -> None:
    forum = fake.add_forum(fake.shop, "desk", tags=["open"])
    async with online(fake, Bot()) as bot:
        place = bot.get_channel(forum.id)
        assert isinstance(place, discord.ForumChannel)
        post = await place.create_thread(name="#3", content="card", applied_tags=[place.available_tags[0]])

        assert post.message.id == post.thread.id
        assert texts(fake.messages(post.thread.id)) == ["card"]
        assert [t.id for t in await fake_active(bot, fake)] == [post.thread.id]


async def fake_active(bot: Bot, fake: Shop) -> list[discord.Thread]:
    guild = bot.get_guild(fake.shop.id)
    assert guild
    return list(await guild.active_threads())


async def test_archived_threads_are_listed(fake: Shop, bot: Bot) -> None:
    place = channel(bot, fake.support)
    private = await place.create_thread(name="private")
    public = await place.create_thread(name="public", type=discord.ChannelType.public_thread)
    for thread in (private, public):
        await thread.edit(archived=True)

    assert [t.name async for t in place.archived_threads()] == ["public"]
    assert [t.name async for t in place.archived_threads(private=True)] == ["private"]
    assert [t.name async for t in place.archived_threads(private=True, joined=True)] == ["private"]
    assert await fake_active(bot, fake) == []


async def test_a_lost_answer_makes_one_message_but_two_threads(fake: Shop, bot: Bot) -> None:
    fake.faults.fail("POST */messages", 502, after=True)
    fake.faults.fail("POST */threads", 502, after=True)
    place = channel(bot, fake.support)
    await asyncio.gather(place.send("once"), place.create_thread(name="twice"))

    assert texts(fake.messages(fake.support)) == ["once"]
    assert [c.name for c in fake.world.children(fake.support)] == ["twice", "twice"]


async def test_a_nonce_is_forgotten_after_a_few_minutes(fake: Shop) -> None:
    path, body = f"/channels/{fake.support.id}/messages", {"content": "x", "nonce": "n1", "enforce_nonce": True}
    for _ in range(2):
        await request(fake, "POST", path, body)
    assert len(fake.messages(fake.support)) == 1
    fake.advance(600)
    await request(fake, "POST", path, body)
    assert len(fake.messages(fake.support)) == 2


# --- interactions ---


class Form(discord.ui.Modal, title="What burns?"):
    def __init__(self) -> None:
        super().__init__(custom_id="form:1")
        self.what: Any = discord.ui.TextInput(custom_id="what", max_length=10)
        self.add_item(discord.ui.Label(text="What", component=self.what))
        options = [discord.SelectOption(label="High", value="h"), discord.SelectOption(label="Low", value="l")]
        self.how: Any = discord.ui.Select(custom_id="how", options=options)
        self.add_item(discord.ui.Label(text="How much", component=self.how))
        self.files: Any = discord.ui.FileUpload(custom_id="files", required=False, max_values=2)
        self.add_item(discord.ui.Label(text="Pictures", component=self.files))

    async def on_submit(self, interaction: discord.Interaction[Any]) -> None:
        content = b"".join([await f.read() for f in self.files.values]).decode()
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.followup.send(f"{self.what.value} {self.how.values} {content}", ephemeral=True)


class Panel(discord.ui.View):
    @discord.ui.button(label="Open", custom_id="open")
    async def open(self, interaction: discord.Interaction[Any], _: Any) -> None:
        await interaction.response.send_modal(Form())

    @discord.ui.button(label="Claim", custom_id="claim")
    async def claim(self, interaction: discord.Interaction[Any], _: Any) -> None:
        await interaction.response.edit_message(content=f"claimed by {interaction.user.display_name}")

    @discord.ui.select(cls=discord.ui.UserSelect, custom_id="who")
    async def who(self, interaction: discord.Interaction[Any], menu: Any) -> None:
        await interaction.response.send_message(f"chose {menu.values[0].name}")


@pytest.fixture
async def desk(fake: Shop) -> AsyncIterator[Bot]:
    """A bot with commands, synced."""
    bot = Bot()

    @bot.tree.command(description="Open a ticket")
    @app_commands.describe(subject="What it is about", count="How many")
    async def ticket(
        interaction: discord.Interaction[Any], subject: str, count: int = 1, who: discord.Member | None = None
    ) -> None:
        await interaction.response.send_message(f"{subject} {count} {who and who.name}", view=Panel())

    @ticket.autocomplete("subject")
    async def subjects(interaction: discord.Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=w, value=w) for w in ("fire", "flood") if w.startswith(current)]

    group = app_commands.Group(
        name="desk", description="The desk", default_permissions=discord.Permissions(manage_guild=True)
    )

    @group.command(description="Set up")
    async def setup(interaction: discord.Interaction[Any]) -> None:
        await interaction.response.defer(ephemeral=True)
        await interaction.followup.send("done")

    @bot.tree.context_menu(name="Open a ticket")
    async def on_message(interaction: discord.Interaction[Any], message: discord.Message) -> None:
        await interaction.response.send_message(f"about: {message.content}", ephemeral=True)

    @bot.tree.command(description="Too slow")
    async def slow(interaction: discord.Interaction[Any]) -> None:
        bot.events.append(("slow", interaction))

    bot.tree.add_command(group)
    async with online(fake, bot):
        await bot.tree.sync()
        yield bot


async def test_commands_are_synced_and_carry_typed_options(fake: Shop, desk: Bot) -> None:
    opened = await fake.command(fake.ann, fake.support, "ticket", {"subject": "fire", "count": 2, "who": fake.bob})
    await opened.finished()

    assert texts(opened.messages) == ["fire 2 bob"]
    assert opened.messages[0].type == Type.CHAT_INPUT_COMMAND
    assert {c.name for c in await desk.tree.fetch_commands()} == {"ticket", "desk", "Open a ticket", "slow"}
    with pytest.raises(NotPossible, match="missing options"):
        await fake.command(fake.ann, fake.support, "ticket")
    with pytest.raises(NotPossible, match="wrong type"):
        await fake.command(fake.ann, fake.support, "ticket", {"subject": "x", "count": "two"})
    with pytest.raises(NotPossible, match="permission"):
        await fake.command(fake.ann, fake.support, "desk setup")


async def test_autocomplete_offers_choices(fake: Shop, desk: Bot) -> None:
    choices = await fake.autocomplete(fake.ann, fake.support, "ticket", "subject", "fi")
    assert [c["value"] for c in choices] == ["fire"]


async def test_a_deferred_answer_stays_private(fake: Shop, desk: Bot) -> None:
    boss = fake.world.users[fake.shop.owner_id]
    done = await (await fake.command(boss, fake.support, "desk setup")).finished()

    assert texts(done.messages) == ["done"]
    assert texts(fake.seen_by(boss)) == ["done"]
    assert fake.seen_by(fake.ann) == fake.messages(fake.support) == []


async def test_a_button_opens_a_form_and_the_form_is_read(fake: Shop, desk: Bot) -> None:
    panel = (await (await fake.command(fake.ann, fake.support, "ticket", {"subject": "x"})).finished()).messages[0]
    pressed = await (await fake.press(fake.bob, panel, "Open")).finished()
    with pytest.raises(NotPossible, match="characters"):
        await fake.submit_modal(fake.bob, pressed, {"what": "far too long a text", "how": "h"})
    values = {"What": "house", "how": ["High"], "files": [Upload("a.png", b"png")]}
    sent = await (await fake.submit_modal(fake.bob, pressed, values)).finished()

    assert texts(sent.messages) == ["house ['h'] png"]
    assert texts(fake.seen_by(fake.bob))[-1] == "house ['h'] png"
    assert "house ['h'] png" not in texts(fake.seen_by(fake.ann))


async def test_buttons_menus_and_context_menus_act(fake: Shop, desk: Bot) -> None:
    panel = (await (await fake.command(fake.ann, fake.support, "ticket", {"subject": "x"})).finished()).messages[0]
    await (await fake.press(fake.bob, panel, "claim")).finished()
    assert panel.content == "claimed by Bob"
    chosen = await (await fake.select(fake.bob, panel, "who", [fake.ann])).finished()
    assert texts(chosen.messages) == ["chose ann"]

    said = await fake.say(fake.ann, fake.support, "smoke")
    menu = await (await fake.context_menu(fake.bob, fake.support, "Open a ticket", said)).finished()
    assert texts(menu.messages) == ["about: smoke"]
    with pytest.raises(NotPossible, match="no 'nothing'"):
        await fake.press(fake.bob, panel, "nothing")


async def test_commands_work_in_direct_messages_even_for_those_who_left(fake: Shop, desk: Bot) -> None:
    await fake.leave(fake.ann, fake.shop)
    opened = await (await fake.command(fake.ann, fake.ann, "ticket", {"subject": "mine"})).finished()
    assert texts(opened.messages) == ["mine 1 None"]


async def test_tokens_die_after_three_seconds_and_fifteen_minutes(fake: Shop, desk: Bot) -> None:
    late = await fake.command(fake.ann, fake.support, "slow")
    await desk.until(lambda: desk.saw("slow"))
    fake.advance(4)
    assert fake.failed(late)
    with pytest.raises(discord.NotFound) as error:
        await desk.saw("slow")[0].response.send_message("sorry")
    assert error.value.code == 10062

    await fake.command(fake.ann, fake.support, "slow")
    await desk.until(lambda: len(desk.saw("slow")) == 2)
    interaction = desk.saw("slow")[1]
    await interaction.response.defer()
    with pytest.raises(discord.HTTPException) as again:
        await desk.http.request(callback_route(interaction), json={"type": 5})
    assert again.value.code == 40060
    fake.advance(901)
    with pytest.raises(discord.HTTPException) as expired:
        await interaction.followup.send("much too late")
    assert (expired.value.status, expired.value.code) == (401, 50027)


def callback_route(interaction: discord.Interaction[Any]) -> discord.http.Route:
    path = f"/interactions/{interaction.id}/{interaction.token}/callback"
    return discord.http.Route("POST", path)


CHOICES = [{"name": "n" * 100, "value": f"{i:0100}"} for i in range(25)]
"""5,000 characters; two options of them are more than a command may hold."""


def option(name: str, **more: Any) -> dict[str, Any]:
    return {"type": 3, "name": name, "description": "x", **more}


@pytest.mark.parametrize(
    "command",
    [
        {"name": "Upper", "description": "x"},
        {"name": "x", "description": ""},
        {"name": "x", "description": "x" * 101},
        {"name": "x", "description": "x", "options": [option(f"o{i}") for i in range(26)]},
        {"name": "x", "description": "x", "options": [option("a"), option("b", required=True)]},
        {"name": "x", "description": "x", "options": [option(f"o{i}", choices=CHOICES) for i in range(2)]},
        {"name": "x" * 33, "type": 3},
    ],
)
async def test_a_command_discord_would_refuse_is_refused(fake: Shop, command: dict[str, Any]) -> None:
    path = f"/applications/{fake.world.application_id}/commands"
    assert await request(fake, "PUT", path, [command]) == (400, 50035)


# --- the gateway ---


async def test_a_resume_replays_a_hundred_events_in_order(fake: Shop, bot: Bot) -> None:
    await fake.say(fake.ann, fake.support, "before")
    await bot.until(lambda: bot.heard)
    fake.gateway.drop()
    await asyncio.gather(*(fake.say(fake.ann, fake.support, str(i)) for i in range(100)))
    await bot.until(lambda: len(bot.heard) == 101)

    assert texts(bot.heard) == ["before", *map(str, range(100))]
    assert (fake.gateway.resumes, fake.gateway.identifies) == (1, 1)
    assert fake.gateway.replayed == 100


async def test_a_forgotten_session_means_a_fresh_identify_and_lost_events(fake: Shop, bot: Bot) -> None:
    fake.gateway.drop()
    fake.gateway.refuse_resume = True
    await fake.say(fake.ann, fake.support, "missed")
    await bot.until(lambda: fake.gateway.identifies == 2 and len(bot.saw("ready")) == 2, within=10)
    await fake.say(fake.ann, fake.support, "heard")
    await bot.until(lambda: bot.heard)

    assert texts(bot.heard) == ["heard"]


async def test_the_gateway_asks_to_reconnect(fake: Shop, bot: Bot) -> None:
    fake.gateway.reconnect()
    await bot.until(lambda: fake.gateway.resumes == 1)
    await fake.say(fake.ann, fake.support, "again")
    await bot.until(lambda: bot.heard)
    assert texts(bot.heard) == ["again"]


async def test_events_come_twice_or_backwards_or_never_when_told_to(fake: Shop, bot: Bot) -> None:
    await fake.say(fake.ann, fake.support, "twice")
    fake.gateway.repeat(1)
    fake.gateway.hold()
    await fake.say(fake.ann, fake.support, "first")
    await fake.say(fake.ann, fake.support, "second")
    fake.gateway.release(backwards=True)
    fake.gateway.lose(1)
    await fake.say(fake.ann, fake.support, "lost")
    await fake.say(fake.ann, fake.support, "end")
    await bot.until(lambda: len(bot.heard) == 5)

    assert texts(bot.heard) == ["twice", "twice", "second", "first", "end"]


async def test_servers_come_and_go(fake: Shop, bot: Bot) -> None:
    fake.outage(fake.shop)
    fake.recover(fake.shop)
    fake.kick_bot(fake.shop)
    await bot.until(lambda: bot.saw("guild_remove"))

    assert bot.saw("guild_unavailable")
    assert bot.saw("guild_available")
    assert await request(fake, "GET", f"/channels/{fake.support.id}") == (403, 50001)
    fake.add_guild("Second")
    await bot.until(lambda: bot.saw("guild_join"))


async def test_people_and_channels_come_and_go(fake: Shop, bot: Bot) -> None:
    carl = fake.add_user("carl")
    await fake.join(carl, fake.shop)
    await fake.leave(fake.ann, fake.shop)
    fake.give_role(carl, fake.agents)
    fake.delete_role(fake.agents)
    fake.delete_channel(fake.support)
    await bot.until(lambda: bot.saw("guild_channel_delete"))

    assert bot.saw("member_join")[0].name == "carl"
    assert bot.saw("raw_member_remove")[0].user.name == "ann"
    assert bot.saw("guild_role_delete")[0].name == "agents"


async def test_plain_json_and_a_bad_first_word(fake: Shop) -> None:
    async with aiohttp.ClientSession() as http, http.ws_connect(fake.gateway_url + "?v=10&encoding=json") as ws:
        assert (await ws.receive_json())["op"] == 10
        await ws.send_json({"op": 1, "d": None})
        assert (await ws.receive_json())["op"] == 11
        await ws.send_json({"op": 8, "d": {}})
        assert (await ws.receive()).type is aiohttp.WSMsgType.CLOSE
        assert ws.close_code == 4003


async def test_zlib_stream_is_one_stream(fake: Shop) -> None:
    inflate = zlib.decompressobj()
    url = fake.gateway_url + "?v=10&encoding=json&compress=zlib-stream"
    async with aiohttp.ClientSession() as http, http.ws_connect(url) as ws:
        assert json.loads(inflate.decompress(await ws.receive_bytes()))["op"] == 10
        await ws.send_json({"op": 2, "d": {"token": fake.token, "intents": 1, "properties": {}}})
        frames = [json.loads(inflate.decompress(await ws.receive_bytes())) for _ in range(2)]
    assert [f["t"] for f in frames] == ["READY", "GUILD_CREATE"]


# --- limits and faults ---


async def test_rate_limits_are_announced_and_kept(fake: Shop) -> None:
    fake.limits.limits["POST /channels/{channel_id}/messages"] = (2, 0.4)
    path = f"/channels/{fake.support.id}/messages"
    answers = [await request(fake, "POST", path, {"content": str(i)}) for i in range(3)]

    assert [status for status, _ in answers] == [200, 200, 429]
    await asyncio.sleep(0.4)
    assert (await request(fake, "POST", path, {"content": "later"}))[0] == 200


async def test_discord_py_waits_out_a_429_but_not_one_of_cloudflare(fake: Shop, bot: Bot) -> None:
    fake.faults.limit("POST */messages", retry_after=0.05)
    assert (await channel(bot, fake.support).send("patience")).content == "patience"
    fake.faults.limit("POST */messages", retry_after=0.05, cloudflare=True)
    with pytest.raises(discord.HTTPException) as error:
        await channel(bot, fake.support).send("banned")
    assert error.value.status == 429


async def test_a_third_rename_must_wait_ten_minutes(fake: Shop) -> None:
    path = f"/channels/{fake.support.id}"
    fake.set_bot_permissions(fake.shop, Perm.ADMINISTRATOR)
    answers = [(await request(fake, "PATCH", path, {"name": f"n{i}"}))[0] for i in range(3)]
    assert answers == [200, 200, 429]
    fake.advance(601)
    assert (await request(fake, "PATCH", path, {"name": "n4"}))[0] == 200


async def test_too_many_invalid_requests_end_in_a_ban(fake: Shop) -> None:
    fake.limits.invalid_limit = 3
    fake.kick_bot(fake.shop)
    for _ in range(3):
        assert (await request(fake, "GET", f"/channels/{fake.support.id}"))[0] == 403
    async with aiohttp.ClientSession() as http, http.get(fake.api_url + "/gateway") as response:
        assert response.status == 429
        assert "Via" not in response.headers


async def test_old_messages_can_be_edited_only_a_few_times(fake: Shop, bot: Bot) -> None:
    sent = await channel(bot, fake.support).send("card")
    fake.advance(3601)
    path = f"/channels/{fake.support.id}/messages/{sent.id}"
    answers = [await request(fake, "PATCH", path, {"content": str(i)}) for i in range(6)]
    assert answers[-2:] == [(200, 0), (429, 30046)]


async def test_a_dropped_connection_and_latency(fake: Shop, bot: Bot) -> None:
    fake.faults.drop("POST */messages", after=True)
    with pytest.raises((aiohttp.ClientError, OSError)):
        await channel(bot, fake.support).send("did it arrive?")
    assert texts(fake.messages(fake.support)) == ["did it arrive?"]

    fake.faults.latency = 0.1
    started = asyncio.get_running_loop().time()
    await channel(bot, fake.support).send("slow")
    assert asyncio.get_running_loop().time() - started >= 0.1


async def test_others_messages_are_protected(fake: Shop, bot: Bot) -> None:
    said = await fake.say(fake.ann, fake.support, "mine")
    direct = await fake.dm(fake.ann, "mine too")
    path = f"/channels/{fake.support.id}/messages/{said.id}"
    assert await request(fake, "PATCH", path, {"content": "yours"}) == (403, 50005)
    assert await request(fake, "DELETE", f"/channels/{direct.channel_id}/messages/{direct.id}") == (403, 50003)
    assert await request(fake, "DELETE", path) == (204, 0)
    with pytest.raises(Refusal, match="50005"):
        await fake.edit(fake.bob, direct, "not mine")


@pytest.mark.skipif(bool(schema.absent()), reason=schema.absent() or "there")
async def test_bodies_against_discords_schema_are_refused_and_noted(fake: Shop) -> None:
    body = {"content": "x", "embeds": [{"color": "red"}]}
    assert await request(fake, "POST", f"/channels/{fake.support.id}/messages", body) == (400, 50035)
    assert "embeds" in fake.violations[0]


# --- alone ---


async def test_the_fake_runs_alone_and_is_played_over_http() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.fakes.discord", "--no-schemas", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    try:
        where = json.loads(await asyncio.wait_for(process.stdout.readline(), 10))
        async with aiohttp.ClientSession() as http:

            async def control(act: str, **arguments: Any) -> Any:
                async with http.post(f"{where['control']}/{act}", json=arguments) as response:
                    return await response.json()

            said = await control(
                "say", user="ann", channel="support", text="hi", files=[["a", base64.b64encode(b"a").decode()]]
            )
            assert [m["text"] for m in await control("messages", channel="support")] == ["hi"]
            assert said["attachments"][0]["size"] == 1
            assert (await control("say", user="ann", channel="support", text="x" * 2001))["code"] == 50035
            async with http.get(f"{where['control']}/state") as response:
                assert (await response.json())["guilds"][0]["name"] == "Shop"
    finally:
        process.terminate()
        await process.wait()


def test_channel_kinds_are_discords() -> None:
    assert (Kind.TEXT, Kind.DM, Kind.PRIVATE_THREAD, Kind.FORUM) == (0, 1, 12, 15)


async def test_fifty_requests_a_second_and_no_more_with_real_limits(fake: Shop) -> None:
    fake.limits.real()
    statuses = [status for status, _ in [await request(fake, "GET", "/users/@me") for _ in range(51)]]
    assert statuses == [200] * 50 + [429]


async def test_gaining_a_channel_brings_its_threads(fake: Shop, bot: Bot) -> None:
    fake.allow(fake.support, fake.bot, deny=Perm.VIEW_CHANNEL)
    thread = await fake.start_thread(fake.ann, fake.support, "hidden so far")
    fake.allow(fake.support, fake.bot, allow=Perm.VIEW_CHANNEL)
    await bot.until(lambda: bot.saw("thread_join"))
    assert bot.saw("thread_join")[0].id == thread.id
    assert not bot.saw("thread_create")


async def test_messages_are_pinned(fake: Shop, bot: Bot) -> None:
    fake.set_bot_permissions(fake.shop, Perm.ADMINISTRATOR)
    sent = await channel(bot, fake.support).send("card")
    await sent.pin()
    assert [m.id async for m in channel(bot, fake.support).pins()] == [sent.id]


# --- breadth: every answer here is checked against Discord's schema when the fixture closes ---


async def test_servers_members_and_roles_answer(fake: Shop, bot: Bot) -> None:
    fake.set_bot_permissions(fake.shop, Perm.ADMINISTRATOR)
    info = await bot.application_info()
    assert info.flags.gateway_message_content_limited
    guild = await bot.fetch_guild(fake.shop.id)
    assert guild.approximate_member_count == 4
    member = await guild.fetch_member(fake.ann.id)
    await member.add_roles(discord.Object(fake.agents.id))
    await member.edit(nick="Annie")
    assert (await guild.fetch_member(fake.ann.id)).nick == "Annie"
    assert fake.agents.id in fake.shop.members[fake.ann.id].roles
    await member.remove_roles(discord.Object(fake.agents.id))
    role = await guild.create_role(name="extra")
    assert role.name in {r.name for r in await guild.fetch_roles()}
    await role.delete()
    assert {m.name async for m in guild.fetch_members()} == {"owner-of-shop", "desk", "ann", "bob"}
    cached = bot.get_guild(fake.shop.id)
    assert cached
    assert len(await cached.chunk()) == 4
    assert [m.name for m in await cached.query_members("bo")] == ["bob"]
    assert [g.name async for g in bot.fetch_guilds()] == ["Shop"]


async def test_channels_are_made_changed_and_removed(fake: Shop, bot: Bot) -> None:
    fake.set_bot_permissions(fake.shop, Perm.ADMINISTRATOR)
    guild = bot.get_guild(fake.shop.id)
    assert guild
    await bot.until(lambda: guild.me.guild_permissions.administrator)
    hidden: Any = {guild.default_role: discord.PermissionOverwrite(view_channel=False)}
    category = await guild.create_category("Tickets")
    made = await guild.create_text_channel("Agents Room", category=category, topic="t", overwrites=hidden)
    assert made.name == "agents-room"
    assert not fake.can_see(fake.ann, made.id)
    await made.set_permissions(await guild.fetch_member(fake.ann.id), view_channel=True)
    assert fake.can_see(fake.ann, made.id)
    await made.edit(slowmode_delay=5, topic="u")
    assert {c.name for c in await guild.fetch_channels()} >= {"agents-room", "support", "Tickets"}
    forum = await guild.create_forum("desk", available_tags=[discord.ForumTag(name="open")])
    assert (await forum.create_thread(name="#1", content="card")).message.content == "card"
    await made.delete()
    assert await request(fake, "GET", f"/channels/{made.id}") == (404, 10003)


async def test_a_bot_hands_out_no_more_than_it_has(fake: Shop) -> None:
    fake.set_bot_permissions(fake.shop, Perm.MANAGE_CHANNELS | Perm.MANAGE_ROLES)
    path = f"/guilds/{fake.shop.id}/channels"
    overwrite = {"id": str(fake.agents.id), "type": 0, "allow": str(int(Perm.BAN_MEMBERS)), "deny": "0"}
    assert await request(fake, "POST", path, {"name": "x", "permission_overwrites": [overwrite]}) == (403, 50013)
    overwrite["allow"] = str(int(Perm.VIEW_CHANNEL))
    assert (await request(fake, "POST", path, {"name": "x", "permission_overwrites": [overwrite]}))[0] == 201
    fake.shop.channel_cap = 2
    assert await request(fake, "POST", path, {"name": "y"}) == (400, 30013)
    fake.shop.channel_cap, fake.shop.banned_words = 500, {"1488"}
    assert await request(fake, "POST", path, {"name": "ticket-1488"}) == (400, 50035)


async def test_every_way_to_answer_an_interaction(fake: Shop, desk: Bot) -> None:
    await fake.command(fake.ann, fake.support, "slow")
    await desk.until(lambda: desk.saw("slow"))
    it = desk.saw("slow")[0]
    assert it.filesize_limit == fake.world.attachment_size_limit
    assert it.locale is discord.Locale.german
    await it.response.defer(ephemeral=True)
    await it.edit_original_response(content="original", attachments=[discord.File(io.BytesIO(b"a"), "a.txt")])
    original = await it.original_response()
    assert original.flags.ephemeral
    assert await original.attachments[0].read() == b"a"
    private = await it.followup.send("private", ephemeral=True, wait=True)
    await private.edit(content="changed")
    public = await it.followup.send("public", wait=True)
    await it.delete_original_response()

    assert texts(fake.seen_by(fake.ann)) == ["changed", "public"]
    assert texts(fake.messages(fake.support)) == ["public"]
    assert (await channel(desk, fake.support).fetch_message(public.id)).interaction_metadata.user.id == fake.ann.id  # type: ignore[union-attr]
    assert await request(fake, "GET", f"/channels/{fake.support.id}/messages/{private.id}") == (404, 10008)


async def test_components_of_the_second_version(fake: Shop, bot: Bot) -> None:
    view = discord.ui.LayoutView()
    card: Any = discord.ui.Container(discord.ui.TextDisplay("#1 Printer"))
    card.add_item(discord.ui.ActionRow(discord.ui.Button(label="Claim", custom_id="claim")))
    view.add_item(card)
    await channel(bot, fake.support).send(view=view)
    sent = fake.messages(fake.support)[0]

    assert sent.text == "#1 Printer"
    await fake.press(fake.ann, sent, "Claim")
    await bot.until(lambda: bot.saw("interaction"))
    assert bot.saw("interaction")[0].message.id == sent.id
    both = {"content": "x", "flags": 1 << 15, "components": [{"type": 10, "content": "y"}]}
    assert await request(fake, "POST", f"/channels/{fake.support.id}/messages", both) == (400, 50035)


async def test_commands_of_one_server_and_translations(fake: Shop, desk: Bot) -> None:
    here = discord.Object(fake.shop.id)

    @desk.tree.command(guild=here, description="Only here", name="local")
    @app_commands.describe(file="A file", where="A channel", role="A role")
    async def local(
        interaction: discord.Interaction[Any], file: discord.Attachment, where: discord.TextChannel, role: discord.Role
    ) -> None:
        await interaction.response.send_message(f"{(await file.read()).decode()} {where.name} {role.name}")

    await desk.tree.sync(guild=here)
    values = {"file": Upload("f.txt", b"text"), "where": fake.support, "role": fake.agents}
    done = await (await fake.command(fake.ann, fake.support, "local", values)).finished()
    assert texts(done.messages) == ["text support agents"]
    assert [c.name for c in await desk.tree.fetch_commands(guild=here)] == ["local"]


async def test_more_ways_with_messages(fake: Shop, bot: Bot) -> None:
    place = channel(bot, fake.support)
    first = await place.send("one", embed=discord.Embed(title="t", description="d").add_field(name="n", value="v"))
    await first.reply("two")
    await first.forward(place)
    await first.add_reaction("✅")
    assert [u.id async for u in (await place.fetch_message(first.id)).reactions[0].users()] == [fake.bot.id]
    await first.remove_reaction("✅", discord.Object(fake.bot.id))
    await first.edit(content="uno", attachments=[discord.File(io.BytesIO(b"a"), "a.txt")])
    async with place.typing():
        pass
    assert fake.typing == [(fake.bot, fake.support)]
    assert [len(m.attachments) for m in fake.messages(fake.support)] == [1, 0, 0]
    assert len([m async for m in place.history(around=first, limit=5)]) == 3
    await place.delete_messages([discord.Object(m.id) for m in fake.messages(fake.support)])
    assert fake.messages(fake.support) == []


async def test_thread_members_come_and_go(fake: Shop, bot: Bot) -> None:
    thread = await channel(bot, fake.support).create_thread(name="#1", invitable=False)
    await thread.add_user(discord.Object(fake.ann.id))
    with pytest.raises(Refusal, match="50013"):
        await fake.add_to_thread(fake.ann, thread.id, fake.bob)
    assert {m.id for m in await thread.fetch_members()} == {fake.bot.id, fake.ann.id}
    await thread.remove_user(discord.Object(fake.ann.id))
    with pytest.raises(discord.NotFound):
        await thread.fetch_member(fake.ann.id)
    await thread.send(f"<@{fake.bob.id}> look")
    assert fake.bob.id in {m.id for m in await thread.fetch_members()}
    await thread.edit(name="#1 done")
    assert fake.messages(thread.id)[-1].type == Type.CHANNEL_NAME_CHANGE
    await thread.leave()
    await bot.until(lambda: bot.saw("thread_remove"))


async def test_ten_minutes_of_outage(fake: Shop, bot: Bot) -> None:
    fake.gateway.down()
    fake.advance(600)
    for i in range(5):
        await fake.dm(fake.ann, str(i))
    fake.gateway.back()
    await bot.until(lambda: len(bot.saw("ready")) == 2, within=15)

    assert bot.heard == []
    dm = await bot.create_dm(discord.Object(fake.ann.id))
    assert texts([m async for m in dm.history(oldest_first=True)]) == list("01234")
