"""Which feeds are silent, what they usually bring, and the page that shows it."""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import replace

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from sources import health, silence
from sources.ingest import store, turns
from sources.ingest.dates import Precision
from sources.ingest.normalise import Publication, content_hash
from sources.models import Feed, FeedDay, FetchState, PublisherKind, Silence
from tests.factories.countries import UserFactory
from tests.factories.sources import FeedFactory, FetchFactory, ItemFactory, PublisherFactory

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
def test_what_is_usual_is_the_median_week_and_the_week_that_is_seen_counts_today(django_assert_num_queries):
    feed, new, missed = FeedFactory(), FeedFactory(), FeedFactory()
    days(feed, *[2] * 7, *[3] * 7, *[900] * 7, *[4] * 7)
    days(new, *[5] * 13)
    days(missed, *[3] * 21, *[-1] * 7)
    FeedDay.objects.create(feed=feed, date=AT.date(), looks=1, successes=1, items=7)
    with django_assert_num_queries(1):
        found = health.volumes([feed.pk, new.pk, missed.pk], on=AT.date())
    assert (found[feed.pk].usual_per_week, found[feed.pk].usual_per_day) == (24.5, 3.5)
    assert found[feed.pk].last_week == 7 + 6 * 4
    assert (found[new.pk].usual_per_week, found[new.pk].last_week) == (None, 30)
    assert (found[missed.pk].usual_per_week, found[missed.pk].last_week, found[missed.pk].missing) == (21, 0, 21)


@pytest.mark.django_db
def test_a_day_on_which_nobody_could_see_it_is_no_day_without_news():
    feed = FeedFactory()
    days(feed, *[2, 2, 2, 2, 2, -1, -1] * 4)
    assert health.volumes([feed.pk], on=AT.date())[feed.pk].usual_per_week == 14


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
            ("overdue", {"good"}),
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
        Feed.objects.filter(name="good").update(next_check_at=timezone.now() - dt.timedelta(hours=3))
        Feed.objects.filter(name="off").update(next_check_at=timezone.now() - dt.timedelta(hours=3))
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

    def test_what_the_database_refused_stands_with_what_is_set_aside_and_says_otherwise(self, desk):
        FeedFactory(name="refused", last_state=FetchState.QUARANTINED, last_error="It could not be stored (DataError).")
        FeedFactory(name="another", last_state=FetchState.QUARANTINED, last_error="It looks different.", held_at=AT)
        page = desk.get(reverse(PAGE), {"view": "held"})
        advice = {row.feed.name: str(row.advice) for row in page.context["rows"]}
        assert "could not be read or stored" in advice["refused"]
        assert "you have said" in advice["another"]

    def test_silence_says_what_to_do_where_the_look_itself_was_well(self, desk):
        feed = FeedFactory(last_state=FetchState.UNCHANGED)
        Silence.objects.create(feed=feed, reason="nothing_new", since=AT, noticed_at=AT)
        assert "may be news" in desk.get(reverse(PAGE)).content.decode()

    def test_the_last_day_is_counted_to_the_hour(self, desk):
        feed, now = FeedFactory(), timezone.now()
        for hours, new in ((1, 2), (23, 3), (25, 50)):
            FetchFactory(feed=feed, started_at=now - dt.timedelta(hours=hours), new_items=new, carried_items=1)
        page = desk.get(reverse(PAGE))
        assert [row.today for row in page.context["rows"]] == [2 + 1 + 3 + 1]
        assert "7 in 24 hours" in page.content.decode()

    def test_feeds_that_bring_less_than_usual_come_first_where_that_is_asked_for(self, desk):
        today = timezone.now().date()
        for name, usual, now in (("fine", 5, 5), ("short", 50, 1), ("new", 0, 0)):
            feed = FeedFactory(name=name)
            FeedDay.objects.bulk_create(
                FeedDay(feed=feed, date=today - DAY * back, looks=9, successes=9, items=usual if back > 6 else now)
                for back in range(28)
            )
        assert names(desk.get(reverse(PAGE), {"sort": "-volume"}))[0] == "short"
        assert names(desk.get(reverse(PAGE), {"sort": "volume"}))[-1] == "short"

    def test_a_publishers_feeds_can_be_seen_alone(self, desk):
        one, other = FeedFactory(name="one"), FeedFactory(name="other")
        same = FeedFactory()
        page = desk.get(reverse(PAGE), {"publisher": other.publisher_id})
        assert names(page) == ["other"]
        assert "show all publishers" in page.content.decode()
        everything = desk.get(reverse(PAGE)).content.decode()
        assert f"publisher={one.publisher_id}" in everything
        assert f"publisher={same.publisher_id}" not in everything  # its name stands there already

    def test_a_feed_is_looked_at_next_where_somebody_who_may_asks_for_it(self, desk, client):
        feed, off = FeedFactory(next_check_at=AT + DAY * 900), FeedFactory(is_active=False)
        where = reverse(PAGE) + "?view=silent"
        answer = desk.post(where, {"look": feed.pk})
        assert answer.url == where + "&sort=-failures"
        feed.refresh_from_db()
        assert feed.next_check_at <= timezone.now()
        for odd in (off.pk, 0, "x", "9" * 30, ""):
            assert desk.post(where, {"look": odd}).status_code == 302
        off.refresh_from_db()
        assert off.next_check_at is None
        reader = UserFactory(is_staff=True)
        reader.user_permissions.add(Permission.objects.get(content_type__app_label="sources", codename="view_feed"))
        client.force_login(reader)
        assert client.post(where, {"look": feed.pk}).status_code == 403
        assert "Look now" not in client.get(reverse(PAGE)).content.decode()

    def test_it_asks_neither_for_items_nor_for_more_looks_than_a_days(self, desk):
        feed = FeedFactory()
        FetchFactory(feed=feed, started_at=timezone.now())
        with CaptureQueriesContext(connection) as captured:
            desk.get(reverse(PAGE), {"sort": "-volume"})
        asked = [query["sql"] for query in captured]
        of_items = [sql for sql in asked if '"sources_item"' in sql]
        assert len(of_items) == 1  # the pages that failed, by an index that holds nothing else
        (of_looks,) = [sql for sql in asked if '"sources_fetch"' in sql]
        (of_days,) = [sql for sql in asked if '"sources_feedday"' in sql and "GROUP BY" in sql][:1]
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            plans = []
            for sql in (*of_items, of_looks, of_days):
                cursor.execute(f"EXPLAIN {sql}")
                plans.append(" ".join(line for (line,) in cursor.fetchall()))
        assert "item_page_failed" in plans[0]
        assert "fetch_by_feed" in plans[1]
        assert "feed_day_once" in plans[2]

    @pytest.mark.parametrize(
        "sort", ["name", "-name", "state", "success", "-failures", "next", "volume", "-error", "x", "-"]
    )
    def test_every_column_sorts_both_ways_and_strange_ones_do_no_harm(self, desk, sort):
        FeedFactory(name="b", consecutive_failures=1)
        FeedFactory(name="a", consecutive_failures=2, last_success_at=AT)
        found = names(desk.get(reverse(PAGE), {"sort": sort}))
        assert sorted(found) == ["a", "b"]
        if sort in {"name", "-name"}:
            assert found == sorted(found, reverse=sort == "-name")

    def test_the_form_keeps_the_order_and_can_change_it_where_there_are_no_heads(self, desk):
        FeedFactory()
        page = desk.get(reverse(PAGE), {"sort": "success"})
        assert [value for value, _, is_here in page.context["orders"] if is_here] == ["success"]
        assert '<option value="success" selected>' in page.content.decode()
        default = desk.get(reverse(PAGE)).context["orders"]
        assert [value for value, _, is_here in default if is_here] == ["-failures"]

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
        assert found[0]["last_24_hours"] == "0"
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


