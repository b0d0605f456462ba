"""Puts items into stories and counts the stories' independent origins. The machine's only writer of stories.

Decides nothing itself: ``cluster`` and ``weigh`` do. Never moves an item that has a story, so what people merged or
split stays as they left it, and a newer version or a vector that came late changes nothing that an older one said. Whoever
changes stories is alone at it (``alone``), or two would make two stories of one event, and an item could be put into a story
that a person is merging away.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.postgres.search import TrigramSimilarity
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, Left
from pgvector.django import CosineDistance

from sources import weigh
from sources.ingest import cluster
from sources.models import Embedding, Item, Story

_LOCK = 0x53746F72  # "Stor": an advisory lock's number is a name that all agree on
_MOST_NEIGHBOURS = 20


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
        items = list(_readable(found).order_by("reported_at", "id")[:limit])
        known = _vectors_of(items, vectors)
        touched = {_assign(_report(item, known), vectors) for item in items}
        recount(touched)
    return len(items)


def alone() -> None:
    """Nobody else changes stories until this transaction ends; waits for who does, which is no longer than a batch."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def recount(story_ids: Iterable[int]) -> None:
    """The stories' numbers, times and origins are those of their items afterwards. Stories without items keep none."""
    by_story: defaultdict[int, list[Item]] = defaultdict(list)
    stories = list(Story.objects.filter(pk__in=set(story_ids)))
    items = _readable(Item.objects.filter(story__in=stories)).order_by("reported_at", "id")
    for item in items.select_related("feed__publisher"):
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
    fields = ["item_count", "origin_count", "origin_note", "label", "first_reported_at", "last_reported_at"]
    Story.objects.bulk_update(stories, fields, batch_size=200)


def _is_alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        row = cursor.fetchone()
    return bool(row and row[0])


def _readable(items: QuerySet[Item]) -> QuerySet[Item]:
    """With the beginning of the best text there is as ``opening``, and nothing longer."""
    text = Coalesce(F("current__full_text__text"), F("current__text"))
    return items.annotate(opening=Left(text, cluster.BODY)).defer("current")


def _assign(report: cluster.Report, vectors: Vectors | None) -> int:
    """The item's story; a new one where it is the first to report."""
    scale = vectors.scale if vectors is not None else cluster.E5_SMALL
    placement = cluster.place(report, _neighbours(report, vectors), scale=scale)
    story_id = placement.story_id
    if story_id is None:
        story_id = Story.objects.create(
            title=report.title, first_reported_at=report.reported_at, last_reported_at=report.reported_at
        ).pk
    Item.objects.filter(pk=report.item_id, story=None).update(
        story=story_id, story_score=placement.score, story_version=cluster.VERSION
    )
    return story_id


def _neighbours(report: cluster.Report, vectors: Vectors | None) -> list[cluster.Neighbour]:
    """What stands in a story, was reported at about the same time, and is near by vector; by title where there is none."""
    by_vector = None if report.vector is None else vectors
    items = list(_likely_titled(report) if by_vector is None else _near(report, by_vector))
    known = _vectors_of(items, vectors)
    return [cluster.Neighbour(_report(item, known), item.story_id) for item in items if item.story_id is not None]


def _around(report: cluster.Report) -> tuple[dt.datetime, dt.datetime]:
    return report.reported_at - cluster.WINDOW, report.reported_at + cluster.WINDOW


def _near(report: cluster.Report, vectors: Vectors) -> QuerySet[Item]:
    """The items with the nearest vectors. The index goes on searching where the time or the story rules some out."""
    _set("hnsw.iterative_scan", "strict_order")
    rows = Embedding.objects.filter(
        model=vectors.model, reported_at__range=_around(report), vector__isnull=False, item__story__isnull=False
    )
    nearest = rows.order_by(CosineDistance("vector", list(report.vector or ())))[:_MOST_NEIGHBOURS]
    return _readable(Item.objects.filter(pk__in=list(nearest.values_list("item_id", flat=True))))


def _likely_titled(report: cluster.Report) -> QuerySet[Item]:
    """The items with the likest titles."""
    _set("pg_trgm.similarity_threshold", str(cluster.LEAST_TITLE))
    nearby = Item.objects.filter(
        title__trigram_similar=report.title, reported_at__range=_around(report), story__isnull=False
    )
    alike = nearby.annotate(alike=TrigramSimilarity("title", report.title)).order_by("-alike", "id")
    return _readable(alike)[:_MOST_NEIGHBOURS]


def _set(name: str, value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [name, value])


def _vectors_of(items: Iterable[Item], vectors: Vectors | None) -> dict[int, tuple[float, ...]]:
    """By item, for those that have one."""
    if vectors is None:
        return {}
    rows = Embedding.objects.filter(item__in=[item.pk for item in items], model=vectors.model, vector__isnull=False)
    return {item: tuple(vector) for item, vector in rows.values_list("item_id", "vector") if vector is not None}


def _report(item: Item, vectors: dict[int, tuple[float, ...]]) -> cluster.Report:
    return cluster.Report(
        item.pk, item.feed_id, item.title, weigh.opening(item), item.reported_at, item.language, vectors.get(item.pk)
    )
