"""The short way for looks at which nothing was new, nine in ten of all: many feeds in one statement.

It leaves the rows that ``store`` leaves, without reading a feed again; a test holds the two together. It takes only what
cannot say anything else: no document, no move, no word of the publisher's. The look has to be that of the claim that still
stands, at the address that the feed still has, and nobody may have set the feed aside meanwhile; whatever is not so is
handed back and goes the long way.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import connection, transaction

from sources.ingest import pace
from sources.ingest.store import Look
from sources.models import Feed, FetchState

_COLUMNS = {
    "feed_id": "bigint",
    "asked": "text",
    "claimed_until": "timestamptz",
    "started_at": "timestamptz",
    "finished_at": "timestamptz",
    "date": "date",
    "http_status": "smallint",
    "final_url": "text",
    "size": "int",
    "stays_for": "int",
    "idle_looks": "int",
    "next_check_at": "timestamptz",
}
# Rows are locked in their order, as everywhere, so that no two writers wait for each other. LATERAL: each row is found by its
# key, whatever the planner believes of a table whose rows change all day; joined, it read all of them for each batch.
_RECORD = f"""
    WITH look AS (
        SELECT * FROM unnest({", ".join(f"%s::{kind}[]" for kind in _COLUMNS.values())}) AS n ({", ".join(_COLUMNS)})
         ORDER BY feed_id
    ), feed AS (
        SELECT f.id, f.oldest_entry_at, look.*
          FROM look CROSS JOIN LATERAL (
              SELECT id, oldest_entry_at FROM sources_feed
               WHERE id = look.feed_id AND url = look.asked AND claimed_until = look.claimed_until AND held_at IS NULL
                 FOR UPDATE
          ) f
    ), looked_at AS (
        UPDATE sources_feed f
           SET last_state = 'unchanged', last_fetch_at = feed.finished_at, last_success_at = feed.finished_at,
               last_error = '', consecutive_failures = 0, claimed_until = NULL, moved_to = '', moved_looks = 0,
               stays_for = feed.stays_for, idle_looks = feed.idle_looks, next_check_at = feed.next_check_at
          FROM feed WHERE f.id = feed.id
    ), counted AS (
        INSERT INTO sources_feedday (feed_id, date, looks, successes, items)
        SELECT id, date, 1, 1, 0 FROM feed
            ON CONFLICT (feed_id, date) DO UPDATE
           SET looks = sources_feedday.looks + 1, successes = sources_feedday.successes + 1
    )
    INSERT INTO sources_fetch (feed_id, started_at, finished_at, state, http_status, final_url, size, entries, new_items,
                               changed_items, carried_items, skipped_entries, oldest_entry_at, message)
    SELECT id, started_at, finished_at, 'unchanged', http_status, final_url, size, 0, 0, 0, 0, 0, oldest_entry_at, ''
      FROM feed
    RETURNING feed_id
"""  # noqa: S608 - names of ours


def says_nothing_else(feed: Feed, look: Look) -> bool:
    """Whether the look says no more than that the feed is as it was. ``feed`` is as it was claimed."""
    return (
        look.state is FetchState.UNCHANGED
        and feed.claimed_until is not None
        and not (look.publications or look.skipped or look.message or look.moved_to or look.is_withdrawn)
        and look.retrieval is None
        and look.seen is None
    )


def record_all(looks: Sequence[tuple[Feed, Look]], *, interval: dt.timedelta) -> set[int]:
    """The looks, each at another feed and each saying nothing else, stand afterwards; the keys of the feeds of which
    that is so. The others are as they were. Raises what the database raises; then none of them stands."""
    if not looks:
        return set()
    rows = [_row(feed, look, interval) for feed, look in looks]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_RECORD, [list(column) for column in zip(*rows, strict=True)])
        return {feed_id for (feed_id,) in cursor.fetchall()}


def _row(feed: Feed, look: Look, interval: dt.timedelta) -> tuple[object, ...]:
    """The values of ``_COLUMNS``."""
    stays_for, idle_looks = look.stays_for or feed.stays_for, feed.idle_looks + 1
    rhythm = pace.Rhythm(idle_looks=idle_looks, publication_gap=feed.publication_gap, stays_for=stays_for)
    return (
        *(feed.pk, look.asked, feed.claimed_until),
        *(look.started_at, look.finished_at, look.finished_at.astimezone(dt.UTC).date()),
        *(look.http_status, look.final_url[:2000], look.size),
        *(min(stays_for, 2**31 - 1), idle_looks),
        pace.next_look(at=look.finished_at, interval=interval, rhythm=rhythm, key=str(feed.pk)),
    )
