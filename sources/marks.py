"""Marks on search entries: when an item was reported and arrived, whose it is, in which language and state. Pure.

They stand in the same index as the words. A stretch of time is a few marks, whole years in its middle and hours at its ends,
so that what lies outside of it costs nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

_SPANS = (("h", 13), ("d", 10), ("m", 7), ("y", 4))
_MOST, _MOST_YEARS = 30, 100
_HOUR, _DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def of_time(at: dt.datetime) -> list[str]:
    """The hour, day, month and year (UTC) in which an item was reported."""
    at = at.astimezone(dt.UTC)
    return [f"{letter}{at.isoformat()[:length]}" for letter, length in _SPANS]


def of_arrival(at: dt.datetime) -> list[str]:
    """The day and month (UTC) in which an item could first be found."""
    return [f"+{mark}" for mark in of_time(at)[1:3]]


def of_feed(pk: int) -> str:
    return f"f{pk}"


def of_language(tag: str) -> str:
    return f"l{tag.lower()}"


def of_state(state: str) -> str:
    return f"s{state}"


def covering(start: dt.datetime, end: dt.datetime) -> list[str]:
    """Marks of which every item reported from ``start`` to ``end`` has at least one; others may have one too. None where
    a stretch is longer than a century: then they would part nothing."""
    start, end = start.astimezone(dt.UTC), end.astimezone(dt.UTC)
    for place, (letter, length) in enumerate(_SPANS):
        spans = list(_spans(place, start, end))
        if spans:
            return [f"{letter}{span.isoformat()[:length]}" for span in spans]
    years = range(start.year, end.year + 1)
    return [f"y{year:04d}" for year in years] if len(years) <= _MOST_YEARS else []


def arrived_since(start: dt.datetime, end: dt.datetime) -> list[str]:
    """Marks of which every item that arrived from ``start`` to ``end`` has at least one."""
    start, end = start.astimezone(dt.UTC), end.astimezone(dt.UTC)
    days = list(_spans(1, start, end))
    if days:
        return [f"+d{day.isoformat()[:10]}" for day in days]
    months = (end.year - start.year) * 12 + end.month - start.month
    firsts = [divmod(start.year * 12 + start.month - 1 + number, 12) for number in range(months + 1)]
    return [f"+m{year:04d}-{month + 1:02d}" for year, month in firsts]


def _spans(place: int, start: dt.datetime, end: dt.datetime) -> Iterator[dt.datetime]:
    """The hours, days or months that the stretch touches; none where they are too many."""
    if place == 0 and end - start <= _HOUR * (_MOST - 2):
        first = start.replace(minute=0, second=0, microsecond=0)
        yield from (first + _HOUR * number for number in range(_MOST) if first + _HOUR * number <= end)
    elif place == 1 and end - start <= _DAY * (_MOST - 2):
        first = start.replace(hour=0, minute=0, second=0, microsecond=0)
        yield from (first + _DAY * number for number in range(_MOST) if first + _DAY * number <= end)
    elif place == 2 and end - start <= _DAY * 28 * (_MOST - 2):
        for month in range(start.year * 12 + start.month - 1, end.year * 12 + end.month):
            yield dt.datetime(month // 12, month % 12 + 1, 1, tzinfo=dt.UTC)
