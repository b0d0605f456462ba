"""Search over the library: words and filters to one page of items, newest first. Pure of HTTP, reads no clock, writes nothing.

Every query is answered. What of it could not be looked for, how far back the search looked, and whether there is more are
said in the page; nothing is counted that the page does not need.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import connection
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Coalesce, Left

from sources import marks, snippets
from sources.asked import PAGE, Asked, Note, Query, State
from sources.candidates import OutOfTime, Place, Step, rows_in_time, steps
from sources.conditions import Prepared, prepare
from sources.models import Item
from sources.snippets import Part

__all__ = ["MOST_COUNTED", "PAGE", "Hit", "Page", "Query", "State", "find", "has_news", "newest", "spans"]

#: Above this no count is given.
MOST_COUNTED = 1_000
#: With a condition that the index does not hold, so many candidates are looked at for one page.
_MOST_LOOKED_AT = 4_000
_LOOKED_AT_ONCE = 400
_READ = 20_000
_NEWS_PATIENCE = 100  # milliseconds

_CURSOR = re.compile(r"([<>])(-?\d{1,19})\.(\d{1,19})")
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Hit:
    """What a list shows of an item that was found; its title and some of its text cut where the words stand. ``reports``:
    how many its story has, itself included."""

    pk: int
    reported_at: dt.datetime
    language: str
    publisher: str
    reports: int
    title: tuple[Part, ...]
    snippet: tuple[Part, ...]

    @property
    def heading(self) -> str:
        return "".join(part.text for part in self.title)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of what was found. ``older`` and ``newer`` are cursors, empty where there is nothing. ``looked_back_to`` is
    set where the search stopped before the library ended: ``older`` then looks further. ``at_least`` counts what was
    found, all of it where ``is_all``; None on later pages."""

    hits: tuple[Hit, ...]
    asked: Asked
    notes: tuple[Note, ...]
    older: str = ""
    newer: str = ""
    looked_back_to: dt.datetime | None = None
    at_least: int | None = None
    is_all: bool = False


def find(query: Query, *, within: QuerySet[Item] | None = None) -> Page:
    """The page that the query asks for. ``within`` restricts it to items of a set that only the caller knows, a
    situation's say; it is asked about a few hundred candidates at a time, so it may be any queryset of items."""
    prepared = prepare(query, within)
    start, newer = _read_cursor(query.cursor)
    gathered = _gather(prepared, start=start, newer=newer, most=query.size + 1)
    places, is_more = gathered.places[: query.size], len(gathered.places) > query.size
    page = Page(_hits(sorted(places, reverse=True), prepared), prepared.asked, prepared.notes)
    if query.cursor and start is None:
        page = replace(page, notes=(*page.notes, Note.CURSOR))
    if newer:
        return replace(
            page,
            newer=_cursor(places[-1] if is_more else None, newer=True),
            older=_cursor(places[0] if places else start, newer=False),
        )
    has_stopped = not is_more and not gathered.is_through
    return replace(
        page,
        older=_cursor(places[-1] if is_more else gathered.reached if has_stopped else None, newer=False),
        newer=_cursor(places[0] if places else start, newer=True) if start is not None else "",
        looked_back_to=gathered.reached.at if has_stopped and gathered.reached is not None else None,
        at_least=min(gathered.total, MOST_COUNTED) if start is None else None,
        is_all=gathered.is_counted and gathered.total <= MOST_COUNTED,
    )


def newest(query: Query, *, most: int, within: QuerySet[Item] | None = None) -> list[int]:
    """The numbers of at most so many items that the query finds, the newest first. Its cursor and size count for nothing."""
    return [
        place.item_id for place in _gather(prepare(query, within), start=None, newer=False, most=most).places[:most]
    ]


def spans(item_id: int, *, title: str, text: str, query: Query) -> list[tuple[int, int]]:
    """Where the words that the query looks for stand in an item: code points in title, line break, text."""
    prepared = prepare(query, None)
    numbers = _numbers([item_id], prepared.lexemes).get(item_id, frozenset())
    return snippets.spans(f"{title}\n{text}", numbers, prepared.asked.grams)


def has_news(query: Query, *, since: dt.datetime, at: dt.datetime, within: QuerySet[Item] | None = None) -> bool | None:
    """Whether anything that the query finds arrived after ``since``; None where that would take too long to say."""
    prepared = prepare(query, within)
    if since < (yesterday := at - dt.timedelta(days=1)) and _arrived(prepared, yesterday, at):
        return True  # a common word: all of its news would be much to read for a yes
    return _arrived(prepared, since, at)


