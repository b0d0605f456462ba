"""Finds revisions that this version of the suggester has not seen, and writes what it suggests.

Writes TagSuggestion and Screening, never Tag. Safe to repeat: unique(item, situation, version).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools

from django.db import transaction
from django.db.models import Count, Exists, F, Max, OuterRef

from countries.gazetteer import Gazetteer, NameEntry
from countries.models import FeedScope, Name, Screening, Situation, TagSuggestion
from countries.tagging.suggest import VERSION, suggest
from sources.models import Item


def suggest_pending(*, at: dt.datetime, limit: int = 200) -> int:
    """Afterwards up to ``limit`` more items have been screened; returns how many. Copies of another item are not: nobody
    has to decide on the same article twice."""
    seen = Screening.objects.filter(revision=OuterRef("current"), version=VERSION)
    with transaction.atomic():
        items = list(
            Item.objects.exclude(language_version="")
            .filter(~Exists(seen), current__isnull=False, copy_of=None)
            .select_for_update(of=("self",), skip_locked=True)
            .order_by("id")[:limit]
        )
        if items:
            _screen(items, at=at)
    return len(items)


def _screen(items: list[Item], *, at: dt.datetime) -> None:
    gazetteer = current_gazetteer()
    situations = dict(Situation.objects.values_list("code", "id"))
    scopes = _scopes(items)
    texts = _texts(items)
    suggestions = []
    revisions = [(item, item.current_id) for item in items if item.current_id is not None]
    for item, revision_id in revisions:
        scope = scopes.get(item.pk, frozenset())
        for found in suggest(gazetteer, title=item.title, text=texts[item.pk], scope=scope):
            suggestions.append(
                TagSuggestion(
                    item=item,
                    revision_id=revision_id,
                    situation_id=situations[found.situation],
                    score=found.score,
                    is_focus=found.is_focus,
                    evidence=[dataclasses.asdict(each) for each in found.evidence],
                    version=VERSION,
                    created_at=at,
                )
            )
    TagSuggestion.objects.bulk_create(
        suggestions,
        update_conflicts=True,
        unique_fields=["item", "situation", "version"],
        update_fields=["revision", "score", "is_focus", "evidence", "created_at"],
    )
    Screening.objects.bulk_create(
        [Screening(revision_id=revision_id, version=VERSION, screened_at=at) for _, revision_id in revisions],
        ignore_conflicts=True,
    )


def _texts(items: list[Item]) -> dict[int, str]:
    rows = Item.objects.filter(pk__in=[item.pk for item in items]).values_list(
        "pk", "current__full_text__text", "current__text"
    )
    return {pk: full or own for pk, full, own in rows}


def _scopes(items: list[Item]) -> dict[int, frozenset[str]]:
    """What the feeds that carry each item usually report on, its own and the others, by item."""
    pks = [item.pk for item in items]
    scopes: dict[int, set[str]] = {}
    for path in ("feed__items", "feed__sightings__item"):
        for pk, code in FeedScope.objects.filter(**{f"{path}__in": pks}).values_list(path, "situation__code"):
            scopes.setdefault(pk, set()).add(code)
    return {pk: frozenset(codes) for pk, codes in scopes.items()}


def current_gazetteer() -> Gazetteer:
    """The gazetteer of the names as they stand now; rebuilt when one was added, changed or removed."""
    state = Name.objects.aggregate(count=Count("id"), newest=Max("changed_at"))
    return _gazetteer(state["count"], state["newest"])


@functools.lru_cache(maxsize=1)
def _gazetteer(count: int, newest: dt.datetime | None) -> Gazetteer:
    rows = Name.objects.annotate(code=F("situation__code")).values_list("text", "code", "kind", "is_ambiguous")
    return Gazetteer(NameEntry(text, code, kind, ambiguous) for text, code, kind, ambiguous in rows)
