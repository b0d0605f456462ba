"""One look at one feed: every way it can end, and what stands afterwards. A real server on this machine."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from django.db import OperationalError, connection

from sources.ingest import store
from sources.ingest.dates import Precision
from sources.ingest.look import look_at
from sources.ingest.normalise import Publication, content_hash
from sources.models import ExtractState, Feed, Fetch, FetchState, Item, ReusePolicy, Revision, Snapshot
from tests.factories.sources import FeedFactory
from tests.sources.serving import Answer

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def rss(*entries: tuple[str, str, str], date: str = "Tue, 03 Mar 2026 08:00:00 GMT") -> bytes:
    items = "".join(
        f"<item><guid isPermaLink='false'>{key}</guid><link>https://outlet.example/{key}</link><title>{title}</title>"
        f"<description>{text}</description><pubDate>{date}</pubDate></item>"
        for key, title, text in entries
    )
    return f'<rss version="2.0"><channel><title>Outlet</title>{items}</channel></rss>'.encode()


@pytest.fixture
def feed(site):
    site.answers["/feed"] = Answer(rss(("1", "One", "First text"), ("2", "Two", "Second text")))
    return FeedFactory(url=f"{site.base}/feed", reuse_policy=ReusePolicy.EXCERPT)


def look(site, feed: Feed, *, at: dt.datetime = AT) -> Fetch:
    feed.refresh_from_db()
    with site.fetcher() as fetcher:
        fetch = look_at(feed, fetcher=fetcher, at=at, interval=HOUR)
    feed.refresh_from_db()
    assert fetch is not None
    return fetch


# ------------------------------------------------------------------------------------------------ what comes in
def test_a_first_look_stores_items_with_their_first_revision(site, feed):
    fetch = look(site, feed)
    assert (fetch.state, fetch.entries, fetch.new_items, fetch.http_status) == (FetchState.NEW, 2, 2, 200)
    item = Item.objects.get(external_id="1")
    assert (item.title, item.url) == ("One", "https://outlet.example/1")
    assert item.reported_at == item.published_at == dt.datetime(2026, 3, 3, 8, tzinfo=dt.UTC)
    assert (item.current.number, item.current.text) == (1, "First text")
    assert feed.last_success_at is not None
    assert (feed.last_error, feed.consecutive_failures, feed.usual_entries) == ("", 0, 2)
    assert feed.oldest_entry_at == fetch.oldest_entry_at == dt.datetime(2026, 3, 3, 8, tzinfo=dt.UTC)


def test_the_same_document_again_changes_nothing(site, feed):
    look(site, feed)
    fetch = look(site, feed, at=AT + HOUR)
    assert (fetch.state, fetch.new_items, fetch.changed_items) == (FetchState.UNCHANGED, 0, 0)
    assert Revision.objects.count() == 2


def test_changed_text_makes_a_new_revision_and_sends_the_item_round_again(site, feed):
    look(site, feed)
    Item.objects.update(language="en", language_version="old", extract_attempts=2)
    site.answers["/feed"] = Answer(rss(("1", "One, corrected", "Other text"), ("2", "Two", "Second text")))
    fetch = look(site, feed, at=AT + HOUR)
    assert (fetch.state, fetch.new_items, fetch.changed_items) == (FetchState.NEW, 0, 1)
    item = Item.objects.get(external_id="1")
    assert item.title == "One, corrected"
    assert [(one.number, one.text) for one in item.revisions.order_by("number")] == [
        (1, "First text"),
        (2, "Other text"),
    ]
    assert item.current.number == 2
    assert (item.language_version, item.extract_attempts) == ("", 0)
    assert Item.objects.get(external_id="2").language_version == "old"


def test_a_moved_date_alone_is_no_change(site, feed):
    look(site, feed)
    site.answers["/feed"] = Answer(
        rss(("1", "One", "First text"), ("2", "Two", "Second text"), date="Wed, 04 Mar 2026 08:00:00 GMT")
    )
    assert look(site, feed, at=AT + HOUR).state == FetchState.UNCHANGED
    assert Item.objects.get(external_id="1").published_at == dt.datetime(2026, 3, 3, 8, tzinfo=dt.UTC)


def test_a_document_is_kept_once_more_only_where_its_entries_say_more(site, feed):
    """Many write the time of each answer, or a counter, into their documents."""
    Feed.objects.update(reuse_policy=ReusePolicy.FULL_TEXT_INTERNAL)
    entries = [("1", "One", "First text"), ("2", "Two", "Second text")]
    kept = []
    for at, found in enumerate([entries, entries, entries[::-1], [*entries, ("3", "Three", "Third")], entries]):
        body = rss(*found).replace(b"<title>", f"<!-- {at} --><title>".encode(), 1)
        site.answers["/feed"] = Answer(body)
        kept.append(look(site, feed, at=AT + at * HOUR).snapshot_id is not None)
    assert kept == [True, False, False, True, True]


def test_an_item_without_a_date_counts_from_when_it_was_seen(site, feed):
    site.answers["/feed"] = Answer(rss(("1", "One", "Text"), date="Mon, 01 Jan 2125 00:00:00 GMT"))
    fetch = look(site, feed)
    item = Item.objects.get()
    assert (item.published_at, item.published_precision) == (None, "inferred")
    assert item.reported_at == item.first_seen_at == fetch.finished_at


def test_what_we_have_is_named_to_the_server(site, feed):
    body = rss(("1", "One", "Text"))
    site.answers["/feed"] = lambda handler: (
        Answer(status=304, headers={"Content-Length": "0"})
        if handler.headers.get("If-None-Match") == '"v1"'
        else Answer(body, headers={"ETag": '"v1"'})
    )
    first = look(site, feed)
    fetch = look(site, feed, at=AT + HOUR)
    assert (fetch.state, fetch.http_status, fetch.entries) == (FetchState.UNCHANGED, 304, 0)
    assert fetch.oldest_entry_at == first.oldest_entry_at
    assert Item.objects.count() == 1


def test_a_feed_that_moved_is_followed_and_the_place_recorded(site, feed):
    site.answers["/new"] = site.answers["/feed"]
    site.answers["/feed"] = Answer(status=301, headers={"Location": "/new", "Content-Length": "0"})
    fetch = look(site, feed)
    assert (fetch.state, fetch.final_url) == (FetchState.NEW, f"{site.base}/new")
    assert feed.url == f"{site.base}/feed"


# ------------------------------------------------------------------------------------------------ how it can go wrong
@pytest.mark.parametrize("body", [b"", b"  \n", rss(), b'{"items": []}'])
def test_an_answer_with_nothing_in_it_is_empty_and_no_success(site, feed, body):
    site.answers["/feed"] = Answer(body, headers={"ETag": '"e"'})
    assert look(site, feed).state == FetchState.EMPTY
    assert feed.last_success_at is None
    assert feed.etag == ""
    assert "nothing in it" in feed.last_error


@pytest.mark.parametrize(
    ("answer", "state", "words"),
    [
        (Answer(b"<html>Just a moment...</html>"), FetchState.FAILED, "web page"),
        (Answer(status=403, headers={"Content-Length": "0"}), FetchState.BLOCKED, "403"),
        (Answer(status=503, headers={"Content-Length": "0"}), FetchState.FAILED, "503"),
        (Answer(status=410, headers={"Content-Length": "0"}), FetchState.FAILED, "410"),
        (Answer(status=302, headers={"Location": "http://10.0.0.1/"}), FetchState.BLOCKED, "private"),
        (Answer(b"<rss><channel><item/></channel></rss>"), FetchState.FAILED, "None of the 1 entries"),
    ],
)
def test_what_went_wrong_is_on_the_feed_in_plain_words(site, feed, answer, state, words):
    look(site, feed)
    site.answers["/feed"] = answer
    fetch = look(site, feed, at=AT + HOUR)
    assert fetch.state == state
    assert words in feed.last_error == fetch.message
    assert feed.consecutive_failures == 1
    assert feed.last_success_at is not None
    assert Item.objects.count() == 2


def test_one_bad_entry_is_skipped_and_counted(site, feed):
    site.answers["/feed"] = Answer(rss(("1", "One", "Text")).replace(b"</channel>", b"<item><title/></item></channel>"))
    fetch = look(site, feed)
    assert (fetch.state, fetch.entries, fetch.skipped_entries) == (FetchState.NEW, 1, 1)
    assert "neither title" in fetch.message


def test_far_fewer_entries_than_usual_are_suspicious_and_still_stored(site, feed):
    site.answers["/feed"] = Answer(rss(*((str(n), f"Title {n}", "Text") for n in range(11))))
    look(site, feed)
    site.answers["/feed"] = Answer(rss(("new", "New", "Text"), ("1", "Title 1", "Text")))
    fetch = look(site, feed, at=AT + HOUR)
    assert (fetch.state, fetch.new_items) == (FetchState.SUSPICIOUS_DROP, 1)
    assert "usually about 11" in feed.last_error
    site.answers["/feed"] = Answer(rss(*((str(n), f"Title {n}", "Text") for n in range(3))))
    assert look(site, feed, at=AT + 2 * HOUR).state == FetchState.UNCHANGED


def test_a_small_feed_may_shrink(site, feed):
    site.answers["/feed"] = Answer(rss(*((str(n), f"Title {n}", "Text") for n in range(4))))
    look(site, feed)
    site.answers["/feed"] = Answer(rss(("1", "Title 1", "Text")))
    assert look(site, feed, at=AT + HOUR).state == FetchState.UNCHANGED


def unstorable() -> Publication:
    return Publication(
        "1",
        "https://outlet.example/1",
        "https://outlet.example/1",
        "NUL \x00",
        "Text",
        "",
        AT,
        Precision.SECOND,
        "0" * 64,
    )


@pytest.mark.django_db(transaction=True)
def test_what_the_database_refuses_is_set_aside_loudly_and_leaves_nothing_half(feed):
    good = Publication(
        *("2", "https://outlet.example/2", "https://outlet.example/2", "Good", "Text", "", AT, Precision.SECOND),
        content_hash("Good", "Text"),
    )
    brought = store.Look(AT, AT, publications=(good, unstorable()))
    with pytest.raises(ValueError, match="NUL"):
        store.record(feed.pk, brought, interval=HOUR)
    assert not Item.objects.exists()
    assert not Fetch.objects.exists()
    fetch = store.record(feed.pk, store.quarantined(brought, ValueError("NUL")), interval=HOUR)
    assert fetch is not None
    assert fetch.state == FetchState.QUARANTINED
    assert "set aside for a person" in Feed.objects.get().last_error


@pytest.mark.django_db(transaction=True)
def test_a_crash_half_way_leaves_nothing_and_the_next_look_brings_all(site, feed):
    """The connection is cut by the server between the items and the fetch, as by a restart."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS "
            "$$BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END$$"
        )
        cursor.execute("CREATE TRIGGER cut BEFORE INSERT ON sources_revision FOR EACH ROW EXECUTE FUNCTION cut()")
    try:
        with site.fetcher() as fetcher, pytest.raises(OperationalError):
            look_at(feed, fetcher=fetcher, at=AT, interval=HOUR)
        connection.close()
        assert not Item.objects.exists()
        assert not Fetch.objects.exists()
    finally:
        connection.close()
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION cut CASCADE")
    assert look(site, feed).new_items == 2


