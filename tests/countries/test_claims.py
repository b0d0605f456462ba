"""Stages claim the rows they work on without standing in the way of rows that only point to them.

A foreign key is checked at commit by a key share of the row it points to. Two stages that hold rows FOR UPDATE, one items and
one revisions, and write rows that point to the other's, wait for each other until the database ends one of them.
"""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from countries.tagging.queue import suggest_pending
from countries.tagging.terms import code_pending
from sources.ingest.identify import identify_languages
from sources.ingest.index import index_items

AT = dt.datetime(2026, 1, 5, 12, tzinfo=dt.UTC)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "stage",
    [
        lambda: suggest_pending(at=AT),
        lambda: code_pending(at=AT),
        lambda: identify_languages(limit=9),
        lambda: index_items(limit=9, at=AT),
    ],
    ids=["suggest", "code", "language", "index"],
)
def test_a_claim_does_not_wait_for_rows_that_point_to_it(stage):
    with CaptureQueriesContext(
        connection,
    ) as asked:
        stage()
    claims = [each["sql"] for each in asked if " FOR " in each["sql"] and "SKIP LOCKED" in each["sql"]]
    assert claims
    assert all("FOR NO KEY UPDATE" in claim for claim in claims)
