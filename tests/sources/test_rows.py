"""Many rows at once: whatever a text holds comes back as it was, and a refusal leaves nothing behind."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.db import DataError, IntegrityError, transaction
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from sources.ingest import rows
from sources.models import Feed, FetchState, Item, Publisher
from tests.factories.sources import NOON, FeedFactory

pytestmark = pytest.mark.django_db
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)


def insert(*items: dict[str, object]) -> list[int]:
    """One item each, of a feed of its own."""
    pks = rows.ids(Item, len(items))
    usual = {"external_id": "1", "title": "T", "first_seen_at": NOON, "reported_at": NOON}
    filled = [{"id": pk, "feed_id": FeedFactory().pk, **usual, **item} for pk, item in zip(pks, items, strict=True)]
    names = list(filled[0])
    rows.insert(Item, names, [[one[name] for name in names] for one in filled])
    return pks


@hypothesis_settings(max_examples=50, deadline=None)
@given(TEXT, TEXT)
def test_any_text_comes_back_as_it_was(title, author):
    with transaction.atomic():
        (pk,) = insert({"title": title, "author": author})
        found = Item.objects.get(pk=pk)
        assert (found.title, found.author) == (title, author)
        transaction.set_rollback(True)


@pytest.mark.parametrize("text", ["\\.", "\\N", "\\", "\t", "\r\n", "\n", "", "a\\tb", "\u202e", "ဗမာ", "مرحبا"])
def test_what_means_something_to_copy_is_text_all_the_same(text):
    (pk,) = insert({"title": text})
    assert Item.objects.get(pk=pk).title == text


def test_every_kind_of_value_and_none_comes_back_as_it_was():
    when = dt.datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=dt.timezone(dt.timedelta(hours=5, minutes=30)))
    values = {
        "address_key": uuid.UUID("12345678-1234-5678-1234-567812345678"),
        "owns_address": True,
        "language_confidence": 0.25,
        "published_at": None,
        "extract_attempts": 3,
        "reported_at": when,
    }
    (pk,) = insert(values)
    found = Item.objects.get(pk=pk)
    assert {name: getattr(found, name) for name in values} == values


def test_what_is_not_given_is_as_the_model_has_it():
    (pk,) = insert({})
    found = Item.objects.get(pk=pk)
    untouched = ["author", "published_precision", "story_by_person", "extract_attempts", "story_id", "last_error"]
    fresh = Item()
    assert [getattr(found, name) for name in untouched] == [getattr(fresh, name) for name in untouched]


def test_ids_are_ones_that_no_later_row_gets():
    pks = rows.ids(Publisher, 3)
    rows.insert(Publisher, ["id", "name", "slug"], [[pk, f"P{pk}", f"p{pk}"] for pk in pks])
    later = Publisher.objects.create(name="Later", slug="later")
    assert len({*pks, later.pk}) == 4


def test_a_refused_row_raises_django_s_error_and_none_of_them_stands():
    feed = FeedFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        insert({"feed_id": feed.pk}, {"feed_id": feed.pk})
    with pytest.raises(DataError), transaction.atomic():
        insert({"title": "x" * 501})
    assert not Item.objects.exists()


@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
def test_text_that_postgresql_cannot_hold_is_a_value_error(text):
    with pytest.raises(ValueError), transaction.atomic():  # noqa: PT011 - two kinds of it, with messages of their own
        insert({"title": text})


def test_a_value_without_a_form_is_refused_by_its_type():
    with pytest.raises(TypeError, match="dict"):
        insert({"title": {}})


def test_nothing_is_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        rows.insert(Item, ["id"], [])
        rows.update([], ["name"])
        assert rows.ids(Item, 0) == []


def test_many_rows_change_in_one_query_and_only_in_the_named_fields(django_assert_num_queries):
    feeds = [FeedFactory(), FeedFactory()]
    for number, feed in enumerate(feeds):
        feed.name = "not named here"
        feed.etag, feed.usual_domains, feed.last_state = f'"{number}"', ["a.example", 'b"\\'], FetchState.NEW
        feed.last_fetch_at, feed.publication_gap = (NOON, 7) if number else (None, None)
    with django_assert_num_queries(1):
        rows.update(feeds, ["etag", "usual_domains", "last_state", "last_fetch_at", "publication_gap"])
    for feed in feeds:
        found = Feed.objects.get(pk=feed.pk)
        assert found.name != "not named here"
        for name in ("etag", "usual_domains", "last_state", "last_fetch_at", "publication_gap"):
            assert getattr(found, name) == getattr(feed, name)


def test_a_change_that_the_database_refuses_raises_django_s_error():
    one, other = FeedFactory(), FeedFactory()
    one.url = other.url
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update([one], ["url"])
