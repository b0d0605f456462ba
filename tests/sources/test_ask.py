"""Formats that need more than an address: what is asked, and what stands after a look. A real server on this machine."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import IntegrityError, transaction

from sources.ingest.look import look_at
from sources.ingest.probe import probe
from sources.models import FeedFormat, FetchState, Item, Snapshot
from tests.factories.sources import FeedFactory
from tests.sources.serving import Answer

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
RECORDINGS = Path(__file__).resolve().parent.parent / "recordings"


def look(site, feed, *, appname: str = ""):
    with site.fetcher() as fetcher:
        return look_at(feed, fetcher=fetcher, at=AT, interval=HOUR, appname=appname)


@pytest.fixture
def reliefweb(site):
    """The API as it is: whoever does not name an approved caller is refused."""
    body = (RECORDINGS / "reliefweb.json").read_bytes()

    def answer(handler):
        asked = parse_qs(urlsplit(handler.path).query)
        return Answer(body) if asked.get("appname") == ["desk-7k3"] else Answer(b"{}", status=403)

    class Answers(dict):
        def get(self, path, default=None):
            return answer if path.startswith("/v2/reports") else default

    site.answers = Answers()
    return FeedFactory(url=f"{site.base}/v2/reports?preset=latest", format=FeedFormat.RELIEFWEB)


def test_reliefweb_is_told_who_asks_and_nothing_keeps_the_name(site, reliefweb):
    fetch = look(site, reliefweb, appname="desk-7k3")
    assert (fetch.state, fetch.new_items, fetch.skipped_entries) == (FetchState.NEW, 3, 2)
    assert "appname=desk-7k3" in site.requests[0][0]
    assert "fields[include][]=body-html" in site.requests[0][0]
    assert "desk-7k3" not in fetch.final_url + Snapshot.objects.get().url
    assert Item.objects.filter(author="Valley Relief, Office of Rivers").exists()


def test_without_a_name_reliefweb_is_not_asked_and_the_feed_says_what_to_do(site, reliefweb):
    fetch = look(site, reliefweb)
    assert (fetch.state, site.requests) == (FetchState.FAILED, [])
    assert "set RELIEFWEB_APPNAME" in fetch.message


def test_a_name_that_reliefweb_has_not_approved_is_said_and_not_shown(site, reliefweb):
    fetch = look(site, reliefweb, appname="stranger-9")
    assert fetch.state == FetchState.BLOCKED
    assert "lets in approved names only" in fetch.message
    assert "stranger-9" not in fetch.message


def test_a_probe_asks_as_a_look_does(site, reliefweb):
    with site.fetcher() as fetcher:
        said = probe(reliefweb.url, fetcher=fetcher, at=AT, wanted=reliefweb.format, appname="desk-7k3")
        without = probe(reliefweb.url, fetcher=fetcher, at=AT, wanted=reliefweb.format)
    assert (said.entries, said.newest) == (3, dt.datetime(2026, 3, 3, 10, 20, 30, tzinfo=dt.UTC))
    assert (without.entries, "RELIEFWEB_APPNAME" in without.message) == (0, True)


def test_links_of_a_page_become_items_dated_by_when_they_were_seen(site):
    page = "<main><h2><a href='/1'>One</a></h2><h2><a href='/2'>Two</a></h2></main><a href='/about'>About</a>"
    site.answers["/news"] = Answer(page.encode())
    feed = FeedFactory(url=f"{site.base}/news", format=FeedFormat.HTML_LIST, selector="main h2 a")
    fetch = look(site, feed)
    assert (fetch.state, fetch.new_items) == (FetchState.NEW, 2)
    assert site.requests[0][1]["accept"].startswith("text/html")
    item = Item.objects.get(url=f"{site.base}/1")
    assert (item.title, item.published_at, item.published_precision) == ("One", None, "inferred")
    assert item.reported_at == item.first_seen_at


def test_a_rebuilt_page_fails_loudly_and_its_items_stay(site):
    site.answers["/news"] = Answer(b"<h2><a href='/1'>One</a></h2>")
    feed = FeedFactory(url=f"{site.base}/news", format=FeedFormat.HTML_LIST, selector="h2 a")
    look(site, feed)
    site.answers["/news"] = Answer(b"<h3><a href='/1'>One</a></h3>")
    feed.refresh_from_db()
    fetch = look(site, feed)
    assert fetch.state == FetchState.FAILED
    assert "“h2 a” matches nothing" in fetch.message
    assert Item.objects.count() == 1


def test_a_sitemap_is_known_by_its_bytes(site):
    site.answers["/news.xml"] = Answer((RECORDINGS / "sitemap_news.xml").read_bytes())
    feed = FeedFactory(url=f"{site.base}/news.xml")
    fetch = look(site, feed)
    assert (fetch.state, fetch.new_items, fetch.skipped_entries) == (FetchState.NEW, 2, 1)


def test_the_database_keeps_no_list_of_links_without_a_selector():
    with pytest.raises(IntegrityError, match="feed_list_has_selector"), transaction.atomic():
        FeedFactory(format=FeedFormat.HTML_LIST)
