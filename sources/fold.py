"""Folds old looks that say what their neighbours say, so that the record of looks does not grow with every look for ever.

A feed that is looked at every half an hour says "unchanged" forty times a day. After a while it is enough to know from when
to when it said so: of looks in a row that all say the same on one day (UTC) the first and the last are kept. Whatever brought
something, said something else than the one before, or has the bytes it saw is kept for good, and how many looks there were and
how many succeeded stands in the day's count (``FeedDay``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db import connection

from sources.models import Feed

#: Feeds whose looks are folded in one statement.
_FEEDS = 100

_FOLD = """
    DELETE FROM sources_fetch
     WHERE id IN (
           SELECT id
             FROM (SELECT id, is_spare, said = lag(said) OVER day AND said = lead(said) OVER day AS repeats
                     FROM (SELECT id, feed_id, started_at,
                                  snapshot_id IS NULL AND new_items + changed_items + carried_items = 0 AS is_spare,
                                  jsonb_build_array(state, http_status, final_url, entries, new_items, changed_items,
                                                    carried_items, skipped_entries, oldest_entry_at, message) AS said
                             FROM sources_fetch
                            WHERE feed_id = ANY(%(feeds)s) AND started_at >= %(since)s AND started_at < %(before)s) AS looks
                   WINDOW day AS (PARTITION BY feed_id, (started_at AT TIME ZONE 'UTC')::date ORDER BY started_at, id)
                  ) AS neighbours
            WHERE is_spare AND repeats)
"""
_BEGINNING = dt.datetime.min.replace(tzinfo=dt.UTC)


def fold_looks(*, before: dt.datetime, since: dt.datetime = _BEGINNING) -> Iterator[int]:
    """Looks of whole days (UTC) from ``since`` to ``before`` are folded, some feeds at a time: how many rows went, each
    time. Safe to break off and to repeat: what is folded stays as it is."""
    since, before = _midnight(since), _midnight(before)
    feeds = list(Feed.objects.order_by("pk").values_list("pk", flat=True))
    for first in range(0, len(feeds), _FEEDS):
        with connection.cursor() as cursor:
            cursor.execute(_FOLD, {"feeds": feeds[first : first + _FEEDS], "since": since, "before": before})
            yield cursor.rowcount


def _midnight(moment: dt.datetime) -> dt.datetime:
    """The beginning of its day: a day is folded when all of it is past, or a look in its midst would count as its last."""
    return moment.astimezone(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
