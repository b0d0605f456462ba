"""A real extract of UCDP GED: every event comes in as it stands there, and a second time nothing changes."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import json

import pytest
from django.db.models import Sum

from sources.events.take import take
from sources.models import EventDataset, EventRecord

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
AT = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)


@pytest.fixture
def features(shared_data):
    file = shared_data / "events-ucdp-car" / "ged-car-1989-2022.geojson.gz"
    return json.loads(gzip.decompress(file.read_bytes()))["features"]


def as_csv(features: list[dict]) -> io.BytesIO:
    """The same events in the form of the release's own CSV file."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [*features[0]["properties"], "latitude", "longitude"])
    writer.writeheader()
    for feature in features:
        longitude, latitude = feature["geometry"]["coordinates"]
        writer.writerow({**feature["properties"], "latitude": latitude, "longitude": longitude})
    return io.BytesIO(text.getvalue().encode())


def test_each_event_comes_in_with_its_deaths_and_a_second_time_nothing_changes(features):
    taken = take(EventDataset.UCDP_GED, as_csv(features), filename="GEDEvent_v23_1.csv", at=AT)
    assert (taken.version, taken.new_events) == ("23.1", len(features))
    for column, field in [("best", "deaths_best"), ("low", "deaths_low"), ("deaths_civilians", "deaths_civilians")]:
        stated = sum(feature["properties"][column] for feature in features)
        assert EventRecord.objects.aggregate(total=Sum(field))["total"] == stated
    again = take(EventDataset.UCDP_GED, as_csv(features), filename="GEDEvent_v23_1.csv", at=AT)
    assert (again.new_events, again.revised_events, again.unchanged_events) == (0, 0, len(features))
    assert set(EventRecord.objects.values_list("country_code", flat=True)) == {"482"}
