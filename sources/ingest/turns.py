"""Whose page is read next. A claim puts the item's next turn ahead and counts the attempt before anything is fetched, so that
a page that kills its worker is tried five times and then left.

Feeds take turns: whoever brings 5,000 pages at once has one read for every one of the others' that waits. Within a feed the
newest report comes first, since today's brief needs it; an archive is read when nothing newer waits.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import zip_longest

from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Random

from sources.ingest import rows
from sources.ingest.normalise import makeshift_title
from sources.ingest.urls import host_of
from sources.models import ExtractState, Feed, Item, ReusePolicy

MOST_ATTEMPTS = 5
#: How long a claimed item is left alone. Longer than a task may take.
LEASE = dt.timedelta(minutes=15)
#: At most so many pages of one feed in a batch, and of one host for each that may be asked at once.
SHARE = 8
_HOST_SHARE = 4


@dataclass(frozen=True, slots=True)
class Claimed:
    """An item whose page is ours to read, what its feed said of it, and what it did not say."""

    item_id: int
    revision_id: int
    feed_id: int
    url: str
    title: str
    attempt: int
    first_seen_at: dt.datetime
    feed_length: int = 0
    lacks_title: bool = False
    lacks_author: bool = False
    lacks_date: bool = False

    @property
    def lacks_anything(self) -> bool:
        return self.lacks_title or self.lacks_author or self.lacks_date


def claim(*, limit: int, at: dt.datetime, per_host: int = 2) -> list[Claimed]:
    """Items to read now; nobody else gets them for the length of the lease. One of each feed that waits before a second of
    any, and no more of a host than ``per_host`` at once can read in four turns."""
    claimed: list[Claimed] = []
    with transaction.atomic():
        ids = _in_turn(limit=limit, at=at)
        items = (
            Item.objects.to_extract(at)
            .filter(pk__in=ids)
            .select_related("feed", "current")
            .select_for_update(skip_locked=True, of=("self",))
            .in_bulk()
        )
        chosen = _of_many_hosts([items[pk] for pk in ids if pk in items], limit=limit, most=per_host * _HOST_SHARE)
        for item in chosen:
            if (found := _claim(item, at)) is not None:
                claimed.append(found)
        rows.update(chosen, ["extract_attempts", "extract_after", "extract_state", "last_error"])
    return claimed


def _in_turn(*, limit: int, at: dt.datetime) -> list[int]:
    """Items that wait, a round of all feeds before the next. Which feeds begin is left to chance, so that none that waits is
    passed over for long; twice as many as wanted, since other workers and the hosts' shares take some away."""
    newest = Item.objects.to_extract(at).filter(feed=OuterRef("pk")).order_by("-reported_at", "pk").values("pk")
    feeds = (
        Feed.objects.filter(Exists(newest))
        .annotate(waiting=ArraySubquery(newest[:SHARE]))
        .order_by(Random())
        .values_list("waiting", flat=True)[: limit * 2]
    )
    return [pk for turn in zip_longest(*feeds) for pk in turn if pk is not None][: limit * 2]


def _of_many_hosts(items: Iterable[Item], *, limit: int, most: int) -> list[Item]:
    """The first ``limit`` of them, at most so many of one host."""
    turns: Counter[str] = Counter()
    chosen: list[Item] = []
    for item in items:
        host = host_of(item.url)
        if turns[host] < most and len(chosen) < limit:
            turns[host] += 1
            chosen.append(item)
    return chosen


def _claim(item: Item, at: dt.datetime) -> Claimed | None:
    """Counts the attempt. None where there is none to make, and then the item says why."""
    item.extract_attempts += 1
    item.extract_after = at + LEASE
    if item.current is None or not ReusePolicy(item.feed.reuse_policy).stores_full_text:
        item.extract_state, item.extract_after = ExtractState.NOT_ALLOWED, None
        return None
    if item.extract_attempts > MOST_ATTEMPTS:
        item.extract_state, item.extract_after = ExtractState.FAILED, None
        item.last_error = item.last_error or "Reading the page was broken off each time."
        return None
    return Claimed(
        item_id=item.pk,
        revision_id=item.current.pk,
        feed_id=item.feed_id,
        url=item.url,
        title=item.title,
        attempt=item.extract_attempts,
        first_seen_at=item.first_seen_at,
        feed_length=len(item.current.text),
        lacks_title=item.title == makeshift_title(item.current.text, url=item.url),
        lacks_author=not item.author,
        lacks_date=item.published_at is None,
    )
