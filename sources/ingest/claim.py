"""Which feeds are looked at now, and by whom. A claim is a time in the row: after a crash it runs out by itself."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable

from django.db import connection, transaction
from django.db.models import F

from sources.ingest.urls import host_of
from sources.models import Feed

#: How long a claimed feed is left alone. Longer than a batch may take.
LEASE = dt.timedelta(minutes=15)
_LOCK = 0x46656564  # "Feed"
#: Overdue feeds that one claim looks through.
_MOST_DUE = 20_000


def claim_due(*, limit: int, per_host: int, pause: int = 0, at: dt.datetime) -> list[Feed]:
    """Feeds whose time has come, longest overdue first; claimed, so that nobody else gets them.

    A host that another worker is asking is left out, and no host gets more turns in one batch than ``per_host`` threads
    can take in a third of the lease with ``pause`` seconds between any two, nor more than four for each of them: the
    caller asks ``per_host`` at once, so that together no host is asked by more than that.
    """
    most = min(per_host * 4, max(1, int(LEASE.total_seconds() / 3 / pause)) if pause else per_host * 4)
    with transaction.atomic():
        _wait_to_be_alone()
        busy = {host_of(url) for url in Feed.objects.filter(claimed_until__gt=at).values_list("url", flat=True)}
        due = Feed.objects.due(at).order_by(F("next_check_at").asc(nulls_first=True), "pk")
        chosen = _spread(due.values_list("pk", "url")[:_MOST_DUE], busy=busy, most=most, limit=limit)
        feeds = Feed.objects.due(at).filter(pk__in=chosen).select_for_update(skip_locked=True)
        claimed = sorted(feeds, key=lambda feed: chosen.index(feed.pk))
        Feed.objects.filter(pk__in=[feed.pk for feed in claimed]).update(claimed_until=at + LEASE)
    for feed in claimed:
        feed.claimed_until = at + LEASE
    return claimed


def _spread(due: Iterable[tuple[int, str]], *, busy: set[str], most: int, limit: int) -> list[int]:
    """The first ``limit`` of hosts that are not busy, ``most`` of each: many feeds of one host keep no other waiting."""
    turns: Counter[str] = Counter()
    chosen: list[int] = []
    for pk, url in due:
        host = host_of(url)
        if host not in busy and turns[host] < most:
            turns[host] += 1
            chosen.append(pk)
            if len(chosen) == limit:
                break
    return chosen


def _wait_to_be_alone() -> None:
    """One worker claims at a time: it takes milliseconds, and two would count a host's turns twice."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
