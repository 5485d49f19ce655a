"""Every word people read about desks."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic.fields import FieldInfo

from bot.desks.model import Desk, Member, Rank, Settings
from bot.desks.naming import is_group, written_place, written_principal
from bot.desks.sheet import Sheet
from bot.inbound import Place
from bot.message import Field, Form, Input, Message, UserRef, say

RANKS = {Rank.CUSTOMER: "customer", Rank.AGENT: "agent", Rank.LEAD: "lead", Rank.ADMIN: "administrator"}
PLURALS = {Rank.ADMIN: "Administrators", Rank.LEAD: "Leads", Rank.AGENT: "Agents"}
PATTERNS = {
    r"^[a-z]{2}(-[A-Z]{2})?$": "a language such as en or pt-BR",
    r"^\S+$": "without spaces",
    r"^(open|private|direct)$": "open, private or direct",
    r"^(keep|warn|close)$": "keep, warn or close",
}
PANEL = {
    "title": "a line of up to 100 characters",
    "text": "a text of up to 1500 characters",
    "menu": "true or false",
    "categories": "a list of up to 25: - name: …",
    "name": "a line of 1 to 80 characters",
    "tag": "1 to 30 of a-z, 0-9 and -, and not begin with -",
    "hint": "a line of up to 100 characters",
    "questions": "a list of up to 5: - ask: …",
    "ask": "a line of 1 to 100 characters",
    "kind": "text, long, choice or file",
    "choices": "a list of up to 25",
    "required": "true or false",
}
UNSET = "default"
MOST_NAMES = 30  # of one rank; a longer list would not fit a platform's field


def desk(desk: Desk, intake: Sequence[Place], members: Sequence[Member], names: Mapping[str, str]) -> Message:
    """What a desk is set to. `names` are those of principals whose name is known."""
    fields = [
        Field("Takes in from", (_listed(map(written_place, intake)) or "no channel",)),
        Field("Agents' channel", (written_place(desk.agents) if desk.agents else "none: tickets get no cards",)),
    ]
    for rank, title in PLURALS.items():
        if those := [member for member in members if member.rank == rank]:
            fields.append(Field(title, (_listed(called(m.principal, names) for m in those),)))
    if officers := [member for member in members if member.officer]:
        fields.append(Field("Privacy officers", (_listed(called(m.principal, names) for m in officers),)))
    fields += [_setting(name, info, desk.settings) for name, info in Settings.model_fields.items()]
    return Message(("Leads change settings with /desk set.",), title=f"Desk {desk.name}", fields=tuple(fields))


def channel_gone(desk: Desk, place: Place, why: str, *, agents: bool) -> Message:
    does = "has its agents" if agents else "takes in"
    text = (
        f"Desk {desk.name} {does} in {written_place(place)}, where I cannot be any more: {why}. "
        "Nothing that was said is lost. Please bring me back there, or give the desk another channel."
    )
    return say(text)


SETUP_FORM = Form(
    action="",
    title="Set up a desk",
    inputs=(
        Input("name", "Name: small letters, digits and dashes", required=False, max_length=32),
        Input("intake", "Channels in which a message opens a ticket", picks="channels"),
        Input("channel", "The agents' channel", picks="channel"),
        Input("people", "Agents", required=False, picks="people"),
        Input("groups", "Groups of agents", required=False, picks="groups"),
    ),
)


def set_up(desk: Desk, intake: Sequence[Place], members: Sequence[Member], warned: Sequence[str]) -> Message:
    text = (
        f"Desk {desk.name} is ready. It takes in from {count(len(intake), 'channel')} "
        f"and has {count(len(members), 'member')}. "
        "Please invite me to all of its channels, if I am not there yet. /desk show tells what it is set to, "
        "and /desk panel posts what customers choose from."
    )
    return say("\n".join([text, *(f"Please look at this: {each}." for each in warned)]))


def count(many: int, thing: str) -> str:
    return f"{many} {thing}" if many == 1 else f"{many} {thing}s"


def desk_name_wrong() -> str:
    return "Nothing was changed: the name of a desk is small letters, digits and dashes, up to 32."


def one_channel() -> str:
    return "Nothing was changed: agents have one channel."


def no_such_channel() -> str:
    return "Nothing was changed: write channels as platform:workspace/channel."


def not_yours_to_set_up() -> str:
    return "Nothing was changed: new desks are made by those who run this workspace."


def desk_of_others(name: str) -> str:
    return f"Nothing was changed: there is a desk {name} already, and only its leads change it. Choose another name."


def channel_elsewhere() -> str:
    return "Nothing was changed: that channel is not in this workspace. Such desks are set up with a file."


def called(principal: str, names: Mapping[str, str]) -> str:
    return names.get(principal) or written_principal(principal)


def setting_saved(name: str, settings: Settings) -> Message:
    return say(f"{name} is now {_shown(getattr(settings, name))}.")


def setting_wrong(name: str) -> str:
    return f"Nothing was changed. {name} has to be {allowed(Settings.model_fields[name])}."


def allowed(info: FieldInfo) -> str:
    """What a setting may be, in words: "a whole number from 1 to 1000"."""
    limits: dict[str, Any] = {}
    for each in info.metadata:
        keys = ("ge", "le", "min_length", "max_length", "pattern")
        limits |= {key: value for key in keys if (value := getattr(each, key, None)) is not None}
    if info.annotation is int:
        return f"a whole number from {limits['ge']} to {limits['le']}"
    what = PATTERNS[limits["pattern"]] if "pattern" in limits else ""
    if "max_length" not in limits:
        return what or "a text"
    size = f"{limits.get('min_length', 0)} to {limits['max_length']} characters"
    return f"a text of {size}" + (f" {what}" if what else "")


def panel_wrong(name: str) -> str:
    """What a key of a panel has to be; inside of a list, `name` is a number."""
    if name.isdecimal():
        return "this has to be keys and values, or in choices a line of up to 100 characters"
    return f"{name} has to be {PANEL.get(name, 'something else')}"


def ranked(who: str, rank: Rank, desk: Desk) -> Message:
    article = "an" if RANKS[rank][0] in "aeiou" else "a"
    return say(f"{who} is now {article} {RANKS[rank]} of the desk {desk.name}.")


def ranked_already(who: str, rank: Rank) -> str:
    return (
        f"Nothing was changed: {who} is {RANKS[rank]} already. To give another rank, say which: agent, lead or admin."
    )


def removed(who: str, desk: Desk, officer: bool, holding: Sequence[int]) -> Message:
    text = f"{who} no longer works at the desk {desk.name}."
    if officer:
        text += " They are still its privacy officer; only the desk's file can change that."
    if holding:
        tickets = ", ".join(f"#{number}" for number in holding)
        text += f" They still hold {tickets}: please assign these to somebody else."
    return say(text)


def not_here(who: str) -> str:
    return f"Nothing was changed: {who} has no rank of their own at this desk."


def the_last(rank: Rank) -> str:
    return f"Nothing was changed: this is the desk's last {RANKS[rank]}. Make somebody else {RANKS[rank]} first."


def no_such_principal() -> str:
    return (
        "I do not know who that is. Write a person as platform:workspace/ID or platform:ID, "
        "a group as platform:workspace/@group, a role as platform:workspace/&role."
    )


def no_such_platform(platform: str) -> str:
    return f"Nothing was changed: this desk has no channel on “{platform[:30]}”."


def who_or_which_group(usage: str) -> str:
    return f"Name either a person or a group. Please write it like this: {usage}"


# Importing


def taken(before: Sheet | None, after: Sheet) -> str:
    """What an import did to a desk: "support: changed (settings: language; people and groups: 1 more, 2 fewer)"."""
    if before is None:
        channels = _count(len(list(after.channels())), "channel", "channels")
        people = _count(len(after.members()), "person or group", "people and groups")
        return f"{after.name}: made, with {channels} and {people}"
    if after.same(before):
        return f"{after.name}: nothing to change"
    settings = [
        name for name in Settings.model_fields if getattr(before.settings, name) != getattr(after.settings, name)
    ]
    what = [f"settings: {', '.join(settings)}"] if settings else []
    what += ["panel"] if before.panel != after.panel else []
    what += _difference("channels", set(before.channels_by_use()), set(after.channels_by_use()))
    what += _difference("people and groups", set(before.members()), set(after.members()))
    return f"{after.name}: changed ({'; '.join(what)})"


def left_alone(name: str) -> str:
    return f"{name}: not in the file, left as it is"


def hints(sheet: Sheet) -> list[str]:
    """What a desk still lacks before people can work with it."""
    lacking = []
    if not sheet.intake:
        lacking.append("has no intake channel: nobody can open a ticket")
    if sheet.agents_channel is None:
        lacking.append("has no agents_channel: tickets get no cards, only commands work")
    if not (sheet.agents or sheet.leads or sheet.admins):
        lacking.append("has no agents: nobody can answer")
    elif not (sheet.leads or sheet.admins):
        lacking.append("has no leads: nobody can change it from the chat")
    return [f"{sheet.name}: {what}" for what in lacking]


def named_twice(name: str) -> str:
    return f"there is another desk named {name}"


def channel_taken(place: Place, name: str) -> str:
    return f"the channel {written_place(place)} is already used by the desk {name}; a channel belongs to one desk, once"


def _difference(what: str, before: set[Any], after: set[Any]) -> list[str]:
    more, fewer = len(after - before), len(before - after)
    said = [f"{more} more"] * bool(more) + [f"{fewer} fewer"] * bool(fewer)
    return [f"{what}: {', '.join(said)}"] if said else []


def _count(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"


def _setting(name: str, info: FieldInfo, settings: Settings) -> Field:
    return Field(name, (f"{_shown(getattr(settings, name))} ({info.description})",))


def _shown(value: object) -> str:
    return f"“{value}”" if isinstance(value, str) and value else str(value) or "not set"


def _listed(words: Iterable[str]) -> str:
    every = list(words)
    more = [f"and {len(every) - MOST_NAMES} more"] if len(every) > MOST_NAMES else []
    return ", ".join(every[:MOST_NAMES] + more)


def names_of(members: Sequence[Member], known: Mapping[UserRef, str]) -> dict[str, str]:
    """Names by principal, for those who are people."""
    people = {m.principal: UserRef.parse(m.principal) for m in members if not is_group(m.principal)}
    return {principal: known[who] for principal, who in people.items() if known.get(who)}
