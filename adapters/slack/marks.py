"""What became of a person's message, as a reaction on it."""

from adapters.slack import words
from adapters.slack.api import Api, Json, SlackRefused
from bot.inbound import Place
from bot.message import Mark

DONE_ALREADY = {"already_reacted", "no_reaction"}
MOST_REMEMBERED = 10_000


class Marks:
    """`own` is the bot's user id. Remembers what it set, so that only after a restart it has to look."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.known: dict[tuple[str, str], Mark] = {}

    async def set(self, on: Place, mark: Mark, own: str) -> bool:
        """Show this mark instead of any other. Returns whether it was not there before."""
        key = (on.conversation, on.message)
        before = self.known.get(key) or await self._look(on, mark, own)
        if before is mark:
            return False
        if before is not None:
            await self._react("reactions.remove", on, before)
        await self._react("reactions.add", on, mark)
        self.known.pop(key, None)
        self.known[key] = mark
        while len(self.known) > MOST_REMEMBERED:
            del self.known[next(iter(self.known))]
        return True

    async def _look(self, on: Place, mark: Mark, own: str) -> Mark | None:
        """A note's mark is its first, so there is nothing to look for."""
        if mark in (Mark.INTERNAL, Mark.SENDING):
            return None
        answer = await self.api.call("reactions.get", on.conversation, timestamp=on.message)
        reactions: list[Json] = answer.get("message", {}).get("reactions", [])
        ours = {reaction["name"] for reaction in reactions if own in reaction.get("users", ())}
        return next((each for each, name in words.MARKS.items() if name in ours), None)

    async def _react(self, method: str, on: Place, mark: Mark) -> None:
        try:
            await self.api.call(method, on.conversation, timestamp=on.message, name=words.MARKS[mark])
        except SlackRefused as error:
            if error.code not in DONE_ALREADY:
                raise
