"""Takes the events of a file into the library: all of the file or nothing, and again with the same file nothing changes.

A row that a newer version of the data set says otherwise stands beside the old one; ``is_current`` marks the newest. Nothing
is matched to situations here, and nothing is ever deleted.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import IO

from django.contrib.auth.models import AbstractBaseUser
from django.db import connection, transaction

from sources.events import acled, ucdp
from sources.events.reading import BadFile, Event, unpacked
from sources.ingest import rows
from sources.ingest.text import clean_line
from sources.models import EventDataset, EventImport

_AT_ONCE = 2_000
_LOCK = 0x4576656E  # "Even"
_SAID = (
    *("starts_on", "ends_on", "date_precision", "country", "country_code", "admin1", "admin2", "place", "latitude"),
    *("longitude", "place_precision", "kind", "subkind", "actor_a", "actor_b", "deaths_low", "deaths_best"),
    *("deaths_high", "deaths_civilians", "text", "sources"),
)
_COLUMNS = (
    *("dataset", "external_id", "version", "version_key", "digest", "is_current", *_SAID),
    *("licence", "may_be_exported", "imported_at", "imported_by_id"),
)


def take(
    dataset: EventDataset,
    file: IO[bytes],
    *,
    filename: str,
    at: dt.datetime,
    version: str = "",
    by: AbstractBaseUser | None = None,
) -> EventImport:
    """Every event of the file stands, with what the import brought. ``version`` is UCDP's where the name of the file does
    not state it. Raises BadFile, which says in which line and column; then nothing of the file is taken in."""
    digest = _digest(file)
    table, name = unpacked(file, filename)
    if dataset is EventDataset.UCDP_GED:
        version = version or ucdp.version_in(name) or ucdp.version_in(filename)
        if not version:
            raise BadFile(
                "Which version of UCDP GED is this? The file's name does not state it (as in GEDEvent_v23_1.csv)."
            )
        events = ucdp.read(table, version=version)
    else:
        version, events = "", acled.read(table)
    with transaction.atomic():
        record = EventImport.objects.create(
            dataset=dataset,
            version=version,
            filename=clean_line(filename, 200),
            sha256=digest,
            at=at,
            by_id=by.pk if by is not None else None,
        )
        _stage(dataset, events, record)
        record.new_events, record.revised_events, record.unchanged_events = _merge(dataset)
        record.save(update_fields=["new_events", "revised_events", "unchanged_events"])
    return record


def _digest(file: IO[bytes]) -> str:
    found = hashlib.sha256()
    while chunk := file.read(1_000_000):
        found.update(chunk)
    file.seek(0)
    return found.hexdigest()


def _stage(dataset: EventDataset, events: Iterable[Event], record: EventImport) -> None:
    """The file's events stand in a table that goes with the transaction. Raises BadFile."""
    columns = ", ".join(_COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS events_coming")
        cursor.execute(
            f"CREATE TEMPORARY TABLE events_coming ON COMMIT DROP AS SELECT {columns}, 0 AS line FROM sources_eventrecord"  # noqa: S608 - our own names
            " WITH NO DATA"
        )
    coming = iter(events)
    while some := list(islice(coming, _AT_ONCE)):
        rows.copy("events_coming", (*_COLUMNS, "line"), _values(dataset, some, record))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE events_coming")
        cursor.execute(
            "SELECT external_id, array_agg(line ORDER BY line) FROM events_coming GROUP BY external_id, version"
            " HAVING count(DISTINCT digest) > 1 ORDER BY min(line) LIMIT 1"
        )
        if twice := cursor.fetchone():
            where = " and ".join(str(line) for line in twice[1][:2])
            raise BadFile(f"Lines {where}: the event {twice[0]} stands there twice, and says different things.")
        cursor.execute("SELECT count(*) FROM events_coming")
        if cursor.fetchone() == (0,):
            raise BadFile("There is not one event in the file.")


def _values(dataset: EventDataset, events: Iterable[Event], record: EventImport) -> Iterator[tuple[object, ...]]:
    for event in events:
        said = [getattr(event, name) for name in _SAID]
        digest = hashlib.sha256("\x1f".join(map(repr, said)).encode()).hexdigest()
        yield (
            *(dataset.value, event.external_id, event.version, event.version_key, digest, False, *said),
            *(dataset.licence, dataset.may_be_exported, record.at, record.pk, event.line),
        )


def _merge(dataset: EventDataset) -> tuple[int, int, int]:
    """What is not there yet stands, and the newest row of each event is marked. How many events are new, revised and
    unchanged."""
    columns = ", ".join(_COLUMNS)
    same = "t.dataset = c.dataset AND t.external_id = c.external_id"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute("SELECT count(DISTINCT (external_id, version)) FROM events_coming")
        total = _one(cursor.fetchone())
        cursor.execute(
            f"""
            DELETE FROM events_coming c USING sources_eventrecord t
            WHERE {same} AND t.version = c.version AND t.digest = c.digest
            """  # noqa: S608 - our own names
        )
        cursor.execute(
            f"""
            SELECT count(DISTINCT external_id) FROM events_coming c
            WHERE NOT EXISTS (SELECT FROM sources_eventrecord t WHERE {same})
            """  # noqa: S608 - our own names
        )
        new = _one(cursor.fetchone())
        cursor.execute(
            f"""
            INSERT INTO sources_eventrecord ({columns})
            SELECT DISTINCT ON (external_id, version) {columns} FROM events_coming ORDER BY external_id, version, line
            """  # noqa: S608 - our own names
        )
        written = cursor.rowcount
        for claims in (False, True):  # one after the other: at no time may an event have two newest rows
            cursor.execute(
                """
                UPDATE sources_eventrecord SET is_current = %(claims)s FROM (
                    SELECT id, row_number() OVER (PARTITION BY external_id ORDER BY version_key DESC, id DESC) = 1 AS newest
                    FROM sources_eventrecord
                    WHERE dataset = %(dataset)s AND external_id IN (SELECT external_id FROM events_coming)
                ) AS ranked
                WHERE sources_eventrecord.id = ranked.id AND newest = %(claims)s AND is_current <> newest
                """,
                {"claims": claims, "dataset": dataset.value},
            )
    return new, written - new, total - written


def _one(row: tuple[int, ...] | None) -> int:
    return row[0] if row else 0
