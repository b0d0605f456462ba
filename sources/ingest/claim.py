"""Which feeds are looked at now, and by whom. A claim is a time in the row: after a crash it runs out by itself."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from django.db import connection, transaction
from django.db.models import F

from sources.ingest.urls import host_of
from sources.models import Feed

#: How long a claimed feed is left alone. Longer than a batch may take.
LEASE = dt.timedelta(minutes=15)
_LOCK = 0x46656564  # "Feed"


def claim_due(*, limit: int, per_host: int, at: dt.datetime) -> list[Feed]:
    """Feeds whose time has come, longest overdue first; claimed, so that nobody else gets them.

    A host that another worker is asking is left out, and no host gets more than four turns of ``per_host`` in one batch:
    the caller asks ``per_host`` of them at once, so that together no host is asked by more than that.
    """
    with transaction.atomic():
        if not _is_alone():
            return []
        busy = {host_of(url) for url in Feed.objects.filter(claimed_until__gt=at).values_list("url", flat=True)}
        turns: Counter[str] = Counter()
        chosen = []
        due = Feed.objects.due(at).select_for_update(skip_locked=True)
        for feed in due.order_by(F("next_check_at").asc(nulls_first=True), "pk")[: limit * 10]:
            host = host_of(feed.url)
            if host in busy or turns[host] >= per_host * 4:
                continue
            turns[host] += 1
            chosen.append(feed)
            if len(chosen) == limit:
                break
        Feed.objects.filter(pk__in=[feed.pk for feed in chosen]).update(claimed_until=at + LEASE)
    return chosen


def _is_alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        row = cursor.fetchone()
    return bool(row and row[0])
