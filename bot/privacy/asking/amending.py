"""What takes longer of a correction: the name in everything that was posted, and the old words on the disk."""

from functools import partial

from bot.ports import Store, TryLater, UnitOfWork
from bot.privacy.model import Request, Stage
from bot.relay import copies, rooms
from bot.relay.said import desk_of
from bot.tickets import home
from bot.tickets.timeline import Entry, Kind

PAGE = 20  # messages in one transaction; each is a few writes
SPOKEN = frozenset({Kind.SAID, Kind.REPLIED})
NAME = "name"  # in the counts of a request: it was the name that was corrected


async def finish_correction(store: Store, request: Request) -> None:
    """Whoever starts again after a crash does it once more, to the same end. Raises `TryLater`."""
    if request.stage is not Stage.DUE:
        return
    after: int | None = 0 if NAME in dict(request.counts) else None
    await store.write(lambda work: home.redraw(request.who, work))
    while after is not None:
        after = await store.write(partial(_say_name_again, request, after))
    if not await store.scrub():
        raise TryLater(1, "a reader holds old pages")
    await store.write(partial(done, request.number))


def _say_name_again(request: Request, after: int, work: UnitOfWork) -> int | None:
    """In the copies of a page of their messages, and on the cards of the tickets these are in. Where to go on."""
    page = work.timeline.written_by(request.who, "", after, PAGE)
    for id in {entry.ticket: None for entry in page}:
        ticket = work.tickets.get(id)
        assert ticket is not None, "entries keep their ticket"
        desk = desk_of(ticket, work)
        if request.who in (ticket.customer, ticket.assignee):
            rooms.refresh_card(ticket, desk, work)
        for entry in page:
            if entry.ticket == id and _shown(entry):
                copies.carry_edit(ticket, desk, entry, work)
    return page[-1].id if len(page) == PAGE else None


def _shown(entry: Entry) -> bool:
    return entry.kind in SPOKEN and entry.deleted_at is None


def done(number: int, work: UnitOfWork) -> None:
    """Say of a request that all of it is done."""
    request = work.privacy.request(number)
    if request is not None and request.stage is Stage.DUE:
        work.privacy.save(request.to(Stage.DONE, done_at=work.now))
