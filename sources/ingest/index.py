"""Makes items findable: one search entry each, from the words they say now. Safe to repeat; decides nothing.

Items are ready once their language is known, since it says which rules cut their words to stems.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, fields
from operator import attrgetter

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Left

from sources import marks, words
from sources.asked import State
from sources.models import ExtractState, Item, SearchEntry, SearchLanguage
from sources.models.items import INDEX_VERSION
from sources.querysets import ItemQuerySet

#: About ten thousand words: the vector of a longer text would not fit PostgreSQL's megabyte.
MAX_TEXT = 60_000
#: Of a language that shares its script with stemmed ones but has no stemmer itself, trigrams are kept of the beginning.
MAX_OPENING = 500
MAX_GRAMS = 20_000

_WRITE = """
    INSERT INTO sources_searchentry (item_id, reported_at, arrived_at, words, grams, marks)
    SELECT item_id, reported_at, arrived_at, to_tsvector(configuration::regconfig, text), grams,
           string_to_array(marks, ' ')
      FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::text[], %s::text[], %s::text[], %s::text[])
           AS entry (item_id, reported_at, arrived_at, configuration, text, grams, marks)
        ON CONFLICT (item_id) DO UPDATE
       SET reported_at = excluded.reported_at, words = excluded.words, grams = excluded.grams, marks = excluded.marks
"""


@dataclass(frozen=True, slots=True)
class _Entry:
    """One row, in the order of ``_WRITE``."""

    item_id: int
    reported_at: dt.datetime
    arrived_at: dt.datetime
    configuration: str
    text: str
    grams: str | None
    marks: str


_VALUES = attrgetter(*(field.name for field in fields(_Entry)))


def index_items(*, limit: int, at: dt.datetime) -> int:
    """Items that waited can be found afterwards by the words they say now. Returns how many. Rows that another worker
    holds are left to it."""
    with transaction.atomic():
        waiting = Item.objects.to_index(INDEX_VERSION).select_for_update(of=("self",), skip_locked=True, no_key=True)
        items = list(_readable(waiting).order_by("id")[:limit])
        if not items:
            return 0
        pks = [item.pk for item in items]
        arrivals = dict(SearchEntry.objects.filter(pk__in=pks).values_list("pk", "arrived_at"))
        _write([_entry(item, arrivals.get(item.pk, at)) for item in items])
        tags = {item.language for item in items}
        SearchLanguage.objects.bulk_create([SearchLanguage(tag) for tag in sorted(tags)], ignore_conflicts=True)
        Item.objects.filter(pk__in=pks).update(index_version=INDEX_VERSION)
    return len(items)


def settle() -> None:
    """What was written lately is sorted into the index; until then each search has to read all of it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT gin_clean_pending_list('search_words')")


def grams(folded: str, *, opening: str, language: str) -> str | None:
    """What is searched by trigrams: words of scripts without a configuration, and the ``opening`` of a text whose language
    has none although others of its script do. None where that is nothing."""
    kept = words.unstemmed(folded)
    if words.configuration(language) == words.PLAIN and len(kept) <= folded.count(" "):
        kept = [*words.folded(opening).split(), *kept]
    return words.gram_text(kept)[:MAX_GRAMS] if kept else None


def _readable(items: ItemQuerySet) -> ItemQuerySet:
    text = Left(Coalesce(F("current__full_text__text"), F("current__text")), MAX_TEXT)
    items = items.annotate(reading=text, number=F("current__number"))
    return items.only("pk", "title", "reported_at", "language", "feed_id", "extract_state")


def _entry(item: Item, arrived_at: dt.datetime) -> _Entry:
    reading = getattr(item, "reading", None) or ""
    text = f"{item.title}\n{reading}"
    found = [
        *marks.of_time(item.reported_at),
        *marks.of_arrival(arrived_at),
        marks.of_feed(item.feed_id),
        marks.of_language(item.language),
        *(marks.of_state(state) for state in _states(item)),
    ]
    configuration, folded = words.configuration(item.language), words.folded(text)
    return _Entry(
        item.pk,
        item.reported_at,
        arrived_at,
        configuration,
        folded,
        grams(folded, opening=text[:MAX_OPENING], language=item.language),
        " ".join(found),
    )


def _states(item: Item) -> list[State]:
    """The states that nothing changes without the item waiting here again."""
    states = {ExtractState.DONE: [State.FULL_TEXT], ExtractState.FAILED: [State.FAILED]}
    is_revised = (getattr(item, "number", None) or 1) > 1
    return [*states.get(ExtractState(item.extract_state), []), *([State.REVISED] if is_revised else [])]


def _write(entries: Iterable[_Entry]) -> None:
    columns = zip(*map(_VALUES, entries), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [list(column) for column in columns])
