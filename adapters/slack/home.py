"""The Home tab: published when somebody opens it. What is pressed there is answered in a modal."""

from adapters.slack.answers import Answers
from adapters.slack.api import Api, Json
from adapters.slack.people import People
from adapters.slack.render import parts
from bot.inbound import CommandInvoked
from bot.message import Message
from bot.ports import Handle, Say

BLOCKS = 100  # Slack's limit
COMMAND = "ticket home"


class Home:
    def __init__(self, api: Api, people: People, answers: Answers) -> None:
        self.api = api
        self.people = people
        self.answers = answers

    async def opened(self, event: Json, handle: Handle) -> None:
        """Slack tells of the messages tab, too."""
        user = str(event.get("user") or "")
        if event.get("tab") == "home" and user:
            self.answers.start(self._publish(user, f"slack:home:{event.get('event_ts')}", handle))

    async def _publish(self, user: str, id: str, handle: Handle) -> None:
        actor = await self.people.actor(user)
        reply = await handle(CommandInvoked(id, actor, self.people.nowhere(), COMMAND))
        if isinstance(reply, Say):
            await self.api.call("views.publish", user_id=user, view=home_view(reply.message))


def home_view(message: Message) -> Json:
    blocks = [block for part in parts(message) for block in part.blocks]
    return {"type": "home", "blocks": blocks[:BLOCKS]}
