"""Puts items into stories and counts the stories' independent origins. The machine's only writer of stories.

Decides nothing itself: ``cluster`` and ``weigh`` do. Never moves an item that has a story, so what people merged or
split stays as they left it, and a newer version or a vector that came late changes nothing that an older one said. Whoever
changes stories is alone at it (``alone``), or two would make two stories of one event, and an item could be put into a story
that a person is merging away.
"""

from __future__ import annotations

import datetime as dt
import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, Left

from sources import weigh
from sources.ingest import cluster, near, rows
from sources.models import Embedding, Item, Story

_LOCK = 0x53746F72  # "Stor": an advisory lock's number is a name that all agree on
_NEW = ("id", "title", "first_reported_at", "last_reported_at", "label", "label_by_person")
_COMPARED = ("feed_id", "title", "reported_at", "language", "story_id")
_WEIGHED = (
    *("title", "reported_at", "language", "story_id", "story_score", "story_by_person"),
    *(f"feed__publisher__{name}" for name in ("name", "owner_key", "is_party", "kind")),
)
_COUNTED = ("item_count", "origin_count", "origin_note", "label", "first_reported_at", "last_reported_at")


@dataclass(frozen=True, slots=True)
class Vectors:
    """Which model's vectors are compared, on which scale, and how long a new item waits for its own."""

    model: str
    patience: dt.timedelta
    scale: cluster.Scale = cluster.E5_SMALL


def assign_stories(*, limit: int, at: dt.datetime | None = None, vectors: Vectors | None = None) -> int:
    """Items without a story have one afterwards, the earliest report first. Returns how many; 0 where another is at it.

    Without ``vectors`` the words decide. With them an item waits for its vector, but no longer than their patience after it
    was first seen: a report in a story of its own can be merged by a person, one that nobody sees cannot.
    """
    with transaction.atomic():
        if not _is_alone():
            return 0
        found = Item.objects.without_story()
        if vectors is not None and at is not None:
            has_row = Embedding.objects.filter(item=OuterRef("pk"), model=vectors.model)
            found = found.filter(Exists(has_row) | Q(first_seen_at__lte=at - vectors.patience))
        items = list(_with_opening(found).only(*_COMPARED).order_by("reported_at", "id")[:limit])
        if items:
            recount(_place_all(items, vectors))
    return len(items)


def alone() -> None:
    """Nobody else changes stories until this transaction ends; waits for who does, which is no longer than a batch."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def recount(story_ids: Iterable[int]) -> None:
    """The stories' numbers, times and origins are those of their items afterwards. Stories without items keep none."""
    by_story: defaultdict[int, list[Item]] = defaultdict(list)
    stories = list(Story.objects.filter(pk__in=set(story_ids)))
    items = _with_opening(Item.objects.filter(story__in=stories)).order_by("reported_at", "id")
    for item in items.select_related("feed__publisher").only(*_WEIGHED):
        if item.story_id is not None:
            by_story[item.story_id].append(item)
    scales = weigh.Scales()
    for story in stories:
        reports = by_story[story.pk]
        found = scales.weigh(reports)
        story.item_count = len(reports)
        story.origin_count, story.origin_note, story.label = found.origin_count, found.note, found.label
        if reports:
            story.first_reported_at, story.last_reported_at = reports[0].reported_at, reports[-1].reported_at
    rows.update(stories, _COUNTED)


def recount_all(*, at_once: int = 200) -> Iterator[int]:
    """Every standing story is counted anew, each batch in a transaction of its own; yields how many are done with each."""
    last = 0
    while True:
        with transaction.atomic():
            alone()
            found = Story.objects.standing().filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)
            keys = list(found[:at_once])
            recount(keys)
        if not keys:
            return
        last = keys[-1]
        yield len(keys)


def _is_alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        row = cursor.fetchone()
    return bool(row and row[0])


def _with_opening(items: QuerySet[Item]) -> QuerySet[Item]:
    """With the beginning of the best text there is as ``opening``."""
    text = Coalesce(F("current__full_text__text"), F("current__text"))
    return items.annotate(opening=Left(text, cluster.BODY))


def _place_all(items: Sequence[Item], vectors: Vectors | None) -> set[int]:
    """Each item has a story; new ones where it is the first to report. Returns the stories' keys.

    Reports are compared with those that stand in stories, and with those before them here; all is written at once.
    """
    near.prepare()
    model = vectors.model if vectors is not None else None
    scale = vectors.scale if vectors is not None else cluster.E5_SMALL
    reports = [_report(item) for item in items]
    standing = near.neighbours(reports, model)
    cosines = near.cosines_among([item.pk for item in items], model) if model is not None else {}
    fresh = iter(rows.ids(Story, len(items)))
    stories: list[tuple[object, ...]] = []
    placed: list[cluster.Neighbour] = []
    for item, report in zip(items, reports, strict=True):
        here = _nearest(placed, cosines.get(item.pk, {}))
        placement = cluster.place(report, [*standing[item.pk], *here], scale=scale)
        if placement.story_id is None:
            item.story_id = next(fresh)
            stories.append((item.story_id, report.title, report.reported_at, report.reported_at, "", ""))
        else:
            item.story_id = placement.story_id
        item.story_score, item.story_version = placement.score, cluster.VERSION
        placed.append(cluster.Neighbour(report, item.story_id))
    rows.insert(Story, _NEW, stories)
    rows.update(items, ("story", "story_score", "story_version"))
    return {one.story_id for one in placed}


def _nearest(placed: Sequence[cluster.Neighbour], cosines: Mapping[int, float]) -> list[cluster.Neighbour]:
    """Of those placed just now, the nearest by vector, and all for which there is no telling."""
    known = [replace(one, cosine=cosines[pk]) for one in placed if (pk := one.report.item_id) in cosines]
    unknown = [one for one in placed if one.report.item_id not in cosines]
    return [*heapq.nlargest(near.MOST, known, key=lambda one: one.cosine or 0.0), *unknown]


def _report(item: Item) -> cluster.Report:
    return cluster.Report(item.pk, item.feed_id, item.title, weigh.opening(item), item.reported_at, item.language)
