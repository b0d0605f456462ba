"""Puts items into stories and counts the stories' independent origins. The machine's only writer of stories.

Decides nothing itself: ``cluster`` and ``origins`` do. Never moves an item that has a story, so what people merged or
split stays as they left it. One runs at a time, or two of them would make two stories of one event.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.contrib.postgres.search import TrigramSimilarity
from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce, Left

from sources.ingest import cluster, origins
from sources.models import Item, Publisher, Story

_LOCK = 0x53746F72  # "Stor": an advisory lock's number is a name that all agree on
_MOST_NEIGHBOURS = 20


def assign_stories(*, limit: int) -> int:
    """Items without a story have one afterwards, the earliest report first. Returns how many; 0 where another worker is
    at it."""
    with transaction.atomic():
        if not _is_alone():
            return 0
        items = list(_readable(Item.objects.without_story()).order_by("reported_at", "id")[:limit])
        touched = {_assign(item) for item in items}
        recount(touched)
    return len(items)


def recount(story_ids: Iterable[int]) -> None:
    """The stories' numbers, times and origins are those of their items afterwards. Stories without items keep none."""
    by_story: defaultdict[int, list[Item]] = defaultdict(list)
    stories = list(Story.objects.filter(pk__in=set(story_ids)))
    items = _readable(Item.objects.filter(story__in=stories)).order_by("reported_at", "id")
    for item in items.select_related("feed__publisher"):
        if item.story_id is not None:
            by_story[item.story_id].append(item)
    publishers = tuple(Publisher.objects.order_by("name").values_list("name", flat=True))
    for story in stories:
        reports = by_story[story.pk]
        found = origins.count([_account(item) for item in reports], publishers=publishers)
        story.item_count = len(reports)
        story.origin_count = len(found.names)
        story.origin_note = _in_words(found)
        if reports:
            story.first_reported_at, story.last_reported_at = reports[0].reported_at, reports[-1].reported_at
    fields = ["item_count", "origin_count", "origin_note", "first_reported_at", "last_reported_at"]
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


def _assign(item: Item) -> int:
    """The item's story; a new one where it is the first to report."""
    placement = cluster.place(_report(item), [_neighbour(other) for other in _nearby(item)])
    story_id = placement.story_id
    if story_id is None:
        story_id = Story.objects.create(
            title=item.title, first_reported_at=item.reported_at, last_reported_at=item.reported_at
        ).pk
    Item.objects.filter(pk=item.pk, story=None).update(
        story=story_id, story_score=placement.score, story_version=cluster.VERSION
    )
    return story_id


def _nearby(item: Item) -> QuerySet[Item]:
    """The items with the likest titles, reported at about the same time, that stand in a story."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.similarity_threshold', %s, true)", [str(cluster.LEAST_TITLE)])
    nearby = Item.objects.filter(
        title__trigram_similar=item.title,
        reported_at__range=(item.reported_at - cluster.WINDOW, item.reported_at + cluster.WINDOW),
        story__isnull=False,
    )
    alike = nearby.annotate(alike=TrigramSimilarity("title", item.title)).order_by("-alike", "id")
    return _readable(alike)[:_MOST_NEIGHBOURS]


def _report(item: Item) -> cluster.Report:
    return cluster.Report(item.pk, item.feed_id, item.title, _opening(item), item.reported_at)


def _neighbour(item: Item) -> cluster.Neighbour:
    if item.story_id is None:
        raise ValueError("a neighbour stands in a story")
    return cluster.Neighbour(_report(item), item.story_id)


def _account(item: Item) -> origins.Account:
    publisher = item.feed.publisher
    owner = publisher.owner_key or f"publisher:{publisher.pk}"
    return origins.Account(publisher.name, owner, publisher.is_party, _opening(item))


def _opening(item: Item) -> str:
    opening = getattr(item, "opening", "")
    return opening if isinstance(opening, str) else ""


def _in_words(found: origins.Origins) -> str:
    names = ", ".join(found.names[:6]) + (" …" if len(found.names) > 6 else "")
    notes = [names or "No independent origin"]
    if found.copies:
        notes.append(f"copies or credited to another: {found.copies}")
    if found.party_reports:
        notes.append(f"from a party: {found.party_reports}")
    return "; ".join(notes)[:500]
