"""Everything held about a person, found through what the columns say they hold."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection


class SqlPrivacy:
    def __init__(self, connection: Connection, now: datetime) -> None:
        self.connection = connection
        self.now = now

    def __getattr__(self, name: str) -> Any:
        raise NotImplementedError(name)
