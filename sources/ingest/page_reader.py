"""Reads pages in a process of its own, so that a page that eats memory, never ends or crashes its parser costs itself only.

The process (``extract_child``) is kept from page to page, since starting one takes as long as reading thirty, and replaced
after a page that broke it and after every two thousand. A plain subprocess over a socket: workers of Celery's prefork pool are
daemons and may not have children of ``multiprocessing``. It gets none of our environment, where the secrets are, and ends by
itself when this side is gone, however it went. Knows no Django.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from sources.ingest.extract import Extracted, NoArticle
from sources.ingest.frames import receive, send

_ROOT = Path(__file__).resolve().parents[2]
_CHILD = "sources.ingest.extract_child"
#: A busy machine may take this long to start the process, in seconds.
_START = 60.0
#: The process ends itself when a page's time is over. Where it does not, it is ended this many seconds later.
_GRACE = 5.0
#: An answer is a text of at most 200,000 characters, which JSON makes longer.
_MOST_ANSWER = 4_000_000
_KEPT = {"PATH", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT", "DYLD_FALLBACK_LIBRARY_PATH", "LD_LIBRARY_PATH"}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one page may take: seconds by the clock, and bytes of address space beyond what the process takes at rest
    (macOS enforces no such limit). After so many pages the process is replaced by a new one."""

    seconds: float = 20.0
    memory: int = 1_000_000_000
    pages: int = 2_000


class Broken(Exception):
    """Reading the page had to be broken off, or it broke its reader. The message is fit for staff."""


class CannotStart(Exception):
    """The process that reads pages does not start: a fault of the installation, and of no page."""


@dataclass(slots=True)
class PageReader:
    """One process that reads one page at a time. For one thread at a time. Close it, or use it in a ``with``."""

    limits: Limits = field(default_factory=Limits)
    _process: subprocess.Popen[bytes] | None = None
    _socket: socket.socket | None = None
    _is_ready: bool = False
    _pages: int = 0

    def __enter__(self) -> PageReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """Of the process, while there is one."""
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        """The process is on its way; nothing waits for it yet. Raises CannotStart."""
        if self._process is not None:
            return
        ours, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-m", _CHILD, str(self.limits.seconds), str(self.limits.memory)]
            try:
                self._process = subprocess.Popen(  # noqa: S603 - our own module, by our own interpreter
                    command, stdin=theirs.fileno(), stdout=subprocess.DEVNULL, cwd=_ROOT, env=_environment()
                )
            except OSError as error:
                ours.close()
                raise CannotStart(f"The process that reads pages cannot be started: {error}") from error
        self._socket, self._is_ready, self._pages = ours, False, 0

    def read(self, body: bytes, *, content_type: str, url: str = "", with_metadata: bool = False) -> Extracted:
        """As ``extract``, within the limits. Raises NoArticle, Broken, CannotStart."""
        connection = self._ready()
        question = {"content_type": content_type, "url": url, "with_metadata": with_metadata}
        try:
            answer = self._ask(connection, question, body)
        except BaseException:  # also what a signal raises: an answer that comes later belongs to no question
            self._end(kill=True)
            raise
        self._pages += 1
        if "out_of_memory" in answer or self._pages >= self.limits.pages:
            self._end()
        if "out_of_memory" in answer:
            raise Broken(f"Reading the page takes more than {self.limits.memory // 1_000_000:,} MB of memory.")
        if "no_article" in answer:
            raise NoArticle(str(answer["no_article"]))
        return _extracted(answer["extracted"])

    def close(self) -> None:
        """The process is gone."""
        self._end(kill=not self._is_ready)

    def _ready(self) -> socket.socket:
        self.start()
        connection = self._socket
        if connection is None:
            raise CannotStart("The process that reads pages has no connection.")
        if self._is_ready:
            return connection
        try:
            receive(connection, most=100, seconds=_START)
        except BaseException as error:
            self._end(kill=True)
            if isinstance(error, EOFError | OSError):
                raise CannotStart("The process that reads pages ended, or hung, while it started.") from error
            raise
        self._is_ready = True
        return connection

    def _ask(self, connection: socket.socket, question: dict[str, object], body: bytes) -> dict[str, object]:
        try:
            connection.settimeout(self.limits.seconds + _GRACE)
            send(connection, json.dumps(question).encode())
            send(connection, body)
            answer = json.loads(receive(connection, most=_MOST_ANSWER, seconds=self.limits.seconds + _GRACE))
        except (EOFError, OSError) as error:
            raise Broken(self._post_mortem(error)) from error
        except ValueError as error:
            raise Broken("The page made its reader answer nonsense.") from error
        if not isinstance(answer, dict):
            raise Broken("The page made its reader answer nonsense.")
        return answer

    def _post_mortem(self, error: Exception) -> str:
        """Why there was no answer."""
        code = self._end(kill=isinstance(error, TimeoutError))
        if isinstance(error, TimeoutError) or code == -signal.SIGALRM:
            return f"Reading the page took longer than {self.limits.seconds:g} seconds and was broken off."
        name = signal.Signals(-code).name if code is not None and code < 0 else f"exit code {code}"
        return f"The page made its reader crash ({name})."

    def _end(self, *, kill: bool = False) -> int | None:
        """The process is gone and this is how it ended. It ends by itself once its socket is closed."""
        process, connection = self._process, self._socket
        self._process = self._socket = None
        self._is_ready = False
        if connection is not None:
            connection.close()
        if process is None:
            return None
        if kill:
            process.kill()
        try:
            return process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()


def _environment() -> dict[str, str]:
    """Enough to find Python and its libraries. OpenBLAS, which comes along, would start threads."""
    kept = {name: value for name, value in os.environ.items() if name in _KEPT or name.startswith("PYTHON")}
    return kept | {"OPENBLAS_NUM_THREADS": "1", "PYTHONUTF8": "1"}


def _extracted(answer: object) -> Extracted:
    """The answer as a value. Raises Broken where it is none."""
    try:
        fields = dict(answer)  # type: ignore[call-overload]
        published = fields.pop("published")
        return Extracted(**{name: str(value) for name, value in fields.items()}, published=_day(published))
    except (TypeError, ValueError, KeyError) as error:
        raise Broken("The page made its reader answer nonsense.") from error


def _day(written: str | None) -> dt.date | None:
    return dt.date.fromisoformat(written) if written else None
