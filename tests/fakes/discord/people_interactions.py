"""People pressing, choosing, filling in and commanding."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from . import components, forms, message_json, numbering, payloads, perms, resolving
from .bits import Perm
from .commands import CHAT_INPUT, MESSAGE, USER
from .errors import NotPossible
from .invocation import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL, Invocation
from .model import JSON, Channel, Message, User
from .refs import ChannelRef, MessageRef, Refs, UserRef


class Acting(Refs):
    """Each act sends an INTERACTION_CREATE and answers with the Invocation, on which answers appear."""

    async def command(
        self, user: UserRef, channel: ChannelRef, name: str, options: Mapping[str, Any] | None = None
    ) -> Invocation:
        """A slash command, subcommands separated by spaces: `command(ann, support, "ticket open", {...})`."""
        who, place = self._user(user), self._channel(channel)
        command = self._found(who, place, name.split()[0], CHAT_INPUT)
        data = resolving.command_data(self, place, command, name.split()[1:], dict(options or {}))
        return await self._send(COMMAND, who, place, data)

    async def autocomplete(
        self,
        user: UserRef,
        channel: ChannelRef,
        name: str,
        option: str,
        typed: str,
        options: Mapping[str, Any] | None = None,
    ) -> list[JSON]:
        """The choices shown while typing into one option."""
        who, place = self._user(user), self._channel(channel)
        command = self._found(who, place, name.split()[0], CHAT_INPUT)
        data = resolving.command_data(
            self, place, command, name.split()[1:], {**(options or {}), option: typed}, option
        )
        return (await (await self._send(AUTOCOMPLETE, who, place, data)).answered()).choices

    async def context_menu(self, user: UserRef, channel: ChannelRef, name: str, target: Message | User) -> Invocation:
        who, place = self._user(user), self._channel(channel)
        kind = USER if isinstance(target, User) else MESSAGE
        command = self._found(who, place, name, kind)
        data = {"id": command["id"], "name": name, "type": kind, "target_id": str(target.id)}
        if isinstance(target, User):
            data["resolved"] = resolving.people(self.world, place, [target])
        else:
            data["resolved"] = {"messages": {str(target.id): message_json.plain(self.world, target)}}
        return await self._send(COMMAND, who, place, data | self._scope(command))

    async def press(self, user: UserRef, message: MessageRef, button: str) -> Invocation:
        """A button, by its custom id or its label."""
        who, item = self._user(user), self._message(message)
        found = self._component(who, item, button, {numbering.BUTTON})
        if found.get("url"):
            raise NotPossible(f"{button!r} is a link")
        data = {"custom_id": found["custom_id"], "component_type": numbering.BUTTON, "id": found["id"]}
        return await self._send(COMPONENT, who, self.world.channels[item.channel_id], data, item)

    async def select(self, user: UserRef, message: MessageRef, menu: str, values: list[Any]) -> Invocation:
        """Options by value or label; people, roles and channels as records or ids."""
        who, item = self._user(user), self._message(message)
        found = self._component(who, item, menu, numbering.SELECTS)
        place = self.world.channels[item.channel_id]
        chosen, resolved = forms.chosen(self, place, found, values)
        data: JSON = {"custom_id": found["custom_id"], "component_type": found["type"], "values": chosen}
        data |= {"id": found["id"]} | ({"resolved": resolved} if resolved else {})
        return await self._send(COMPONENT, who, place, data, item)

    async def submit_modal(self, user: UserRef, form: Invocation | int | str, values: Mapping[str, Any]) -> Invocation:
        """Fills in the form that `form` opened. Raises NotPossible for what the client would not send off."""
        opener = self._invocation(form)
        if opener.modal is None or opener.user is not self._user(user):
            raise NotPossible("no form is open")
        data = forms.submission(self, opener.channel, opener.modal, dict(values))
        sent = self.desk.open(MODAL, opener.user, opener.channel, data)
        sent.opened_by, sent.source = opener, opener.source
        return await self._emit(sent)

    # --- how ---

    def _found(self, who: User, place: Channel, name: str, kind: int) -> JSON:
        """The command as this person finds it here. Raises NotPossible where it is not offered."""
        command = self.desk.commands.find(place.guild_id, name, kind)
        if command is None:
            raise NotPossible(f"there is no command {name!r} here")
        guild = self.world.guild_of(place)
        contexts = command["contexts"]
        if contexts is not None and (1 if guild is None else 0) not in contexts:
            raise NotPossible(f"{name!r} is not offered here")
        if guild is None:
            if contexts is None and not command["dm_permission"]:
                raise NotPossible(f"{name!r} is not offered in direct messages")
            return command
        have = perms.in_channel(self.world, who, place)
        need = command["default_member_permissions"]
        refused = need is not None and not (int(need) and have & int(need) == int(need))
        if refused and not have & Perm.ADMINISTRATOR:
            raise NotPossible(f"{who.name} lacks the permission for {name!r}")
        if not have & Perm.VIEW_CHANNEL or not have & Perm.USE_APPLICATION_COMMANDS:
            raise NotPossible(f"{who.name} may not use commands here")
        if self.world.bot.id not in guild.members or (place.thread and place.thread.archived):
            raise NotPossible("no commands here")
        return command

    def _scope(self, command: JSON) -> JSON:
        return {"guild_id": command["guild_id"]} if "guild_id" in command else {}

    def _component(self, who: User, item: Message, wanted: str, kinds: set[int] | frozenset[int]) -> JSON:
        place = self.world.channels.get(item.channel_id)
        if place is None or item.id not in place.messages or not perms.sees(self.world, who, place, item):
            raise NotPossible(f"{who.name} does not see this message")
        for found in components.walk(item.components):
            if found["type"] in kinds and wanted in (found.get("custom_id"), found.get("label")):
                if found.get("disabled"):
                    raise NotPossible(f"{wanted!r} is disabled")
                return found
        raise NotPossible(f"there is no {wanted!r} on this message")

    async def _send(
        self, kind: int, who: User, place: Channel, data: JSON, source: Message | None = None
    ) -> Invocation:
        sent = self.desk.open(kind, who, place, data)
        sent.source = source
        return await self._emit(sent)

    async def _emit(self, sent: Invocation) -> Invocation:
        self.world.emit("INTERACTION_CREATE", self._payload(sent), 0, None)
        await asyncio.sleep(0)
        return sent

    def _payload(self, sent: Invocation) -> JSON:
        world, place = self.world, sent.channel
        mine = perms.in_channel(world, world.bot, place)
        result: JSON = {
            "id": str(sent.id),
            "application_id": str(world.application_id),
            "type": sent.type,
            "token": sent.token,
            "version": 1,
            "data": sent.data,
            "channel_id": str(place.id),
            "channel": payloads.channel(world, place) | {"permissions": str(perms.in_channel(world, sent.user, place))},
            "locale": sent.user.locale,
            "app_permissions": str(int(mine)),
            "entitlements": [],
            "entitlement_sku_ids": [],
            "authorizing_integration_owners": sent.owners,
            "attachment_size_limit": world.attachment_size_limit,
            "context": 1 if place.is_dm else 0,
        }
        if sent.source:
            result["message"] = message_json.full(world, sent.source)
        guild = world.guild_of(place)
        if guild is None:
            return result | {"user": payloads.user(sent.user)}
        member = payloads.member(world, guild.members[sent.user.id])
        member["permissions"] = str(int(perms.in_channel(world, sent.user, place)))
        about = {"id": str(guild.id), "locale": guild.locale, "features": []}
        where = {"guild_id": str(guild.id), "guild": about, "guild_locale": guild.locale}
        return result | where | {"member": member}
