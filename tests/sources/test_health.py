"""Which feeds are silent, what they usually bring, and the page that shows it."""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import replace

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from sources import health, silence
from sources.ingest import store
from sources.ingest.dates import Precision
from sources.ingest.normalise import Publication, content_hash
from sources.models import Feed, FeedDay, FetchState, PublisherKind, Silence
from tests.factories.countries import UserFactory
from tests.factories.sources import FeedFactory, PublisherFactory

AT = dt.datetime(2026, 3, 29, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
PAGE = "admin:sources_feed_health"


def days(feed: Feed, *items: int) -> None:
    """One day each, the last of them yesterday; −1 is a day without an answer."""
    FeedDay.objects.bulk_create(
        FeedDay(feed=feed, date=AT.date() - DAY * back, looks=48, successes=0 if count < 0 else 48, items=max(count, 0))
        for back, count in enumerate(reversed(items), start=1)
    )


def record(**changes):
    return replace(silence.Record(28, 28, AT, AT), **changes)


# ------------------------------------------------------------------------------------------------ the rule
@pytest.mark.parametrize(
    ("changes", "is_silent"),
    [
        ({}, False),
        ({"last_items_at": AT - DAY * 0.9}, False),
        ({"last_items_at": AT - DAY * 1.5}, True),
        ({"days_with_items": 14, "last_items_at": AT - DAY * 5}, False),
        ({"days_with_items": 14, "last_items_at": AT - DAY * 8}, True),
        ({"days_with_items": 1, "last_items_at": AT - DAY * 27}, False),
        ({"days_seen": 13, "days_with_items": 13, "last_items_at": AT - DAY * 9}, False),
        ({"last_success_at": AT - DAY * 0.9}, False),
        ({"last_success_at": AT - DAY * 1.1}, True),
        ({"days_seen": 0, "days_with_items": 0, "last_success_at": AT - DAY * 2, "last_items_at": None}, True),
        ({"days_seen": 28, "days_with_items": 0, "last_items_at": None}, False),
    ],
)
def test_a_feed_is_silent_where_chance_does_not_explain_it(changes, is_silent):
    assert (silence.find(record(**changes), watched_since=AT - DAY * 40, at=AT) is not None) is is_silent


def test_a_feed_that_was_only_just_added_is_not_silent_yet():
    fresh = record(days_seen=0, days_with_items=0, last_success_at=None, last_items_at=None)
    assert silence.find(fresh, watched_since=AT, at=AT) is None
    assert silence.find(fresh, watched_since=AT - DAY, at=AT) is not None


@given(st.integers(14, 28), st.integers(0, 28), st.floats(0, 60), st.floats(0, 60))
def test_a_silence_that_lasts_longer_stays_one(seen, with_items, days_ago, longer):
    def is_silent(ago: float) -> bool:
        one = record(days_seen=seen, days_with_items=min(seen, with_items), last_items_at=AT - DAY * ago)
        return silence.find(one, watched_since=AT - DAY * 99, at=AT) is not None

    assert not is_silent(days_ago) or is_silent(days_ago + longer)


# ------------------------------------------------------------------------------------------------ days and silences
@pytest.mark.django_db
def test_each_look_counts_on_its_day_and_what_it_brought():
    feed = FeedFactory()

    def look(at: dt.datetime, *titles: str) -> None:
        found = tuple(
            Publication(title, "", "", title, "", "", None, Precision.INFERRED, content_hash(title, ""))
            for title in titles
        )
        store.record(feed.pk, store.Look(at, at, publications=found), interval=DAY)

    look(AT, "One", "Two")
    look(AT + dt.timedelta(hours=1), "One", "Two", "Three")
    look(AT + DAY)
    found = FeedDay.objects.order_by("date").values_list("date", "looks", "successes", "items")
    assert list(found) == [(AT.date(), 2, 2, 3), ((AT + DAY).date(), 1, 0, 0)]


@pytest.mark.django_db
def test_silence_is_noticed_once_and_ends_when_the_feed_speaks():
    quiet, lively = FeedFactory(last_success_at=AT), FeedFactory(last_success_at=AT)
    days(quiet, *[3] * 20, *[0] * 6)
    days(lively, *[3] * 26)
    assert health.notice(at=AT) == health.Noticed(1, 0)
    assert health.notice(at=AT) == health.Noticed(0, 0)
    found = Silence.objects.get()
    assert (found.feed, found.reason) == (quiet, Silence.Reason.NOTHING_NEW)
    assert found.since == dt.datetime(2026, 3, 23, tzinfo=dt.UTC)
    FeedDay.objects.create(feed=quiet, date=AT.date(), looks=1, successes=1, items=1)
    assert health.notice(at=AT) == health.Noticed(0, 1)
    assert Silence.objects.get().ended_at == AT


@pytest.mark.django_db
def test_a_silence_changes_its_reason_and_ends_with_the_watching():
    feed = FeedFactory(last_success_at=AT)
    days(feed, *[3] * 20, *[0] * 6)
    health.notice(at=AT)
    health.notice(at=AT + DAY * 2)
    assert Silence.objects.get().reason == Silence.Reason.NO_ANSWER
    Feed.objects.update(is_active=False)
    assert health.notice(at=AT + DAY * 2).ended == 1


@pytest.mark.django_db
def test_what_is_usual_counts_full_days_with_an_answer_and_the_week_counts_today(django_assert_num_queries):
    feed, new = FeedFactory(), FeedFactory()
    days(feed, *[2, 4] * 7, -1, -1)
    days(new, *[5] * 13)
    FeedDay.objects.create(feed=feed, date=AT.date(), looks=1, successes=1, items=7)
    with django_assert_num_queries(1):
        found = health.volumes([feed.pk, new.pk], on=AT.date())
    assert (found[feed.pk].usual_per_day, found[feed.pk].usual_per_week) == (3, 21)
    assert found[feed.pk].last_week == 7 + 4 + 2 + 4 + 2
    assert (found[new.pk].usual_per_day, found[new.pk].last_week) == (None, 30)


# ------------------------------------------------------------------------------------------------ the page
@pytest.fixture
def desk(client):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client


def names(response) -> list[str]:
    return [row.feed.name for row in response.context["rows"]]


@pytest.mark.django_db
class TestPage:
    def test_it_is_for_staff_who_may_see_feeds(self, client):
        client.force_login(UserFactory(is_staff=True))
        assert client.get(reverse(PAGE)).status_code == 403
        client.logout()
        assert client.get(reverse(PAGE)).status_code == 302

    @pytest.mark.parametrize(
        ("view", "expected"),
        [
            ("", {"good", "silent", "failing", "blocked", "held"}),
            ("silent", {"silent"}),
            ("failing", {"failing", "blocked"}),
            ("blocked", {"blocked"}),
            ("held", {"held"}),
            ("off", {"off"}),
            ("nonsense", {"good", "silent", "failing", "blocked", "held"}),
        ],
    )
    def test_each_view_shows_its_feeds_and_counts_them(self, desk, view, expected):
        feeds = {
            name: FeedFactory(name=name, last_fetch_at=AT) for name in ("good", "silent", "failing", "blocked", "held")
        }
        FeedFactory(name="off", is_active=False, last_fetch_at=AT)
        Silence.objects.create(feed=feeds["silent"], reason="no_answer", since=AT, noticed_at=AT)
        Feed.objects.filter(name__in=["failing", "blocked"]).update(
            consecutive_failures=3, last_state=FetchState.FAILED
        )
        Feed.objects.filter(name="blocked").update(last_state=FetchState.BLOCKED, last_error="It answers 403.")
        Feed.objects.filter(name="held").update(held_at=AT)
        response = desk.get(reverse(PAGE), {"view": view})
        assert set(names(response)) == expected
        here = [(count, is_here) for _, count, _, is_here in response.context["views"] if is_here]
        assert here == [(len(expected), True)]

    def test_it_says_what_went_wrong_and_what_to_do(self, desk):
        FeedFactory(name="Refused", last_state=FetchState.BLOCKED, last_error="It answers 403.", consecutive_failures=2)
        words = desk.get(reverse(PAGE)).content.decode()
        assert "It answers 403." in words
        assert "Write to the publisher" in words

    def test_words_kind_and_language_narrow_it_down(self, desk):
        local = PublisherFactory(kind=PublisherKind.LOCAL_MEDIA)
        FeedFactory(name="Radio Ndeke", publisher=local, language="sg")
        FeedFactory(name="Radio Bria", publisher=local, language="fr")
        FeedFactory(name="Office", publisher=PublisherFactory(kind=PublisherKind.UN), language="fr")
        assert names(desk.get(reverse(PAGE), {"q": "radio", "language": "fr"})) == ["Radio Bria"]
        assert names(desk.get(reverse(PAGE), {"kind": "un"})) == ["Office"]

    @pytest.mark.parametrize("sort", ["name", "-name", "state", "success", "-failures", "next", "x", "-"])
    def test_every_column_sorts_both_ways_and_strange_ones_do_no_harm(self, desk, sort):
        FeedFactory(name="b", consecutive_failures=1)
        FeedFactory(name="a", consecutive_failures=2, last_success_at=AT)
        found = names(desk.get(reverse(PAGE), {"sort": sort}))
        assert sorted(found) == ["a", "b"]
        if sort in {"name", "-name"}:
            assert found == sorted(found, reverse=sort == "-name")

    @pytest.mark.parametrize(
        "query", [{"q": "\0%'\""}, {"page": "x"}, {"page": "99"}, {"kind": "'"}, {"language": "\0"}]
    )
    def test_odd_requests_are_answered(self, desk, query):
        FeedFactory()
        assert desk.get(reverse(PAGE), query).status_code == 200

    def test_the_file_holds_what_is_chosen_and_no_formula(self, desk):
        FeedFactory(name="=cmd|' /C calc'!A0", last_error="-1+1", consecutive_failures=1)
        FeedFactory(name="Good", consecutive_failures=0)
        answer = desk.get(reverse(PAGE), {"view": "failing", "as": "csv"})
        found = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))
        assert [row["name"] for row in found] == ["'=cmd|' /C calc'!A0"]
        assert found[0]["last_error"] == "'-1+1"
        assert "attachment" in answer["Content-Disposition"]

    def test_it_costs_the_same_however_many_feeds_there_are(self, desk, django_assert_max_num_queries):
        FeedFactory()
        with django_assert_max_num_queries(20) as few:
            desk.get(reverse(PAGE))
        for _ in range(30):
            days(FeedFactory(last_error="x"), *[1] * 28)
        with django_assert_max_num_queries(20) as many:
            assert len(names(desk.get(reverse(PAGE)))) == 31
        assert len(many) == len(few)

    def test_an_outlet_that_writes_from_right_to_left_is_set_apart(self, desk):
        FeedFactory(name="راديو دبنقا", last_error="تعذر")
        assert "<bdi>راديو دبنقا</bdi>" in desk.get(reverse(PAGE)).content.decode()
