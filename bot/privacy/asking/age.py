"""The age gate. Before somebody said that they are of age nothing of them is kept: the question is an answer to their
event, and all that the event did is undone. Of whoever says that they are not, nothing is kept either, and what there
was from before is deleted at once.

It is asked when an event is over, of everybody whom it met, so no way in goes past it.
"""

from collections.abc import Mapping, Sequence

from bot.access import Call, principals
from bot.desks.model import Rank
from bot.errors import Answered, NotAllowed
from bot.inbound import Actor, ButtonPressed, CommandInvoked, Event, FormSubmitted, MessageRaised
from bot.message import UserRef
from bot.ports import Reply, Say, UnitOfWork
from bot.privacy.asking import age_views as views
from bot.privacy.handlers import begin_erasure
from bot.privacy.model import Asked, Request, Stage
from bot.privacy.uses import Use
from bot.router import Router

router = Router(Use.RIGHTS)
ANSWERS = ("mydata.of-age", "mydata.under-age")


def ask_age(event: Event, work: UnitOfWork) -> None:
    """Raises `Answered` with the question if it is not known of whoever did it, `NotAllowed` if of somebody else."""
    action = _action(event)
    if action in ANSWERS:
        return
    actors = _actors(event)
    for person in work.people.met_now():
        if person.of_age_at is not None:
            continue
        if _works_here(actors.get(person.who, Actor(person.who, "")), work):
            work.people.of_age(person.who)
        elif person.who != event.actor.ref:
            raise NotAllowed(views.others_age())
        elif work.people.newcomer(person.who) or not action.startswith(
            "mydata"
        ):  # who is known has their rights, whatever their age
            raise Answered(Say(views.question(work.promises.age)))


@router.command("mydata of-age", "Say that you are of age", hidden=True)
def of_age(call: Call, work: UnitOfWork) -> Reply:
    work.people.of_age(call.actor.ref)
    return Say(views.welcome())


@router.command("mydata under-age", "Say that you are not of age", hidden=True)
def under_age(call: Call, work: UnitOfWork) -> Reply:
    """Nobody has to wait for a deletion, or to confirm it, who is under age."""
    who = call.actor
    if work.people.newcomer(who.ref):
        raise Answered(Say(views.nothing_kept()))
    if _works_here(who, work):
        raise NotAllowed(views.works_here())
    work.privacy.alone(who.ref)
    last = next(iter(work.privacy.requests_of(who.ref, Asked.ERASURE, 1)), None)
    if last is None or not last.open:
        last = work.privacy.open_request(Request(0, who.ref, Asked.ERASURE, work.now, Stage.ASKED))
    if last.stage in (Stage.ASKED, Stage.COOLING):
        begin_erasure(last, work)
    return Say(views.being_deleted())


def _works_here(actor: Actor, work: UnitOfWork) -> bool:
    ranks = [work.desks.rank(desk.id, principals(actor)) for desk in work.desks.all()]
    return any(rank >= Rank.AGENT or officer for rank, officer in ranks)


def _action(event: Event) -> str:
    match event:
        case CommandInvoked(command=command):
            return command.replace(" ", ".")
        case ButtonPressed(action=action) | FormSubmitted(action=action):
            return action
    return ""


def _actors(event: Event) -> Mapping[UserRef, Actor]:
    """Those of whom the event says what groups they are in."""
    others: Sequence[Actor] = ()
    match event:
        case CommandInvoked(named=named):
            others = named
        case MessageRaised(said=said):
            others = [each.actor for each in said]
    return {actor.ref: actor for actor in (*others, event.actor)}
