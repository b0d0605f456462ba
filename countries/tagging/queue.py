"""Finds revisions that this version of the suggester has not seen, and writes what it suggests.

Writes TagSuggestion and Screening, never Tag. Safe to repeat: unique(item, situation, version). A newer version leaves what
an older one said as it stands; where the same version says something else of a newer revision, or after the desk's names
have changed, what it said before is kept as an earlier reading.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools

from django.db import transaction
from django.db.models import Count, Exists, Max, OuterRef, Q

from countries.models import FeedScope, Name, Screening, Situation, TagSuggestion
from countries.tagging.suggest import VERSION, Desk, SituationName, suggest
from sources.models import EarlierReading, Item


def suggest_pending(*, at: dt.datetime, limit: int = 200) -> int:
    """Afterwards up to ``limit`` more items have been screened; returns how many. Copies of another item are not: nobody
    has to decide on the same article twice."""
    seen = Screening.objects.filter(revision=OuterRef("current"), version=VERSION)
    with transaction.atomic():
        items = list(
            Item.objects.exclude(language_version="")
            .filter(~Exists(seen), current__isnull=False, copy_of=None)
            .select_for_update(of=("self",), skip_locked=True, no_key=True)
            .only("title", "current_id")
            .order_by("id")[:limit]
        )
        if items:
            screen(items, at=at)
    return len(items)


def screen(items: list[Item], *, at: dt.datetime) -> None:
    """These items, locked by the caller, have the suggestions of this version and these names afterwards, and no others
    count. Nothing that was said before is lost."""
    desk = current_desk()
    situations = dict(Situation.objects.values_list("code", "id"))
    scopes = _scopes(items)
    texts = _texts(items)
    suggestions = []
    revisions = [(item, item.current_id) for item in items if item.current_id is not None]
    for item, revision_id in revisions:
        scope = scopes.get(item.pk, frozenset())
        for found in suggest(desk, title=item.title, text=texts[item.pk], scope=scope):
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
    unchanged = _keep_earlier(suggestions, items, at=at)
    TagSuggestion.objects.bulk_create(
        [each for each in suggestions if _key(each) not in unchanged],
        update_conflicts=True,
        unique_fields=["item", "situation", "version"],
        update_fields=["revision", "score", "is_focus", "evidence", "created_at", "is_current"],
    )
    # What an older version said of these items, or this one of an older text, is kept and no longer counts.
    said_now = Q(version=VERSION, created_at=at) | Q(pk__in=unchanged.values())
    TagSuggestion.objects.current().filter(~said_now, item__in=items).update(is_current=False)
    Screening.objects.bulk_create(
        [Screening(revision_id=revision_id, version=VERSION, screened_at=at) for _, revision_id in revisions],
        ignore_conflicts=True,
    )


def _keep_earlier(found: list[TagSuggestion], items: list[Item], *, at: dt.datetime) -> dict[tuple[int, int], int]:
    """What this version said of these items and now says otherwise stands among the earlier readings. Returns those that it
    says again word for word, by item and situation."""
    before = TagSuggestion.objects.filter(item__in=items, version=VERSION).select_related("situation")
    standing = {_key(row): row for row in before}
    pairs = [(standing[_key(each)], each) for each in found if _key(each) in standing]
    changed = [row for row, each in pairs if _said(row) != _said(each)]
    EarlierReading.objects.bulk_create(
        EarlierReading(
            item_id=row.item_id,
            revision_id=row.revision_id,
            reads=EarlierReading.Reads.SITUATIONS,
            version=VERSION,
            said={
                **{"suggestion": row.pk, "situation": row.situation.code, "score": row.score, "is_focus": row.is_focus},
                **{"is_current": row.is_current, "evidence": row.evidence, "created_at": row.created_at.isoformat()},
            },
            replaced_at=at,
        )
        for row in changed
    )
    return {_key(row): row.pk for row, each in pairs if _said(row) == _said(each)}


def _key(suggestion: TagSuggestion) -> tuple[int, int]:
    return suggestion.item_id, suggestion.situation_id


def _said(suggestion: TagSuggestion) -> tuple[object, ...]:
    each = suggestion
    return each.revision_id, each.score, each.is_focus, each.is_current, each.evidence


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


def current_desk() -> Desk:
    """Situations and names as they stand now; built anew when a name was added, changed or removed, or a situation.

    Every process asks the database before each batch, so that what a curator enters counts everywhere at once.
    """
    names = Name.objects.aggregate(count=Count("id"), newest=Max("changed_at"))
    situations = tuple(
        (code, tuple(iso2)) for code, iso2 in Situation.objects.order_by("id").values_list("code", "iso2")
    )
    return _desk(names["count"], names["newest"], situations)


@functools.lru_cache(maxsize=1)
def _desk(count: int, newest: dt.datetime | None, situations: tuple[tuple[str, tuple[str, ...]], ...]) -> Desk:
    rows = Name.objects.order_by("id").values_list("text", "situation__code", "kind", "language", "is_ambiguous")
    names = (
        SituationName(text, code or "", kind, language, ambiguous) for text, code, kind, language, ambiguous in rows
    )
    return Desk(dict(situations), names)
