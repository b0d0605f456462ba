"""When a request has to be over, whatever it is made of: name, connection, redirects, body. Pure but for the clock.

Time in which we make ourselves wait, for our turn at a host or for memory, is not the other side's and does not count.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from contextvars import ContextVar

_held: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


class OutOfTime(Exception):
    """The deadline of the whole request has passed."""


class Deadline:
    """When a request has to be over; inside another one's block, no later than that."""

    def __init__(self, seconds: float) -> None:
        outer = _held.get()
        ends_at = time.monotonic() + seconds
        self.ends_at: float = ends_at if outer is None else min(ends_at, outer.ends_at)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Requests that are made within this block keep to this deadline too."""
        token = _held.set(self)
        try:
            yield
        finally:
            _held.reset(token)

    def left(self, at_most: float) -> float:
        """Seconds that the next step may take. Raises OutOfTime."""
        left = self.ends_at - time.monotonic()
        if left <= 0:
            raise OutOfTime
        return min(left, at_most)

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self.ends_at

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """Time spent within this block does not count."""
        started = time.monotonic()
        try:
            yield
        finally:
            self.ends_at += time.monotonic() - started


@contextlib.contextmanager
def uncounted() -> Iterator[None]:
    """Time spent within this block counts for no request that is under way here."""
    held = _held.get()
    with contextlib.nullcontext() if held is None else held.paused():
        yield
