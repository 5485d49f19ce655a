"""`/desk panel` posts what customers choose from; a choice opens a form, and the form opens a ticket."""

from pydantic import ValidationError

from bot.access import Call
from bot.desks.model import Desk, Rank
from bot.desks.panel import Category, Panel
from bot.desks.typed import questions
from bot.effects import Announce, Remove
from bot.errors import NotFound, Problem
from bot.inbound import Place
from bot.language import reading
from bot.panels import views
from bot.ports import Ask, Reply, Say, UnitOfWork
from bot.privacy.model import NOBODY
from bot.privacy.uses import Use
from bot.relay.views import with_refused
from bot.router import DESK, Option, Router, Scope, Takes
from bot.tickets import views as ticket_views
from bot.tickets.model import SUBJECT_LENGTH, subject_from
from bot.tickets.opening import Opening, check_block, check_limits, open_ticket, own_channel

router = Router(Use.SUPPORT)
NAME = Option("name", "What the category is called", Takes.CATEGORY)


@router.command(
    "desk panel", "Post here what customers choose from",
    Option("look", "buttons or a menu", Takes.CHOICE, required=False, choices=("buttons", "menu"), named=True),
    Option("title", "The line above it, from now on", required=False, named=True), DESK,
    Option("text", "What it says, from now on", Takes.TEXT, required=False),
    allow=Rank.LEAD, scope=Scope.DESK,
)  # fmt: skip
def post_panel(call: Call, work: UnitOfWork) -> Reply:
    """One in each channel: the one that was there goes."""
    here = call.event.place
    if here.direct:
        raise Problem(views.not_in_private())
    desk = _with_panel(call, work)
    channel, key = Place(here.platform, here.workspace, here.conversation), f"panel:{desk.id}:{here.conversation}"
    if work.outbox.posted(key):
        work.outbox.post(Remove(key, here.platform, key), about=NOBODY)
    with reading(desk.settings.language):
        shown = views.panel(desk)
    work.outbox.post(Announce(key, here.platform, channel, shown), about=NOBODY)
    return Say(views.posted(desk))


@router.command(
    "desk category", "Add a category to the panel, or change one", NAME,
    Option("hint", "A second line in the menu", required=False, named=True),
    Option("tag", "What its tickets are tagged with", required=False, named=True), DESK,
    Option("questions", "First?; Second? [long]; Device [phone|tablet]; Photo [file, optional]", Takes.TEXT,
           required=False),
    allow=Rank.LEAD, scope=Scope.DESK,
)  # fmt: skip
def change_category(call: Call, work: UnitOfWork) -> Reply:
    desk = work.desks.hold(call.desk.id)
    given = {name: call.options.get(name, "").strip() for name in ("name", "hint", "tag", "questions")}
    try:
        category = Category(
            name=given["name"], hint=given["hint"], tag=given["tag"].lower(), questions=questions(given["questions"])
        )
        panel = desk.panel.with_category(category)
    except ValueError as error:
        raise Problem(views.category_wrong()) from error
    work.desks.set_panel(desk.id, panel)
    return Say(views.category_saved(desk, category))


@router.command("desk category-remove", "Take a category from the panel", NAME, DESK, allow=Rank.LEAD, scope=Scope.DESK)
def remove_category(call: Call, work: UnitOfWork) -> Reply:
    desk = work.desks.hold(call.desk.id)
    word = call.options["name"].strip().lower()
    found = next((c for c in desk.panel.categories if word in (c.name.lower(), c.known_by)), None)
    if found is None:
        raise Problem(views.no_category(word, desk.panel.categories))
    work.desks.set_panel(desk.id, desk.panel.without(found.known_by))
    return Say(views.category_removed(desk, found))


@router.command("panel pick", "Choose what a ticket is about", hidden=True, asks=True)
def pick(call: Call, work: UnitOfWork) -> Reply:
    """Whoever may not open a ticket now is told before they fill in the form."""
    desk, category = _chosen(call, work)
    if category is None:
        return _offered_instead(desk)
    check_block(call.actor.ref, work)
    check_limits(desk, call.actor.ref, "", work)
    return Ask(views.form(desk, category))


