"""Bodies checked against Discord's own OpenAPI file, where that file is at hand."""

from __future__ import annotations

import json
import os
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from .model import JSON

try:
    from jsonschema import Draft202012Validator, FormatChecker
    from jsonschema.exceptions import ValidationError, best_match
    from referencing import Registry, Resource
    from referencing.jsonschema import DRAFT202012
except ImportError:  # the fake works without; only this check is off
    Draft202012Validator = None  # type: ignore[assignment,misc]

HERE = Path(__file__).resolve()
URI = "urn:discord"
BITS = {"permissions", "allow", "deny", "default_member_permissions"}
"""Sent as text by every client, since they outgrow 53 bits."""


def file() -> Path | None:
    """`DISCORD_OPENAPI`, or shared/specs/discord-openapi.json beside any folder above this one."""
    named = os.environ.get("DISCORD_OPENAPI")
    places = [Path(named)] if named else [p / "shared" / "specs" / "discord-openapi.json" for p in HERE.parents]
    return next((p for p in places if p.is_file()), None)


def absent() -> str:
    """Why bodies cannot be checked here; empty when they can."""
    if Draft202012Validator is None:
        return "jsonschema is not installed"
    return "" if file() else "shared/specs/discord-openapi.json is not there"


@lru_cache(maxsize=1)
def _spec() -> JSON:
    found = file()
    assert found
    spec: JSON = json.loads(found.read_text())
    _loosen(spec)
    return spec


def _inline(operation: Any) -> JSON:
    """The schema of a request that has none by name."""
    body = operation.get("requestBody") if isinstance(operation, dict) else None
    found: JSON = (body or {}).get("content", {}).get("application/json", {}).get("schema", {})
    return found


def _loosen(spec: JSON) -> None:
    """Where Discord accepts and sends more than its file says (seen with real clients)."""
    schemas: JSON = spec["components"]["schemas"]
    schemas["CreateMessageInteractionCallbackResponse"]["properties"]["type"]["enum"] = [4, 5]
    schemas["MessageReferenceType"]["oneOf"].append({"title": "FORWARD", "const": 1})
    inline = [_inline(operation) for path in spec["paths"].values() for operation in path.values()]
    for schema in [s for name, s in schemas.items() if "Request" in name] + inline:
        for field in BITS & set(schema.get("properties", {})):
            schema["properties"][field] = {"type": ["string", "integer", "null"]}
    schemas["SnowflakeType"] = {"anyOf": [schemas["SnowflakeType"], {"type": "integer", "minimum": 0}]}


@lru_cache(maxsize=1)
def _registry() -> Any:
    resource: Any = Resource.from_contents(_spec(), DRAFT202012)
    return Registry().with_resource(URI, resource)


@lru_cache(maxsize=1)
def _formats() -> Any:
    checker = FormatChecker(())

    def is_time(text: object) -> bool:
        return not isinstance(text, str) or bool(datetime.fromisoformat(text))

    checker.checks("date-time", ValueError)(is_time)
    return checker


@lru_cache(maxsize=512)
def _validator(pointer: str) -> Any:
    schema = {"$ref": f"{URI}#{pointer}"}
    return Draft202012Validator(schema, registry=_registry(), format_checker=_formats())


@lru_cache(maxsize=512)
def _pointer(method: str, template: str, status: int) -> str | None:
    """Where the file keeps the schema; status 0 is the request's."""
    operation = _spec()["paths"].get(template, {}).get(method.lower())
    if operation is None:
        return None
    place = operation.get("requestBody") if not status else operation["responses"].get(str(status))
    if not place or "application/json" not in place.get("content", {}):
        return None
    steps = ["paths", template, method.lower(), *(["responses", str(status)] if status else ["requestBody"])]
    steps += ["content", "application/json", "schema"]
    return "/" + "/".join(
        s.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D") for s in steps
    )


def fault(method: str, template: str, body: Any, status: int = 0) -> ValidationError | None:
    """What is wrong with a request (status 0) or an answer, or None."""
    pointer = _pointer(method, template, status)
    if pointer is None:
        return None
    found: ValidationError | None = best_match(_validator(pointer).iter_errors(body))
    while found and found.context:
        found = _nearest(found.context)
    return found


def _nearest(errors: list[ValidationError]) -> ValidationError:
    """Of a union that fits nowhere, the branch that was meant: the one whose `type` fits."""
    branches: dict[object, list[ValidationError]] = {}
    for error in errors:
        branches.setdefault(error.schema_path[0], []).append(error)
    meant = min(branches.values(), key=lambda es: any("type" in list(e.path)[-1:] for e in es))
    return max(meant, key=lambda e: len(e.absolute_path))


def known(method: str, template: str) -> bool:
    """Whether the file describes this route at all."""
    return method.lower() in _spec()["paths"].get(template, {})
