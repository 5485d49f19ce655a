"""Who began what two people have to agree on."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from bot.message import UserRef
from bot.privacy.model import Asked, Request, Stage
from storage.requests import Requests, requests
from storage.rows import ChallengeRow, SecondLookRow

looks = SecondLookRow.__table__
challenges = ChallengeRow.__table__


class SecondLooks(Requests):
    connection: Connection

    def ask_second(self, request: Request, by: UserRef | None) -> None:
        self.connection.execute(insert(looks).values(request=request.number, who=request.who, asked_by=by))

    def asked_first(self, request: Request) -> tuple[bool, UserRef | None]:
        row = self.connection.execute(select(looks.c.asked_by).where(looks.c.request == request.number)).first()
        return row is not None, row.asked_by if row is not None else None

    def looked_at(self, request: Request) -> None:
        self.connection.execute(delete(looks).where(looks.c.request == request.number))

    def said_to_be_minors(self, now: datetime, limit: int) -> Sequence[Request]:
        which = (requests.c.asked == Asked.MINOR.value, requests.c.stage == Stage.REVIEW.value)
        return self._all(select(requests).where(*which, requests.c.expires_at <= now).limit(limit))

    def challenge(self, request: Request, code_hash: str, until: datetime) -> None:
        self.answered(request)
        row = {"request": request.number, "who": request.who, "code_hash": code_hash, "wrong": 0, "until": until}
        self.connection.execute(insert(challenges).values(row))

    def challenged(self, request: Request) -> tuple[str, int, datetime] | None:
        found = select(challenges.c.code_hash, challenges.c.wrong, challenges.c.until)
        row = self.connection.execute(found.where(challenges.c.request == request.number)).first()
        return None if row is None else (row.code_hash, row.wrong, row.until)

    def answered_wrong(self, request: Request) -> None:
        wrong = update(challenges).where(challenges.c.request == request.number)
        self.connection.execute(wrong.values(wrong=challenges.c.wrong + 1))

    def answered(self, request: Request) -> None:
        self.connection.execute(delete(challenges).where(challenges.c.request == request.number))

    def forget_challenges(self, now: datetime) -> None:
        self.connection.execute(delete(challenges).where(challenges.c.until <= now))
