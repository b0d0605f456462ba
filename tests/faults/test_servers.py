"""Servers that stall, drip, flood, send us in circles or lie: each look ends in a state that a person can read, and the
feeds beside it are read as ever."""

from __future__ import annotations

import datetime as dt
import gzip
import time

import pytest

from sources.ingest import lanes, look
from sources.models import Feed, Fetch, FetchState, Item
from tests.factories.sources import FeedFactory
from tests.sources.serving import Answer, Site, serving

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
AT = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def site():
    with serving() as running:
        yield running


def rss(*titles: str) -> bytes:
    items = "".join(f"<item><title>{one}</title><link>https://outlet.example/{one}</link></item>" for one in titles)
    return f'<rss version="2.0"><channel><title>Outlet</title>{items}</channel></rss>'.encode()


def stall(handler) -> None:
    time.sleep(3)


def drip(handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n\r\n")
    for byte in rss("Never finished"):
        try:
            handler.wfile.write(bytes([byte]))
            handler.wfile.flush()
        except OSError:
            return
        time.sleep(0.2)


CIRCLE = Answer(status=302, headers={"Location": "/circle"})


def break_off(handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n<rss>")


def two_hundred_megabytes() -> bytes:
    """200 MB of spaces between two tags, in 200 kB."""
    return gzip.compress(b"<rss>" + b" " * 200_000_000 + b"</rss>", 1)


def look_at_all(site: Site, feeds: list[Feed], *, at: dt.datetime = AT) -> dict[str, Fetch]:
    """As the task does it: threads read, this one writes."""
    with site.fetcher(read_timeout=2.0, total_timeout=4.0) as fetcher:
        rows = iter([lanes.lay(feeds, per_host=16)])
        for found in lanes.work_off_in_batches(
            lambda: next(rows, []), lambda feed: look.read(feed, fetcher=fetcher, at=at), at_once=16, most=32
        ):
            look.finish_all(found, interval=HOUR)
    latest = Fetch.objects.filter(started_at=at).select_related("feed")
    return {fetch.feed.url.rpartition("/")[2]: fetch for fetch in latest}


def test_each_bad_server_shows_its_own_state_and_costs_the_others_nothing(site):
    site.answers |= {
        "/stalls": Answer(act=stall),
        "/drips": Answer(act=drip),
        "/bomb": Answer(two_hundred_megabytes(), headers={"Content-Encoding": "gzip"}),
        "/circle": CIRCLE,
        "/breaks": Answer(act=break_off),
        "/page": Answer(b"<!doctype html><html><title>Please wait</title></html>"),
        "/nothing": Answer(b""),
        "/refuses": Answer(status=403),
        "/good": Answer(rss("One", "Two")),
    }
    feeds = [FeedFactory(url=f"{site.base}{path}") for path in site.answers]
    found = look_at_all(site, feeds)
    assert {name: fetch.state for name, fetch in found.items()} == {
        "stalls": FetchState.FAILED,
        "drips": FetchState.FAILED,
        "bomb": FetchState.FAILED,
        "circle": FetchState.FAILED,
        "breaks": FetchState.FAILED,
        "page": FetchState.FAILED,
        "nothing": FetchState.EMPTY,
        "refuses": FetchState.BLOCKED,
        "good": FetchState.NEW,
    }
    words = {
        "stalls": "sent nothing for",
        "drips": "did not finish within",
        "bomb": "unpacks to more than",
        "circle": "redirects more than 5 times",
        "breaks": "",
        "page": "web page instead of a feed",
        "nothing": "nothing in it",
        "refuses": "answers 403",
    }
    for name, expected in words.items():
        assert expected in found[name].message
        assert found[name].message
        assert found[name].feed.last_error == found[name].message
    assert Item.objects.count() == 2


def test_a_server_that_says_unchanged_for_ever_is_asked_for_everything_now_and_then(site):
    body = [rss("One")]

    def answer(handler) -> Answer:
        if handler.headers.get("If-None-Match") == '"fixed"':
            return Answer(status=304, headers={"ETag": '"fixed"'})
        return Answer(body[0], headers={"ETag": '"fixed"'})

    site.answers["/feed"] = answer
    feed = FeedFactory(url=f"{site.base}/feed")
    look_at_all(site, [feed])
    body[0] = rss("One", "Two")
    states = []
    for number in range(1, look.TRUST + 2):
        feed.refresh_from_db()
        states.append(look_at_all(site, [feed], at=AT + number * HOUR)["feed"].state)
    assert states.count(FetchState.NEW) == 1
    assert Item.objects.count() == 2


def test_new_words_under_an_old_tag_are_seen_where_the_server_sends_them(site):
    site.answers["/feed"] = Answer(rss("One"), headers={"ETag": '"fixed"'})
    feed = FeedFactory(url=f"{site.base}/feed")
    look_at_all(site, [feed])
    site.answers["/feed"] = Answer(rss("One", "Two"), headers={"ETag": '"fixed"'})
    feed.refresh_from_db()
    assert look_at_all(site, [feed], at=AT + HOUR)["feed"].state == FetchState.NEW
    assert Item.objects.count() == 2
