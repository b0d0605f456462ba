"""Files of events as their makers shape them. The events are invented; names of columns are the codebooks'."""

from __future__ import annotations

import csv
import io

_GED = {
    "id": "1",
    "type_of_violence": "3",
    "dyad_name": "Militia - Civilians",
    "side_a": "Militia",
    "side_b": "Civilians",
    "source_article": "Outlet 12/5/2013",
    "source_headline": "Attack on a village",
    "source_original": "a local official",
    "where_prec": "1",
    "where_coordinates": "Boali town",
    "where_description": "Boali",
    "adm_1": "Ombella-Mpoko",
    "adm_2": "Boali",
    "latitude": "4.8",
    "longitude": "18.1",
    "country": "Central African Republic",
    "country_id": "482",
    "region": "Africa",
    "date_prec": "1",
    "date_start": "2013-12-02",
    "date_end": "2013-12-03",
    "deaths_civilians": "12",
    "best": "12",
    "high": "14",
    "low": "11",
}
_ACLED = {
    "event_id_cnty": "CAF1",
    "event_date": "2013-12-05",
    "time_precision": "1",
    "event_type": "Violence against civilians",
    "sub_event_type": "Attack",
    "actor1": "Unidentified Armed Group",
    "actor2": "Civilians",
    "iso": "140",
    "country": "Central African Republic",
    "admin1": "Ombella-Mpoko",
    "admin2": "Boali",
    "location": "Boali",
    "latitude": "4.8",
    "longitude": "18.1",
    "geo_precision": "1",
    "source": "Outlet",
    "notes": "An invented event.",
    "fatalities": "3",
    "timestamp": "1700000000",
}


def ged_row(**changes: object) -> dict[str, object]:
    return {**_GED, **changes}


def ged_csv(*rows: dict[str, object]) -> bytes:
    return _csv(list(_GED), rows)


def acled_record(**changes: object) -> dict[str, object]:
    return {**_ACLED, **changes}


def acled_csv(*rows: dict[str, object]) -> bytes:
    return _csv(list(_ACLED), rows)


def _csv(columns: list[str], rows: tuple[dict[str, object], ...]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
