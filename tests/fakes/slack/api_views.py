"""views.*: modals by trigger, a stack of three, updates guarded by hash, the Home tab."""

from .blocks import check_view
from .errors import SlackError
from .methods import Args, method
from .model import Json, View
from .normal import normal_view
from .shapes import view as shape_of
from .workspace import Workspace

DEEPEST = 3  # views on one stack


def new_hash(work: Workspace) -> str:
    return f"{work.new_ts()}.{work.new_id('h')[-6:].lower()}"


def show(work: Workspace, user: str, payload: Json, *, on: View | None = None) -> View:
    """Open a modal, on top of another one or alone. Raises SlackError duplicate_external_id."""
    external = payload.get("external_id")
    if external and any(v.payload.get("external_id") == external for v in work.views.values()):
        raise SlackError("duplicate_external_id")
    view_id = work.new_id("V")
    view = View(
        view_id, user, normal_view(work, payload), new_hash(work), on.root_id if on else view_id, on.id if on else ""
    )
    work.views[view.id] = view
    stack = work.modals.setdefault(user, [])
    if on is None:
        close(work, user)
    stack.append(view.id)
    return view


def close(work: Workspace, user: str, *, only_top: bool = False) -> list[View]:
    """Take modals away from a person; those closed, the top one first."""
    stack = work.modals.get(user, [])
    closed = []
    while stack:
        closed.append(work.views.pop(stack.pop()))
        if only_top:
            break
    return closed


def replace(work: Workspace, view: View, payload: Json) -> View:
    view.payload, view.hash = normal_view(work, payload), new_hash(work)
    return view


@method("views.open", "view! trigger_id! interactivity_pointer", tier="tier4")
def open_view(work: Workspace, args: Args) -> Json:
    payload = check_view(work, args.json("view", "invalid_arguments"), "modal")
    trigger = work.tickets.spend(args.text("trigger_id"))
    return {"view": shape_of(work, show(work, trigger.user, payload))}


@method("views.push", "view! trigger_id! interactivity_pointer", tier="tier4")
def push(work: Workspace, args: Args) -> Json:
    payload = check_view(work, args.json("view", "invalid_arguments"), "modal")
    trigger = work.tickets.spend(args.text("trigger_id"))
    below = work.views.get(trigger.view_id)
    if below is None:
        raise SlackError("not_found")
    if len(work.modals[trigger.user]) >= DEEPEST:
        raise SlackError("push_limit_reached")
    return {"view": shape_of(work, show(work, trigger.user, payload, on=below))}


@method("views.update", "view! view_id external_id hash", tier="tier4")
def update(work: Workspace, args: Args) -> Json:
    external = args.text("external_id")
    view = work.views.get(args.text("view_id")) or next(
        (v for v in work.views.values() if external and v.payload.get("external_id") == external), None
    )
    if view is None:
        raise SlackError("not_found")
    payload = check_view(work, args.json("view", "invalid_arguments"), view.type)
    if args.text("hash") and args.text("hash") != view.hash:
        raise SlackError("hash_conflict")
    return {"view": shape_of(work, replace(work, view, payload))}


@method("views.publish", "user_id! view! hash", tier="tier4")
def publish(work: Workspace, args: Args) -> Json:
    user = args.text("user_id")
    if user not in work.users or work.users[user].is_bot:
        raise SlackError("invalid_arguments", "invalid `user_id`")
    payload = check_view(work, args.json("view", "invalid_arguments"), "home")
    home = work.homes.get(user)
    if home and args.text("hash") and args.text("hash") != home.hash:
        raise SlackError("hash_conflict")
    if home:
        replace(work, home, payload)
    else:
        view_id = work.new_id("V")
        home = work.homes[user] = View(view_id, user, normal_view(work, payload), new_hash(work), view_id)
    return {"view": shape_of(work, home)}
