"""What becomes of the app, of channels and of accounts, and what the bot makes of it."""

import logging
import time
from collections.abc import Callable

from adapters.slack import inbound
from adapters.slack.api import Json
from adapters.slack.people import People
from bot.inbound import Actor, PersonChanged, PlaceGone, WorkspacesThere
from bot.language import Phrase
from bot.ports import Handle

log = logging.getLogger(__name__)
ARCHIVED = Phrase("the channel was archived")
DELETED = Phrase("the channel was deleted")
REMOVED = Phrase("the app was removed from the workspace")
SENT_AWAY = Phrase("I was removed from the channel")
GONE = {
    "channel_archive": ARCHIVED,
    "group_archive": ARCHIVED,
    "channel_deleted": DELETED,
    "group_deleted": DELETED,
    "channel_left": SENT_AWAY,
    "group_left": SENT_AWAY,
}


class Lifecycle:
    def __init__(self, people: People, lost: Callable[[], None]) -> None:
        self.people = people
        self.lost = lost

    async def place_gone(self, event: Json, handle: Handle) -> None:
        place = inbound.place(self.people.team, str(event["channel"]))
        id = f"slack:gone:{event['channel']}:{event.get('event_ts')}"
        await handle(PlaceGone(id, self._nobody(), place, GONE[str(event["type"])]))

    async def person_changed(self, event: Json, handle: Handle) -> None:
        user = event["user"]
        profile = self.people.changed(user)
        actor = Actor(self.people.ref(user["id"], profile.team), profile.name, (), profile.language)
        id = f"slack:changed:{event.get('event_ts')}"
        await handle(PersonChanged(id, actor, self.people.nowhere(), profile.gone))

    async def groups_changed(self, event: Json, handle: Handle) -> None:
        self.people.groups_changed()

    async def app_gone(self, event: Json, handle: Handle) -> None:
        """Nothing can be taken in or posted any more. What waits is kept for about a day. When the app is installed
        again, with its old token or after a start with a new one, what was said meanwhile is caught up."""
        if event["type"] == "app_uninstalled" or (event.get("tokens") or {}).get("bot"):
            self.lost()
            log.error("Slack has taken the app's access away; install the app again, and set its token")
            id = f"slack:gone:{self.people.team}:{event.get('event_ts')}"
            await handle(PlaceGone(id, self._nobody(), inbound.place(self.people.team, ""), REMOVED))

    async def app_there(self, handle: Handle) -> None:
        """Slack lets us in, at the start or again."""
        id, team = f"slack:there:{time.time_ns()}", self.people.team
        await handle(WorkspacesThere(id, self._nobody(), inbound.place(team, ""), (team,)))

    def _nobody(self) -> Actor:
        return Actor(self.people.ref("", ""), "")