def _arrived(prepared: Prepared, since: dt.datetime, at: dt.datetime) -> bool | None:
    conditions = prepared.conditions.and_("marks && %s::varchar[]", marks.arrived_since(since, at))
    conditions = conditions.and_("arrived_at > %s", since).bounded()
    most = 1 if prepared.rest is None else _LOOKED_AT_ONCE
    entries = f"SELECT item_id FROM sources_searchentry WHERE {' AND '.join(conditions.sql)} LIMIT %s"  # noqa: S608 - ours
    try:
        rows = rows_in_time(entries, [*conditions.values, most], milliseconds=_NEWS_PATIENCE, is_indexed=True)
    except OutOfTime:
        return None
    found = [pk for (pk,) in rows]
    if prepared.rest is None or not found:
        return bool(found)
    if prepared.rest.filter(pk__in=found).exists():
        return True
    return False if len(found) < most else None


# ------------------------------------------------------------------------------------------------ candidates
@dataclass(slots=True)
class _Gathered:
    """Candidates that hold, in the order read, and how far that went."""

    places: list[Place]
    total: int = 0
    reached: Place | None = None
    is_through: bool = True
    is_counted: bool = True


def _gather(prepared: Prepared, *, start: Place | None, newer: bool, most: int) -> _Gathered:
    found, looked_at, rest = _Gathered([], reached=start), 0, prepared.rest
    at_once = most if rest is None else _LOOKED_AT_ONCE
    for step in steps(prepared.conditions, start=start, newer=newer, most=at_once):
        kept = _kept(step, rest)
        found.places += kept
        found.total += step.total if rest is None and prepared.conditions.is_indexed else len(kept)
        found.reached, found.is_through = step.reached, step.is_last
        looked_at += len(step.places)
        if len(found.places) >= most or step.is_last or (rest is not None and looked_at >= _MOST_LOOKED_AT):
            break
    found.is_counted = found.is_through and len(found.places) <= most
    return found


def _kept(step: Step, rest: QuerySet[Item] | None) -> list[Place]:
    if rest is None or not step.places:
        return list(step.places)
    pks = [place.item_id for place in step.places]
    holds = set(rest.order_by().filter(pk__in=pks).values_list("pk", flat=True))
    return [place for place in step.places if place.item_id in holds]


# ------------------------------------------------------------------------------------------------ what is shown
def _hits(places: Sequence[Place], prepared: Prepared) -> tuple[Hit, ...]:
    pks = [place.item_id for place in places]
    numbers, grams = _numbers(pks, prepared.lexemes), prepared.asked.grams
    reading = Left(Coalesce(F("current__full_text__text"), F("current__text"), Value("")), _READ)
    rows = Item.objects.filter(pk__in=pks).values_list(
        "pk", "reported_at", "language", "feed__publisher__name", "story__item_count", "title", reading
    )
    hits = {}
    for pk, at, language, publisher, reports, heading, opening in rows:
        title, text = snippets.mark(heading, opening, numbers.get(pk, frozenset()), grams)
        hits[pk] = Hit(pk, at, language, publisher, reports or 0, title, snippets.around(text))
    return tuple(hits[pk] for pk in pks if pk in hits)


def _numbers(pks: Sequence[int], lexemes: frozenset[str]) -> dict[int, frozenset[int]]:
    """Which words of each entry, counted from one, are among these stems."""
    if not lexemes or not pks:
        return {}
    found: dict[int, frozenset[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT item_id, positions FROM sources_searchentry, unnest(words) "
            "WHERE item_id = ANY(%s) AND lexeme = ANY(%s)",
            [list(pks), sorted(lexemes)],
        )
        for pk, positions in cursor.fetchall():
            found[pk] = found.get(pk, frozenset()) | frozenset(positions)
    return found


# ------------------------------------------------------------------------------------------------ cursors
def _cursor(place: Place | None, *, newer: bool) -> str:
    if place is None:
        return ""
    micros = (place.at - _EPOCH) // dt.timedelta(microseconds=1)
    return base64.urlsafe_b64encode(f"{'>' if newer else '<'}{micros}.{place.item_id}".encode()).decode().rstrip("=")


def _read_cursor(value: str) -> tuple[Place | None, bool]:
    """Where to begin and whether towards the newer; the newest where it is no cursor of ours."""
    try:
        text = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)).decode("ascii")
        match = _CURSOR.fullmatch(text)
        if match is None:
            return None, False
        at = _EPOCH + dt.timedelta(microseconds=int(match[2]))
        return Place(at, min(int(match[3]), 2**63 - 1)), match[1] == ">"
    except (ValueError, binascii.Error, OverflowError):
        return None, False
