"""`/ticket macro` answers a customer with one of the desk's macros; `/desk macros` shows them, leads change them."""

from collections.abc import Sequence
from dataclasses import replace

from pydantic import ValidationError

from bot.access import Call
from bot.desks.model import Desk, Rank
from bot.errors import NotFound, Problem
from bot.macros import views
from bot.macros.model import MOST_MACROS, Macro, filled
from bot.message import Form
from bot.ports import Reply, Say, UnitOfWork
from bot.privacy.uses import Use
from bot.relay.agents import send
from bot.relay.views import sent
from bot.router import DESK, Option, Router, Scope, Takes

router = Router(Use.SUPPORT)
NAME = Option("name", "The macro's name", Takes.MACRO)
TEXT = Option("text", "What it says; may have {number}, {name} and {agent} in it", Takes.TEXT)


def offered(call: Call, work: UnitOfWork, form: Form) -> Form:
    """The macros to choose from. Raises `Problem` if there are none."""
    macros = work.macros.all(call.desk.id)
    if not macros:
        raise Problem(views.none_yet(call.desk))
    (name,) = form.inputs
    return replace(form, inputs=(replace(name, choices=views.to_choose(macros)),))


@router.command(
    "ticket macro", "Answer the customer with one of the desk's macros", NAME,
    allow=Rank.AGENT, scope=Scope.TICKET, form=views.USE_FORM, prepared=offered,
)  # fmt: skip
def use_macro(call: Call, work: UnitOfWork) -> Reply:
    macro, ticket = _named(call, call.desk, work), call.ticket
    customer = work.people.names([ticket.customer]).get(ticket.customer, "")
    text = filled(macro.text, ticket.number, customer, call.actor.name)
    send(call.actor, text, (), None, ticket, call.desk, work)
    return Say(sent(ticket))


@router.command(
    "desk macros", "Show the macros of this desk, or one in full", replace(NAME, required=False), DESK,
    allow=Rank.AGENT, scope=Scope.DESK,
)  # fmt: skip
def show_macros(call: Call, work: UnitOfWork) -> Reply:
    if call.options.get("name"):
        return Say(views.shown(_named(call, call.desk, work)))
    return Say(views.listed(call.desk, work.macros.all(call.desk.id)))


def as_it_is(call: Call, work: UnitOfWork, form: Form) -> Form:
    """With what was typed already; a macro that is there is shown, to be changed."""
    word = _word(call)
    found = work.macros.find(call.desk.id, word)
    values = {"name": word, "text": call.options.get("text", "") or (found.text if found else "")}
    return replace(form, arg=str(call.desk.id), inputs=[replace(i, value=values[i.name]) for i in form.inputs])


@router.command(
    "desk macro-save", "Save a macro, or change one", NAME, DESK, TEXT,
    allow=Rank.LEAD, scope=Scope.DESK, form=views.SAVE_FORM, prepared=as_it_is,
)  # fmt: skip
def save_macro(call: Call, work: UnitOfWork) -> Reply:
    desk = work.desks.hold(call.desk.id)
    try:
        macro = Macro(name=_word(call), text=call.options["text"])
    except ValidationError as error:
        raise Problem(views.wrong()) from error
    there = {each.name for each in work.macros.all(desk.id)}
    if macro.name not in there and len(there) >= MOST_MACROS:
        raise Problem(views.too_many())
    work.macros.save(desk.id, macro)
    return Say(views.saved(macro, desk, filled(macro.text, 7, views.somebodys_name(), call.actor.name)))


@router.command("desk macro-remove", "Remove a macro", NAME, DESK, allow=Rank.LEAD, scope=Scope.DESK)
def remove_macro(call: Call, work: UnitOfWork) -> Reply:
    desk = work.desks.hold(call.desk.id)
    macro = _named(call, desk, work)
    work.macros.remove(desk.id, macro.name)
    return Say(views.removed(macro, desk))


def _named(call: Call, desk: Desk, work: UnitOfWork) -> Macro:
    """Raises `NotFound`, with the names that there are."""
    word = _word(call)
    if (found := work.macros.find(desk.id, word)) is not None:
        return found
    macros: Sequence[Macro] = work.macros.all(desk.id)
    raise NotFound(views.no_macro(word, macros) if macros else views.none_yet(desk))


def _word(call: Call) -> str:
    return call.options.get("name", "").strip().lower()
