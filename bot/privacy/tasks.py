"""Work for the clerk: written down with the request, done later, repeated after a crash."""

from bot.effects import CLERK, Work
from bot.message import UserRef
from bot.ports import UnitOfWork
from bot.privacy.model import NOBODY, Asked, Request

TASKS = {
    Asked.EXPORT: "export",
    Asked.CORRECTION: "correct",
    Asked.RESTRICTION: "veil",
    Asked.LIFTING: "veil",
    Asked.DISPUTE: "veil",
}


def give_work(request: Request, task: str, work: UnitOfWork, about: UserRef = NOBODY, language: str = "") -> None:
    """Have the clerk do it. Work `about` somebody is called off when they are erased."""
    effect = Work(f"privacy:{request.number}:{task}", CLERK, request.room, task, request.number, language)
    work.outbox.post(effect, about=about)
