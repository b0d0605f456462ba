"""Works off many addresses at once, each host gently. No Django: what the threads do must not touch the database.

Things are laid into rows so that no host stands in more rows than it may be asked at once; each row is a thread. Results
come out one by one to whoever iterates, who is the only one to write them.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, Full, Queue
from threading import Event
from typing import Protocol, TypeVar

from sources.ingest.urls import host_of

logger = logging.getLogger(__name__)


class Addressed(Protocol):
    """Anything that is fetched from an address."""

    @property
    def url(self) -> str: ...


A = TypeVar("A", bound=Addressed)
T = TypeVar("T")
R = TypeVar("R")


def lay(things: Iterable[A], *, per_host: int) -> list[list[A]]:
    """Things in rows to be worked off one after another; no host stands in more than ``per_host`` rows."""
    rows: dict[tuple[str, int], list[A]] = {}
    turns: Counter[str] = Counter()
    for thing in things:
        host = host_of(thing.url)
        rows.setdefault((host, turns[host] % per_host), []).append(thing)
        turns[host] += 1
    return list(rows.values())


def _never() -> bool:
    return False


def work_off(
    rows: Sequence[Sequence[T]],
    work: Callable[[T], R],
    *,
    at_once: int,
    pause: float = 0.0,
    is_over: Callable[[], bool] = _never,
) -> Generator[tuple[T, R]]:
    """Each thing with what ``work`` made of it, as it is done. Where ``work`` raises, that thing is logged and missing; once
    ``is_over`` says so, nothing more is begun, and what was not begun is missing too. Between two things of one row, which
    are of one host, ``pause`` seconds go by.

    Threads wait where results are not taken, so that few are in memory; where nobody takes any more, they stop.
    """
    for batch in work_off_in_batches(rows, work, at_once=at_once, most=1, pause=pause, is_over=is_over):
        yield from batch


def work_off_in_batches(
    rows: Sequence[Sequence[T]],
    work: Callable[[T], R],
    *,
    at_once: int,
    most: int,
    pause: float = 0.0,
    is_over: Callable[[], bool] = _never,
) -> Generator[list[tuple[T, R]]]:
    """The same, with all that is done by the time somebody asks, ``most`` at once: who writes slowly writes many together."""
    results: Queue[tuple[T, R] | None] = Queue(maxsize=max(at_once, most))
    stopped = Event()
    with ThreadPoolExecutor(max(1, min(len(rows), at_once)), thread_name_prefix="lane") as pool:
        for row in rows:
            pool.submit(_work_off_row, row, work, results, stopped, pause, is_over)
        try:
            open_rows = len(rows)
            while open_rows:
                batch, ended = _waiting(results, most)
                open_rows -= ended
                if batch:
                    yield batch
        finally:
            stopped.set()


def _waiting(results: Queue[tuple[T, R] | None], most: int) -> tuple[list[tuple[T, R]], int]:
    """One result at least, or the end of a row, and whatever else lies there; how many rows have ended."""
    batch: list[tuple[T, R]] = []
    ended = 0
    result = results.get()
    while True:
        if result is None:
            ended += 1
        else:
            batch.append(result)
        if len(batch) == most:
            return batch, ended
        try:
            result = results.get_nowait()
        except Empty:
            return batch, ended


def _work_off_row(
    row: Sequence[T],
    work: Callable[[T], R],
    results: Queue[tuple[T, R] | None],
    stopped: Event,
    pause: float,
    is_over: Callable[[], bool],
) -> None:
    try:
        for position, thing in enumerate(row):
            if stopped.wait(pause if position else 0) or is_over():
                return
            try:
                done = work(thing)
            except Exception:  # a fault of ours in one must not cost the others; it is logged and seen
                logger.exception("work on one address broke off")
            else:
                _hand_over((thing, done), results, stopped)
    finally:
        _hand_over(None, results, stopped)


def _hand_over(result: tuple[T, R] | None, results: Queue[tuple[T, R] | None], stopped: Event) -> None:
    while not stopped.is_set():
        try:
            results.put(result, timeout=0.2)
        except Full:
            continue
        return
