"""Entries that may answer a search, newest first or oldest first, a step at a time: what each step may cost is bounded.

A step covers a stretch of time. The first is as long as the thousand entries beside the starting point; each next one is
longer, as much as the page still wants going by what was found, at most thirty-two times: a page of a common word is full
after the first, and a rare word is found in all of a million after two or three more. In a step the index is read only
where words, time and source meet (``marks``), so that its cost does not grow with the library; what it costs all the same
is bounded by the search's patience, and the page then says how far it looked (docs/decisions/0017-search.md has the plans).
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from django.db import OperationalError, connection, transaction
from psycopg2.errors import QueryCanceled

from sources import marks

_NEAR = 1_000
_MOST_GROWTH = 32
_LEAST = dt.timedelta(minutes=1)
_LAST_ID = 2**63 - 1
#: Seconds that the steps after the first may take together.
PATIENCE = 0.5
_SETTINGS = "SET LOCAL statement_timeout = {}; SET LOCAL enable_seqscan = {}; SET LOCAL enable_indexscan = {}"


Value: TypeAlias = str | int | dt.datetime | list[str]


class OutOfTime(Exception):
    """The search's patience is used up."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Between which entries a page begins: after the entry of this time and number, in the direction read."""

    at: dt.datetime
    item_id: int


@dataclass(frozen=True, slots=True)
class Conditions:
    """What an entry must have. ``sql`` is of our own words, with ``values``; ``is_indexed``: the index of words and marks
    answers it. ``since`` and, not included, ``until`` bound when it was reported."""

    sql: tuple[str, ...] = ()
    values: tuple[Value, ...] = ()
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    is_indexed: bool = False

    def and_(self, sql: str, *values: Value, is_indexed: bool = False) -> Conditions:
        return replace(
            self,
            sql=(*self.sql, sql),
            values=(*self.values, *values),
            is_indexed=self.is_indexed or is_indexed,
        )

    def bounded(self) -> Conditions:
        """With the bounds of time among the conditions."""
        bounded = self
        if self.since is not None:
            bounded = bounded.and_("reported_at >= %s", self.since)
        if self.until is not None:
            bounded = bounded.and_("reported_at < %s", self.until)
        return bounded


@dataclass(frozen=True, slots=True)
class Step:
    """Some entries in order, and up to where every entry has been looked at. ``total``: how many there are from the
    step's beginning to its end; ``is_last``: there is nothing beyond it."""

    places: tuple[Place, ...]
    reached: Place
    total: int
    is_last: bool


def steps(conditions: Conditions, *, start: Place | None, newer: bool, most: int) -> Iterator[Step]:
    """Steps of at most ``most`` entries from ``start`` (None: the newest) on. Ends with the one that is last, or earlier
    once the patience is used up."""
    ends = _ends(conditions, start, newer)
    if ends is None:
        return
    place, last = ends
    origin, whole = place.at, abs(last - place.at)
    # Without a condition every entry counts, along the index of times.
    span = _near(place, newer, whole) if conditions.sql else whole
    deadline: float | None = None
    found = 0
    while True:
        end = last if span >= whole else origin + span if newer else origin - span
        step = _step(conditions, place, end, end == last, newer, most, deadline)
        if step is None:
            return
        yield step
        place, found = step.reached, found + len(step.places)
        deadline = deadline or time.monotonic() + PATIENCE
        if step.is_last:
            return
        if len(step.places) < most:
            span *= _growth(found, most)


