"""Which feeds are looked at now, and by whom. A claim is a time in the row: after a crash it runs out by itself."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable

from django.db import connection, transaction

from sources.ingest.urls import host_of
from sources.models import Feed

#: How long a claimed feed is left alone. Longer than a batch may take.
LEASE = dt.timedelta(minutes=15)
_LOCK = 0x46656564  # "Feed"
#: Overdue feeds that one claim looks through.
_MOST_DUE = 20_000
#: What ``FeedQuerySet.due`` says; a test holds the two together. Several workers claim several times a second, and to
#: have the statements written anew each time took longer than to carry them out.
_IS_DUE = """
    is_active AND format NOT IN ('mailbox', 'by_hand')
    AND (next_check_at IS NULL OR next_check_at <= %(at)s) AND (claimed_until IS NULL OR claimed_until <= %(at)s)
"""
_BUSY_AND_DUE = f"""
    SELECT id, url, true FROM sources_feed WHERE claimed_until > %(at)s
    UNION ALL
    (SELECT id, url, false FROM sources_feed WHERE {_IS_DUE} ORDER BY next_check_at NULLS FIRST, id LIMIT {_MOST_DUE})
"""  # noqa: S608 - words of ours
_CLAIM = f"""
    UPDATE sources_feed SET claimed_until = %(until)s
     WHERE id IN (SELECT id FROM sources_feed WHERE id = ANY (%(chosen)s) AND {_IS_DUE} ORDER BY id FOR UPDATE SKIP LOCKED)
    RETURNING *
"""  # noqa: S608 - words of ours


def claim_due(*, limit: int, per_host: int, pause: int = 0, at: dt.datetime) -> list[Feed]:
    """Feeds whose time has come, longest overdue first; claimed, so that nobody else gets them.

    A host that another worker is asking is left out, and no host gets more turns in one batch than ``per_host`` threads
    can take in a third of the lease with ``pause`` seconds between any two, nor more than four for each of them: the
    caller asks ``per_host`` at once, so that together no host is asked by more than that.
    """
    most = min(per_host * 4, max(1, int(LEASE.total_seconds() / 3 / pause)) if pause else per_host * 4)
    with transaction.atomic():
        busy, due = _busy_and_due(at)
        chosen = _spread(due, busy=busy, most=most, limit=limit)
        if not chosen:
            return []
        claimed = Feed.objects.raw(_CLAIM, {"chosen": chosen, "until": at + LEASE, "at": at})
        order = {pk: place for place, pk in enumerate(chosen)}
        return sorted(claimed, key=lambda feed: order[feed.pk])


def _busy_and_due(at: dt.datetime) -> tuple[set[str], list[tuple[int, str]]]:
    """The hosts that somebody is asking, and what is due, as it stands once nobody else is claiming: that takes
    milliseconds, and two would count a host's turns twice."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute(_BUSY_AND_DUE, {"at": at})
        rows = cursor.fetchall()
    return {host_of(url) for _, url, is_busy in rows if is_busy}, [
        (pk, url) for pk, url, is_busy in rows if not is_busy
    ]


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
