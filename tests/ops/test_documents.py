"""What operators are given fits what there is: dashboard, alerts, unit, image, and the page that explains them."""

import ast
import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from bot.cli import app
from bot.config import Settings
from bot.ops.metrics import Metrics

ROOT = Path(__file__).parents[2]
NAME = re.compile(r"\b(?:helpthread|process)_[a-z_]+")


@pytest.fixture(scope="module")
def known() -> set[str]:
    """Every name a query may use."""
    families = list(Metrics("1", "sqlite").registry.collect())
    endings = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}
    return {family.name + ending for family in families for ending in endings.get(family.type, ("",))}


def queries(of: Any) -> Iterator[str]:
    match of:
        case dict():
            yield from (of[key] for key in ("expr", "query") if isinstance(of.get(key), str))
            for value in of.values():
                yield from queries(value)
        case list():
            for value in of:
                yield from queries(value)


def test_the_dashboard_asks_only_for_what_there_is_and_for_all_of_ours(known: set[str]):
    dashboard = json.loads((ROOT / "docs/grafana.json").read_text())
    asked = {name for query in queries(dashboard) for name in NAME.findall(query)}
    assert asked - known == set()
    ours = {re.sub("_(total|bucket|sum|count)$", "", name) for name in known if name.startswith("helpthread_")}
    assert ours - {re.sub("_(total|bucket|sum|count)$", "", name) for name in asked} == set()


def test_panels_have_places_of_their_own():
    panels = json.loads((ROOT / "docs/grafana.json").read_text())["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    places = {(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels}
    assert len(places) == len(panels)


def test_alerts_ask_only_for_what_there_is(known: set[str]):
    (group,) = yaml.safe_load((ROOT / "docs/alerts.yaml").read_text())["groups"]
    for rule in group["rules"]:
        asked = set(NAME.findall(rule["expr"]))
        assert asked, rule["alert"]
        assert asked <= known, rule["alert"]
        assert rule["annotations"]["summary"]


def test_the_page_explains_every_metric_and_no_other(known: set[str]):
    page = (ROOT / "docs/operations.md").read_text()
    told = {name for name in NAME.findall(page) if name.startswith("helpthread_")}
    ours = {re.sub("_(bucket|sum|count)$", "", name) for name in known if name.startswith("helpthread_")}
    assert told == ours


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")
def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path: Path):
    unit = (ROOT / "deploy/helpthread.service").read_text()
    program = Path(sys.executable).with_name("helpthread")
    assert "ExecStart=/opt/helpthread/bin/helpthread run\n" in unit
    (tmp_path / "helpthread.service").write_text(unit.replace("/opt/helpthread/bin/helpthread", str(program)))
    said = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / "helpthread.service")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "helpthread" not in said.stderr, said.stderr
    assert said.returncode == 0, said.stderr


def test_the_unit_gives_more_time_to_stop_than_the_bot_takes():
    from bot.process.running import LAST_DELIVERIES

    seconds = re.search(r"TimeoutStopSec=(\d+)", (ROOT / "deploy/helpthread.service").read_text())
    assert seconds
    assert int(seconds[1]) > LAST_DELIVERIES


def test_the_image_starts_what_there_is_as_nobody_in_particular():
    lines = instructions((ROOT / "deploy/Containerfile").read_text())
    known = {
        "FROM",
        "COPY",
        "RUN",
        "USER",
        "ENV",
        "WORKDIR",
        "VOLUME",
        "STOPSIGNAL",
        "HEALTHCHECK",
        "ENTRYPOINT",
        "CMD",
    }
    assert {name for name, _ in lines} <= known
    last = dict(lines)
    (program,) = json.loads(last["ENTRYPOINT"])
    assert program in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    assert set(json.loads(last["CMD"])) <= set(commands)
    assert last["USER"] == "helpthread"
    _, interpreter, flag, code = re.fullmatch(r'(.*) CMD \["(\w+)", "(-c)", "(.*)"\]', last["HEALTHCHECK"]).groups()  # type: ignore[union-attr]
    assert (interpreter, flag) == ("python", "-c")
    ast.parse(code)
    given = dict(pair.split("=", 1) for pair in last["ENV"].split())
    assert f":{given['OPS_PORT']}/livez" in code
    assert {name.lower() for name in given} - {"path"} <= set(Settings.model_fields)
    sources = [rest.split()[0] for name, rest in lines if name == "COPY" and not rest.startswith("--from")]
    assert all((ROOT / source).exists() for source in sources)


def instructions(text: str) -> list[tuple[str, str]]:
    """Of a Containerfile, with lines that go on put together."""
    whole = re.sub(r"\\\n\s*", "", text)
    lines = [line for line in whole.splitlines() if line and not line.startswith("#")]
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in lines)]
