"""The short way of recording that nothing was new: it leaves what the long way leaves, and takes nothing else."""

from __future__ import annotations

import datetime as dt

import pytest
from django.forms.models import model_to_dict

from sources.ingest import claim, look, store, unchanged
from sources.ingest.fetch import Response
from sources.models import Feed, FeedDay, Fetch, FetchState
from tests.factories.sources import NOON, FeedFactory

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)
LATER = NOON + dt.timedelta(seconds=3)

#: What feeds may have behind them when they are looked at and nothing is new.
PASTS = {
    "never looked at": {},
    "as usual": {"last_state": "new", "idle_looks": 0, "publication_gap": 3_000, "etag": "a", "usual_entries": 20},
    "long idle": {"last_state": "unchanged", "idle_looks": 9, "stays_for": 7_000},
    "failed": {"last_state": "failed", "consecutive_failures": 7, "last_error": "away", "oldest_entry_at": NOON},
    "said that it moved": {"moved_to": "https://elsewhere.example/", "moved_looks": 2, "last_state": "new"},
}


def says_unchanged(feed, **facts):
    """What ``look`` makes of an answer that nothing has changed."""
    usual = {"state": FetchState.UNCHANGED, "http_status": 304, "final_url": feed.url, "size": 0, "asked": feed.url}
    return store.Look(NOON, LATER, **(usual | facts))


def claimed(**fields):
    FeedFactory(**fields)
    (feed,) = claim.claim_due(limit=1, per_host=1, at=NOON)
    return feed


def rows_of(feed):
    """All that is stored of a feed, apart from keys and from when it is looked at next, which its key spreads."""
    stored = Feed.objects.get(pk=feed.pk)
    of_feed = {field.attname: getattr(stored, field.attname) for field in Feed._meta.concrete_fields}
    for name in ("id", "publisher_id", "name", "url", "next_check_at"):
        del of_feed[name]
    fetches = [model_to_dict(one, exclude=["id", "feed", "final_url"]) for one in Fetch.objects.filter(feed=feed)]
    days = list(FeedDay.objects.filter(feed=feed).values_list("date", "looks", "successes", "items"))
    return of_feed, fetches, days


@pytest.mark.parametrize("past", PASTS.values(), ids=PASTS)
@pytest.mark.parametrize("stays_for", [0, 5_000, 2**40])
def test_both_ways_leave_the_same(past, stays_for):
    short, long = claimed(**past), claimed(**past)
    assert unchanged.record_all([(short, says_unchanged(short, stays_for=stays_for))], interval=HOUR) == {short.pk}
    store.record(long.pk, says_unchanged(long, stays_for=stays_for), interval=HOUR)
    assert rows_of(short) == rows_of(long)


@pytest.mark.parametrize("past", PASTS.values(), ids=PASTS)
def test_both_ways_choose_the_same_time_for_the_next_look(past):
    feed = claimed(**past)
    found = says_unchanged(feed, stays_for=90)
    store.record(feed.pk, found, interval=HOUR)
    by_the_long_way = Feed.objects.get(pk=feed.pk).next_check_at
    Feed.objects.filter(pk=feed.pk).update(claimed_until=feed.claimed_until)
    unchanged.record_all([(feed, found)], interval=HOUR)
    assert Feed.objects.get(pk=feed.pk).next_check_at == by_the_long_way


def test_a_second_look_of_the_day_is_counted_too():
    FeedFactory()
    for _ in range(2):
        Feed.objects.update(next_check_at=None)
        (feed,) = claim.claim_due(limit=1, per_host=1, at=NOON)
        unchanged.record_all([(feed, says_unchanged(feed))], interval=HOUR)
    assert list(FeedDay.objects.values_list("looks", "successes", "items")) == [(2, 2, 0)]


@pytest.mark.parametrize(
    "meanwhile",
    [
        {"held_at": NOON},
        {"url": "https://new-address.example/feed"},
        {"claimed_until": NOON + dt.timedelta(days=1)},
        {"claimed_until": None},
    ],
    ids=["set aside", "a person wrote another address", "claimed by another worker", "looked at by another worker"],
)
def test_what_changed_meanwhile_is_handed_back_and_left_alone(meanwhile):
    feed, other = claimed(), claimed()
    Feed.objects.filter(pk=feed.pk).update(**meanwhile)
    looks = [(feed, says_unchanged(feed)), (other, says_unchanged(other))]
    assert unchanged.record_all(looks, interval=HOUR) == {other.pk}
    assert not Fetch.objects.filter(feed=feed).exists()
    assert Feed.objects.get(pk=feed.pk).last_state == ""


def test_what_is_handed_back_goes_the_long_way():
    feed = claimed()
    Feed.objects.filter(pk=feed.pk).update(held_at=NOON)
    look.finish_all([(feed, says_unchanged(feed))], interval=HOUR)
    assert Fetch.objects.get().state == FetchState.QUARANTINED


def test_a_feed_that_is_gone_is_left_out():
    feed = claimed()
    Feed.objects.all().delete()
    assert unchanged.record_all([(feed, says_unchanged(feed))], interval=HOUR) == set()


@pytest.mark.parametrize(
    "facts",
    [
        {"state": FetchState.FAILED, "message": "away"},
        {"state": FetchState.BLOCKED, "is_withdrawn": True},
        {"state": None},
        {"moved_to": "https://elsewhere.example/feed"},
        {"skipped": ("an entry says nothing",)},
    ],
    ids=["failed", "withdrawn", "a document", "it moved", "something was skipped"],
)
def test_a_look_that_says_more_is_not_taken(facts):
    feed = claimed()
    assert not unchanged.says_nothing_else(feed, says_unchanged(feed, **facts))
    assert unchanged.says_nothing_else(feed, says_unchanged(feed))


def test_a_batch_that_the_database_refuses_costs_the_others_nothing():
    good, bad = claimed(), claimed()
    looks = [(good, says_unchanged(good)), (bad, says_unchanged(bad, final_url="https://a.example/\0"))]
    look.finish_all(looks, interval=HOUR)
    assert Fetch.objects.get(feed=good).state == FetchState.UNCHANGED
    assert Fetch.objects.get(feed=bad).state == FetchState.QUARANTINED


def test_an_answer_of_unchanged_takes_the_short_way(django_assert_num_queries):
    feed = claimed()
    answer = Response(feed.url, feed.url, 304, {}, b"", 0, 0.1)
    found = look.read_document(feed, look.Answered(answer, NOON, LATER))
    with django_assert_num_queries(3):  # one, and the savepoint around it
        look.finish_all([(feed, found)], interval=HOUR)
