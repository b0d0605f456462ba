"""Rows become one Document."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from briefings import compose, passages, workflow, writing
from briefings.models import Edition
from briefings.render.document import content_hash, from_json, to_json
from monitoring.models import CoverageDay, DailyCount, Series
from tests.factories.briefings import AFTER, DATE, SHOTS, EditionFactory, accepted, published, ready
from tests.factories.countries import UserFactory
from tests.factories.sources import StoryFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def by():
    return UserFactory()


@pytest.fixture
def edition():
    return EditionFactory()


def add(edition, by, section, *items, text="It was reported."):
    claim = writing.add_claim(edition, section=section, by=by, at=AFTER, text=text, label="single_source")
    for item in items:
        passages.quote(claim, item=item, exact="Soldiers fired on a crowd", by=by, at=AFTER)
    return claim


def test_sources_are_numbered_in_reading_order_whatever_order_they_were_quoted_in(edition, by):
    one, two, three = (accepted(edition.situation, publisher={"name": name}) for name in ("One", "Two", "Three"))
    add(edition, by, "options", three)
    add(edition, by, "key_developments", two, one)
    add(edition, by, "what_changed", one)
    document = compose.compose(edition)
    assert [entry.publisher for entry in document.sources] == ["One", "Two", "Three"]
    assert [claim.citations for claim in document.claims] == [(1,), (1, 2), (3,)]


def test_a_source_is_described_as_it_was_when_it_was_quoted(edition, by):
    item = accepted(edition.situation, publisher={"name": "Palais", "kind": "government_media", "is_party": True})
    add(edition, by, "engaged", item)
    [entry] = compose.compose(edition).sources
    assert (entry.publisher, entry.kind, entry.is_party, entry.title) == (
        "Palais",
        "government_media",
        True,
        "Shots near the airport",
    )
    assert entry.sha256 == item.current.full_text.sha256
    assert entry.retrieved_at == item.current.full_text.snapshot.retrieved_at
    assert entry.is_full_text_public
    [passage] = compose.compose(edition).passages_of(1)
    assert SHOTS[passage.start : passage.end] == passage.exact


def test_claims_come_by_their_position(edition, by):
    first, second = add(edition, by, "engaged", text="First."), add(edition, by, "engaged", text="Second.")
    writing.change_claim(second, by=by, at=AFTER, position=1)
    assert [claim.text for claim in compose.compose(edition).engaged] == ["Second.", "First."]
    assert first.position == 10


@pytest.mark.parametrize(("label", "origins"), [("single_source", 1), ("corroborated", 2)])
def test_a_quoted_reprint_is_no_further_origin_unless_a_person_calls_the_claim_corroborated(
    edition, by, label, origins
):
    story = StoryFactory(item_count=3, origin_count=1)
    items = [accepted(edition.situation, story=story) for _ in range(3)]
    claim = add(edition, by, "key_developments", *items)
    writing.change_claim(claim, by=by, at=AFTER, story=story, label=label, label_reason="Two stories of one event.")
    [printed] = compose.compose(edition).key_developments
    assert (printed.reports, printed.origins) == (3, origins)


def test_the_number_of_queries_does_not_grow_with_the_claims(edition, by):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            compose.compose(Edition.objects.select_related("situation").get(pk=edition.pk))
        return len(captured)

    add(edition, by, "engaged", accepted(edition.situation))
    few = queries()
    for section in ("what_changed", "key_developments", "actors", "options") * 3:
        add(edition, by, section, accepted(edition.situation), accepted(edition.situation))
    assert queries() == few <= 9


def test_what_was_counted_and_seen_is_printed_and_what_was_not_is_said(edition):
    DailyCount.objects.create(
        situation=edition.situation,
        series=Series.INDEPENDENT_REPORTS,
        date=DATE,
        value=3,
        feeds_active=2,
        feeds_expected=4,
        is_complete=False,
        computed_at=AFTER,
    )
    CoverageDay.objects.create(
        situation=edition.situation,
        date=DATE,
        expected=4,
        seen=2,
        groups=[{"kind": "ngo", "expected": 4, "seen": 2, "silent": ["Veille"]}],
        computed_at=AFTER,
    )
    document = compose.compose(edition)
    assert len(document.days) == 28
    assert (document.days[-1].value, document.days[-1].feeds_active) == (3, 2)
    assert document.days[0].value is None
    assert (document.coverage.seen, document.coverage.groups[0].silent) == (2, ("Veille",))


def test_what_is_in_review_stands_still(edition, by):
    ready(edition, by=by)
    edition = workflow.submit(edition, by=by, at=AFTER)
    before = content_hash(compose.compose(edition))
    CoverageDay.objects.create(situation=edition.situation, date=DATE, expected=9, seen=1, groups=[], computed_at=AFTER)
    assert content_hash(compose.compose(edition)) == before
    edition = workflow.send_back(edition, by=by, at=AFTER)
    assert compose.compose(edition).coverage.expected == 9


def test_a_document_survives_its_json():
    edition = published()
    document = compose.document_of(edition)
    assert from_json(to_json(document)) == document
    assert document.period_end == dt.datetime(2013, 12, 24, 5, tzinfo=dt.UTC)


@pytest.mark.parametrize(("language", "direction"), [("ar", "rtl"), ("fa", "rtl"), ("fr", "ltr"), ("my", "ltr")])
def test_the_direction_is_that_of_the_language(language, direction):
    assert compose.compose(EditionFactory(language=language)).direction == direction


def test_an_edition_in_another_language_has_an_id_of_its_own():
    edition = EditionFactory(language="fr", version=3)
    assert edition.public_id == "CAF-2013-12-24-fr-v3"
    assert Edition.objects.with_public_id("CAF-2013-12-24-fr-v3").get() == edition
    assert not Edition.objects.with_public_id("CAF-2013-12-24-v3").exists()