# ------------------------------------------------------------------------------------------------ pages that failed
@pytest.mark.django_db
class TestPagesThatFailed:
    where = "admin:sources_feed_pages"

    def test_each_is_shown_with_its_reason_and_tried_again_where_somebody_asks(self, desk):
        failed = ItemFactory(title="Cut off", extract_state="failed", extract_attempts=5, last_error="It sent nothing.")
        read = ItemFactory(title="Read")
        page = desk.get(reverse(self.where)).content.decode()
        assert "Cut off" in page
        assert "It sent nothing." in page
        assert ">Read<" not in page
        assert "pages not read" in desk.get(reverse(PAGE)).content.decode()
        desk.post(reverse(self.where), {"item": [failed.pk, read.pk, "x"]})
        failed.refresh_from_db()
        read.refresh_from_db()
        assert (failed.extract_state, failed.extract_attempts, failed.last_error) == ("pending", 0, "")
        assert read.extract_state == "done"
        assert turns.claim(limit=9, per_host=2, at=AT)[0].item_id == failed.pk

    def test_older_ones_are_a_page_further(self, desk, django_assert_max_num_queries):
        feed = FeedFactory()
        for _ in range(103):
            ItemFactory(feed=feed, extract_state="failed")
        with django_assert_max_num_queries(10):
            first = desk.get(reverse(self.where))
        assert len(first.context["items"]) == 100
        second = desk.get(reverse(self.where), {"before": first.context["older"]})
        assert len(second.context["items"]) == 3
        assert second.context["older"] is None

    def test_it_is_for_those_who_may_see_items_and_trying_again_for_those_who_may_change_feeds(self, client):
        user = UserFactory(is_staff=True)
        client.force_login(user)
        assert client.get(reverse(self.where)).status_code == 403
        user.user_permissions.add(Permission.objects.get(content_type__app_label="sources", codename="view_item"))
        assert client.get(reverse(self.where)).status_code == 200
        assert client.post(reverse(self.where), {"item": [1]}).status_code == 403

    @pytest.mark.parametrize("before", ["x", "-1", "9" * 40, ""])
    def test_odd_requests_are_answered(self, desk, before):
        assert desk.get(reverse(self.where), {"before": before}).status_code == 200
