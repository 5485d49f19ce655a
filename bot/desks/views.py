"""Every word people read about desks."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic.fields import FieldInfo

from bot import wording
from bot.desks.model import Desk, Member, Rank, Settings
from bot.desks.naming import is_group, written_place, written_principal
from bot.desks.sheet import Sheet
from bot.inbound import Place
from bot.language import Phrase, _, here, several
from bot.message import Field, Form, Input, Message, UserRef, say

PATTERNS = {
    r"^[a-z]{2}(-[A-Z]{2})?$": Phrase("a language such as en or pt-BR"),
    r"^\S+$": Phrase("without spaces"),
    r"^(open|private|direct)$": Phrase("open, private or direct"),
    r"^(keep|warn|close)$": Phrase("keep, warn or close"),
}
UNSET = "default"
MOST_NAMES = 30  # of one rank; a longer list would not fit a platform's field


def desk(desk: Desk, intake: Sequence[Place], members: Sequence[Member], names: Mapping[str, str]) -> Message:
    """What a desk is set to. `names` are those of principals whose name is known."""
    agents = written_place(desk.agents) if desk.agents else _("none: tickets get no cards")
    fields = [
        Field(_("Takes in from"), (_listed(map(written_place, intake)) or _("no channel"),)),
        Field(_("Agents' channel"), (agents,)),
    ]
    for rank, title in ((Rank.ADMIN, _("Administrators")), (Rank.LEAD, _("Leads")), (Rank.AGENT, _("Agents"))):
        if those := [member for member in members if member.rank == rank]:
            fields.append(Field(title, (_listed(called(m.principal, names) for m in those),)))
    if officers := [member for member in members if member.officer]:
        fields.append(Field(_("Privacy officers"), (_listed(called(m.principal, names) for m in officers),)))
    if categories := desk.panel.categories:
        fields.append(Field(_("Panel"), (_listed(each.name for each in categories),)))
    fields += [_setting(name, info, desk.settings) for name, info in Settings.model_fields.items()]
    title = _("Desk {name}", name=desk.name)
    return Message((_("Leads change settings with /desk set."),), title=title, fields=tuple(fields))


def channel_gone(desk: Desk, place: Place, why: str, *, agents: bool) -> Message:
    values = {"desk": desk.name, "channel": written_place(place), "reason": here(why)}
    if agents:
        return say(
            _(
                "Desk {desk} has its agents in {channel}, where I cannot be any more: {reason}. "
                "Nothing that was said is lost. Please bring me back there, or give the desk another channel.",
                **values,
            )
        )
    return say(
        _(
            "Desk {desk} takes in from {channel}, where I cannot be any more: {reason}. "
            "Nothing that was said is lost. Please bring me back there, or give the desk another channel.",
            **values,
        )
    )


SETUP_FORM = Form(
    action="",
    title=Phrase("Set up a desk"),
    inputs=(
        Input("name", Phrase("Name: small letters, digits and dashes"), required=False, max_length=32),
        Input("intake", Phrase("Channels in which a message opens a ticket"), picks="channels"),
        Input("channel", Phrase("The agents' channel"), picks="channel"),
        Input("people", Phrase("Agents"), required=False, picks="people"),
        Input("groups", Phrase("Groups of agents"), required=False, picks="groups"),
    ),
)


def set_up(desk: Desk, intake: Sequence[Place], members: Sequence[Member], warned: Sequence[str]) -> Message:
    text = _(
        "Desk {name} is ready. It takes in from {channels} and has {members}. "
        "Please invite me to all of its channels, if I am not there yet. /desk show tells what it is set to, "
        "/desk category adds what customers can choose from, and /desk panel posts it.",
        name=desk.name,
        channels=several("{number} channel", "{number} channels", len(intake)),
        members=several("{number} member", "{number} members", len(members)),
    )
    return say("\n".join([text, *(_("Please look at this: {what}.", what=here(each)) for each in warned)]))


def desk_name_wrong() -> str:
    return _("Nothing was changed: the name of a desk is small letters, digits and dashes, up to 32.")


def one_channel() -> str:
    return _("Nothing was changed: agents have one channel.")


def no_such_channel() -> str:
    return _("Nothing was changed: write channels as platform:workspace/channel.")


def not_yours_to_set_up() -> str:
    return _("Nothing was changed: new desks are made by those who run this workspace.")


def desk_of_others(name: str) -> str:
    return _(
        "Nothing was changed: there is a desk {name} already, and only its leads change it. Choose another name.",
        name=name,
    )


def channel_elsewhere() -> str:
    return _("Nothing was changed: that channel is not in this workspace. Such desks are set up with a file.")


def called(principal: str, names: Mapping[str, str]) -> str:
    return names.get(principal) or written_principal(principal)


def setting_saved(name: str, settings: Settings) -> Message:
    return say(_("{name} is now {value}.", name=name, value=_shown(getattr(settings, name))))


def setting_wrong(name: str) -> str:
    return _(
        "Nothing was changed. {name} has to be {allowed}.", name=name, allowed=allowed(Settings.model_fields[name])
    )


def allowed(info: FieldInfo) -> str:
    """What a setting may be, in words: "a whole number from 1 to 1000"."""
    limits: dict[str, Any] = {}
    for each in info.metadata:
        keys = ("ge", "le", "min_length", "max_length", "pattern")
        limits |= {key: value for key in keys if (value := getattr(each, key, None)) is not None}
    if info.annotation is int:
        return _("a whole number from {least} to {most}", least=limits["ge"], most=limits["le"])
    what = here(PATTERNS[limits["pattern"]]) if "pattern" in limits else ""
    if "max_length" not in limits:
        return what or _("a text")
    size = _("a text of {least} to {most} characters", least=limits.get("min_length", 0), most=limits["max_length"])
    return size + (f" {what}" if what else "")


def ranked(who: str, rank: Rank, desk: Desk) -> Message:
    match rank:
        case Rank.ADMIN:
            return say(_("{name} is now an administrator of the desk {desk}.", name=who, desk=desk.name))
        case Rank.LEAD:
            return say(_("{name} is now a lead of the desk {desk}.", name=who, desk=desk.name))
        case _other:
            return say(_("{name} is now an agent of the desk {desk}.", name=who, desk=desk.name))


def ranked_already(who: str, rank: Rank) -> str:
    return _(
        "Nothing was changed: {name} is {rank} already. To give another rank, say which: agent, lead or admin.",
        name=who, rank=_rank(rank),
    )  # fmt: skip


def removed(who: str, desk: Desk, officer: bool, holding: Sequence[int]) -> Message:
    sentences = [_("{name} no longer works at the desk {desk}.", name=who, desk=desk.name)]
    if officer:
        sentences.append(_("They are still its privacy officer; only the desk's file can change that."))
    if holding:
        tickets = ", ".join(f"#{number}" for number in holding)
        sentences.append(_("They still hold {tickets}: please assign these to somebody else.", tickets=tickets))
    return say(" ".join(sentences))


def not_here(who: str) -> str:
    return _("Nothing was changed: {name} has no rank of their own at this desk.", name=who)


def the_last(rank: Rank) -> str:
    if rank is Rank.ADMIN:
        return _("Nothing was changed: this is the desk's last administrator. Make somebody else administrator first.")
    return _("Nothing was changed: this is the desk's last lead. Make somebody else lead first.")


def no_such_principal() -> str:
    return _(
        "I do not know who that is. Write a person as platform:workspace/ID or platform:ID, "
        "a group as platform:workspace/@group, a role as platform:workspace/&role."
    )


def no_such_platform(platform: str) -> str:
    return _("Nothing was changed: this desk has no channel on “{platform}”.", platform=platform[:30])


def who_or_which_group(usage: str) -> str:
    return _("Name either a person or a group.") + f" {wording.usage(usage)}"


def _rank(rank: Rank) -> str:
    match rank:
        case Rank.ADMIN:
            return _("administrator")
        case Rank.LEAD:
            return _("lead")
        case _other:
            return _("agent")


# For operators

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


def panel_wrong(name: str) -> str:
    """What a key of a panel has to be; inside of a list, `name` is a number."""
    if name.isdecimal():
        return "this has to be keys and values, or in choices a line of up to 100 characters"
    return f"{name} has to be {PANEL.get(name, 'something else')}"


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
    what += _difference("macros", set(before.macros.items()), set(after.macros.items()))
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
    return Field(name, (f"{_shown(getattr(settings, name))} ({here(info.description or '')})",))


def _shown(value: object) -> str:
    return _("“{value}”", value=value) if isinstance(value, str) and value else str(value) or _("not set")


def _listed(words: Iterable[str]) -> str:
    every = list(words)
    more = [_("and {number} more", number=len(every) - MOST_NAMES)] if len(every) > MOST_NAMES else []
    return ", ".join(every[:MOST_NAMES] + more)


def names_of(members: Sequence[Member], known: Mapping[UserRef, str]) -> dict[str, str]:
    """Names by principal, for those who are people."""
    people = {m.principal: UserRef.parse(m.principal) for m in members if not is_group(m.principal)}
    return {principal: known[who] for principal, who in people.items() if known.get(who)}
