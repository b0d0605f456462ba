"""UCDP's Georeferenced Event Dataset: the CSV file of a release or of the candidate events. Pure.

The file does not say of which version it is; its name does (``GEDEvent_v23_1.csv``), or whoever imports it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO

from sources.events.reading import BadFile, Event, Row, lines

NEEDED = (
    *("id", "type_of_violence", "side_a", "side_b", "country", "country_id", "latitude", "longitude", "where_prec"),
    *("date_start", "date_end", "date_prec", "best", "low", "high", "deaths_civilians"),
)
#: Codebook, variable type_of_violence.
_KINDS = {"1": "state-based conflict", "2": "non-state conflict", "3": "one-sided violence"}
_IN_A_NAME = re.compile(r"v(\d{1,2}(?:[._]\d{1,2}){1,4})(?![\d])", re.IGNORECASE)
_VERSION = re.compile(r"\d{1,4}(?:\.\d{1,4}){0,5}")


def version_in(filename: str) -> str:
    """The version that a file's name states ("GEDEvent_v23_1.csv": 23.1); "" where it states none."""
    found = _IN_A_NAME.search(filename)
    return found.group(1).replace("_", ".") if found else ""


def read(file: IO[bytes], *, version: str) -> Iterator[Event]:
    """The file's events, one at a time. Raises BadFile."""
    if not _VERSION.fullmatch(version):
        raise BadFile(f"“{version[:40]}” is no version of UCDP GED; it looks like 23.1.")
    key = ".".join(part.zfill(4) for part in version.split("."))
    for row in lines(file, needed=NEEDED, called="UCDP GED"):
        yield _event(row, version, key)


def _event(row: Row, version: str, key: str) -> Event:
    code = row.needed("type_of_violence", 4).removesuffix(".0")
    if code not in _KINDS:
        raise row.fault("type_of_violence", f"“{code}” is none of 1, 2 and 3.")
    starts_on, ends_on = row.day("date_start"), row.day("date_end")
    if ends_on < starts_on:
        raise row.fault("date_end", f"{ends_on} is before date_start, {starts_on}.")
    low, best, high = (row.whole(column) for column in ("low", "best", "high"))
    latitude, longitude = row.point("latitude", "longitude")
    return Event(
        line=row.line,
        external_id=row.needed("id", 60),
        version=version,
        version_key=key,
        starts_on=starts_on,
        ends_on=ends_on,
        date_precision=row.whole("date_prec", most=9),
        country=row.needed("country", 120),
        country_code=row.words("country_id", 20).removesuffix(".0"),
        admin1=row.words("adm_1", 200),
        admin2=row.words("adm_2", 200),
        place=row.words("where_description", 500) or row.words("where_coordinates", 500),
        latitude=latitude,
        longitude=longitude,
        place_precision=row.whole("where_prec", most=9),
        kind=_KINDS[code],
        subkind=row.words("dyad_name", 200),
        actor_a=row.words("side_a", 500),
        actor_b=row.words("side_b", 500),
        deaths_low=low,
        deaths_best=best,
        deaths_high=high,
        deaths_civilians=row.whole("deaths_civilians"),
        text=row.text("source_headline"),
        sources="\n".join(part for part in (row.text("source_article"), row.text("source_original")) if part),
    )
