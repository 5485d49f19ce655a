"""An event comes in (`handle`): one job, one transaction, one reply. What goes out is `bot.courier`'s."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import cast

from bot import wording
from bot.access import Call, call_for, carried
from bot.cleaning import cleaned
from bot.errors import Answered, Busy, Problem, Stale
from bot.inbound import ButtonPressed, CommandInvoked, Event, FormSubmitted, Tick
from bot.language import reading
from bot.message import Message, say
from bot.people.model import Person
from bot.ports import Ask, Reply, Say, Store, UnitOfWork
from bot.privacy.asking.age import ask_age
from bot.privacy.auditing.audit import Deed
from bot.privacy.erasing.decided_again import held_to_decisions
from bot.privacy.erasing.gate import Gate
from bot.privacy.notices.policy import announced
from bot.readers import languages_for
from bot.router import Router

CONFLICTS = 20  # tries, because somebody else changed the ticket meanwhile, before it is too busy
log = logging.getLogger(__name__)
Invoked = CommandInvoked | ButtonPressed | FormSubmitted


class App:
    """`posted` is called after each commit that may have filled the outbox. What the `gate` stops is not taken in."""

    def __init__(self, router: Router, store: Store, posted: Callable[[], None], gate: Gate | None = None) -> None:
        self.router = router
        self.store = store
        self.posted = posted
        self.gate = gate or Gate()

    async def handle(self, event: Event) -> Reply:
        """React to one event. Returns after the commit: only then may the platform be told that we have it.

        Raises what went wrong for events that the platform will deliver again (messages, edits, deletions);
        a person who pressed or typed a command is told instead.
        """
        try:
            admitted = self.gate.admitted(event)
            if admitted is None:
                log.info("an event was dropped: it is from before an erasure", extra={"count": self.gate.dropped})
                return None
            event = cleaned(admitted)
            reply = await self._react_once(event)
        except Answered as answered:
            return cast("Reply", answered.reply)
        except Problem as problem:
            if problem.denied:
                await self._write_down(event, problem.denied)
            return Say(Message((str(problem),), language=problem.language))
        except Exception as error:
            if not isinstance(event, Invoked):
                raise
            with reading(event.actor.language):
                if isinstance(error, Busy):
                    return Say(say(wording.busy()))
                log.exception("event failed", extra={"event": event.recorded})
                return Say(say(wording.broken()))
        self.posted()
        return reply

    async def _write_down(self, event: Event, code: str) -> None:
        """Somebody asked for what is not theirs. Of what they did nothing else is kept, so this stands alone."""

        def job(work: UnitOfWork) -> None:
            work.audit.actor = event.actor.ref
            work.audit.note(Deed.DENIED, reason=code)

        try:
            await self.store.write(job)
        except Exception:  # they are answered all the same
            log.exception("a denied access could not be written down", extra={"event": event.recorded})

    async def tick(self, tick: Tick) -> None:
        """Let time pass, once for each tick id: every timer is a job of its own, and one that fails stops no other.

        Raises what went wrong first, when all had their turn.
        """
        if await self.store.write(lambda work: work.seen(tick.id)):
            return
        failures = []
        for timer in self.router.ticks:
            try:
                while await self.store.write(partial(timer, tick)):
                    pass
            except Exception as error:  # raised below
                failures.append(error)
        self.posted()
        if failures:
            raise failures[0]

    async def _react_once(self, event: Event) -> Reply:
        """Whoever was second with a change looks again, and is told what the first one did."""
        for attempt in range(CONFLICTS):
            try:
                return await self.store.write(lambda work: self._react(event, work))
            except Stale:
                await asyncio.sleep(0.001 * attempt)
        raise Busy

    def _react(self, event: Event, work: UnitOfWork) -> Reply:
        if work.seen(event.id):
            return None
        work.audit.actor = event.actor.ref
        with reading(languages_for(event, work)):
            held_to_decisions(event, self.gate, work)
            if isinstance(event, Invoked):
                person = _met(event, work)
                reply = self.invoke(replace(event, actor=person.as_known(event.actor)), work)
            else:
                reply = self.router.listeners[type(event)](event, work)
            if work.promises.age:
                ask_age(event, work)
            return announced(event, reply, work)

    def invoke(self, event: Invoked, work: UnitOfWork) -> Reply:
        name = event.command if isinstance(event, CommandInvoked) else event.action
        command = self.router.find(name.replace(" ", "."))
        if command is None:
            raise Problem(wording.unknown_command(name.replace(".", " "), [c.name for c in self.router.visible()]))
        return run(call_for(event, command, work), work)


def _met(event: Invoked, work: UnitOfWork) -> Person:
    """Whoever acts. Somebody known who did nothing is not seen by that: their data would be kept for longer."""
    if isinstance(event, ButtonPressed) and event.by_itself and (known := work.people.recall(event.actor.ref)):
        return known
    return work.people.meet(event.actor.ref, event.actor.name, event.actor.language)


def run(call: Call, work: UnitOfWork) -> Reply:
    """Call the command's handler, or ask first for what is missing."""
    lacking = [o.name for o in call.command.options if o.required and not call.options.get(o.name, "").strip()]
    if not lacking:
        return call.command.handler(call, work)
    if call.command.form is not None and not isinstance(call.event, FormSubmitted):
        for named in filter(lambda actor: actor.name, call.named):  # the form brings back only who it was
            work.people.meet(named.ref, named.name, named.language)
        form = call.command.form_for(carried(call))
        return Ask(call.command.prepared(call, work, form) if call.command.prepared else form)
    raise Problem(wording.missing(lacking[0], call.command.usage))
