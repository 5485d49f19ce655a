"""What a statement sets, as far as it can be told before it runs. What would get past the sealing fails, loudly."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Insert, Update, select
from sqlalchemy.sql.elements import BindParameter, Null
from sqlalchemy.sql.visitors import iterate

from storage.plans import Plan, plans
from storage.sealed_columns import raw

Row = Mapping[str, Any]


def plan_of(statement: Any) -> Plan | None:
    table: Any = statement.table if isinstance(statement, Insert | Update) else None
    return None if table is None else plans().get(table.name)


def meant(plan: Plan, statement: Update) -> Any:
    return select(*raw(plan)).where(*statement._where_criteria)


def given_values(plan: Plan, statement: Any, given: Row) -> dict[str, Any]:
    """Column by column what a statement sets, as far as it is a value."""
    found = {
        name: value for name, value in given.items() if name in plan.table.c and name not in _where_names(statement)
    }
    for key, value in (statement._values or {}).items():
        name = getattr(key, "name", key)
        found.pop(name, None)
        if isinstance(value, BindParameter):
            found[name] = given.get(value.key, value.effective_value)
        elif isinstance(value, Null):
            found[name] = None
    return found


def assigned(statement: Update, given: Sequence[Row]) -> frozenset[str]:
    """Names of the columns that an update sets."""
    binds = _where_names(statement)
    said: set[str] = {getattr(key, "name", str(key)) for key in statement._values or ()}
    said_binds = {value.key for value in (statement._values or {}).values() if isinstance(value, BindParameter)}
    by_name = {name for name in given[0] if name in statement.table.c} - binds - (said_binds - said)
    return frozenset(said | by_name)


def _where_names(statement: Any) -> frozenset[str]:
    conditions = getattr(statement, "_where_criteria", ())
    return frozenset(part.key for one in conditions for part in iterate(one) if isinstance(part, BindParameter))


def check_insert(plan: Plan, statement: Insert) -> None:
    """What would get past the sealing fails here, loudly."""
    if statement._multi_values or statement.select is not None:
        raise NotImplementedError(f"{plan.table.name}: encrypted rows are inserted from values, one set for each row")
    clause: Any = getattr(statement, "_post_values_clause", None)
    for name, value in dict(getattr(clause, "update_values_to_set", ())).items():
        key = getattr(name, "name", name)
        excluded = isinstance(value, Column) or getattr(value, "table", None) is not None
        if key in plan.names | plan.bound and not excluded:
            raise NotImplementedError(f"{plan.table.name}: {key} of an encrypted row is set by an expression")
