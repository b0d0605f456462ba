"""What stands in stories already near a report: by vector, or by title where the report has none. One query a report; only
reads, and decides nothing.

The cosines are PostgreSQL's, so that no vector has to leave it: twenty for each report would cost more than the comparing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from django.db import connection

from sources.ingest import cluster

_MOST = 20
_FACTS = """
    SELECT i.id, i.feed_id, i.title, left(coalesce(t.text, r.text, ''), %(opening)s), i.reported_at, i.language,
           i.story_id, {cosine}
      FROM {found}
      LEFT JOIN sources_revision r ON r.id = i.current_id
      LEFT JOIN sources_fulltext t ON t.revision_id = r.id
"""
# The index on vectors goes on searching where the time or the story rules some out (``hnsw.iterative_scan``).
_BY_VECTOR = _FACTS.format(
    cosine="n.cosine",
    found="""(
        SELECT e.item_id, 1 - (e.vector <=> %(vector)s::halfvec) AS cosine
          FROM sources_embedding e
          JOIN sources_item s ON s.id = e.item_id AND s.story_id IS NOT NULL
         WHERE e.model = %(model)s AND e.reported_at BETWEEN %(since)s AND %(until)s AND e.vector IS NOT NULL
         ORDER BY e.vector <=> %(vector)s::halfvec
         LIMIT %(most)s) n
      JOIN sources_item i ON i.id = n.item_id""",
)
_BY_TITLE = _FACTS.format(
    cosine="NULL::float",
    found="""(
        SELECT s.id
          FROM sources_item s
         WHERE s.title %% %(title)s AND s.reported_at BETWEEN %(since)s AND %(until)s AND s.story_id IS NOT NULL
         ORDER BY similarity(s.title, %(title)s) DESC, s.id
         LIMIT %(most)s) n
      JOIN sources_item i ON i.id = n.id""",
)
_VECTORS = (
    "SELECT item_id, vector::text FROM sources_embedding WHERE model = %s AND item_id = ANY(%s) AND vector IS NOT NULL"
)
_AMONG = """
    SELECT a.item_id, b.item_id, 1 - (a.vector <=> b.vector)
      FROM sources_embedding a JOIN sources_embedding b ON b.model = a.model AND b.item_id < a.item_id
     WHERE a.model = %(model)s AND a.item_id = ANY(%(items)s) AND b.item_id = ANY(%(items)s)
       AND a.vector IS NOT NULL AND b.vector IS NOT NULL
"""


def prepare() -> None:
    """What the queries need, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('hnsw.iterative_scan', 'strict_order', true), "
            "set_config('pg_trgm.similarity_threshold', %s, true)",
            [str(cluster.LEAST_TITLE)],
        )


def vectors_of(item_ids: Sequence[int], model: str) -> dict[int, str]:
    """By item, as PostgreSQL writes them; for those that have one."""
    with connection.cursor() as cursor:
        cursor.execute(_VECTORS, [model, list(item_ids)])
        return dict(cursor.fetchall())


def cosines_among(item_ids: Sequence[int], model: str) -> dict[frozenset[int], float]:
    """By pair of items, for those that both have a vector."""
    with connection.cursor() as cursor:
        cursor.execute(_AMONG, {"model": model, "items": list(item_ids)})
        return {frozenset((one, other)): cosine for one, other, cosine in cursor.fetchall()}


def by_vector(reported_at: dt.datetime, vector: str, model: str) -> list[cluster.Neighbour]:
    """The reports with the nearest vectors, at about this time."""
    return _found(_BY_VECTOR, reported_at, {"vector": vector, "model": model})


def by_title(reported_at: dt.datetime, title: str) -> list[cluster.Neighbour]:
    """The reports with the likest titles, at about this time."""
    return _found(_BY_TITLE, reported_at, {"title": title})


def _found(query: str, reported_at: dt.datetime, parameters: dict[str, str]) -> list[cluster.Neighbour]:
    since, until = reported_at - cluster.WINDOW, reported_at + cluster.WINDOW
    with connection.cursor() as cursor:
        cursor.execute(query, {"opening": cluster.BODY, "most": _MOST, "since": since, "until": until, **parameters})
        return list(_neighbours(cursor.fetchall()))


def _neighbours(
    found: Iterable[tuple[int, int, str, str, dt.datetime, str, int, float | None]],
) -> Iterable[cluster.Neighbour]:
    for item_id, feed_id, title, opening, reported, language, story_id, cosine in found:
        report = cluster.Report(item_id, feed_id, title, opening, reported, language)
        yield cluster.Neighbour(report, story_id, cosine)
