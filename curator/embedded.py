"""The whole of Curator on one machine, in the foreground: ``python -m curator.embedded [--demo | --smoke]``.

Starts the engines, prepares the database, then runs web, workers and beat until Ctrl-C, and stops them in order. State
is kept in the folder that CURATOR_VAR names (default ``var``). It decides what runs; ``curator.supervisor`` runs it, and
what production runs instead is in ``docker-compose.yml``. No domain logic here.
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from curator import children, engines
from curator.supervisor import TICK, Child, CommandFailed, Supervisor

ROOT = Path(__file__).resolve().parent.parent
_MANAGE = (sys.executable, str(ROOT / "manage.py"))
_CELERY = (sys.executable, "-m", "celery", "-A", "curator.celery")
_QUIET = ("--without-gossip", "--without-mingle", "--loglevel", "INFO")
_SMOKE_WITHIN = 1200.0
_WEB_WITHIN = 60.0
DESK = "desk"


class CannotStart(Exception):
    """What the person at the keyboard has to change first."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What was asked for on the command line, and where it will run."""

    state: Path
    host: str
    port: int
    demo: bool
    smoke: bool
    sample_port: int
    mail_port: int

    @property
    def address(self) -> str:
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104 - compared, not bound
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status: 0 after Ctrl-C or a whole smoke run, 1 otherwise."""
    options = _options(arguments)
    try:
        base = Path(os.environ.get("CURATOR_VAR") or ROOT / "var").resolve()
        with _lock(base, smoke=options.smoke):
            return _run(options, base)
    except (CannotStart, CommandFailed, engines.EngineError) as error:
        _say(f"{error}")
        return 1
    except KeyboardInterrupt:
        return 130


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="curator.embedded", description=__doc__)
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--demo", action="store_true", help="fetch, edit and send the bundled sample")
    mode.add_argument(
        "--smoke", action="store_true", help="the demo to its end on a scratch state, then count and stop"
    )
    parser.add_argument("--bind", default="127.0.0.1:8000", help="address and port to serve at (%(default)s)")
    return parser.parse_args(arguments)


@contextlib.contextmanager
def _lock(base: Path, *, smoke: bool) -> Iterator[None]:
    path = base / ("smoke.lock" if smoke else "supervisor.lock")
    with contextlib.ExitStack() as stack:
        try:
            base.mkdir(parents=True, exist_ok=True)
            stack.enter_context(children.sole_holder(path))
        except children.HeldByAnother as error:
            raise CannotStart(
                f"Curator already runs on {base} (process {error.holder}). Stop it first, or choose another folder "
                "with CURATOR_VAR."
            ) from error
        except OSError as error:
            raise CannotStart(
                f"The state folder {base} cannot be written: {error}. Choose another with CURATOR_VAR."
            ) from error
        yield


def _run(options: argparse.Namespace, base: Path) -> int:
    if (options.demo or options.smoke) and os.environ.get("CURATOR_ENV") == "production":
        raise CannotStart("The demo refuses CURATOR_ENV=production: its accounts are public. Unset that variable.")
    state = base / "smoke" if options.smoke else base
    _clear_leftovers(state, wipe=options.smoke)
    plan = _plan(options, state)
    with _Signals() as signals, engines.running(state) as found:
        signals.eager = False
        environment = _environment(plan, found)
        supervisor = Supervisor(root=ROOT, logs=state / "log", environment=environment, mark=str(state), say=_say)
        signals.supervisor = supervisor
        try:
            counts = Session(plan, found, supervisor, signals).run()
        finally:
            signals.count = max(signals.count, 1)  # from now on one Ctrl-C more means: at once
            _say("Stopping.")
            supervisor.stop()
    if counts is not None:
        sys.stdout.write(f"{counts.line}\n")
        return counts.status
    return 0


def _clear_leftovers(state: Path, *, wipe: bool) -> None:
    Supervisor(root=ROOT, logs=state / "log", environment={}, mark=str(state), say=_say).clear_leftovers()
    if wipe:
        engines.stop_leftovers(state)
        shutil.rmtree(state, ignore_errors=True)


def _plan(options: argparse.Namespace, state: Path) -> Plan:
    host, _, digits = options.bind.rpartition(":")
    host = host.strip("[]") or "127.0.0.1"
    if not digits.isdigit() or not 0 <= int(digits) <= 65535:
        raise CannotStart(f"--bind {options.bind!r} is not of the form 127.0.0.1:8000.")
    port = _free_port() if options.smoke else int(digits)
    if not _is_free(host, port):
        raise CannotStart(f"Port {port} on {host} is in use. Choose another, for example: PORT={port + 1} make demo")
    demo = options.demo or options.smoke
    sample_port = 8010 if not options.smoke and _is_free("127.0.0.1", 8010) else _free_port()
    mail_port = 8025 if not options.smoke and _is_free("127.0.0.1", 8025) else _free_port()
    return Plan(state, host, port, demo, options.smoke, sample_port, mail_port)


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno in {errno.EADDRINUSE, errno.EACCES}:
                return False
            raise CannotStart(f"{host}:{port} cannot be served at: {error.strerror}.") from error
    return True


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def _environment(plan: Plan, found: engines.Engines) -> dict[str, str]:
    environment = {**os.environ, "CURATOR_VAR": str(plan.state)}
    environment |= {"DATABASE_URL": found.database_url, "REDIS_URL": found.redis_url}
    environment.setdefault("CURATOR_ENV", "development")
    environment.setdefault("SITE_URL", plan.address)
    if plan.demo:
        environment["CURATOR_DEMO"] = "1"
        environment["CURATOR_SAMPLE_PORT"] = str(plan.sample_port)
        environment["CURATOR_MAIL_PORT"] = str(plan.mail_port)
    return environment


class _Signals:
    """Ctrl-C, kill and a closed terminal: the first asks for an orderly stop, a second one kills what has not ended.
    While the engines start (``eager``) the first interrupts at once."""

    def __init__(self) -> None:
        self.count, self.eager = 0, True
        self.supervisor: Supervisor | None = None

    def __enter__(self) -> _Signals:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._heard)
        return self

    def __exit__(self, *_: object) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)

    def _heard(self, number: int, frame: FrameType | None) -> None:
        self.count += 1
        if self.eager:
            raise KeyboardInterrupt
        if self.count > 1 and self.supervisor is not None:
            self.supervisor.hurry = True

    def interrupted(self) -> bool:
        return self.count > 0


@dataclass(frozen=True, slots=True)
class Counts:
    """What a smoke run made: one line of JSON, and the exit status that goes with it."""

    line: str
    status: int


class Session:
    """One run from prepared engines to the wish to stop."""

    def __init__(self, plan: Plan, found: engines.Engines, supervisor: Supervisor, signals: _Signals) -> None:
        self._plan, self._engines, self._supervisor, self._signals = plan, found, supervisor, signals
        self._next_try = 0.0

    def run(self) -> Counts | None:
        """Until Ctrl-C; a smoke run until the desk has done its work, and then what was counted."""
        self._prepare()
        for child in _children(self._plan):
            self._supervisor.start(child)
        self._wait_for_web()
        _say(_welcome(self._plan, self._supervisor.environment))
        if self._plan.smoke:
            return self._count_when_done()
        while not self._signals.interrupted():
            self._tick()
        return None

    def _prepare(self) -> None:
        if _catalogues_are_older():
            self._manage("compilemessages", "--verbosity", "0")
        self._manage("migrate", "--verbosity", "0")
        self._manage("load_reference")
        self._manage("collectstatic", "--noinput", "--verbosity", "0")
        if self._plan.demo:
            for child in _sample_children(self._plan):
                self._supervisor.start(child)
            self._manage("load_sample", aloud=True)

    def _manage(self, command: str, *words: str, aloud: bool = False) -> None:
        _say(f"{command} ...")
        self._supervisor.run(command, [*_MANAGE, command, *words], interrupted=self._signals.interrupted, aloud=aloud)

    def _tick(self) -> None:
        time.sleep(TICK)
        self._supervisor.tick()
        for engine in self._engines.children:
            if not engine.is_running() and time.monotonic() >= self._next_try:
                _say(f"{engine.name} ended: starting it again. Log: {self._plan.state / 'log' / engine.name}.log")
                try:
                    engine.start()
                except engines.EngineError as error:
                    _say(f"{error}")
                    self._next_try = time.monotonic() + 10

    def _wait_for_web(self) -> None:
        deadline = time.monotonic() + _WEB_WITHIN
        while not self._signals.interrupted():
            self._tick()
            try:
                with urllib.request.urlopen(f"{self._plan.address}/healthz", timeout=5):
                    return
            except (urllib.error.URLError, OSError) as error:
                if time.monotonic() > deadline:
                    log = self._plan.state / "log" / "web.log"
                    raise CommandFailed(f"The web server does not answer: {error}. Log: {log}") from error

    def _count_when_done(self) -> Counts:
        deadline = time.monotonic() + _SMOKE_WITHIN
        while (status := self._supervisor.status(DESK)) is None:
            if self._signals.interrupted():
                raise CommandFailed("The smoke run was interrupted.")
            if time.monotonic() > deadline:
                raise CommandFailed(f"The desk has not done its work after {_SMOKE_WITHIN:.0f} s.")
            self._tick()
        if status != 0:
            raise CommandFailed("The desk failed, so there is nothing to count.")
        words, environment = [*_MANAGE, "stage_counts"], self._supervisor.environment
        counted = subprocess.run(words, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
        *before, line = counted.stdout.strip().splitlines() or [""]
        for other in before:
            _say(other)
        if not line.startswith("{"):
            raise CommandFailed(f"stage_counts printed no counts (exit {counted.returncode}).")
        return Counts(line, counted.returncode)


def _sample_children(plan: Plan) -> list[Child]:
    return [
        Child("sample", [sys.executable, "-m", "sample.server"], phase=1),
        Child("mailbox", [*_MANAGE, "catch_mail"], phase=1),
    ]


def _children(plan: Plan) -> list[Child]:
    """Web, workers and beat; in the demo also the desk that plays the curators."""
    web = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", plan.host, "--port", str(plan.port)]
    web += ["--workers", "1", "--blocking-threads", "2", "--no-ws", "--log-level", "warning"]
    web += ["--workers-kill-timeout", "5", "--respawn-failed-workers", "curator.wsgi:application"]
    beat = [*_CELERY, "beat", "--loglevel", "WARNING", "--schedule", str(plan.state / "beat-schedule")]
    return [
        Child("web", web, phase=2),
        # Fetching waits for others: many threads. Extraction and rendering compute: processes, renewed now and then.
        _worker("ingest", "--pool", "threads", "--concurrency", "16"),
        _worker("extract", "--pool", "prefork", "--concurrency", "2", "--max-tasks-per-child", "200"),
        _worker("default", "--pool", "prefork", "--concurrency", "2", "--max-tasks-per-child", "500"),
        _worker("mail", "--pool", "prefork", "--concurrency", "1"),
        Child("beat", beat, phase=4),
        *([Child(DESK, [*_MANAGE, "work_sample_desk"], phase=5, once=True, aloud=True)] if plan.demo else []),
    ]


def _worker(queue: str, *options: str) -> Child:
    return Child(queue, [*_CELERY, "worker", "-Q", queue, "-n", f"{queue}@curator", *_QUIET, *options], phase=3)


def _catalogues_are_older() -> bool:
    for source in (ROOT / "locale").glob("*/LC_MESSAGES/*.po"):
        compiled = source.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
            return True
    return False


def _welcome(plan: Plan, environment: dict[str, str]) -> str:
    lines = [f"Curator is at {plan.address}"]
    if plan.demo:
        os.environ |= {**environment, "DJANGO_SETTINGS_MODULE": "curator.settings"}
        from django.conf import settings

        lines += [f"  sign in at {plan.address}/accounts/login/ as"]
        lines += [f"    {role:<14} {email:<24} {password}" for email, password, role in settings.DEMO_ACCOUNTS]
        lines += [f"  outgoing mail is caught: {plan.address}/demo/mail/"]
    lines += [f"  state {plan.state}, logs {plan.state / 'log'}", "  Ctrl-C stops everything."]
    return "\n".join(lines)


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
