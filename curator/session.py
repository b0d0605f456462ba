"""What runs on one machine, and in which order: prepare the database, then web, workers and beat, in the demo also the
sample's server, the mail catcher and the desk that plays the curators.

``curator.supervisor`` runs the commands named here. No domain logic: each step is a management command.
"""

from __future__ import annotations

import http.client
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from curator import engines
from curator.supervisor import TICK, Child, CommandFailed, Supervisor

ROOT = Path(__file__).resolve().parent.parent
_MANAGE = (sys.executable, str(ROOT / "manage.py"))
_CELERY = (sys.executable, "-m", "celery", "-A", "curator.celery")
_QUIET = ("--without-gossip", "--without-mingle", "--loglevel", "INFO")
_SMOKE_WITHIN = 1200.0
_WEB_WITHIN = 180.0  # a busy machine starts a dozen processes at once
_STATIC_WITHIN = 300.0
DESK, STATIC = "desk", "static"


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
    accounts: tuple[tuple[str, str, str], ...]  # of the demo: e-mail address, password, role

    @property
    def reachable_host(self) -> str:
        return "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104 - compared, not bound

    @property
    def address(self) -> str:
        host = self.reachable_host
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Counts:
    """What a smoke run made: one line of JSON, and the exit status that goes with it."""

    line: str
    status: int


class Session:
    """One run, from engines that answer to the wish to stop."""

    def __init__(
        self,
        plan: Plan,
        found: engines.Engines,
        supervisor: Supervisor,
        *,
        interrupted: Callable[[], bool],
        say: Callable[[str], None],
    ) -> None:
        self._plan, self._engines, self._supervisor = plan, found, supervisor
        self._interrupted, self._say = interrupted, say
        self._next_try = 0.0

    def run(self) -> Counts | None:
        """Until Ctrl-C; a smoke run until the desk has done its work, and then what was counted."""
        self._prepare()
        for child in _children(self._plan):
            self._supervisor.start(child)
        self._wait_for_web()
        if self._plan.smoke:
            return self._count_when_done()
        if not self._interrupted():
            self._say(_welcome(self._plan))
        while not self._interrupted():
            self._tick()
        return None

    def _prepare(self) -> None:
        for old in self._plan.state.glob("beat-schedule*"):
            old.unlink()  # when each task ran last, half written if beat was killed: every stage looks anyway
        if _catalogues_are_older():
            self._manage("compilemessages", "--verbosity", "0")
        # The longest step, and it needs no database: beside the others.
        words = [*_MANAGE, "collectstatic", "--noinput", "--verbosity", "0"]
        self._supervisor.start(Child(STATIC, words, phase=1, once=True))
        self._manage("migrate", "--verbosity", "0")
        self._manage("load_reference")
        if self._plan.demo:
            for child in _sample_children():
                self._supervisor.start(child)
            self._manage("load_sample", aloud=True)
        if self._until_ended(STATIC, within=_STATIC_WITHIN) != 0:
            raise CommandFailed("Without the static files there is no site.")

    def _manage(self, command: str, *words: str, aloud: bool = False) -> None:
        self._say(f"{command} ...")
        self._supervisor.run(command, [*_MANAGE, command, *words], interrupted=self._interrupted, aloud=aloud)

    def _tick(self) -> None:
        time.sleep(TICK)
        self._supervisor.tick()
        for engine in self._engines.children:
            if not engine.is_running() and time.monotonic() >= self._next_try:
                self._say(f"{engine.name} ended: starting it again. Log: {self._plan.state / 'log' / engine.name}.log")
                try:
                    engine.start()
                except engines.EngineError as error:
                    self._say(f"{error}")
                    self._next_try = time.monotonic() + 10

    def _wait_for_web(self) -> None:
        deadline = time.monotonic() + _WEB_WITHIN
        while not self._interrupted():
            self._tick()
            connection = http.client.HTTPConnection(self._plan.reachable_host, self._plan.port, timeout=5)
            try:
                connection.request("GET", "/healthz")
                connection.getresponse()
                return
            except (OSError, http.client.HTTPException) as error:
                if time.monotonic() > deadline:
                    log = self._plan.state / "log" / "web.log"
                    raise CommandFailed(f"The web server does not answer: {error}. Log: {log}") from error
            finally:
                connection.close()

    def _until_ended(self, name: str, *, within: float) -> int:
        """The exit status of a child that runs once. Raises CommandFailed when it takes too long or we are to stop."""
        deadline = time.monotonic() + within
        while (status := self._supervisor.status(name)) is None:
            if self._interrupted():
                raise CommandFailed(f"{name} was interrupted.")
            if time.monotonic() > deadline:
                raise CommandFailed(f"{name} has not ended after {within:.0f} s.")
            self._tick()
        return status

    def _count_when_done(self) -> Counts:
        if self._until_ended(DESK, within=_SMOKE_WITHIN) != 0:
            raise CommandFailed("The desk failed, so there is nothing to count.")
        words, environment = [*_MANAGE, "stage_counts"], self._supervisor.environment
        counted = subprocess.run(words, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603
        *before, line = counted.stdout.strip().splitlines() or [""]
        for other in before:
            self._say(other)
        if not line.startswith("{"):
            raise CommandFailed(f"stage_counts printed no counts (exit {counted.returncode}).")
        return Counts(line, counted.returncode)


def _sample_children() -> list[Child]:
    return [
        Child("sample", [sys.executable, "-m", "sample.server"], phase=1),
        Child("mailbox", [*_MANAGE, "catch_mail"], phase=1),
    ]


def _children(plan: Plan) -> list[Child]:
    """Web, workers and beat; in the demo also the desk that plays the curators."""
    web = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", plan.host, "--port", str(plan.port)]
    web += ["--workers", "1", "--blocking-threads", "2", "--no-ws", "--log-level", "warning"]
    web += ["--workers-kill-timeout", "5", "--respawn-failed-workers", "curator.wsgi:application"]
    beat = [*_CELERY, "--quiet", "beat", "--loglevel", "WARNING", "--schedule", str(plan.state / "beat-schedule")]
    return [
        Child("web", web, phase=2),
        # Fetching waits for others: many threads. Extraction and rendering compute: processes, renewed now and then.
        _worker("ingest", "--pool", "threads", "--concurrency", "16"),
        _worker("extract", "--pool", "prefork", "--concurrency", "2", "--max-tasks-per-child", "200"),
        _worker("default", "--pool", "prefork", "--concurrency", "2", "--max-tasks-per-child", "500"),
        # The model stays loaded, and takes one core at most.
        _worker("embed", "--pool", "prefork", "--concurrency", "1"),
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


def _welcome(plan: Plan) -> str:
    lines = [f"Curator is at {plan.address}"]
    if plan.demo:
        lines += [f"  sign in at {plan.address}/accounts/login/ as"]
        lines += [f"    {role:<14} {email:<24} {password}" for email, password, role in plan.accounts]
        lines += [f"  outgoing mail is caught: {plan.address}/demo/mail/"]
    lines += [f"  state {plan.state}, logs {plan.state / 'log'}", "  Ctrl-C stops everything."]
    return "\n".join(lines)
