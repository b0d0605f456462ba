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
from enum import StrEnum

from django.db import connection
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce, Left

from sources import marks, snippets, words
from sources.asked import Asked, Note, Term, understand
from sources.candidates import Conditions, OutOfTime, Place, Step, Value, by_bitmaps, steps
from sources.models import ExtractState, Feed, Item, SearchLanguage
from sources.snippets import Part

SIZE = 30
#: Above this no count is given.
MOST_COUNTED = 1_000
#: With a condition that the index does not hold, so many candidates are looked at for one page.
_MOST_LOOKED_AT = 4_000
_LOOKED_AT_ONCE = 400
_MOST_FEEDS = 50
_READ = 20_000
_NEWS_PATIENCE = 100  # milliseconds

_CURSOR = re.compile(r"([<>])(-?\d{1,19})\.(\d{1,19})")
_LEXEME = re.compile(r"'((?:[^']|'')*)'")
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class State(StrEnum):
    """Where an item stands in the library."""

    FULL_TEXT = "full_text"
    FAILED = "failed"
    REVISED = "revised"
    COPY = "copy"
    IN_STORY = "in_story"


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for. ``text`` is as a person types it (``sources.asked``); what is empty or None filters nothing.
    ``source`` is a part of a publisher's or a feed's name. ``since`` and, not included, ``until`` bound when an item was
    reported. ``cursor`` is a page's ``older`` or ``newer``."""

    text: str = ""
    source: str = ""
    feed: int | None = None
    kind: str = ""
    language: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    states: frozenset[State] = frozenset()
    cursor: str = ""
    size: int = SIZE


@dataclass(frozen=True, slots=True)
class Hit:
    """An item that was found, with what a list shows of it; its title and some of its text cut where the words stand."""

    item: Item
    title: tuple[Part, ...]
    snippet: tuple[Part, ...]


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


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A query as the database is asked: what entries have to have, what only items say, and the stems looked for."""

    asked: Asked
    notes: tuple[Note, ...]
    conditions: Conditions
    rest: QuerySet[Item] | None
    lexemes: frozenset[str]


def find(query: Query, *, within: QuerySet[Item] | None = None) -> Page:
    """The page that the query asks for. ``within`` restricts it to items of a set that only the caller knows, a
    situation's say; it is asked about a few hundred candidates at a time, so it may be any queryset of items."""
    prepared = _prepare(query, within)
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
        place.item_id for place in _gather(_prepare(query, within), start=None, newer=False, most=most).places[:most]
    ]


def spans(item_id: int, *, title: str, text: str, query: Query) -> list[tuple[int, int]]:
    """Where the words that the query looks for stand in an item: code points in title, line break, text."""
    prepared = _prepare(query, None)
    numbers = _numbers([item_id], prepared.lexemes).get(item_id, frozenset())
    return snippets.spans(f"{title}\n{text}", numbers, prepared.asked.grams)


def has_news(query: Query, *, since: dt.datetime, at: dt.datetime, within: QuerySet[Item] | None = None) -> bool | None:
    """Whether anything that the query finds arrived after ``since``; None where that would take too long to say."""
    prepared = _prepare(query, within)
    conditions = prepared.conditions.and_("marks && %s::varchar[]", marks.arrived_since(since, at))
    conditions = conditions.and_("arrived_at > %s", since).bounded()
    most = 1 if prepared.rest is None else _LOOKED_AT_ONCE
    entries = f"SELECT item_id FROM sources_searchentry WHERE {' AND '.join(conditions.sql)} LIMIT %s"  # noqa: S608 - ours
    try:
        found = [pk for (pk,) in by_bitmaps(entries, [*conditions.values, most], milliseconds=_NEWS_PATIENCE)]
    except OutOfTime:
        return None
    if prepared.rest is None or not found:
        return bool(found)
    if prepared.rest.filter(pk__in=found).exists():
        return True
    return False if len(found) < most else None


# ------------------------------------------------------------------------------------------------ conditions
def _prepare(query: Query, within: QuerySet[Item] | None) -> _Prepared:
    asked = understand(query.text)
    notes, lexemes = asked.notes, frozenset[str]()
    conditions = Conditions(since=query.since, until=query.until)
    if asked.alternatives:
        found = _words(asked, query.language)
        if found is None:
            notes = (*notes, Note.COMMON_WORDS)
        else:
            sql, values, lexemes = found
            conditions = conditions.and_(sql, *values, is_indexed=bool(asked.words))
    if query.language:
        conditions = conditions.and_("marks @> %s::varchar[]", [marks.of_language(query.language)], is_indexed=True)
    feeds = _feeds(query)
    if feeds is not None and len(feeds) <= _MOST_FEEDS:
        conditions = conditions.and_("marks && %s::varchar[]", [marks.of_feed(pk) for pk in feeds], is_indexed=True)
    return _Prepared(asked, notes, conditions, _rest(query.states, feeds, within), lexemes)


