"""Daily counts: what counts, when, and under what exposure."""

from __future__ import annotations

import datetime as dt

import pytest

from countries.models import TagSuggestion
from countries.tagging import decide
from monitoring.counts import count_days, strip
from monitoring.models import DailyCount, Series
from sources.models import FetchState
from tests.factories.countries import FeedScopeFactory, SituationFactory, UserFactory
from tests.factories.sources import NOON, FeedFactory, FetchFactory, ItemFactory, PublisherFactory, StoryFactory

pytestmark = pytest.mark.django_db

DAY = dt.date(2013, 12, 20)
LATER = NOON + dt.timedelta(days=2)


@pytest.fixture
def situation():
    return SituationFactory(time_zone="Africa/Bangui")


@pytest.fixture
def report(situation):
    """Makes an item that a person accepted for the situation."""
    curator = UserFactory()

    def make(**fields):
        item = ItemFactory(**fields)
        decide.accept(item, situation=situation, by=curator, at=NOON)
        return item

    return make


def value(situation, series, day=DAY):
    return DailyCount.objects.get(situation=situation, series=series, date=day).value


def test_a_day_is_the_situations_own(situation, report):
    report(reported_at=dt.datetime(2013, 12, 19, 23, 30, tzinfo=dt.UTC))  # 00:30 in Bangui

    count_days(situation, dates=[DAY - dt.timedelta(days=1), DAY], at=LATER)

    assert value(situation, Series.ITEMS) == 1
    assert value(situation, Series.ITEMS, DAY - dt.timedelta(days=1)) == 0


def test_wire_copy_and_party_sources_do_not_raise_the_independent_count(situation, report):
    story = StoryFactory(item_count=3, origin_count=1)
    report(story=story)
    report(story=story)
    report(story=story, feed=FeedFactory(publisher=PublisherFactory(is_party=True)))
    report()

    count_days(situation, dates=[DAY], at=LATER)

    assert value(situation, Series.ITEMS) == 4
    assert value(situation, Series.STORIES) == 2
    assert value(situation, Series.INDEPENDENT_REPORTS) == 2


def test_a_suggestion_counts_until_a_person_says_no(situation):
    item = ItemFactory()
    TagSuggestion.objects.create(
        item=item, revision=item.current, situation=situation, score=0.9, version="t", created_at=NOON
    )
    count_days(situation, dates=[DAY], at=LATER)
    assert value(situation, Series.ITEMS) == 1

    decide.reject(item, situation=situation, by=UserFactory(), at=NOON)
    count_days(situation, dates=[DAY], at=LATER)
    assert value(situation, Series.ITEMS) == 0


def test_what_came_out_after_the_moment_of_counting_is_not_counted(situation, report):
    report(reported_at=NOON)
    report(reported_at=NOON + dt.timedelta(hours=1))

    count_days(situation, dates=[DAY], at=NOON + dt.timedelta(minutes=30))

    assert value(situation, Series.ITEMS) == 1


def test_exposure_is_the_feeds_whose_document_showed_that_day(situation):
    seen, forgotten, failed, _never = (FeedScopeFactory(situation=situation).feed for _ in range(4))
    FetchFactory(feed=seen, started_at=LATER)
    FetchFactory(feed=forgotten, started_at=LATER, oldest_entry_at=LATER - dt.timedelta(hours=1))
    FetchFactory(feed=failed, started_at=LATER, state=FetchState.FAILED)

    count_days(situation, dates=[DAY], at=LATER)

    row = DailyCount.objects.get(series=Series.ITEMS)
    assert (row.feeds_active, row.feeds_expected) == (1, 4)


def test_a_day_is_complete_once_every_feed_that_shows_days_was_read_after_it(situation):
    read, down, _never = (FeedScopeFactory(situation=situation).feed for _ in range(3))
    FetchFactory(feed=read, started_at=LATER)
    FetchFactory(feed=down, started_at=LATER - dt.timedelta(days=400))  # and not since

    count_days(situation, dates=[DAY], at=LATER)
    assert not DailyCount.objects.filter(is_complete=True).exists()

    FetchFactory(feed=down, started_at=LATER)
    count_days(situation, dates=[DAY], at=LATER)
    assert not DailyCount.objects.filter(is_complete=False).exists()


def test_counting_again_replaces_and_the_strip_shows_days_without_counts_as_none(situation, report):
    report()
    count_days(situation, dates=[DAY], at=NOON)
    count_days(situation, dates=[DAY], at=LATER)

    days = strip(situation, until=DAY)

    assert DailyCount.objects.count() == 3
    assert len(days) == 28
    assert (days[-1].date, days[-1].value) == (DAY, 1)
    assert {day.value for day in days[:-1]} == {None}


def test_the_cost_does_not_grow_with_the_days(situation, django_assert_max_num_queries):
    dates = [DAY - dt.timedelta(days=n) for n in range(28)]

    with django_assert_max_num_queries(8):
        count_days(situation, dates=dates, at=LATER)
