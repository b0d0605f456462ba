"""What stands in stories already near reports: by vector, or by title where a report has none. Only reads, and decides
nothing.

The nearest of a batch are found by one query, since asking costs more than finding, and the beginnings of their texts are
read once, however many of the batch they are near. The cosines are PostgreSQL's, so that no vector has to leave it.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from django.db import connection

from sources.ingest import cluster

#: How many of the nearest are compared with a report.
MOST = 20
#: Reports that share a query lie no further apart. Its window is theirs together, and stands in it as two times, by which
#: PostgreSQL can tell whether reading the window or searching by nearness is cheaper.
_TOGETHER = dt.timedelta(hours=6)
# The index on vectors goes on searching where the time or the story rules some out (``hnsw.iterative_scan``).
_BY_VECTOR = """
    SELECT a.item_id, n.item_id, n.cosine
      FROM sources_embedding a
      LEFT JOIN LATERAL (
        SELECT e.item_id, 1 - (e.vector <=> a.vector) AS cosine
          FROM sources_embedding e
          JOIN sources_item s ON s.id = e.item_id AND s.story_id IS NOT NULL
         WHERE e.model = %(model)s AND e.reported_at BETWEEN %(since)s AND %(until)s AND e.vector IS NOT NULL
         ORDER BY e.vector <=> a.vector
         LIMIT %(most)s) n ON true
     WHERE a.model = %(model)s AND a.item_id = ANY(%(items)s) AND a.vector IS NOT NULL
"""
_BY_TITLE = """
    SELECT s.id
      FROM sources_item s
     WHERE s.title %% %(title)s AND s.reported_at BETWEEN %(since)s AND %(until)s AND s.story_id IS NOT NULL
     ORDER BY similarity(s.title, %(title)s) DESC, s.id
     LIMIT %(most)s
"""
_AMONG = """
    SELECT a.item_id, b.item_id, 1 - (a.vector <=> b.vector)
      FROM sources_embedding a JOIN sources_embedding b ON b.model = a.model AND b.item_id < a.item_id
     WHERE a.model = %(model)s AND a.item_id = ANY(%(items)s) AND b.item_id = ANY(%(items)s)
       AND a.vector IS NOT NULL AND b.vector IS NOT NULL
"""
_FACTS = """
    SELECT i.id, i.feed_id, i.title, left(coalesce(t.text, r.text, ''), %(opening)s), i.reported_at, i.language, i.story_id
      FROM sources_item i
      LEFT JOIN sources_revision r ON r.id = i.current_id
      LEFT JOIN sources_fulltext t ON t.revision_id = r.id
     WHERE i.id = ANY(%(items)s)
"""


def prepare() -> None:
    """What the queries need, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('hnsw.iterative_scan', 'strict_order', true), "
            "set_config('pg_trgm.similarity_threshold', %s, true)",
            [str(cluster.LEAST_TITLE)],
        )


def neighbours(reports: Sequence[cluster.Report], model: str | None) -> dict[int, list[cluster.Neighbour]]:
    """Of each of these reports, by item: what stands in a story, was reported at about the same time, and is near by
    vector; by title where the report has no vector of the model. ``reports`` are in the order of their times."""
    found: dict[int, list[tuple[int, float | None]]] = {}
    for together in _runs(reports) if model is not None else ():
        found |= _by_vector(together, model or "")
    for report in reports:
        if report.item_id not in found:
            found[report.item_id] = _by_title(report)
    known = _facts({pk for near in found.values() for pk, _ in near})
    return {
        item_id: [cluster.Neighbour(*known[pk], cosine) for pk, cosine in near if pk in known]
        for item_id, near in found.items()
    }


def cosines_among(item_ids: Sequence[int], model: str) -> Mapping[int, Mapping[int, float]]:
    """Of each item with each other one, for those that both have a vector."""
    found: defaultdict[int, dict[int, float]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(_AMONG, {"model": model, "items": list(item_ids)})
        for one, other, cosine in cursor.fetchall():
            found[one][other] = found[other][one] = cosine
    return found


def _runs(reports: Sequence[cluster.Report]) -> Iterator[list[cluster.Report]]:
    """The reports, cut where one lies too far behind the first of its run."""
    run: list[cluster.Report] = []
    for report in reports:
        if run and report.reported_at - run[0].reported_at > _TOGETHER:
            yield run
            run = []
        run.append(report)
    if run:
        yield run


def _by_vector(reports: Sequence[cluster.Report], model: str) -> dict[int, list[tuple[int, float | None]]]:
    """The items with the nearest vectors and their cosines, for each report that has a vector."""
    since, until = reports[0].reported_at - cluster.WINDOW, reports[-1].reported_at + cluster.WINDOW
    items = [report.item_id for report in reports]
    found: defaultdict[int, list[tuple[int, float | None]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_BY_VECTOR, {"model": model, "items": items, "since": since, "until": until, "most": MOST})
        for one, other, cosine in cursor.fetchall():
            found[one].extend([] if other is None else [(other, cosine)])
    return found


def _by_title(report: cluster.Report) -> list[tuple[int, float | None]]:
    """The items with the likest titles."""
    since, until = report.reported_at - cluster.WINDOW, report.reported_at + cluster.WINDOW
    with connection.cursor() as cursor:
        cursor.execute(_BY_TITLE, {"title": report.title, "since": since, "until": until, "most": MOST})
        return [(pk, None) for (pk,) in cursor.fetchall()]


def _facts(item_ids: set[int]) -> dict[int, tuple[cluster.Report, int]]:
    """Of each item, how it reports and the story that it stands in."""
    if not item_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_FACTS, {"items": list(item_ids), "opening": cluster.BODY})
        return {row[0]: (cluster.Report(*row[:6]), row[6]) for row in cursor.fetchall()}
