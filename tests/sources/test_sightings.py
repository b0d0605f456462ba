"""One item per article, whoever carries it: what another feed has is a sighting, and the publisher's own words win."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from sources.ingest import store
from sources.ingest.dates import Precision
from sources.ingest.dedupe import address_key
from sources.ingest.normalise import Publication, content_hash
from sources.ingest.urls import canonical
from sources.models import ExtractState, Feed, Fetch, FetchState, Item, ReusePolicy, Revision, Sighting
from tests.factories.sources import FeedFactory

AT = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
ARTICLE = "https://outlet.example/2026/article"


def entry(url: str = ARTICLE, *, key: str = "", title: str = "Attack on a market", text: str = "Text") -> Publication:
    at = AT - HOUR
    return Publication(key, url, canonical(url), title, text, "", at, Precision.SECOND, content_hash(title, text))


def look(feed: Feed, *entries: Publication, at: dt.datetime = AT) -> Fetch:
    found = store.Look(at, at, publications=entries, http_status=200, asked=feed.url)
    fetch = store.record(feed.pk, found, interval=HOUR)
    assert fetch is not None
    return fetch


@pytest.fixture
def own() -> Feed:
    return FeedFactory(url="https://www.outlet.example/feed", reuse_policy=ReusePolicy.EXCERPT)


@pytest.fixture
def other() -> Feed:
    return FeedFactory(url="https://aggregator.example/feed", reuse_policy=ReusePolicy.EXCERPT)


@pytest.mark.django_db
class TestCarried:
    def test_an_article_that_another_feed_has_is_a_sighting_and_no_second_item(self, own, other):
        look(own, entry(key="1"))
        fetch = look(other, entry(f"{ARTICLE}?utm_source=x", key="a7", title="Market attacked", text="Own words"))
        item = Item.objects.get()
        assert (item.feed, item.title, item.current.text) == (own, "Attack on a market", "Text")
        seen = Sighting.objects.get()
        assert (seen.item, seen.feed, seen.title, seen.text) == (item, other, "Market attacked", "Own words")
        assert seen.seen_at == AT
        assert (fetch.state, fetch.new_items, fetch.carried_items) == (FetchState.NEW, 0, 1)

    def test_the_same_words_are_not_kept_twice(self, own, other):
        look(own, entry())
        look(other, entry())
        assert Sighting.objects.get().text == ""

    def test_words_are_not_kept_where_the_terms_of_the_carrier_forbid_it(self, own, other):
        Feed.objects.filter(pk=other.pk).update(reuse_policy=ReusePolicy.METADATA_ONLY)
        look(own, entry())
        look(other, entry(text="Own words"))
        assert Sighting.objects.get().text == ""

    def test_a_copy_seen_again_is_unchanged(self, own, other):
        look(own, entry())
        look(other, entry(title="Market attacked"))
        fetch = look(other, entry(title="Market attacked again"), at=AT + HOUR)
        assert (fetch.state, fetch.carried_items) == (FetchState.UNCHANGED, 0)
        assert Sighting.objects.count() == Revision.objects.count() == 1

    def test_a_site_s_front_page_is_nobody_s_article(self, own, other):
        look(own, entry("https://outlet.example/", title="Notice one"))
        look(other, entry("https://outlet.example/", title="Notice two"))
        assert Item.objects.filter(owns_address=False).count() == 2

    def test_an_address_that_entries_of_one_document_share_identifies_nothing(self, own, other):
        look(own, entry(key="1", title="One"), entry(key="2", title="Two"))
        look(other, entry(key="3", title="Three"))
        assert Item.objects.count() == 3

    def test_an_article_that_takes_another_s_address_does_not_own_it(self, own, other):
        look(own, entry(key="1"))
        look(other, entry("https://aggregator.example/b", key="2"))
        # The same identifier, now at the first one's address.
        look(other, entry(key="2", title="Other words"), at=AT + HOUR)
        assert list(Item.objects.order_by("pk").values_list("owns_address", flat=True)) == [True, False]


@pytest.mark.django_db
class TestAdopted:
    def test_what_an_aggregator_brought_first_goes_over_to_its_publisher(self, own, other):
        look(other, entry(key="a7", title="A false title", text="False words"))
        look(own, entry(key="1"), at=AT + HOUR)
        item = Item.objects.get()
        assert (item.feed, item.external_id, item.title, item.current.text) == (own, "1", "Attack on a market", "Text")
        assert [one.title for one in item.revisions.order_by("number")] == ["A false title", "Attack on a market"]
        seen = Sighting.objects.get()
        assert (seen.feed, seen.title, seen.text, seen.seen_at) == (other, "A false title", "False words", AT)

    @pytest.mark.parametrize(
        ("feed", "is_adopted"),
        [
            ("https://ferry.substack.com/feed", True),
            ("https://www.ferry.substack.com/feed", True),
            ("https://stranger.substack.com/feed", False),
            ("https://substack.com/feed", False),
        ],
    )
    def test_a_neighbour_on_a_platform_is_not_the_publisher(self, other, feed, is_adopted):
        article = "https://ferry.substack.com/p/market"
        look(other, entry(article, key="a7"))
        look(FeedFactory(url=feed), entry(article, key="1", text="Other words"), at=AT + HOUR)
        assert (Item.objects.get().feed.url == feed) is is_adopted

    def test_the_same_words_make_no_new_revision(self, own, other):
        look(other, entry())
        look(own, entry(), at=AT + HOUR)
        assert (Revision.objects.count(), Item.objects.get().feed) == (1, own)

    def test_the_terms_of_the_publisher_hold_from_then_on(self, own, other):
        Feed.objects.filter(pk=own.pk).update(reuse_policy=ReusePolicy.FULL_TEXT_PUBLIC)
        look(other, entry())
        assert Item.objects.get().extract_state == ExtractState.NOT_ALLOWED
        look(own, entry(), at=AT + HOUR)
        assert Item.objects.get().extract_state == ExtractState.PENDING

    def test_it_does_not_go_back_and_is_unchanged_on_both_sides(self, own, other):
        look(other, entry())
        look(own, entry(), at=AT + HOUR)
        states = [look(feed, entry(), at=AT + 2 * HOUR).state for feed in (other, own)]
        assert states == [FetchState.UNCHANGED] * 2
        assert (Item.objects.get().feed, Sighting.objects.get().feed) == (own, other)

    def test_between_two_feeds_of_one_site_it_stays_with_the_first(self, own):
        second = FeedFactory(url="https://outlet.example/africa/feed", reuse_policy=ReusePolicy.EXCERPT)
        look(own, entry())
        look(second, entry())
        assert Item.objects.get().feed == own


@pytest.mark.django_db
def test_the_database_itself_keeps_an_address_to_one_item(own, other):
    look(own, entry())
    look(other, entry("https://aggregator.example/b"))
    with pytest.raises(IntegrityError, match="item_one_per_address"), transaction.atomic():
        Item.objects.filter(feed=other).update(address_key=address_key(canonical(ARTICLE)))


@pytest.mark.django_db(transaction=True)
def test_two_feeds_that_bring_an_article_at_the_same_moment_make_one_item(own, other):
    start = threading.Barrier(2)

    def bring(feed: Feed) -> None:
        try:
            start.wait(10)
            look(feed, *(entry(f"{ARTICLE}/{number}") for number in range(40)))
        finally:
            connection.close()

    threads = [threading.Thread(target=bring, args=[feed]) for feed in (own, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (Item.objects.count(), Sighting.objects.count()) == (40, 40)
    assert set(Fetch.objects.values_list("state", flat=True)) == {FetchState.NEW}


def _of_page(page: str, has_key: bool, title: str, text: str) -> Publication:
    return entry(f"https://outlet.example/{page}", key=f"key of {page}" if has_key else "", title=title, text=text)


ENTRIES = st.lists(
    st.builds(
        _of_page,
        st.sampled_from(["", "a", "b", "c"]),
        st.booleans(),
        st.sampled_from(["One", "Two"]),
        st.sampled_from(["x", "y"]),
    ),
    max_size=5,
)


@pytest.mark.django_db
@hypothesis_settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.booleans(), ENTRIES), max_size=4))
def test_whatever_two_feeds_bring_no_article_is_lost_and_a_second_look_brings_nothing(looks):
    with transaction.atomic():
        feeds = {
            True: FeedFactory(url="https://www.outlet.example/feed", reuse_policy=ReusePolicy.EXCERPT),
            False: FeedFactory(url="https://aggregator.example/feed", reuse_policy=ReusePolicy.EXCERPT),
        }
        for step, (is_own, entries) in enumerate(looks):
            fetch = look(feeds[is_own], *entries, at=AT + step * HOUR)
            assert fetch.state in {FetchState.NEW, FetchState.UNCHANGED, FetchState.EMPTY}
            again = look(feeds[is_own], *entries, at=AT + (step + 0.5) * HOUR)
            assert (again.new_items, again.carried_items) == (0, 0)
        said = {one.title for _, entries in looks for one in entries}
        kept = {*Revision.objects.values_list("title", flat=True), *Sighting.objects.values_list("title", flat=True)}
        assert said >= kept
        addresses = {one.canonical_url for _, entries in looks for one in entries}
        assert addresses <= {*Item.objects.values_list("canonical_url", flat=True)}
        transaction.set_rollback(True)
