"""The arrows of the house: who may know whom, and that knowing somebody has no consequences."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS = {"bot", "storage", "adapters"}

# The files that build everything. They know everyone, and nobody else knows them.
COMPOSITION = {
    f"bot/{name}.py"
    for name in (
        "__main__", "cli", "desk_file", "desk_yaml", "ops/watch",
        "commands/audit", "commands/breach", "commands/common", "commands/desks", "commands/exports", "commands/keys",
        "commands/outbox", "commands/privacy",
        "doctor/__init__", "doctor/database", "doctor/discord", "doctor/encryption", "doctor/privacy",
        "doctor/slack",
        "operating/__init__", "operating/database", "operating/desks", "operating/documents", "operating/exports",
        "operating/keys",
        "operating/office", "operating/outbox", "operating/proving", "operating/serving",
        "process/clockwork", "process/guarding", "process/platforms", "process/running",
    )
}  # fmt: skip
# What the operator's side of the bot is written in; the rest of `bot` never imports these files either.
OPERATION = {
    "bot/config.py": {"pydantic_settings"},
    "bot/logs.py": {"pythonjsonlogger"},
    "bot/doctor/finding.py": set[str](),
}
OPERATION |= {"bot/ops/metrics.py": {"prometheus_client"}, "bot/ops/server.py": {"aiohttp"}}
OPERATION |= {"bot/ops/traces.py": {"opentelemetry"}}
PAGES = {"bot/privacy/exporting/page.py": {"jinja2"}}  # HTML is escaped by a template engine, not by hand

THIRD_PARTIES = {
    "bot": {"pydantic", "pydantic_core"},
    # The codec of effects raises pydantic's.
    "storage": {"sqlalchemy", "alembic", "psycopg", "aiosqlite", "pydantic", "cryptography"},
    "adapters/console": {"rich"},
    "adapters/slack": {"slack_bolt", "slack_sdk", "aiohttp"},
    "adapters/discord": {"discord", "aiohttp"},
}
KNOWS = {"bot": set[str](), "storage": {"bot"}} | {a: {"bot"} for a in THIRD_PARTIES if a.startswith("adapters/")}


def files(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """Every module a file imports, wherever in it it does so."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(level=level, module=module, names=names):
                assert level == 0, f"{path}:{node.lineno}: say the whole name"
                yield from (f"{module}.{alias.name}" for alias in names)


def core_files() -> list[Path]:
    outside = COMPOSITION | set(OPERATION)
    return [path for path in files("bot") if str(path.relative_to(ROOT)) not in outside]


def test_every_package_has_its_arrows():
    adapters = {
        f"adapters/{folder.name}" for folder in (ROOT / "adapters").iterdir() if (folder / "__init__.py").exists()
    }
    assert adapters <= set(KNOWS)
    for name in COMPOSITION | set(OPERATION):
        assert (ROOT / name).exists(), name


@pytest.mark.parametrize("package", KNOWS)
def test_arrows_point_inwards(package: str):
    for path in files(package):
        name = str(path.relative_to(ROOT))
        if name in COMPOSITION:
            continue
        own = package.replace("/", ".")
        third = THIRD_PARTIES[package] | OPERATION.get(name, set()) | PAGES.get(name, set())
        for module in imports(path):
            top = module.split(".")[0]
            if top in OURS:
                shared = package.startswith("adapters/") and module.startswith("adapters.outgoing")
                allowed = shared or module.startswith(f"{own}.") or module == own or top in KNOWS[package]
                assert allowed, f"{name} imports {module}"
            else:
                assert top in sys.stdlib_module_names or top in third, f"{name} imports {module}"


def test_nobody_knows_the_files_that_know_everyone():
    outside = {name.removesuffix(".py").replace("/", ".") for name in COMPOSITION | set(OPERATION)}
    for path in [*core_files(), *files("storage"), *files("adapters")]:
        for module in imports(path):
            assert not outside & {module, module.rpartition(".")[0]}, f"{path} imports {module}"


def test_the_core_does_not_know_the_name_of_a_platform():
    for path in core_files():
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            assert not re.search(r"slack|discord|console", line, re.IGNORECASE), f"{path}:{number}: {line}"


WAYS_OUT = re.compile(
    r"TCPConnector\(|UnixConnector\(|open_connection|create_connection|urlopen|http\.client|"
    r"import (?:requests|httpx|urllib3)"
)
SESSION = re.compile(r"ClientSession\((?!\s*connector=Outgoing\()")


@pytest.mark.parametrize("package", ["bot", "storage", "adapters"])
def test_there_is_one_way_out(package: str):
    """Whatever connects to a host asks first whether it is a declared one."""
    for path in files(package):
        text = path.read_text(encoding="utf-8")
        if path.name != "outgoing.py":
            assert not WAYS_OUT.search(text), path
            assert not SESSION.search(text), path


LOOK = """
import importlib, json, logging, os, pkgutil, signal, sys, threading
before = (signal.getsignal(signal.SIGINT), sys.getswitchinterval(), dict(os.environ), sys.excepthook)
names = []
for package in sys.argv[1:]:
    names.append(package)
    for module in pkgutil.walk_packages(importlib.import_module(package).__path__, package + "."):
        if module.name != "storage.migrations.env" and not module.name.startswith("storage.migrations.versions."):
            names.append(module.name)
            importlib.import_module(module.name)
after = (signal.getsignal(signal.SIGINT), sys.getswitchinterval(), dict(os.environ), sys.excepthook)
print(json.dumps({
    "modules": len(names),
    "changed": before != after,
    "threads": [thread.name for thread in threading.enumerate()],
    "handlers": [str(handler) for handler in logging.getLogger().handlers],
    "files": os.listdir("."),
}))
"""


def test_importing_has_no_consequences(tmp_path: Path):
    """Every module at once, in an empty folder: no thread, no file, no log handler, no signal, nothing printed."""
    seen = subprocess.run(
        [sys.executable, "-c", LOOK, "bot", "storage", "adapters"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": "/nowhere", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(seen.stdout)
    assert told.pop("modules") > 50
    assert told == {"changed": False, "threads": ["MainThread"], "handlers": [], "files": []}
    assert seen.stderr == ""


def test_help_needs_nothing_of_the_bot():
    """Or it would take a second instead of a tenth."""
    look = "import sys, bot.cli; print({m.split('.')[0] for m in sys.modules} & {'pydantic', 'rich', 'sqlalchemy'})"
    seen = subprocess.run(
        [sys.executable, "-c", look], cwd=ROOT, capture_output=True, text=True, check=True, env={"PATH": "/nowhere"}
    )
    assert seen.stdout.strip() == "set()"