@router.command("panel fill", "Open a ticket with a panel's form", hidden=True)
def fill(call: Call, work: UnitOfWork) -> Reply:
    desk, category = _chosen(call, work)
    if category is None:
        return _offered_instead(desk, _text(call, Category(name="-", tag="0")))
    text = _text(call, category)
    check_block(call.actor.ref, work)
    check_limits(desk, call.actor.ref, text, work)
    _check_answers(call, category, text)
    subject = views.subject(category, _first_answer(call, category))
    new = Opening(
        desk, call.actor.ref, text, subject, call.files, name=call.actor.name, tags=frozenset({category.known_by}),
        thread=_room(desk, call.event.place, work), private=True,
    )  # fmt: skip
    told = Say(ticket_views.told_opened(open_ticket(new, work), private=new.thread is None))
    return with_refused(told, call.refused) if call.refused else told


def _with_panel(call: Call, work: UnitOfWork) -> Desk:
    """The desk, with what the command says about its panel."""
    desk = work.desks.hold(call.desk.id)
    given = {name: value for name in ("title", "text") if (value := call.options.get(name, "").strip())}
    look = call.options.get("look")
    if not given and not look:
        return desk
    try:
        panel = desk.panel.changed(**given, **({"menu": look == "menu"} if look else {}))
    except ValidationError as error:
        raise Problem(views.panel_wrong()) from error
    work.desks.set_panel(desk.id, panel)
    return work.desks.hold(desk.id)


def _chosen(call: Call, work: UnitOfWork) -> tuple[Desk, Category | None]:
    """What the button stands for, if that desk is at work where it was pressed. Raises `NotFound`."""
    id, _, tag = call.arg.partition("-")
    desk = work.desks.get(int(id)) if id.isdecimal() and len(id) < 19 else None
    if desk is None or not _at_work(desk, call.event.place, work):
        raise NotFound(views.not_here())
    return desk, desk.panel.find(tag)


def _at_work(desk: Desk, place: Place, work: UnitOfWork) -> bool:
    """In private messages nothing tells the workspace, so there the platform has to be enough."""
    channels = [*work.desks.intake(desk.id), *([desk.agents] if desk.agents else [])]
    return any(
        each.platform == place.platform and (place.direct or each.workspace == place.workspace) for each in channels
    )


def _offered_instead(desk: Desk, text: str = "") -> Reply:
    panel: Panel = desk.panel
    shown = views.panel(desk)
    return Say(views.replaced(shown, views.not_offered(text, panel.text)))


def _text(call: Call, category: Category) -> str:
    """The answers, a line each, under the words of their questions."""
    asked = {question.name: question for question in views.asked(category)}
    answers = {name: value.strip() for name, value in call.options.items() if name.startswith("q-") and value.strip()}
    known = [views.answer(question, answers[name]) for name, question in asked.items() if name in answers]
    return "\n".join(known + [views.answer(None, v) for name, v in answers.items() if name not in asked])


def _check_answers(call: Call, category: Category, text: str) -> None:
    """What a form shows is not what it may send: not every platform can pick, and clients can send anything."""
    for question in views.asked(category):
        value = call.options.get(question.name, "").strip()
        if question.name not in call.options and _changed_meanwhile(call, category):
            continue
        if question.required and not value:
            raise Problem(views.must_be_answered(question, text))
        if value and question.choices and value not in question.choices:
            raise Problem(views.must_be_chosen(question, text))


def _changed_meanwhile(call: Call, category: Category) -> bool:
    """Whether the form asked something else when it was opened; then what it brings is taken as it is."""
    asked = {question.name for question in views.asked(category)}
    return any(name.startswith("q-") and name not in asked for name in call.options)


def _first_answer(call: Call, category: Category) -> str:
    names = [each.name for each in views.asked(category) if not each.choices and each.kind != "file"]
    first = next((value for name in names if (value := call.options.get(name, "").strip())), "")
    return subject_from(first)[:SUBJECT_LENGTH]


def _room(desk: Desk, place: Place, work: UnitOfWork) -> Place | None:
    """Where the customer's room is to be: in a channel of the desk's own, in the same workspace; None in private.

    What somebody fills in is nobody else's business, so it is a private one even where desks have open threads.
    """
    if desk.settings.rooms == "direct" or place.direct:
        return None
    return own_channel(desk, place, work)
