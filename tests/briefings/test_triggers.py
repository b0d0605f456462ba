"""Triggers: counted, not typed; printed once a person has judged them; frozen with their edition."""

import datetime as dt

import pytest
from django.db import IntegrityError

from briefings import writing
from briefings.compose import compose
from briefings.models import Edition, TriggerRow
from briefings.render import text
from countries.models import Scheme, Term
from countries.tagging import decide
from monitoring.models import DailyCount, Series
from tests.factories.briefings import AFTER, CUT_OFF, DATE, EditionFactory, accepted, published
from tests.factories.countries import UserFactory

pytestmark = pytest.mark.django_db


def tagged(edition, code, *, hours):
    scheme, _ = Scheme.objects.get_or_create(code="un-framework", version="2014", defaults={"title": "Framework"})
    term, _ = Term.objects.get_or_create(scheme=scheme, code=code, defaults={"label": code})
    item = accepted(edition.situation, before=dt.timedelta(hours=hours))
    decide.tag_term(item, situation=edition.situation, term=term, by=UserFactory(), at=AFTER)


def test_a_row_counts_the_day_beside_the_four_weeks_before_and_prints_once_it_is_judged():
    edition, by = EditionFactory(), UserFactory()
    for hours in (1, 23, 25, 24 * 20, 24 * 40):
        tagged(edition, "8.7", hours=hours)
    tagged(edition, "9.1", hours=2)
    DailyCount.objects.create(
        situation=edition.situation,
        series=Series.INDEPENDENT_REPORTS,
        date=DATE - dt.timedelta(days=5),
        value=1,
        feeds_active=1,
        feeds_expected=1,
        is_complete=True,
        computed_at=CUT_OFF,
    )
    row = writing.add_trigger(edition, code="8.7", text="Attack on a protest", by=by, at=AFTER)
    assert (row.count, row.baseline) == (2, pytest.approx(2 / 28))
    assert compose(edition).triggers == ()
    writing.change_trigger(row, verdict="watch", by=by, at=AFTER)
    assert "8.7 Attack on a protest: 2 in 24 hours, usually 0.1 a day; verdict: watch" in " ".join(
        text.render(compose(edition)).split()
    )


def test_days_that_nobody_counted_are_no_baseline():
    edition = EditionFactory()
    tagged(edition, "8.7", hours=1)
    row = writing.add_trigger(edition, code="8", text="Triggers", verdict="true", by=UserFactory(), at=AFTER)
    assert (row.count, row.baseline) == (1, None)
    assert "no earlier count" in text.render(compose(edition))


def test_the_rows_of_an_issued_edition_never_change():
    edition = published()
    with pytest.raises(writing.Issued):
        writing.add_trigger(edition, code="8", text="Late", by=UserFactory(), at=AFTER)
    with pytest.raises(IntegrityError):
        TriggerRow.objects.create(edition=Edition.objects.get(), code="8", text="Late", count=0)
