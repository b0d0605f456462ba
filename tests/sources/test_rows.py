"""Many rows by COPY: whatever a text holds comes back as it was, and a refusal leaves nothing behind."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DataError, IntegrityError, transaction
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from sources.ingest import rows
from sources.models import Item, Publisher
from tests.factories.sources import NOON, FeedFactory, ItemFactory

pytestmark = pytest.mark.django_db
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)


def item(feed, **fields) -> Item:
    return Item(
        feed_id=feed.pk, **({"external_id": "1", "title": "T", "first_seen_at": NOON, "reported_at": NOON} | fields)
    )


@hypothesis_settings(max_examples=50, deadline=None)
@given(TEXT, TEXT)
def test_any_text_comes_back_as_it_was(title, author):
    with transaction.atomic():
        (row,) = rows.with_ids([item(FeedFactory(), title=title, author=author)])
        rows.insert([row])
        found = Item.objects.get(pk=row.pk)
        assert (found.title, found.author) == (title, author)
        transaction.set_rollback(True)


@pytest.mark.parametrize("text", ["\\.", "\\N", "\\", "\t", "\r\n", "\n", "", "a\\tb", "‮", "ဗမာ", "مرحبا"])
def test_what_means_something_to_copy_is_text_all_the_same(text):
    (row,) = rows.with_ids([item(FeedFactory(), title=text)])
    rows.insert([row])
    assert Item.objects.get(pk=row.pk).title == text


def test_every_kind_of_value_and_none_comes_back_as_it_was():
    sample = ItemFactory(language_confidence=0.25, published_at=None, story_by_person=True, extract_attempts=3)
    Item.objects.update(address_key="12345678-1234-5678-1234-567812345678")
    sample.refresh_from_db()
    names = [field.attname for field in Item._meta.concrete_fields]
    before = [getattr(sample, name) for name in names]
    copied = Item(**dict(zip(names, before, strict=True)))
    Item.objects.filter(pk=sample.pk).update(external_id="moved away", owns_address=False)
    (copied,) = rows.with_ids([copied])
    rows.insert([copied])
    after = Item.objects.get(pk=copied.pk)
    assert [getattr(after, name) for name in names if name != "id"] == before[1:]


def test_rows_get_ids_of_their_own_that_later_rows_do_not_get():
    first = rows.with_ids([Publisher(name=f"P{n}", slug=f"p{n}") for n in range(3)])
    rows.insert(first)
    later = Publisher.objects.create(name="Later", slug="later")
    assert len({*(row.pk for row in first), later.pk}) == 4


def test_a_refused_row_raises_django_s_error_and_none_of_them_stands():
    feed = FeedFactory()
    twice = rows.with_ids([item(feed), item(feed)])
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.insert(twice)
    with pytest.raises(DataError), transaction.atomic():
        rows.insert(rows.with_ids([item(feed, title="x" * 501)]))
    assert not Item.objects.exists()


@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
def test_text_that_postgresql_cannot_hold_is_a_value_error(text):
    with pytest.raises(ValueError), transaction.atomic():  # noqa: PT011 - two kinds of it, with messages of their own
        rows.insert(rows.with_ids([item(FeedFactory(), title=text)]))


def test_a_value_without_a_form_is_refused_by_its_type():
    with pytest.raises(TypeError, match="dict"):
        rows.insert(rows.with_ids([item(FeedFactory(), title={})]))


def test_nothing_is_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        rows.insert(rows.with_ids([]))


def test_a_time_keeps_its_microseconds_and_its_zone():
    when = dt.datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=dt.timezone(dt.timedelta(hours=5, minutes=30)))
    (row,) = rows.with_ids([item(FeedFactory(), reported_at=when)])
    rows.insert([row])
    assert Item.objects.get(pk=row.pk).reported_at == when