def _words(asked: Asked, language: str) -> tuple[str, list[Value], frozenset[str]] | None:
    """The query under the rules of every language that the library has in its script, each way of reading it once. None
    where nothing is left of it: it was only words that every text has."""
    configurations = _configurations(asked, language)
    if asked.is_stemmed:
        wanted = [" or ".join(_for_websearch(terms) for terms in asked.alternatives)]
    else:
        wanted = [_for_websearch([term for term in terms if term.is_stemmed]) for terms in asked.alternatives]
    read = _read_as(wanted, configurations)
    lexemes = frozenset(found.replace("''", "'") for texts in read for text in texts for found in _LEXEME.findall(text))
    if asked.is_stemmed:
        query = " | ".join(f"({text})" for text in read[0])
        return ("words @@ %s::tsquery", [query], lexemes) if query else None
    parts, values = [], list[Value]()
    for terms, texts in zip(asked.alternatives, read, strict=True):
        sql, its = _alternative(terms, texts)
        parts.append(sql)
        values += its
    return f"({' OR '.join(parts)})", values, lexemes


def _alternative(terms: Sequence[Term], texts: Sequence[str]) -> tuple[str, list[Value]]:
    parts, values = [], list[Value]()
    if texts:
        parts.append("words @@ %s::tsquery")
        values.append(" | ".join(f"({text})" for text in texts))
    for term in terms:
        if not term.is_stemmed:
            parts.append("(grams IS NULL OR grams NOT LIKE %s)" if term.is_absent else "grams LIKE %s")
            values.append(words.gram_pattern(term.words))
    return f"({' AND '.join(parts) or 'FALSE'})", values


def _for_websearch(terms: Sequence[Term]) -> str:
    return " ".join(f'{"-" if term.is_absent else ""}"{" ".join(term.words)}"' for term in terms)


def _configurations(asked: Asked, language: str) -> list[str]:
    tags = [language] if language else list(SearchLanguage.objects.values_list("tag", flat=True))
    found = {words.configuration(tag) for tag in tags} or {words.PLAIN}
    looked_for = [word for terms in asked.alternatives for term in terms for word in term.words]
    return sorted(each for each in found if any(words.is_of_script(each, word) for word in looked_for)) or [words.PLAIN]


def _read_as(texts: Sequence[str], configurations: Sequence[str]) -> list[list[str]]:
    """Each text as the tsqueries that it is under these configurations, the same ones once, empty ones not at all."""
    pairs = [(number, name, text) for number, text in enumerate(texts) for name in configurations]
    numbers, names, wanted = zip(*pairs, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT number, websearch_to_tsquery(name::regconfig, text)::text "
            "FROM unnest(%s::int[], %s::text[], %s::text[]) AS asked (number, name, text)",
            [list(numbers), list(names), list(wanted)],
        )
        found = sorted(cursor.fetchall())
    return [[text for place, text in found if place == number and text] for number in range(len(texts))]


def _feeds(query: Query) -> list[int] | None:
    """The feeds that the filters by source leave; None where they leave all."""
    chosen = Q()
    if query.feed is not None:
        chosen &= Q(pk=query.feed)
    if source := words.storable(query.source).strip():
        chosen &= Q(name__icontains=source) | Q(publisher__name__icontains=source)
    if query.kind:
        chosen &= Q(publisher__kind=query.kind)
    return list(Feed.objects.filter(chosen).order_by("pk").values_list("pk", flat=True)) if chosen else None


# ------------------------------------------------------------------------------------------------ what the index does not hold
_STATES = {
    State.FULL_TEXT: Q(extract_state=ExtractState.DONE),
    State.FAILED: Q(extract_state=ExtractState.FAILED),
    State.REVISED: Q(current__number__gt=1),
    State.COPY: Q(copy_of__isnull=False),
    State.IN_STORY: Q(story__item_count__gt=1),
}


def _rest(
    states: frozenset[State], feeds: Sequence[int] | None, within: QuerySet[Item] | None
) -> QuerySet[Item] | None:
    """The items that also have what no entry says; None where nothing of that kind is asked."""
    is_wide = feeds is not None and len(feeds) > _MOST_FEEDS
    if within is None and not states and not is_wide:
        return None
    items = Item.objects.all() if within is None else within
    for state in sorted(states):
        items = items.filter(_STATES[state])
    return items.filter(feed__in=feeds) if is_wide and feeds is not None else items


@dataclass(slots=True)
class _Gathered:
    """Candidates that hold, in the order read, and how far that went."""

    places: list[Place]
    total: int = 0
    reached: Place | None = None
    is_through: bool = True
    is_counted: bool = True


def _gather(prepared: _Prepared, *, start: Place | None, newer: bool, most: int) -> _Gathered:
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
_SHOWN = (
    *("title", "url", "language", "reported_at", "feed__name", "feed__publisher__name", "feed__publisher__kind"),
    *("feed__publisher__is_party", "story__title", "story__item_count"),
)


def _hits(places: Sequence[Place], prepared: _Prepared) -> tuple[Hit, ...]:
    pks = [place.item_id for place in places]
    reading = Left(Coalesce(F("current__full_text__text"), F("current__text")), _READ)
    items = Item.objects.filter(pk__in=pks).select_related("feed__publisher", "story").annotate(reading=reading)
    items = items.only(*_SHOWN)
    numbers = _numbers(pks, prepared.lexemes)
    by_pk = {item.pk: _hit(item, numbers.get(item.pk, frozenset()), prepared.asked.grams) for item in items}
    return tuple(by_pk[pk] for pk in pks if pk in by_pk)


def _hit(item: Item, numbers: frozenset[int], grams: Sequence[str]) -> Hit:
    title, text = snippets.mark(item.title, getattr(item, "reading", None) or "", numbers, grams)
    return Hit(item, title, snippets.around(text))


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
