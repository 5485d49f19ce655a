"""The Home tab: published when somebody opens it, and again after whatever they do from there. What is pressed on it is
answered in a modal, because Slack shows nobody a line there."""

from adapters.slack import words
from adapters.slack.answers import Answers
from adapters.slack.api import Api, Json
from adapters.slack.lanes import Lanes
from adapters.slack.people import People
from adapters.slack.render import parts
from bot.inbound import ButtonPressed
from bot.language import here, reading
from bot.message import say
from bot.ports import Handle, HomePage

BLOCKS = 100  # Slack's limit
ACTION = "ticket.home"
MOST_REMEMBERED = 5_000  # people


class Home:
    """Remembers who has opened it since the start, and at which page they are."""

    def __init__(self, api: Api, people: People, answers: Answers) -> None:
        self.api = api
        self.people = people
        self.answers = answers
        self.pages: dict[str, str] = {}
        self.lanes = Lanes()

    async def opened(self, event: Json, handle: Handle) -> None:
        """Slack tells of the messages tab, too."""
        user = str(event.get("user") or "")
        if event.get("tab") == "home" and user:
            self.turn(user, "", f"slack:home:{event.get('event_ts')}", handle)

    def turn(self, user: str, page: str, id: str, handle: Handle) -> None:
        """Show them this page."""
        self.pages.pop(user, None)
        self.pages[user] = page
        while len(self.pages) > MOST_REMEMBERED:
            del self.pages[next(iter(self.pages))]
        self.refresh(user, id, handle)

    def refresh(self, user: str, id: str, handle: Handle) -> None:
        """Show them how things are now, if they ever opened it."""
        if user in self.pages:
            self.answers.start(self._publish(user, id, handle))

    async def show(self, user: str, id: str, handle: Handle) -> None:
        """Show them how things are now; next to nothing while the desk does not listen to them, because their data is
        being erased. Raises `Refused`, `TryLater`."""
        self.pages.pop(user, None)
        if not await self._publish(user, id, handle, by_itself=True):
            with reading(self.people.language(user)):
                bare = HomePage((say(here(words.HOME_BARE)),))
            await self.api.call("views.publish", user_id=user, view=home_view(bare))

    async def _publish(self, user: str, id: str, handle: Handle, *, by_itself: bool = False) -> bool:
        """Whether there was anything to show."""
        async with self.lanes.lane(user):  # an older state must not cover a newer one
            actor = await self.people.actor(user)
            pressed = ButtonPressed(id, actor, self.people.nowhere(), ACTION, self.pages.get(user, ""), by_itself)
            reply = await handle(pressed)
            if not isinstance(reply, HomePage):
                return False
            await self.api.call("views.publish", user_id=user, view=home_view(reply))
            return True


def home_view(page: HomePage) -> Json:
    blocks = [block for row in page.rows for part in parts(row) for block in part.blocks]
    return {"type": "home", "blocks": blocks[:BLOCKS]}
