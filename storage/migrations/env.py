"""Called by Alembic. The program gives it a connection with a transaction open (see `storage.migrate`)."""

from typing import Any, Literal

from alembic import context

from storage.columns import Clean, Json, User, Utc
from storage.rows import Base
from storage.search import DERIVED

KINDS = {Utc: "sa.BigInteger()", User: "sa.String(200)", Clean: "sa.Text()", Json: "sa.JSON()"}


def as_stored(kind: str, value: Any, _: Any) -> str | Literal[False]:
    """A migration says what the database stores, not what our code makes of it: it must outlive the code."""
    return KINDS.get(type(value), False) if kind == "type" else False


def ours(_: Any, name: str | None, *args: Any) -> bool:
    """The search index is not in the metadata: it belongs to the database."""
    return name not in DERIVED


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_item=as_stored,
    include_object=ours,
    render_as_batch=True,
)
context.run_migrations()
