"""Works off many addresses at once, each host gently. No Django: what the threads do must not touch the database.

Things are laid into rows so that no host stands in more rows than it may be asked at once; each row is worked off by one
thread. Results come out to whoever iterates, who is the only one to write them. Threads are added while that one has to
wait for results: where servers answer at once a few do, where they are slow there are many.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from queue import Empty, Full, Queue
from typing import Generic, Protocol, TypeVar

from sources.ingest.urls import host_of

logger = logging.getLogger(__name__)

#: Threads that begin, and that are added whenever no result came for so many seconds.
_FIRST, _MORE, _PATIENCE = 4, 8, 0.005
#: How long results are gathered, so that they are written together, in seconds.
_GATHERING = 0.25
#: How long nobody asks again whether there is more to do, in seconds.
_ASK_AGAIN = 1.0
#: How often a thread that waits looks whether it is still wanted, in seconds.
_GLANCE = 0.2


class Addressed(Protocol):
    """Anything that is fetched from an address."""

    @property
    def url(self) -> str: ...


A = TypeVar("A", bound=Addressed)
T = TypeVar("T")
R = TypeVar("R")


class Broken(Exception):
    """Nobody takes results any more."""


def lay(things: Iterable[A], *, per_host: int) -> list[list[A]]:
    """Things in rows to be worked off one after another; no host stands in more than ``per_host`` rows."""
    rows: dict[tuple[str, int], list[A]] = {}
    turns: Counter[str] = Counter()
    for thing in things:
        host = host_of(thing.url)
        rows.setdefault((host, turns[host] % per_host), []).append(thing)
        turns[host] += 1
    return list(rows.values())


class Scales:
    """Bounds how many large things are in memory: a thread whose thing turns out to be large waits here for one of a few
    places, and the place is free again once the result was taken and dealt with."""

    def __init__(self, places: int) -> None:
        self._places = threading.BoundedSemaphore(places)
        self._mine = threading.local()
        self._is_broken = threading.Event()

    def take(self) -> None:
        """This thread has a place for what it works on. Raises Broken where nobody takes results any more."""
        if getattr(self._mine, "has_place", False):
            return
        while not self._places.acquire(timeout=_GLANCE):
            if self._is_broken.is_set():
                raise Broken
        self._mine.has_place = True

    def handed_over(self) -> bool:
        """Whether this thread had a place, which now belongs to its result."""
        had_place = getattr(self._mine, "has_place", False)
        self._mine.has_place = False
        return had_place

    def free(self, places: int) -> None:
        for _ in range(places):
            self._places.release()

    def break_off(self) -> None:
        self._is_broken.set()


def _never() -> bool:
    return False


def work_off(
    rows: Sequence[Sequence[T]], work: Callable[[T], R], *, at_once: int, is_over: Callable[[], bool] = _never
) -> Generator[tuple[T, R]]:
    """Each thing with what ``work`` made of it, as it is done. Where ``work`` raises, that thing is logged and missing; once
    ``is_over`` says so, nothing more is begun, and what was not begun is missing too.

    Threads wait where results are not taken, so that few are in memory; where nobody takes any more, they stop.
    """
    sources = iter([rows])
    for batch in work_off_in_batches(lambda: next(sources, []), work, at_once=at_once, most=1, is_over=is_over):
        yield from batch


def work_off_in_batches(
    more: Callable[[], Sequence[Sequence[T]]],
    work: Callable[[T], R],
    *,
    at_once: int,
    most: int,
    scales: Scales | None = None,
    is_over: Callable[[], bool] = _never,
) -> Generator[list[tuple[T, R]]]:
    """The same, with all that is done by the time somebody asks, ``most`` at once: who writes slowly writes many together.
    ``more`` is asked for further rows whenever none is waiting, so that a slow server holds up nobody else's turn; it ends
    where there are none and all are done."""
    results: Queue[tuple[T, R, bool] | None] = Queue(maxsize=max(at_once, most))
    with ThreadPoolExecutor(at_once, thread_name_prefix="lane") as pool:
        crew = _Crew(work, at_once, scales or Scales(at_once), pool, results, is_over)
        try:
            yield from _batches(crew, more, most)
        finally:
            crew.stop()


def _batches(crew: _Crew[T, R], more: Callable[[], Sequence[Sequence[T]]], most: int) -> Generator[list[tuple[T, R]]]:
    is_more, asked_at = True, 0.0
    while True:
        if not crew.waiting and (is_more or time.monotonic() - asked_at > _ASK_AGAIN):
            rows = more()
            crew.add(rows)
            is_more, asked_at = bool(rows), time.monotonic()
            continue
        if not crew.open_rows:
            return
        batch = _done(crew, most, patience=0.0 if is_more and not crew.waiting else _GATHERING)
        if batch:
            yield [(thing, done) for thing, done, _ in batch]
            crew.scales.free(sum(has_place for _, _, has_place in batch))


def _done(crew: _Crew[T, R], most: int, *, patience: float) -> list[tuple[T, R, bool]]:
    """What is done, up to ``most``; nothing where only a row has ended. Waits for the first, and hires while it has to;
    for more of them as long as ``patience``, in seconds."""
    batch: list[tuple[T, R, bool]] = []
    ends = 0.0
    while len(batch) < most and crew.open_rows:
        try:
            left = max(ends - time.monotonic(), 0.0)
            result = crew.results.get(block=left > 0, timeout=left or None) if batch else _wait(crew)
        except Empty:
            break
        if result is not None:
            ends = ends if batch else time.monotonic() + patience
            batch.append(result)
        else:
            crew.open_rows -= 1
            if not batch:
                break
    return batch


def _wait(crew: _Crew[T, R]) -> tuple[T, R, bool] | None:
    """Raises Empty where nothing came for so long that there may be more to do by now."""
    while crew.may_hire:
        try:
            return crew.results.get(timeout=_PATIENCE)
        except Empty:
            crew.hire(_MORE)
    return crew.results.get(timeout=_ASK_AGAIN)


@dataclass(slots=True)
class _Crew(Generic[T, R]):
    """The threads and what they are at."""

    work: Callable[[T], R]
    at_once: int
    scales: Scales
    pool: ThreadPoolExecutor
    results: Queue[tuple[T, R, bool] | None]
    is_over: Callable[[], bool]
    waiting: deque[Sequence[T]] = field(default_factory=deque)
    stopped: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    hired: int = 0
    open_rows: int = 0

    def add(self, rows: Iterable[Sequence[T]]) -> None:
        with self.lock:
            before = len(self.waiting)
            self.waiting.extend(rows)
            self.open_rows += len(self.waiting) - before
        self.hire(_FIRST - self.hired)

    def hire(self, wanted: int) -> None:
        with self.lock:
            count = max(0, min(wanted, self.at_once - self.hired, len(self.waiting)))
            self.hired += count
        for _ in range(count):
            self.pool.submit(self._work_off_rows)

    @property
    def may_hire(self) -> bool:
        return bool(self.waiting) and self.hired < self.at_once

    def stop(self) -> None:
        self.stopped.set()
        self.scales.break_off()

    def _work_off_rows(self) -> None:
        while (row := self._next_row()) is not None:
            try:
                self._work_off(row)
            finally:
                self._hand_over(None)

    def _next_row(self) -> Sequence[T] | None:
        with self.lock:
            if self.waiting and not self.stopped.is_set():
                return self.waiting.popleft()
            self.hired -= 1
            return None

    def _work_off(self, row: Sequence[T]) -> None:
        for thing in row:
            if self.stopped.is_set() or self.is_over():
                return
            try:
                done = self.work(thing)
            except Broken:
                return
            except Exception:  # a fault of ours in one must not cost the others; it is logged and seen
                logger.exception("work on one address broke off")
                self.scales.free(self.scales.handed_over())
            else:
                self._hand_over((thing, done, self.scales.handed_over()))

    def _hand_over(self, result: tuple[T, R, bool] | None) -> None:
        while not self.stopped.is_set():
            try:
                self.results.put(result, timeout=_GLANCE)
            except Full:
                continue
            return
