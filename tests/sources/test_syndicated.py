"""A page that names another's address as the original and says the same is a copy; one that only names it is not."""

from __future__ import annotations

import pytest

from countries.tagging.queue import suggest_pending
from sources import snapshots
from sources.ingest.dedupe import address_key
from sources.ingest.syndicated import recognise
from sources.models import FullText, Item, Sighting
from tests.factories.countries import NameFactory
from tests.factories.sources import NOON, ItemFactory

pytestmark = pytest.mark.django_db
WORDS = "The market of Bria burned for two days, and nobody came to put it out; traders counted what was left of it."


def read(item: Item, *, text: str = WORDS, declares: str = "") -> Item:
    """The item's page was read: it owns its address, and names ``declares`` as the original."""
    Item.objects.filter(pk=item.pk).update(address_key=address_key(item.canonical_url), owns_address=True)
    assert item.current is not None
    FullText.objects.create(
        revision=item.current,
        snapshot=snapshots.keep(text.encode(), url=item.url, at=NOON),
        text=text,
        sha256="0" * 64,
        declared_url=declares,
        extractor="test",
        extracted_at=NOON,
    )
    return Item.objects.get(pk=item.pk)


def test_a_copy_that_comes_after_its_original_is_marked_and_seen_there():
    original = read(ItemFactory())
    assert recognise([original.pk]) == 0
    copy = read(ItemFactory(), declares=original.canonical_url)
    assert (recognise([copy.pk]), recognise([copy.pk])) == (1, 0)
    copy.refresh_from_db()
    assert copy.copy_of == original
    assert Sighting.objects.get().feed == copy.feed


def test_a_copy_that_was_read_before_its_original_is_marked_once_that_is():
    original = ItemFactory()
    copy = read(ItemFactory(), declares=original.canonical_url)
    assert recognise([copy.pk]) == 0
    assert recognise([read(original).pk]) == 1
    assert Item.objects.get(pk=copy.pk).copy_of == original


def test_copies_and_their_original_may_be_read_together():
    first = ItemFactory()
    copies = [read(ItemFactory(), declares=first.canonical_url) for _ in range(2)]
    original = read(first)
    assert recognise([copies[0].pk, original.pk, copies[1].pk]) == 2
    assert set(Item.objects.exclude(copy_of=None).values_list("copy_of", flat=True)) == {original.pk}


def test_a_page_that_names_another_but_says_something_else_is_no_copy():
    original = read(ItemFactory())
    words = "Nothing burned in Bria, and all the traders say that they are well."
    liar = read(ItemFactory(), text=words, declares=original.canonical_url)
    assert recognise([liar.pk]) == 0
    assert Item.objects.get(pk=liar.pk).copy_of is None


@pytest.mark.parametrize("declares", ["", "https://nowhere.example/a"])
def test_a_page_that_names_none_or_an_unknown_one_is_no_copy(declares):
    read(ItemFactory())
    assert recognise([read(ItemFactory(), declares=declares).pk]) == 0


def test_a_page_that_names_itself_is_no_copy():
    item = ItemFactory()
    assert recognise([read(item, declares=item.canonical_url).pk]) == 0


def test_two_that_name_each_other_do_not_both_become_copies():
    one, other = ItemFactory(), ItemFactory()
    recognise([read(one, declares=other.canonical_url).pk])
    recognise([read(other, declares=one.canonical_url).pk])
    assert Item.objects.filter(copy_of=None).count() == 1


def test_nobody_is_asked_about_a_copy():
    NameFactory(text="Bria")
    original = read(ItemFactory(title="Bria burns"))
    copy = read(ItemFactory(title="Bria burns"), declares=original.canonical_url)
    recognise([copy.pk])
    assert suggest_pending(at=NOON) == 1


def test_an_item_that_is_gone_is_nothing():
    assert recognise([0]) == 0
