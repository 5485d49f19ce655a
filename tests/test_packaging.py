"""What a person gets from a fresh clone: everything pinned, everything packed, set up once and quick from then on."""

import email
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
import zipfile
from importlib.metadata import distribution, distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PINS = [Requirement(line) for line in (ROOT / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
NEEDS_NO_PIN = {"helpthread", "pip"}
TOOLS = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "LC_ALL": "C"}


def needed(distribution_name, extras=frozenset({""})):
    """Its requirements on this Python, each a Requirement."""
    for line in distribution(distribution_name).requires or ():
        requirement = Requirement(line)
        if not requirement.marker or any(requirement.marker.evaluate({"extra": extra}) for extra in extras):
            yield requirement


def everything_installed():
    """The names that `pip install -e '.[dev]'` brings on this Python, found by following what requires what."""
    found, open_ends = set(), [Requirement("helpthread[dev]")]
    while open_ends:
        requirement = open_ends.pop()
        step = (canonicalize_name(requirement.name), frozenset(requirement.extras))
        if step not in found:
            found.add(step)
            open_ends += needed(step[0], step[1] | {""})
    return {name for name, _ in found}


def test_everything_that_gets_installed_is_pinned_to_the_version_installed():
    pinned = {
        canonicalize_name(pin.name): str(pin.specifier) for pin in PINS if not pin.marker or pin.marker.evaluate()
    }
    installed = {canonicalize_name(it.metadata["Name"]): f"=={it.version}" for it in distributions()}
    for name in everything_installed() - NEEDS_NO_PIN:
        assert pinned.get(name) == installed[name], name


def test_constraints_name_exact_versions_and_no_place_to_get_them_from():
    for pin in PINS:
        assert re.fullmatch(r"==[\w.]+", str(pin.specifier)), pin
        assert pin.url is None, pin
    assert not re.search(r"://|^\s*-|file:", (ROOT / "constraints.txt").read_text(), re.MULTILINE)
    assert [pin.name for pin in PINS] == sorted({pin.name for pin in PINS})


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_what_we_ask_for_is_pinned_within_what_we_allow_everywhere(python, platform):
    where = {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": platform}
    pinned = {
        canonicalize_name(pin.name): next(iter(pin.specifier)).version
        for pin in PINS
        if not pin.marker or pin.marker.evaluate(where)
    }
    for line in [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]:
        requirement = Requirement(line)
        assert requirement.specifier.contains(pinned[canonicalize_name(requirement.name)]), line


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """What is published, built from a copy: setuptools writes beside the sources."""
    tree, out = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("wheel")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tree / name)
    build = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
    subprocess.run([sys.executable, "-c", build, str(out)], cwd=tree, check=True, capture_output=True)
    with zipfile.ZipFile(next(out.glob("*.whl"))) as packed:
        yield packed


def test_the_wheel_holds_every_file_of_ours_and_nothing_else(wheel):
    tops = ("bot", "storage", "adapters")
    held = {name for name in wheel.namelist() if ".dist-info/" not in name}
    ours = {str(file.relative_to(ROOT)) for top in tops for file in (ROOT / top).rglob("*.py")}
    assert {name for name in held if name.endswith(".py")} == ours
    assert {name.partition("/")[0] for name in held} == set(tops)
    migrations = ROOT / "storage" / "migrations"
    others = {str(file.relative_to(ROOT)) for file in migrations.rglob("*") if file.suffix in {".mako", ".sql"}}
    assert others <= held
    catalogues = {str(file.relative_to(ROOT)) for file in (ROOT / "bot" / "languages").rglob("*.po")}
    assert catalogues
    assert catalogues <= held


def test_the_wheel_says_what_it_is(wheel):
    said = email.message_from_bytes(wheel.read("helpthread-0.2.0.dist-info/METADATA"))
    assert (said["Name"], said["Version"], said["License-Expression"]) == ("helpthread", "0.2.0", "Apache-2.0")
    assert said["Requires-Python"] == ">=3.11"
    assert "helpthread = bot.cli:main" in wheel.read("helpthread-0.2.0.dist-info/entry_points.txt").decode()
    assert wheel.read("helpthread-0.2.0.dist-info/licenses/LICENSE") == (ROOT / "LICENSE").read_bytes()
    assert "Apache License" in (ROOT / "LICENSE").read_text()


@pytest.fixture
def set_up(tmp_path):
    """A checkout whose `.venv` is there, and is this Python's: what `make install` leaves, without the minute."""
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path / name)
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    (programs / "python").symlink_to(sys.executable)
    (programs / "helpthread").write_text('#!/bin/sh\necho "helpthread $*"\n')
    (programs / "helpthread").chmod(0o755)
    version = sys.version.split()[0]
    (tmp_path / ".venv" / ".installed").write_text(f"{version} {tmp_path.resolve()}\n")
    return tmp_path


def make(folder, *arguments):
    return subprocess.run(
        ["make", "-C", folder, "-s", *arguments], capture_output=True, text=True, env=TOOLS, check=False
    )


def would_do(folder):
    said = make(folder, "-n", "install").stdout
    return [step for step in ("-m venv", "-m pip install") if step in said]


NOTHING: list[str] = []
BRING_UP_TO_DATE, MAKE_ANEW = ["-m pip install"], ["-m venv", "-m pip install"]


def test_a_second_run_goes_straight_to_the_program(set_up):
    begin = time.perf_counter()
    ran = make(set_up, "run")
    took = time.perf_counter() - begin
    assert ran.stdout == "helpthread console\n"
    assert took < 1, f"{took:.2f} s before the program even began"


def test_a_changed_pin_is_brought_in_without_taking_the_rest_away(set_up):
    assert would_do(set_up) == NOTHING
    soon = time.time() + 5
    os.utime(set_up / "constraints.txt", (soon, soon))
    assert would_do(set_up) == BRING_UP_TO_DATE


def test_an_environment_that_was_moved_is_made_again(set_up):
    moved = set_up.parent / f"{set_up.name}-moved"
    set_up.rename(moved)
    assert would_do(moved) == MAKE_ANEW


def test_an_environment_whose_python_is_gone_is_made_again(set_up):
    (set_up / ".venv" / "bin" / "python").unlink()
    (set_up / ".venv" / "bin" / "python").symlink_to(set_up / "gone")
    assert would_do(set_up) == MAKE_ANEW


def test_without_a_python_that_is_new_enough_it_says_what_to_do(set_up):
    shutil.rmtree(set_up / ".venv")
    told = make(set_up, "install", "PYTHON=no-such-python")
    assert told.returncode != 0
    assert "Helpthread needs Python 3.11 or newer: install it, or say PYTHON=/path/to/python3" in told.stderr
