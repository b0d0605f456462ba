"""Coverage: what is silent is named, what was never measured is not called calm."""

from __future__ import annotations

import datetime as dt

import pytest

from monitoring.coverage import measure, panel
from sources.models import FetchState, PublisherKind
from tests.factories.countries import FeedScopeFactory, SituationFactory
from tests.factories.sources import NOON, FeedFactory, PublisherFactory

pytestmark = pytest.mark.django_db

DAY = NOON.date()


@pytest.fixture
def situation():
    return SituationFactory(coverage_note="No source in Sango.")


def expected_feed(situation, *, state, hours=1, kind=PublisherKind.LOCAL_MEDIA):
    feed = FeedFactory(
        publisher=PublisherFactory(kind=kind), last_state=state, last_fetch_at=NOON - dt.timedelta(hours=hours)
    )
    FeedScopeFactory(feed=feed, situation=situation)
    return feed


def test_a_feed_that_answers_with_nothing_is_silent_and_named(situation):
    expected_feed(situation, state=FetchState.UNCHANGED)
    empty = expected_feed(situation, state=FetchState.EMPTY)
    expected_feed(situation, state=FetchState.NEW, kind=PublisherKind.UN)
    late = expected_feed(situation, state=FetchState.NEW, hours=30, kind=PublisherKind.UN)

    measure(situation, date=DAY, at=NOON)
    shown = panel(situation, date=DAY)

    assert (shown.expected, shown.seen, shown.note) == (4, 2, "No source in Sango.")
    assert {group.kind: group.silent for group in shown.groups} == {
        "local_media": (empty.name,),
        "un": (late.name,),
    }


def test_a_day_never_measured_has_seen_nothing(situation):
    shown = panel(situation, date=DAY)

    assert (shown.expected, shown.seen, shown.groups) == (0, 0, ())


def test_measuring_again_replaces(situation):
    feed = expected_feed(situation, state=FetchState.FAILED)
    measure(situation, date=DAY, at=NOON)
    feed.last_state = FetchState.NEW
    feed.save()

    assert measure(situation, date=DAY, at=NOON).seen == 1
    assert situation.coverage_days.count() == 1
