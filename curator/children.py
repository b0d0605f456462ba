"""Child processes that cannot outlive us: start one, stop one in order, find and stop what an earlier run left behind.

Standard library and psutil only; knows nothing of Postgres, Redis, Django or Celery. It never signals a process that it
has not started itself or recognised by two marks (its name, and the folder or word it was started with).
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import psutil

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class HeldByAnother(Exception):
    """Somebody else holds the lock; ``holder`` is their process number as they wrote it."""

    def __init__(self, holder: str) -> None:
        super().__init__(holder)
        self.holder = holder or "unknown"


@dataclass(frozen=True, slots=True)
class Account:
    """Whom a child runs as, where that is not ourselves."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Command:
    """What to start: the words, where, with what, and how to ask it to stop."""

    words: Sequence[str]
    folder: Path
    environment: Mapping[str, str] | None = None
    account: Account | None = None
    inherited: tuple[int, ...] = field(default=())
    gentle: signal.Signals = signal.SIGTERM


def start(command: Command, *, output: IO[bytes] | int) -> subprocess.Popen[bytes]:
    """The command as a child in a process group of its own, so that Ctrl-C in a terminal reaches only the supervisor,
    which then stops its children in order. On Linux the child is told to stop when we die, even by kill -9.
    Call it from the main thread: the kernel counts a parent's death by thread."""
    account = command.account
    return subprocess.Popen(  # noqa: S603 - the words are ours, no shell
        list(command.words),
        cwd=command.folder,
        env=None if command.environment is None else dict(command.environment),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        process_group=0,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        pass_fds=command.inherited,
        preexec_fn=_die_with_parent(command.gentle),  # one prctl, no locks taken
    )


def _die_with_parent(gentle: signal.Signals) -> Callable[[], None] | None:
    if _LIBC is None:
        return None
    libc, parent = _LIBC, os.getpid()

    def in_child() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(gentle))
        if os.getppid() != parent:  # it died between our fork and the line above
            os._exit(1)

    return in_child


def stop(process: subprocess.Popen[bytes], *, gentle: signal.Signals, within: float) -> None:
    """Afterwards the process and its whole group are gone: asked first, killed when the seconds are over."""
    if process.poll() is None:
        process.send_signal(gentle)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(within)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextlib.contextmanager
def sole_holder(path: Path) -> Iterator[None]:
    """Nobody else holds this lock file meanwhile. The kernel drops the lock even after kill -9, so the file may stay.
    Raises HeldByAnother, and OSError where the file cannot be written."""
    with path.open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise HeldByAnother(lock.read().strip()) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def leftovers(names: Iterable[str], *, folder: Path, mark: str) -> list[psutil.Process]:
    """Living processes of an earlier run: called one of ``names`` and either working in ``folder`` or carrying
    ``mark`` in the command line. (The folder of another user's process can be hidden even from root in a container;
    the command line never is.)"""
    wanted = set(names)
    found = []
    for process in psutil.process_iter():
        try:
            if process.name() in wanted and process.pid != os.getpid() and _is_ours(process, folder, mark):
                found.append(process)
        except psutil.Error:
            continue  # it ended while we looked, or is none of our business
    return found


def _is_ours(process: psutil.Process, folder: Path, mark: str) -> bool:
    if mark in " ".join(process.cmdline()):
        return True
    try:
        return process.status() != psutil.STATUS_ZOMBIE and folder.samefile(process.cwd())
    except OSError:
        return False


def with_environment(name: str, value: str) -> list[psutil.Process]:
    """Living processes of ours that were started with this variable. Another user's environment cannot be read."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.pid != os.getpid() and process.environ().get(name) == value:
                found.append(process)
    return found


def stop_leftovers(
    processes: Sequence[psutil.Process], *, asked: Sequence[psutil.Process], gentle: signal.Signals, within: float
) -> None:
    """Afterwards none of the processes is alive. Those in ``asked`` get the gentle signal (the others follow them);
    whoever is left when the seconds are over is killed. A stopped process is woken, so that it can heed."""
    for process in asked:
        with contextlib.suppress(psutil.Error):
            process.send_signal(gentle)
            process.resume()
    _, alive = psutil.wait_procs(processes, timeout=within)
    for process in alive:
        with contextlib.suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(alive, timeout=5)
