"""The one place that decides when a feed is looked at again. Pure."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import statistics
from collections.abc import Iterable
from dataclasses import dataclass

#: No feed waits longer, whatever fails or is asked for.
LONGEST = dt.timedelta(hours=24)
#: A document's or a server's wish to be left alone counts up to this: trouble does not wait for a cache.
LONGEST_WISH = dt.timedelta(hours=2)
#: No feed is looked at more often, however much it publishes, unless all are.
SHORTEST = dt.timedelta(minutes=5)
#: A feed that has brought nothing new for this many looks is idle: it is looked at half as often, a quiet one still less.
IDLE_LOOKS = 4
IDLE_FACTOR, LAZIEST = 2, 4
#: Times between entries that are too few to tell a rate.
_FEWEST = 4


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What is known of a feed's pace, in seconds. ``failures``: refusals and breakdowns in a row; ``idle_looks``: looks in
    a row without anything new; ``publication_gap``: the usual time between two entries, None where nobody knows;
    ``stays_for``: how long its document or server said that it stays as it is; ``retry_after``: what a server that
    refused us asked for."""

    failures: int = 0
    idle_looks: int = 0
    publication_gap: int | None = None
    stays_for: int = 0
    retry_after: int | None = None


def next_look(*, at: dt.datetime, interval: dt.timedelta, rhythm: Rhythm, key: str) -> dt.datetime:
    """When to look again. ``interval`` is the usual time between two looks.

    Who publishes more often is looked at more often, who publishes less only once it has been idle. What server and
    document ask for is kept to within limits, and each failure in a row doubles the wait. ``key`` spreads feeds, so that
    those added together are not fetched together; the same key and time give the same answer.
    """
    wait = _by_rate(interval, rhythm)
    wait = max(wait, min(dt.timedelta(seconds=rhythm.stays_for), LONGEST_WISH))
    wait = min(wait * 2 ** min(rhythm.failures, 12), LONGEST)
    if rhythm.retry_after is not None:
        wait = max(wait, min(dt.timedelta(seconds=rhythm.retry_after), LONGEST))
    spread: dt.timedelta = wait * _jitter(f"{key} {at.isoformat()}")
    return at + spread


def gap(times: Iterable[dt.datetime]) -> int | None:
    """The median time between entries, in seconds; None where they are too few, or all of one moment."""
    ordered = sorted(times)
    between = [(later - earlier).total_seconds() for earlier, later in itertools.pairwise(ordered)]
    if len(between) < _FEWEST:
        return None
    return min(int(statistics.median(between)), 2**31 - 1) or None


def _by_rate(interval: dt.timedelta, rhythm: Rhythm) -> dt.timedelta:
    """Twice a usual gap, between the limits."""
    half = None if rhythm.publication_gap is None else dt.timedelta(seconds=rhythm.publication_gap) / 2
    if half is not None and half < interval:
        return max(half, min(SHORTEST, interval))
    if rhythm.idle_looks < IDLE_LOOKS:
        return interval
    return min(max(half or interval, interval * IDLE_FACTOR), interval * LAZIEST)


def _jitter(key: str) -> float:
    """Between 1.0 and 1.2."""
    return 1 + hashlib.sha256(key.encode()).digest()[0] / 255 * 0.2
