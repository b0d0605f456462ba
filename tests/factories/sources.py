"""The smallest valid rows of the library. State what matters in the test; the rest is hidden here."""

from __future__ import annotations

import datetime as dt
import hashlib

import factory

from sources.models import (
    DatePrecision,
    ExtractState,
    Feed,
    Fetch,
    FetchState,
    Item,
    Publisher,
    PublisherKind,
    ReusePolicy,
    Revision,
    Story,
)

#: A fixed moment to count from: tests state times relative to it.
NOON = dt.datetime(2013, 12, 20, 12, tzinfo=dt.UTC)


class PublisherFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Publisher

    name = factory.Sequence(lambda n: f"Outlet {n}")
    slug = factory.Sequence(lambda n: f"outlet-{n}")
    kind = PublisherKind.LOCAL_MEDIA


class FeedFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Feed

    publisher = factory.SubFactory(PublisherFactory)
    name = factory.SelfAttribute("publisher.name")
    url = factory.Sequence(lambda n: f"https://outlet-{n}.example/feed")
    reuse_policy = ReusePolicy.FULL_TEXT_PUBLIC
    is_active = True


class FetchFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Fetch

    feed = factory.SubFactory(FeedFactory)
    started_at = NOON
    finished_at = factory.SelfAttribute("started_at")
    state = FetchState.NEW
    oldest_entry_at = factory.LazyAttribute(lambda fetch: fetch.started_at - dt.timedelta(days=10))


class StoryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Story

    title = factory.Sequence(lambda n: f"Story {n}")
    first_reported_at = NOON
    last_reported_at = NOON


class ItemFactory(factory.django.DjangoModelFactory):
    """An item that has been read, with one revision whose feed text is ``text``."""

    class Meta:
        model = Item
        skip_postgeneration_save = True

    feed = factory.SubFactory(FeedFactory)
    external_id = factory.Sequence(lambda n: f"urn:item:{n}")
    url = factory.Sequence(lambda n: f"https://outlet.example/{n}")
    canonical_url = factory.SelfAttribute("url")
    title = factory.Sequence(lambda n: f"Item {n}")
    reported_at = NOON
    published_at = factory.SelfAttribute("reported_at")
    published_precision = DatePrecision.SECOND
    first_seen_at = factory.SelfAttribute("reported_at")
    language = "en"
    language_version = "test"
    extract_state = ExtractState.DONE

    @factory.post_generation
    def text(item: Item, create: bool, extracted: str | None, **_: object) -> None:
        text = "Nothing is said." if extracted is None else extracted
        item.current = Revision.objects.create(
            item=item,
            number=1,
            title=item.title,
            text=text,
            content_hash=hashlib.sha256(text.encode("utf-8", "replace")).hexdigest(),
            seen_at=item.first_seen_at,
        )
        item.save(update_fields=["current"])
