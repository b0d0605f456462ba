"""ACLED's events: the operator's own export, as CSV or JSON. Pure. Nothing of it may be passed on (``export``).

Each event has a version of its own: ``timestamp``, when ACLED last changed it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import IO

from sources.events.reading import BadFile, Event, Row, lines

NEEDED = (
    *("event_id_cnty", "event_date", "time_precision", "event_type", "sub_event_type", "actor1", "country", "latitude"),
    *("longitude", "geo_precision", "fatalities", "timestamp"),
)
#: JSON is read as a whole; a longer export has to come as CSV.
MAX_JSON = 100_000_000


def read(file: IO[bytes]) -> Iterator[Event]:
    """The file's events. Raises BadFile. ``line`` of a JSON file is the number of the record."""
    start = file.read(64)
    file.seek(0)
    is_json = start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in {b"{", b"["}
    for row in _records(file) if is_json else lines(file, needed=NEEDED, called="ACLED"):
        yield _event(row)


def _records(file: IO[bytes]) -> Iterator[Row]:
    body = file.read(MAX_JSON + 1)
    if len(body) > MAX_JSON:
        raise BadFile(f"The JSON file is larger than {MAX_JSON:,} bytes; export it as CSV.")
    try:
        document = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise BadFile(f"The file is no JSON that can be read ({str(error)[:100]}).") from error
    records = document.get("data") if isinstance(document, dict) else document
    if not isinstance(records, list):
        raise BadFile("The JSON file holds no list of events, neither as a whole nor as its “data”.")
    for number, record in enumerate(records, start=1):
        if not isinstance(record, dict):
            raise BadFile(f"Record {number} is no event.")
        if missing := [column for column in NEEDED if column not in record]:
            raise BadFile(f"Record {number}: this is no export of ACLED, it has no {', '.join(missing[:6])}.")
        yield Row(number, {str(key): _plain(value) for key, value in record.items()})


def _plain(value: object) -> str:
    return "" if value is None or isinstance(value, (dict, list)) else str(value)


def _event(row: Row) -> Event:
    day = row.day("event_date")
    stamp = row.whole("timestamp", most=99_999_999_999)
    if stamp is None:
        raise row.fault("timestamp", "is empty; it says which version of the event this is.")
    fatalities = row.whole("fatalities")
    latitude, longitude = row.point("latitude", "longitude")
    return Event(
        line=row.line,
        external_id=row.needed("event_id_cnty", 60),
        version=str(stamp),
        version_key=str(stamp).zfill(12),
        starts_on=day,
        ends_on=day,
        date_precision=row.whole("time_precision", most=9),
        country=row.needed("country", 120),
        country_code=row.words("iso", 20).removesuffix(".0"),
        admin1=row.words("admin1", 200),
        admin2=row.words("admin2", 200),
        place=row.words("location", 500),
        latitude=latitude,
        longitude=longitude,
        place_precision=row.whole("geo_precision", most=9),
        kind=row.needed("event_type", 100),
        subkind=row.words("sub_event_type", 200),
        actor_a=row.words("actor1", 500),
        actor_b=row.words("actor2", 500),
        deaths_low=None,
        deaths_best=fatalities,
        deaths_high=None,
        deaths_civilians=None,
        text=row.text("notes"),
        sources=row.text("source"),
    )