def _growth(found: int, most: int) -> int:
    """How much longer the next stretch is: about as much as fills the page, going by what was found so far."""
    return _MOST_GROWTH if not found else min(max(2 * most // found, 2), _MOST_GROWTH)


def _step(
    conditions: Conditions, place: Place, end: dt.datetime, is_end: bool, newer: bool, most: int, deadline: float | None
) -> Step | None:
    """The entries from ``place`` to ``end``; None where the time was over first."""
    left = None if deadline is None else int((deadline - time.monotonic()) * 1000)
    try:
        rows = _rows(conditions, place, end, newer, most, left)
    except OutOfTime:
        return None
    places = tuple(Place(at, pk) for pk, at, _ in rows)
    is_full = len(rows) == most
    reached = places[-1] if is_full else Place(end, _LAST_ID if newer else 0)
    return Step(places, reached, rows[0][2] if rows else 0, is_last=is_end and not is_full)


def rows_in_time(
    sql: str, values: Sequence[Value], *, milliseconds: int | None, is_indexed: bool
) -> list[tuple[Any, ...]]:
    """The rows of a query. Where the index can answer it, no table is read row by row: the planner does not know what it
    costs to read the words of long texts again and again. Raises OutOfTime where it takes longer than so many
    milliseconds; None sets no limit."""
    if milliseconds is not None and milliseconds <= 0:
        raise OutOfTime
    # All in one message to the server: outside of a transaction these statements are one by themselves.
    scans = "off" if is_indexed else "on"
    limited = _SETTINGS.format(milliseconds or 0, scans, scans)
    is_nested = connection.in_atomic_block
    try:
        with transaction.atomic() if is_nested else nullcontext(), connection.cursor() as cursor:
            cursor.execute(f"{limited}; {sql}", values)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
            if is_nested:
                cursor.execute(_SETTINGS.format(0, "on", "on"))
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise OutOfTime from error
        raise
    return rows


def _rows(
    conditions: Conditions, place: Place, end: dt.datetime, newer: bool, most: int, milliseconds: int | None
) -> list[tuple[Any, ...]]:
    """Number, time and how many there are, of the first ``most`` from ``place`` to ``end``."""
    order, beyond, within = ("ASC", ">", "<=") if newer else ("DESC", "<", ">=")
    asked = conditions.and_(f"(reported_at, item_id) {beyond} (%s, %s)", place.at, place.item_id)
    asked = asked.and_(f"reported_at {within} %s", end)
    if conditions.is_indexed and (covering := marks.covering(*sorted((place.at, end)))):
        asked = asked.and_("marks && %s::varchar[]", covering)
    asked = asked.bounded()
    entries = f"SELECT item_id, reported_at FROM sources_searchentry WHERE {' AND '.join(asked.sql)}"  # noqa: S608 - ours
    ordered = f"ORDER BY reported_at {order}, item_id {order} LIMIT %s"
    if conditions.is_indexed:
        query = f"WITH found AS MATERIALIZED ({entries}) SELECT item_id, reported_at, count(*) OVER () FROM found"  # noqa: S608 - ours
    else:
        query = f"SELECT item_id, reported_at, 0 FROM ({entries}) found"  # noqa: S608 - ours
    return rows_in_time(
        f"{query} {ordered}",
        [*asked.values, most],
        milliseconds=milliseconds,
        is_indexed=conditions.is_indexed,
    )


def _ends(conditions: Conditions, start: Place | None, newer: bool) -> tuple[Place, dt.datetime] | None:
    """Where to begin, and the time of the last entry there is. None where there is none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(reported_at), max(reported_at) FROM sources_searchentry")
        oldest, newest = cursor.fetchone()
    if oldest is None:
        return None
    if conditions.since is not None:
        oldest = max(oldest, conditions.since)
    if conditions.until is not None:
        newest = min(newest, conditions.until)
    if newer:
        place, last = max(start or Place(oldest, 0), Place(oldest, 0)), newest
    else:
        place, last = min(start or Place(newest, _LAST_ID), Place(newest, _LAST_ID)), oldest
    if oldest > newest or (place.at > last if newer else place.at < last):
        return None
    return place, last


def _near(place: Place, newer: bool, whole: dt.timedelta) -> dt.timedelta:
    """How long the first stretch is."""
    order, beyond = ("ASC", ">") if newer else ("DESC", "<")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT reported_at FROM sources_searchentry WHERE (reported_at, item_id) {beyond} (%s, %s) "  # noqa: S608 - ours
            f"ORDER BY reported_at {order}, item_id {order} OFFSET {_NEAR} LIMIT 1",
            [place.at, place.item_id],
        )
        near = cursor.fetchone()
    return whole if near is None else max(abs(near[0] - place.at), _LEAST)
