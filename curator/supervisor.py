"""Runs a set of commands as children: starts them, shows what matters of what they say, restarts whichever dies, and
stops all in order. It knows nothing of what they do; ``curator.embedded`` says which there are.

Each child writes to a log file of its own, which is read from behind: a child never waits for us, and loses nothing
when we are killed.
"""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from curator import children

MARK = "CURATOR_SUPERVISED"  # the variable by which the next run knows what a killed one left behind
TICK = 0.2
_NOTEWORTHY = re.compile(r"\b(WARNING|ERROR|CRITICAL)\b|^\w*(Error|Exception)\b")
_LINES_A_TICK = 8
_LARGEST_LOG = 20_000_000
_LONGEST_WAIT = 30.0
_SETTLED_AFTER = 60.0


class CommandFailed(Exception):
    """A command that had to succeed did not; the message has the end of what it said."""


@dataclass(frozen=True, slots=True)
class Child:
    """One command to keep running. Children of a higher phase are stopped before those of a lower one."""

    name: str
    words: Sequence[str]
    phase: int
    once: bool = False  # it is meant to end, and is not started again
    aloud: bool = False  # all its lines are shown, not only warnings
    within: float = 10.0  # seconds to end when asked


class Running:
    """One child now: its process, or when it is due to be started again."""

    def __init__(self, child: Child, log: Log) -> None:
        self.child, self.log = child, log
        self.process: subprocess.Popen[bytes] | None = None
        self.started = self.due = 0.0
        self.failures = 0
        self.status: int | None = None


class Log:
    """A child's log file, read from behind by whole lines and kept from growing without end."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        self._position = path.stat().st_size
        self._rest = b""

    def new_lines(self) -> list[str]:
        with self.path.open("rb") as file:
            file.seek(self._position)
            content = file.read()
        self._position += len(content)
        *lines, self._rest = (self._rest + content).split(b"\n")
        if self._position > _LARGEST_LOG:
            self._put_aside()
        return [line.decode("utf-8", "replace").rstrip() for line in lines]

    def _put_aside(self) -> None:
        shutil.copyfile(self.path, self.path.with_suffix(".log.1"))
        with self.path.open("r+b") as file:
            file.truncate()  # its writer appends, so it goes on at the new end
        self._position = 0

    def tail(self, lines: int = 20) -> str:
        return "\n".join(self.path.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


class Supervisor:
    """Everything it starts gets the same environment, works in ``root`` and logs to ``logs``."""

    def __init__(
        self, *, root: Path, logs: Path, environment: Mapping[str, str], mark: str, say: Callable[[str], None]
    ) -> None:
        self._root, self._logs, self._say, self._mark = root, logs, say, mark
        self.environment = {**environment, MARK: mark, "PYTHONUNBUFFERED": "1"}
        self._running: dict[str, Running] = {}
        self.hurry = False  # set it to kill what has not ended yet

    def clear_leftovers(self) -> None:
        """Ends what a killed run left of its children."""
        old = children.with_environment(MARK, self._mark)
        children.stop_leftovers(old, asked=old, gentle=signal.SIGTERM, within=5)

    def run(self, name: str, words: Sequence[str], *, interrupted: Callable[[], bool], aloud: bool = False) -> None:
        """One command to its end. Raises CommandFailed, also when interrupted."""
        one = Running(Child(name, words, phase=0, aloud=aloud), Log(self._logs / f"{name}.log"))
        process = self._start(one)
        while process.poll() is None:
            self._show(one, one.log.new_lines())
            if interrupted():
                children.stop(process, gentle=signal.SIGTERM, within=one.child.within)
                raise CommandFailed(f"{name} was interrupted.")
            time.sleep(TICK / 4)
        self._show(one, one.log.new_lines())
        if process.returncode != 0:
            raise CommandFailed(f"{name} failed ({_how(process.returncode)}):\n{one.log.tail()}\nLog: {one.log.path}")

    def start(self, child: Child) -> None:
        one = Running(child, Log(self._logs / f"{child.name}.log"))
        self._running[child.name] = one
        self._start(one)

    def tick(self) -> None:
        """Shows what was said since the last call, notices who died, and starts again whoever is due."""
        for one in self._running.values():
            self._show(one, one.log.new_lines())
            if one.process is not None and (status := one.process.poll()) is not None:
                # Its own children would keep its port or its tasks: the whole group goes.
                children.stop(one.process, gentle=signal.SIGKILL, within=1)
                one.process = None
                self._ended(one, status)
            elif one.process is None and one.status is None and time.monotonic() >= one.due:
                self._start(one)

    def status(self, name: str) -> int | None:
        """With what a child that runs once has ended; None while it runs."""
        return self._running[name].status

    def stop(self) -> None:
        """Afterwards no child is alive. Phase by phase, the highest first; within one, all at the same time."""
        for phase in sorted({one.child.phase for one in self._running.values()}, reverse=True):
            self._stop_phase([one for one in self._running.values() if one.child.phase == phase])
        self._running.clear()

    def _stop_phase(self, group: list[Running]) -> None:
        alive = [(one, one.process) for one in group if one.process is not None]
        for _, process in alive:
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + max((one.child.within for one in group), default=0)
        while any(process.poll() is None for _, process in alive) and time.monotonic() < deadline and not self.hurry:
            time.sleep(TICK / 4)
        for one, process in alive:
            if process.poll() is None:
                self._say(
                    f"{one.child.name} did not end within {one.child.within:.0f} s: killed. What it was at is done again."
                )
            children.stop(process, gentle=signal.SIGKILL, within=1)  # and whatever it left in its group
            self._show(one, one.log.new_lines())

    def _start(self, one: Running) -> subprocess.Popen[bytes]:
        command = children.Command(one.child.words, folder=self._root, environment=self.environment)
        with one.log.path.open("ab") as output:
            one.process = children.start(command, output=output)
        one.started = time.monotonic()
        return one.process

    def _ended(self, one: Running, status: int) -> None:
        """Says that a child is gone, and plans its next start with a growing pause."""
        if one.child.once:
            one.status = status
            if status != 0:
                self._say(f"{one.child.name} failed ({_how(status)}). Log: {one.log.path}")
            return
        settled = time.monotonic() - one.started > _SETTLED_AFTER
        one.failures = 1 if settled else one.failures + 1
        pause = min(2.0 ** (one.failures - 1), _LONGEST_WAIT)
        one.due = time.monotonic() + pause
        self._say(f"{one.child.name} ended ({_how(status)}): starting it again in {pause:.0f} s. Log: {one.log.path}")

    def _show(self, one: Running, lines: list[str]) -> None:
        worth = [line for line in lines if line and (one.child.aloud or _NOTEWORTHY.search(line))]
        for line in worth if one.child.aloud else worth[:_LINES_A_TICK]:
            self._say(f"{one.child.name:>8} | {line}")
        if not one.child.aloud and len(worth) > _LINES_A_TICK:
            self._say(f"{one.child.name:>8} | and {len(worth) - _LINES_A_TICK} more like these in {one.log.path}")


def _how(status: int) -> str:
    return f"killed by {signal.Signals(-status).name}" if status < 0 else f"exit {status}"
