"""Whose page is read next: feeds take turns, hosts have a share, and a page that kills its worker is left."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest

from sources.ingest import turns
from sources.models import ExtractState, Item, ReusePolicy
from tests.factories.sources import FeedFactory, ItemFactory

AT = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)
pytestmark = pytest.mark.django_db


def feed():
    return FeedFactory(reuse_policy=ReusePolicy.FULL_TEXT_INTERNAL)


def waiting(feed, count: int = 1, *, host: str = "", **values) -> list[Item]:
    return [
        ItemFactory(
            feed=feed,
            url=f"https://{host or f'{feed.pk}-{number}.example'}/{number}",
            extract_state=ExtractState.PENDING,
            **values,
        )
        for number in range(count)
    ]


def test_a_feed_with_thousands_of_pages_waits_for_no_longer_than_the_others():
    busy, quiet = feed(), [feed() for _ in range(5)]
    waiting(busy, 60)
    ours = {one.pk for other in quiet for one in waiting(other, 2)}
    claimed = turns.claim(limit=12, at=AT)
    assert {one.item_id for one in claimed} >= ours  # two of each, and two of the busy one
    assert Counter(one.feed_id for one in claimed)[busy.pk] == 2


def test_a_feed_alone_gets_its_share_and_then_the_next():
    alone = feed()
    waiting(alone, turns.SHARE * 2)
    seen = [one.item_id for _ in range(3) for one in turns.claim(limit=40, at=AT)]
    assert len(seen) == len(set(seen)) == turns.SHARE * 2


def test_no_feed_that_waits_is_passed_over_for_long():
    feeds = [feed() for _ in range(3)]
    for one in feeds:
        waiting(one, 40)
    served = Counter(found.feed_id for _ in range(40) for found in turns.claim(limit=1, at=AT))
    assert set(served) == {one.pk for one in feeds}  # by chance: it fails once in three million runs


def test_the_newest_report_of_a_feed_comes_first():
    one = feed()
    old, new, middle = (waiting(one, reported_at=AT - dt.timedelta(days=days))[0] for days in (30, 1, 7))
    order = [turns.claim(limit=1, at=AT)[0].item_id for _ in range(3)]
    assert order == [new.pk, middle.pk, old.pk]


def test_a_host_that_many_feeds_lead_to_leaves_room_for_others():
    for _ in range(20):
        waiting(feed(), host="one.example")
    claimed = turns.claim(limit=40, per_host=1, at=AT)
    assert len(claimed) == 4
    waiting(feed(), host="two.example")
    assert any("two.example" in one.url for one in turns.claim(limit=40, per_host=1, at=AT))
    assert Item.objects.filter(extract_attempts=1).count() == 9


def test_what_is_put_off_is_nobodys_and_hides_nothing_behind_it():
    one = feed()
    waiting(one, turns.SHARE * 2, extract_after=AT + dt.timedelta(minutes=1))
    (due,) = waiting(one, reported_at=AT - dt.timedelta(days=900))
    assert [found.item_id for found in turns.claim(limit=40, at=AT)] == [due.pk]


def test_a_page_that_kills_its_worker_is_left_after_five_times():
    """The attempt is counted when the item is claimed, so a worker that never comes back counts too."""
    (item,) = waiting(feed())
    at = AT
    for _ in range(turns.MOST_ATTEMPTS):
        assert [one.item_id for one in turns.claim(limit=10, at=at)] == [item.pk]
        assert turns.claim(limit=10, at=at) == []
        at += turns.LEASE
    assert turns.claim(limit=10, at=at) == []
    item.refresh_from_db()
    assert item.extract_state == ExtractState.FAILED
    assert "broken off" in item.last_error


@pytest.mark.parametrize(
    ("title", "url", "lacks"),
    [
        ("Nothing is said.", "https://a.example/1", True),
        ("a.example/1", "https://a.example/1", False),
        ("Ferry sails again", "https://a.example/1", False),
    ],
)
def test_a_title_made_from_the_text_is_none(title, url, lacks):
    ItemFactory(feed=feed(), title=title, url=url, extract_state=ExtractState.PENDING)
    assert turns.claim(limit=1, at=AT)[0].lacks_title is lacks


def test_a_title_made_from_the_address_is_none():
    ItemFactory(
        feed=feed(), title="a.example/1", url="https://a.example/1", text="", extract_state=ExtractState.PENDING
    )
    assert turns.claim(limit=1, at=AT)[0].lacks_title


def test_a_claim_takes_the_same_number_of_queries_however_many_pages_wait(django_assert_num_queries):
    for _ in range(3):
        waiting(feed(), 3)
    with django_assert_num_queries(5):  # savepoint, whose turn, the items locked, the attempts, savepoint
        assert len(turns.claim(limit=9, at=AT)) == 9