def test_a_feed_that_was_deleted_meanwhile_is_let_go(site, feed):
    gone = Feed.objects.get(pk=feed.pk)
    feed.delete()
    with site.fetcher() as fetcher:
        assert look_at(gone, fetcher=fetcher, at=AT, interval=HOUR) is None


# ------------------------------------------------------------------------------------------------ terms
@pytest.mark.parametrize(
    ("policy", "text", "extract", "snapshots"),
    [
        (ReusePolicy.METADATA_ONLY, "", ExtractState.NOT_ALLOWED, 0),
        (ReusePolicy.EXCERPT, "First text", ExtractState.NOT_ALLOWED, 0),
        (ReusePolicy.FULL_TEXT_INTERNAL, "First text", ExtractState.PENDING, 1),
        (ReusePolicy.FULL_TEXT_PUBLIC, "First text", ExtractState.PENDING, 1),
    ],
)
def test_what_the_terms_allow_is_what_is_stored(site, feed, policy, text, extract, snapshots):
    Feed.objects.update(reuse_policy=policy)
    fetch = look(site, feed)
    item = Item.objects.get(external_id="1")
    assert (item.title, item.current.text, item.extract_state) == ("One", text, extract)
    assert len(item.current.content_hash) == 64
    assert Snapshot.objects.count() == snapshots
    assert (fetch.snapshot is not None) == bool(snapshots)


