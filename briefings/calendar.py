"""The archive by months: what was issued on each day, and the days on which nothing was. Pure."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

#: Monday first (ISO 8601).
_WEEKS = calendar.Calendar(firstweekday=0)


@dataclass(frozen=True, slots=True)
class Issue:
    """One issued edition on its day."""

    id: str
    date: dt.date
    kind: str  # routine | flash | quiet
    status: str  # published | corrected | withdrawn
    trend: str


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a month; ``is_silent`` where an edition was to be expected and none was issued."""

    date: dt.date
    issues: tuple[Issue, ...]
    is_silent: bool


@dataclass(frozen=True, slots=True)
class Month:
    """A month in weeks of seven; None for the days of its neighbours."""

    first: dt.date
    weeks: tuple[tuple[Day | None, ...], ...]


def months(issues: Iterable[Issue], *, until: dt.date) -> tuple[Month, ...]:
    """Every month from the first issue to ``until``, the newest first. An edition is expected each day from the first
    one on."""
    by_day: dict[dt.date, list[Issue]] = {}
    for issue in issues:
        by_day.setdefault(issue.date, []).append(issue)
    if not by_day:
        return ()
    first, last = min(by_day), max(until, *by_day)
    found = []
    year, month = last.year, last.month
    while (year, month) >= (first.year, first.month):
        found.append(_month(year, month, by_day, first, last))
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return tuple(found)


def _month(year: int, month: int, by_day: Mapping[dt.date, list[Issue]], first: dt.date, last: dt.date) -> Month:
    weeks = _WEEKS.monthdatescalendar(year, month)
    return Month(
        dt.date(year, month, 1),
        tuple(
            tuple(
                Day(date, tuple(by_day.get(date, ())), first <= date <= last and date not in by_day)
                if date.month == month
                else None
                for date in week
            )
            for week in weeks
        ),
    )
