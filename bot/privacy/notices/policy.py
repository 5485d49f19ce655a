"""/mydata policy, and the versions of the privacy notice: published when they differ, announced when that matters."""

from dataclasses import replace

from bot.access import Call
from bot.inbound import Event
from bot.message import Message
from bot.ports import Reply, Say, Store, UnitOfWork
from bot.privacy.notices import notice_views as views
from bot.privacy.notices.notice import Notice, changes, facts, next_version, whys
from bot.privacy.promises import Promises
from bot.privacy.uses import Use
from bot.router import Option, Router, Takes

router = Router(Use.RIGHTS)
WHAT = Option("what", "The notice, or what changed in it", Takes.CHOICE, required=False, choices=("notice", "diff"))
VERSIONS = 100  # looked through for the last one that was material


@router.command("mydata policy", "Read our privacy notice, or what changed in it", WHAT)
def policy(call: Call, work: UnitOfWork) -> Reply:
    if call.options.get("what") == "diff":
        return policy_diff(call, work)
    return Say(views.policy(newest(work), work.promises, whys(work.privacy.topics())))


@router.command("mydata policy-diff", "What changed in our privacy notice", hidden=True)
def policy_diff(call: Call, work: UnitOfWork) -> Reply:
    new, *older = work.privacy.notices(2) or [newest(work)]
    return Say(views.diff(new, changes(older[0].facts, new.facts)) if older else views.first(new))


def newest(work: UnitOfWork) -> Notice:
    """What would be published is shown where nothing is published yet."""
    if published := work.privacy.notices(1):
        return published[0]
    says = facts(work.privacy.topics(), work.privacy.periods(), work.promises)
    return Notice(1, says, work.now, work.now)


async def keep_current(store: Store, promises: Promises) -> Promises:
    """Publish what the notice says by now, if the latest version says something else. The promises with what to
    announce in them: whoever asks again and again sees what other processes published."""

    def look(work: UnitOfWork) -> bool:
        return _due(promises, work) is not None

    if await store.read(look):
        await store.write(lambda work: publish(promises, work))
    return await store.read(lambda work: _announcing(promises, work))


def publish(promises: Promises, work: UnitOfWork) -> Notice | None:
    """A new version, if there is anything new to say."""
    due = _due(promises, work)
    return work.privacy.publish(due) if due else None


def _due(promises: Promises, work: UnitOfWork) -> Notice | None:
    latest = next(iter(work.privacy.notices(1)), None)
    return next_version(latest, facts(work.privacy.topics(), work.privacy.periods(), promises), work.now)


def _announcing(promises: Promises, work: UnitOfWork) -> Promises:
    material = next((notice for notice in work.privacy.notices(VERSIONS) if notice.material), None)
    return replace(promises, announce_since=material.published_at if material else None)


def announced(event: Event, reply: Reply, work: UnitOfWork) -> Reply:
    """The reply, and with it the news for whoever has not heard of the notice since it changed. It costs the others
    nothing: who they are was read for the event anyway."""
    since = work.promises.announce_since
    person = work.people.met(event.actor.ref) if since is not None else None
    if since is None or person is None or person.notice_at is None or person.notice_at >= since:
        return reply
    if reply is not None and (not isinstance(reply, Say) or reply.public):
        return reply  # a form, a page, or read by others: the next time, then
    work.people.told_of_notice(person.who)
    return _with_news(reply, work)


def _with_news(reply: Say | None, work: UnitOfWork) -> Reply:
    """What changed since the version before the last material one."""
    notices = work.privacy.notices(VERSIONS)
    at = next(index for index, notice in enumerate(notices) if notice.material)
    news = views.announcement(notices[at], changes(notices[at + 1].facts, notices[at].facts))
    if reply is None:
        return Say(Message(text=(news,)))
    return Say(replace(reply.message, text=(*reply.message.text, f"\n\n{news}")))