def test_a_change_of_text_is_seen_where_only_its_hash_is_kept(site, feed):
    Feed.objects.update(reuse_policy=ReusePolicy.METADATA_ONLY)
    look(site, feed)
    site.answers["/feed"] = Answer(rss(("1", "One", "Rewritten"), ("2", "Two", "Second text")))
    assert look(site, feed, at=AT + HOUR).changed_items == 1
    assert set(Revision.objects.values_list("text", flat=True)) == {""}


# ------------------------------------------------------------------------------------------------ when to look again
def test_failures_in_a_row_are_looked_at_less_and_less_often(site, feed):
    site.answers["/feed"] = Answer(status=500, headers={"Content-Length": "0"})
    waits = []
    for _ in range(7):
        fetch = look(site, feed)
        waits.append((feed.next_check_at - fetch.finished_at) / HOUR)
    assert all(later > earlier for earlier, later in itertools.pairwise(waits[:5]))
    assert waits[0] >= 2
    assert max(waits) <= 24 * 1.2
    assert feed.consecutive_failures == 7


def test_a_server_that_names_a_time_is_left_alone_until_then(site, feed):
    site.answers["/feed"] = Answer(status=429, headers={"Retry-After": "36000", "Content-Length": "0"})
    fetch = look(site, feed)
    assert feed.next_check_at - fetch.finished_at >= 10 * HOUR


def test_a_person_editing_the_feed_meanwhile_keeps_the_edit(site, feed):
    stale = Feed.objects.get(pk=feed.pk)
    Feed.objects.filter(pk=feed.pk).update(name="Renamed", is_active=False)
    with site.fetcher() as fetcher:
        look_at(stale, fetcher=fetcher, at=AT, interval=HOUR)
    feed.refresh_from_db()
    assert (feed.name, feed.is_active) == ("Renamed", False)
