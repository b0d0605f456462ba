"""Items stored under earlier rules for addresses are known by today's, and nothing of them goes."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from sources.ingest.dedupe import address_key, key_of_url
from sources.ingest.rekey import Rekeyed, rekey
from sources.ingest.urls import canonical
from sources.models import FetchState, Item, Revision, Sighting
from tests.factories.sources import FeedFactory, ItemFactory
from tests.sources.test_sightings import ARTICLE, entry, look
from tests.sources.test_syndicated import read

pytestmark = pytest.mark.django_db

OLD = ARTICLE.replace("://", "://www.")  # what its canonical address was before www. counted as nothing


def stored(feed, url=OLD, *, key="", title="Attack on a market") -> Item:
    """As an earlier version left it."""
    item = ItemFactory(
        feed=feed, url=url, canonical_url=url, external_id=key or key_of_url(url), title=title, text="Text"
    )
    item.address_key, item.owns_address = address_key(url), True
    item.save()
    return item


def again() -> Rekeyed:
    return sum(rekey(), Rekeyed())


@pytest.fixture
def feed():
    return FeedFactory(url="https://www.outlet.example/feed")


@pytest.mark.parametrize("key", ["", "urn:7"])
def test_what_its_feed_and_others_bring_is_known_again(feed, key):
    item = stored(feed, key=key)
    assert again() == Rekeyed(items=1)
    assert look(feed, entry(OLD, key=key)).state in {FetchState.NEW, FetchState.UNCHANGED}
    look(FeedFactory(url="https://aggregator.example/feed"), entry(ARTICLE, key="a7"))
    assert Item.objects.get() == item
    assert Sighting.objects.get().item == item
    assert again() == Rekeyed()


def test_without_it_the_same_comes_in_once_more(feed):
    stored(feed)
    look(feed, entry(OLD))
    assert Item.objects.count() == 2


@pytest.mark.parametrize("is_same_feed", [True, False])
def test_an_article_that_came_in_twice_stays_twice_and_the_older_is_its_copy(feed, is_same_feed):
    older = stored(feed)
    other = feed if is_same_feed else FeedFactory(url="https://aggregator.example/feed")
    look(other, entry(ARTICLE))
    newer = Item.objects.exclude(pk=older.pk).get()
    revisions = Revision.objects.count()
    assert again() == Rekeyed(copies=1)
    assert again() == Rekeyed()
    older.refresh_from_db()
    assert (older.copy_of, older.canonical_url) == (newer, OLD)
    assert Sighting.objects.filter(item=newer, feed=feed).exists() is not is_same_feed
    look(feed, entry(OLD))
    look(other, entry(ARTICLE))
    assert (Item.objects.count(), Revision.objects.count()) == (2, revisions)


def test_of_two_that_are_one_the_first_has_the_address(feed):
    first = stored(feed)
    second = stored(FeedFactory(), ARTICLE.replace("://", "://m."))
    assert again() == Rekeyed(items=1, copies=1)
    assert Item.objects.get(owns_address=True, address_key=address_key(canonical(ARTICLE))) == first
    assert Item.objects.get(pk=second.pk).copy_of == first


def test_what_owns_no_address_is_left_alone(feed):
    item = stored(feed)
    Item.objects.update(owns_address=False)
    assert again() == Rekeyed()
    assert Item.objects.get(pk=item.pk).canonical_url == OLD


def test_an_address_under_which_the_feed_knows_another_is_left_alone(feed):
    stored(feed)
    ItemFactory(feed=feed, external_id=key_of_url(ARTICLE))
    assert again() == Rekeyed()


def test_what_a_page_gives_as_its_own_address_is_compared_in_the_same_form(feed, capsys):
    item = read(ItemFactory(), declares=OLD)
    call_command("rekey_addresses")
    assert "rewritten: 1" in capsys.readouterr().out
    item.current.full_text.refresh_from_db()
    assert item.current.full_text.declared_url == ARTICLE
