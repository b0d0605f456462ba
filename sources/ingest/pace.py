"""The one place that decides when a feed is looked at again. Pure."""

from __future__ import annotations

import datetime as dt
import hashlib

LONGEST = dt.timedelta(hours=24)
#: A feed that has brought nothing new for a while is looked at half as often.
IDLE_FACTOR = 2


def next_look(
    *,
    at: dt.datetime,
    interval: dt.timedelta,
    failures: int,
    is_idle: bool,
    retry_after: int | None,
    key: str,
) -> dt.datetime:
    """When to look again. ``failures`` counts refusals and breakdowns in a row: each doubles the wait. ``retry_after`` is
    what the server asked for, in seconds. ``key`` spreads feeds, so that those added together are not fetched together;
    the same key and time give the same answer."""
    wait = interval * (IDLE_FACTOR if is_idle else 1)
    wait = min(wait * 2 ** min(failures, 12), LONGEST)
    if retry_after is not None:
        wait = max(wait, min(dt.timedelta(seconds=retry_after), LONGEST))
    spread: dt.timedelta = wait * _jitter(f"{key} {at.isoformat()}")
    return at + spread


def _jitter(key: str) -> float:
    """Between 1.0 and 1.2."""
    return 1 + hashlib.sha256(key.encode()).digest()[0] / 255 * 0.2
