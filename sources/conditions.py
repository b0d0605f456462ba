"""A query as the database is asked: what entries have to have, and what only the items themselves say.

The words are read by the rules of every language that the library has in their script, each different reading once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q, QuerySet

from sources import marks, words
from sources.asked import Asked, Note, Query, State, Term, understand
from sources.candidates import Conditions, Value
from sources.models import Feed, Item, SearchLanguage

#: More feeds than these are looked for in the items, not in the index.
_MOST_FEEDS = 50
_LEXEME = re.compile(r"'((?:[^']|'')*)'")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A query as the database is asked: what entries have to have, what only items say, and the stems looked for."""

    asked: Asked
    notes: tuple[Note, ...]
    conditions: Conditions
    rest: QuerySet[Item] | None
    lexemes: frozenset[str]


def prepare(query: Query, within: QuerySet[Item] | None) -> Prepared:
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
    if marked := [marks.of_state(state) for state in sorted(query.states) if state not in _STATES]:
        conditions = conditions.and_("marks @> %s::varchar[]", marked, is_indexed=True)
    return Prepared(asked, notes, conditions, _rest(query.states & set(_STATES), feeds, within), lexemes)


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


#: States that change without the entry being written again; the others are marks (``ingest.index``).
_STATES = {
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
