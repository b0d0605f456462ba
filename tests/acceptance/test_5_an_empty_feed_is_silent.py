"""Acceptance 5. A feed that answers 200 with nothing in it for 24 hours is named as silent in the brief, in every form."""

import datetime as dt

import pytest
from django.template.loader import render_to_string

from briefings import compose
from briefings.render import text
from monitoring import coverage
from sources.models import FetchState
from tests.factories.briefings import AFTER, CUT_OFF, DATE, EditionFactory
from tests.factories.countries import FeedScopeFactory
from tests.factories.sources import FeedFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("state", "is_silent"), [(FetchState.EMPTY, True), (FetchState.NEW, False)])
def test_the_brief_names_it(state, is_silent):
    edition = EditionFactory()
    feed = FeedFactory(name="Radio Deserted", last_state=state, last_fetch_at=CUT_OFF - dt.timedelta(hours=1))
    FeedScopeFactory(feed=feed, situation=edition.situation)
    coverage.measure(edition.situation, date=DATE, at=AFTER)
    document = compose.compose(edition)
    assert [name for group in document.coverage.groups for name in group.silent] == ["Radio Deserted"] * is_silent
    page = render_to_string("briefings/edition.html", {"document": document, "artefacts": []})
    for written in (text.render(document), page):
        assert ("Radio Deserted" in written) == is_silent
