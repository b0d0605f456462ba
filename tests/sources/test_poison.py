"""What breaks our own code steps aside and is seen: it blocks nobody, and nothing is tried for ever unseen.

No document is known that breaks a reader (the corpora are tested), so the fault is put into one here.
"""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import OperationalError
from django.urls import reverse
from django.utils import timezone

from sources import adapters, tasks
from sources.ingest import look, store
from sources.models import Feed, Fetch, FetchState, Item
from tests.factories.countries import UserFactory
from tests.factories.sources import FeedFactory
from tests.sources.serving import Answer
from tests.sources.test_look import rss

AT = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


class Broken:
    """A reader that some document breaks."""

    def parse(self, body: bytes, *, content_type: str, url: str) -> adapters.ParsedFeed:
        raise RecursionError("too deep")


@pytest.fixture
def feeds(site, settings, monkeypatch):
    monkeypatch.setitem(adapters._NAMED, "json_feed", Broken())
    settings.FETCH_ALLOWED_PRIVATE_HOSTS = [site.host]
    settings.FETCH_PAUSE = 0
    for name in ("a", "poison", "z"):
        site.answers[f"/{name}"] = Answer(rss((name, f"Title {name}", "Text")))
    formats = {"poison": "json_feed"}
    return {
        name: FeedFactory(name=name, url=f"{site.base}/{name}", format=formats.get(name, "auto"))
        for name in ("a", "poison", "z")
    }


@pytest.mark.django_db
def test_a_document_that_breaks_its_reader_is_set_aside_and_stands_on_the_health_page(feeds, client):
    tasks.fetch_due_feeds()
    assert set(Item.objects.values_list("external_id", flat=True)) == {"a", "z"}
    poison = Feed.objects.get(name="poison")
    assert (poison.last_state, poison.consecutive_failures) == (FetchState.QUARANTINED, 1)
    assert "by a fault of ours (RecursionError)" in poison.last_error
    assert poison.claimed_until is None
    assert poison.next_check_at > timezone.now()
    client.force_login(UserFactory(is_superuser=True))
    page = client.get(reverse("admin:sources_feed_health"), {"view": "held"})
    assert [row.feed.name for row in page.context["rows"]] == ["poison"]
    assert "report what the look’s record says" in page.content.decode()


@pytest.mark.django_db
def test_it_is_tried_less_and_less_often_and_recovers_by_itself(feeds, monkeypatch):
    waits = []
    for _ in range(3):
        Feed.objects.filter(name="poison").update(next_check_at=None)
        tasks.fetch_due_feeds()
        poison = Feed.objects.get(name="poison")
        waits.append(poison.next_check_at - poison.last_fetch_at)
    assert waits[0] < waits[1] < waits[2]
    Feed.objects.filter(name="poison").update(next_check_at=None, format="auto")
    tasks.fetch_due_feeds()
    assert Feed.objects.get(name="poison").last_state == FetchState.NEW
    assert Item.objects.filter(external_id="poison").exists()


@pytest.mark.django_db
def test_one_look_that_breaks_the_writer_costs_the_others_of_its_batch_nothing(feeds, monkeypatch):
    whole = store.record_all

    def poisoned(found, *, interval):
        if any(one.feed_id == feeds["poison"].pk and one.look.publications for one in found):
            raise KeyError("poison")
        return whole(found, interval=interval)

    monkeypatch.setattr(store, "record_all", poisoned)
    Feed.objects.filter(name="poison").update(format="auto")
    tasks.fetch_due_feeds()
    assert set(Item.objects.values_list("external_id", flat=True)) == {"a", "z"}
    fetch = Fetch.objects.get(feed=feeds["poison"])
    assert (fetch.state, "could not be stored (KeyError)" in fetch.message) == (FetchState.QUARANTINED, True)


@pytest.mark.django_db
def test_where_the_database_itself_is_away_no_feed_is_blamed(feeds, monkeypatch):
    def away(found, *, interval):
        raise OperationalError("the server is going down")

    monkeypatch.setattr(store, "record_all", away)
    with pytest.raises(OperationalError):
        look.finish_all([(feeds["a"], store.Look(AT, AT))], interval=HOUR)
    assert not Fetch.objects.exists()
