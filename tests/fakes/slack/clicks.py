"""Playing people: commands, buttons, menus, forms, shortcuts. The `Delivery` returned says how the app answered."""

from collections.abc import Iterator
from typing import Any

from . import api_views, payloads, render
from .blocks import check_view
from .delivery import Delivery
from .errors import NotPossible, SlackError
from .forms import choose, fill
from .model import Json, Message, View
from .people import People, Place
from .triggers import ResponseUrl, answered_command

Target = Message | View | str | None
Values = dict[str, Any] | None
Found = tuple[Message | View, Json, Json]  # where, its block, its element


class Clicks(People):
    async def command(self, user: str, channel: Place, word: str, text: str = "", thread_ts: str = "") -> Delivery:
        """Type a slash command. Raises NotPossible in a thread, where Slack has none, or if the app has no such."""
        place = self.own_place(channel, user)
        known = self.work.app.commands
        if thread_ts:
            raise NotPossible(f"{word}: there are no slash commands in threads")
        if known is not None and word not in known:
            raise NotPossible(f"{word} is not a valid command")
        payload = payloads.command(self.work, user, place, word, text)
        delivery = await self.courier.ask(Delivery("slash_commands", payload))
        if delivery.ok:
            answered_command(self.work, ResponseUrl(user, place.id, self.work.clock.now()), delivery.body)
        else:
            self.complain(user, place.id, f"{word} failed with the error “{_trouble(delivery)}”")
        return delivery

    async def press(
        self, user: str, button: str, on: Target = None, values: Values = None, value: str | None = None
    ) -> Delivery:
        """Press the button with this label or action_id (where many look the same, with this value), on `on` (a
        message, its ts, a view, "home") or on the newest thing in sight that has it; `values` is what was typed into
        the modal before."""
        return await self._act(user, button, on, None, values, value)

    async def choose(self, user: str, menu: str, wanted: Any, on: Target = None, values: Values = None) -> Delivery:
        """Choose from a menu (found by placeholder or action_id) in a message, on the Home tab or in a modal."""
        return await self._act(user, menu, on, wanted, values)

    async def _act(
        self, user: str, name: str, on: Target, wanted: Any, values: Values, value: str | None = None
    ) -> Delivery:
        where, block, element = self._find(user, name, on, value)
        chosen = choose(self.work, element, wanted) if wanted is not None else None
        action = payloads.action(self.work, block, element, chosen)
        if isinstance(where, View):
            state = fill(self.work, where, values or {}, finished=False)
            payload = payloads.pressed_on_view(self.work, user, where, action, state)
        else:
            payload = payloads.pressed_on_message(self.work, user, where, action)
        delivery = await self.courier.ask(Delivery("interactive", payload))
        if not delivery.ok and isinstance(where, Message):
            self.complain(user, where.channel, "This app responded with an error.")
        return delivery

    def _find(self, user: str, name: str, on: Target, value: str | None = None) -> Found:
        sights = [self._by_ts(user, on)] if isinstance(on, str) else [on] if on else self._in_sight(user)
        for where in sights:
            blocks = where.payload["blocks"] if isinstance(where, View) else where.blocks
            for block, element in render.buttons(blocks):
                label = element.get("text") or element.get("placeholder") or {}
                names = (label.get("text"), element.get("action_id"), block.get("label", {}).get("text"))
                if name in names and value in (None, element.get("value")):
                    return where, block, element
        raise NotPossible(f"{user} sees no {name!r} to press")

    def _in_sight(self, user: str) -> Iterator[Message | View]:
        """The modal on top hides all else; then the newest messages, then the Home tab."""
        stack = self.work.modals.get(user)
        if stack:
            yield self.work.views[stack[-1]]
            return
        said = [m for m in self.work.everything_said() if user in self.work.channels[m.channel].members]
        yield from sorted((m for m in said if m.ephemeral_for in ("", user)), key=lambda m: m.ts, reverse=True)
        if user in self.work.homes:
            yield self.work.homes[user]

    def _by_ts(self, user: str, on: str) -> Message | View:
        if on == "home" and user in self.work.homes:
            return self.work.homes[user]
        found = [m for m in self.work.everything_said() if m.ts == on]
        if not found:
            raise NotPossible(f"nothing to press at {on}")
        return found[0]

    def modal(self, user: str) -> View:
        """The modal in front of a person. Raises NotPossible if none is open."""
        stack = self.work.modals.get(user)
        if not stack:
            raise NotPossible(f"{user} has no modal open")
        return self.work.views[stack[-1]]

    async def submit(self, user: str, values: Values = None) -> Delivery:
        """Fill in the modal on top (by label, block_id or action_id) and submit it; it stays open if the app fails
        or answers with errors (then `delivery.body["errors"]`). Raises NotPossible for what the client would stop."""
        view = self.modal(user)
        if not view.payload.get("submit"):
            raise NotPossible("this modal has no submit button")
        payload = payloads.submitted(self.work, user, view, fill(self.work, view, values or {}))
        delivery = await self.courier.ask(Delivery("interactive", payload))
        if delivery.ok and view.id in self.work.views:
            self._follow(user, view, delivery.body or {})
        return delivery

    def _follow(self, user: str, view: View, body: Json) -> None:
        """Do what a `response_action` says. Raises SlackError if the app answers with what Slack does not take."""
        match body.get("response_action") if body else None:
            case None:
                api_views.close(self.work, user, only_top=True)
            case "clear":
                api_views.close(self.work, user)
            case "errors":
                inputs = {b["block_id"] for b in view.payload["blocks"] if b["type"] == "input"}
                if not body.get("errors") or body["errors"].keys() - inputs:
                    raise SlackError("invalid_arguments", "errors must name input blocks of the view")
            case "update":
                api_views.replace(self.work, view, check_view(self.work, body["view"], "modal"))
            case "push":
                api_views.show(self.work, user, check_view(self.work, body["view"], "modal"), on=view)
            case other:
                raise SlackError("invalid_arguments", f"no response_action {other}")

    async def close_modal(self, user: str, *, everything: bool = False) -> None:
        """Close the top modal, or all; the app hears of those that asked for it."""
        self.modal(user)
        for view in api_views.close(self.work, user, only_top=not everything):
            if view.payload.get("notify_on_close"):
                payload = payloads.closed(self.work, user, view, cleared=everything)
                await self.courier.ask(Delivery("interactive", payload))

    async def suggest(self, user: str, menu: str, typed: str) -> list[str]:
        """Type into an external_select of the modal on top; the labels the app offers."""
        view, block, element = self._find(user, menu, self.modal(user))
        if not isinstance(view, View) or "external_select" not in element["type"]:
            raise NotPossible(f"{menu} is no menu to type into")
        payload = payloads.suggestion(self.work, user, view, block, element, typed)
        delivery = await self.courier.ask(Delivery("interactive", payload))
        return [option["text"]["text"] for option in (delivery.body or {}).get("options", ())]

    async def shortcut(self, user: str, callback_id: str, on: Message | None = None) -> Delivery:
        """A global shortcut, or with `on` one from that message's menu."""
        known = self.work.app.shortcuts
        if known is not None and callback_id not in known:
            raise NotPossible(f"the app has no shortcut {callback_id}")
        if on is None:
            payload = payloads.shortcut(self.work, user, callback_id)
        else:
            payload = payloads.message_shortcut(self.work, user, callback_id, self.found(on))
        return await self.courier.ask(Delivery("interactive", payload))

    def complain(self, user: str, channel: str, text: str) -> None:
        """Slackbot tells the person, and nobody else, that the app did not answer."""
        self.work.keep(Message(channel, self.work.new_ts(), text, user="USLACKBOT", ephemeral_for=user))


def _trouble(delivery: Delivery) -> str:
    return "dispatch_failed" if delivery.answers[-1].reason != "http_timeout" else "operation_timeout"
