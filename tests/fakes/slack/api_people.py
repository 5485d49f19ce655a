"""Who and what: auth.test, users.*, usergroups.*, bots.info, team.info, reactions.*."""

from . import posting
from .errors import SlackError
from .methods import Args, method, page
from .model import Json, Message
from .shapes import message as message_shape
from .shapes import user as user_shape
from .workspace import Workspace


@method("auth.test", tier="special")
def auth_test(work: Workspace, args: Args) -> Json:
    answer: Json = {
        "url": f"https://{work.team.domain}.slack.com/",
        "team": work.team.name,
        "user": work.users[work.app.user_id].name,
        "team_id": work.team.id,
        "user_id": work.app.user_id,
        "bot_id": work.app.bot_id,
        "is_enterprise_install": False,
    }
    return answer | ({"enterprise_id": work.team.enterprise_id} if work.team.enterprise_id else {})


@method("users.info", "user! include_locale", scope="users:read", tier="tier4")
def users_info(work: Workspace, args: Args) -> Json:
    who = work.users.get(args.text("user"))
    if who is None:
        raise SlackError("user_not_found")
    return {"user": user_shape(work, who, locale=args.flag("include_locale"))}


@method("users.list", "cursor limit include_locale team_id", scope="users:read", tier="tier2")
def users_list(work: Workspace, args: Args) -> Json:
    shapes = [user_shape(work, who, locale=args.flag("include_locale")) for who in work.users.values()]
    found, cursor = page(shapes, args, 1000, 1000)
    return {"members": found, "cache_ts": int(work.clock.now()), "response_metadata": {"next_cursor": cursor}}


@method("users.lookupByEmail", "email!", scope="users:read.email", tier="tier3")
def users_lookup(work: Workspace, args: Args) -> Json:
    for who in work.users.values():
        if who.email and who.email == args.text("email") and not who.deleted:
            return {"user": user_shape(work, who)}
    raise SlackError("users_not_found")


@method(
    "usergroups.users.list", "usergroup! include_disabled team_id cursor limit", scope="usergroups:read", tier="tier2"
)
def usergroup_users(work: Workspace, args: Args) -> Json:
    """Paged by `cursor` and `limit`; without `limit` all of it, 1,000 at most."""
    group = work.groups.get(args.text("usergroup"))
    if group is None or (group.disabled and not args.flag("include_disabled")):
        raise SlackError("no_such_subteam")
    found, cursor = page(group.users, args, 1000, 1000)
    return {"users": found, "response_metadata": {"next_cursor": cursor}}


@method(
    "usergroups.list", "include_count include_disabled include_users team_id", scope="usergroups:read", tier="tier2"
)
def usergroups(work: Workspace, args: Args) -> Json:
    shown = [g for g in work.groups.values() if args.flag("include_disabled") or not g.disabled]
    shapes: list[Json] = []
    for group in shown:
        shape: Json = {"id": group.id, "team_id": work.team.id, "is_usergroup": True, "is_subteam": True}
        shape |= {"name": group.handle.title(), "handle": group.handle, "date_delete": int(group.disabled)}
        shape |= {"users": list(group.users)} if args.flag("include_users") else {}
        shape |= {"user_count": len(group.users)} if args.flag("include_count") else {}
        shapes.append(shape)
    return {"usergroups": shapes}


@method("bots.info", "bot team_id", scope="users:read", tier="tier3")
def bots_info(work: Workspace, args: Args) -> Json:
    wanted = args.text("bot")
    who = next((u for u in work.users.values() if u.bot_id and u.bot_id == wanted), None)
    if who is None:
        raise SlackError("bot_not_found")
    bot: Json = {"id": who.bot_id, "deleted": who.deleted, "name": who.real_name, "updated": 0, "user_id": who.id}
    return {"bot": bot | {"app_id": work.app.id if who.id == work.app.user_id else "A0OTHER0001", "icons": {}}}


@method("team.info", "team domain include_slackbot_availability", scope="team:read", tier="tier3")
def team_info(work: Workspace, args: Args) -> Json:
    team = work.teams.get(args.text("team") or work.team.id)
    if team is None:
        raise SlackError("team_not_found")
    shape: Json = {"id": team.id, "name": team.name, "domain": team.domain, "email_domain": "", "icon": {}}
    return {"team": shape | ({"enterprise_id": team.enterprise_id} if team.enterprise_id else {})}


def _item(work: Workspace, args: Args) -> Message:
    if not (args.text("channel") and args.text("timestamp")):
        raise SlackError("no_item_specified")
    channel = work.channel(args.text("channel"))
    said = work.message(channel, args.text("timestamp"))
    if channel.archived:
        raise SlackError("is_archived")
    if work.app.user_id not in channel.members:
        raise SlackError("not_in_channel")
    return said


def _emoji(args: Args) -> str:
    name = args.text("name").strip(":")
    if not name or not all(c.isalnum() or c in "_-+:'" for c in name) or name.lower() != name or not name.isascii():
        raise SlackError("invalid_name")
    return name


@method("reactions.add", "name! channel timestamp", scope="reactions:write", tier="tier3")
def reactions_add(work: Workspace, args: Args) -> Json:
    said, name = _item(work, args), _emoji(args)
    if len(said.reactions) >= 23 and name not in said.reactions:
        raise SlackError("too_many_emoji")
    if not posting.react(work, said, work.app.user_id, name):
        raise SlackError("already_reacted")
    return {}


@method("reactions.remove", "name! channel timestamp", scope="reactions:write", tier="tier2")
def reactions_remove(work: Workspace, args: Args) -> Json:
    if not posting.unreact(work, _item(work, args), work.app.user_id, _emoji(args)):
        raise SlackError("no_reaction")
    return {}


@method("reactions.get", "channel timestamp full", scope="reactions:read", tier="tier3")
def reactions_get(work: Workspace, args: Args) -> Json:
    said = _item(work, args)
    return {"type": "message", "channel": said.channel, "message": message_shape(work, said)}
