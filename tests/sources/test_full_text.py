"""Pages of articles: taken where terms allow it, tried again where that makes sense, given up loudly where not."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.db import transaction

from sources import snapshots
from sources.ingest import full_text, turns
from sources.ingest.dates import Precision
from sources.ingest.extract import extract
from sources.ingest.fetch import Response
from sources.ingest.keep import Brought, keep
from sources.ingest.normalise import Publication
from sources.ingest.page_reader import Broken
from sources.ingest.robots import Robots
from sources.models import DatePrecision, ExtractState, FullText, Item, ReusePolicy, Revision
from tests.factories.originals import pdf
from tests.factories.sources import FeedFactory, ItemFactory
from tests.sources.serving import Answer, no_manners

AT = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)
PARAGRAPHS = [
    "The ferry between the two towns sails again after a pause of two weeks, the port authority said on Tuesday.",
    "Fares are unchanged and children under six travel free, as they did before the engine had to be replaced.",
    "Traders on both banks had moved their goods by lorry in the meantime, which took a day longer and cost twice as much.",
]
PAGE = (
    "<!doctype html><html><head><title>Ferry – Harbour Gazette</title></head><body>"
    "<nav><a href='/'>Home</a> <a href='/news'>News</a> <a href='/sport'>Sport</a></nav>"
    "<article><h1>Ferry sails again</h1>" + "".join(f"<p>{words}</p>" for words in PARAGRAPHS) + "</article>"
    "<aside>Subscribe to our newsletter</aside><footer>All rights reserved</footer></body></html>"
)


@pytest.fixture
def item(site):
    site.answers["/ferry"] = Answer(PAGE.encode(), headers={"Content-Type": "text/html"})
    feed = FeedFactory(reuse_policy=ReusePolicy.FULL_TEXT_INTERNAL)
    return ItemFactory(
        feed=feed, url=f"{site.base}/ferry", title="Ferry sails again", extract_state=ExtractState.PENDING
    )


def turn(site, *, at: dt.datetime = AT) -> None:
    """One turn of the stage, as the task has it."""
    with site.fetcher() as fetcher:
        robots = Robots(fetcher, no_manners())
        for claimed in turns.claim(limit=10, at=at):
            full_text.finish(claimed, full_text.retrieve(fetcher, robots, claimed), at=at)


def pages(site) -> list[str]:
    """What was asked for besides robots.txt."""
    return [path for path, _ in site.requests if path != "/robots.txt"]


@pytest.mark.django_db
def test_the_text_stands_beside_the_bytes_it_came_from(site, item):
    turn(site)
    item.refresh_from_db()
    full = FullText.objects.select_related("snapshot__blob").get()
    assert (item.extract_state, full.revision_id) == (ExtractState.DONE, item.current_id)
    assert full.text.startswith(PARAGRAPHS[0])  # without the headline, which the item has
    assert snapshots.read(full.snapshot) == PAGE.encode()
    assert full.snapshot.url == item.url
    assert "trafilatura" in full.extractor
    assert item.current.reading_text == full.text


@pytest.mark.django_db
def test_a_report_that_a_feed_links_to_as_pdf_is_read_and_kept_as_it_is(site, item):
    report = pdf(*PARAGRAPHS)
    site.answers["/ferry"] = Answer(report, headers={"Content-Type": "application/octet-stream"})
    turn(site)
    item.refresh_from_db()
    full = FullText.objects.select_related("snapshot__blob").get()
    assert (item.extract_state, full.text) == (ExtractState.DONE, "\n\n".join(PARAGRAPHS))
    assert "pypdf" in full.extractor
    assert snapshots.read(full.snapshot) == report


@pytest.mark.django_db
@pytest.mark.parametrize("policy", [ReusePolicy.METADATA_ONLY, ReusePolicy.EXCERPT])
def test_terms_that_changed_meanwhile_are_obeyed(site, item, policy):
    item.feed.reuse_policy = policy
    item.feed.save()
    turn(site)
    item.refresh_from_db()
    assert item.extract_state == ExtractState.NOT_ALLOWED
    assert site.requests == []


@pytest.mark.django_db
def test_what_may_pass_is_tried_five_times_further_and_further_apart(site, item):
    site.answers["/ferry"] = Answer(status=503, headers={"Content-Length": "0"})
    at, waits = AT, []
    for _ in range(turns.MOST_ATTEMPTS):
        turn(site, at=at)
        item.refresh_from_db()
        if item.extract_after is not None:
            waits.append(item.extract_after - at)
            turn(site, at=at)  # too early: nobody gets it
            at = item.extract_after
    assert item.extract_state == ExtractState.FAILED
    assert "answers 503" in item.last_error
    assert len(pages(site)) == turns.MOST_ATTEMPTS
    assert waits == sorted(waits)
    assert len(set(waits)) == turns.MOST_ATTEMPTS - 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(status=404, headers={"Content-Length": "0"}), "404"),
        (Answer(b"\x89PNG", headers={"Content-Type": "image/png"}), "not a page of text"),
        (Answer(status=302, headers={"Location": "http://192.168.0.1/"}), "private"),
    ],
)
def test_what_will_not_pass_is_given_up_at_once_with_its_reason(site, item, answer, words):
    site.answers["/ferry"] = answer
    turn(site)
    item.refresh_from_db()
    assert item.extract_state == ExtractState.FAILED
    assert words in item.last_error


@pytest.mark.django_db
def test_a_server_that_wants_to_be_left_alone_is(site, item):
    site.answers["/ferry"] = Answer(status=429, headers={"Retry-After": "7200"})
    turn(site)
    item.refresh_from_db()
    assert (item.extract_state, item.extract_after) == (ExtractState.PENDING, AT + dt.timedelta(hours=2))


@pytest.mark.django_db
def test_a_revision_that_came_meanwhile_keeps_its_turn(site, item):
    (claimed,) = turns.claim(limit=10, at=AT)
    item.current = Revision.objects.create(
        item=item, number=2, title=item.title, text="New", content_hash="1" * 64, seen_at=AT
    )
    item.extract_state, item.extract_after, item.extract_attempts = ExtractState.PENDING, None, 0
    item.save()
    with site.fetcher() as fetcher:
        full_text.finish(claimed, full_text.retrieve(fetcher, Robots(fetcher, no_manners()), claimed), at=AT)
    item.refresh_from_db()
    assert item.extract_state == ExtractState.PENDING
    turn(site)
    assert set(FullText.objects.values_list("revision__number", flat=True)) == {1, 2}
    assert Item.objects.get().extract_state == ExtractState.DONE


@pytest.mark.django_db
def test_a_page_with_far_less_than_the_feed_leaves_the_feeds_text_standing(site, item):
    """A teaser before a paywall."""
    item.current.text = " ".join(PARAGRAPHS) * 5
    item.current.save()
    turn(site)
    item.refresh_from_db()
    assert item.extract_state == ExtractState.FAILED
    assert "the feed's text stands" in item.last_error
    assert Revision.objects.select_related("full_text").get().reading_text == item.current.text


@pytest.mark.django_db
def test_a_page_that_broke_its_reader_gets_one_more_turn(site, item):
    def breaks(body, **_):
        raise Broken("The page made its reader crash (SIGSEGV).")

    at = AT
    for attempt, state in ((1, ExtractState.PENDING), (2, ExtractState.FAILED)):
        with site.fetcher() as fetcher:
            (claimed,) = turns.claim(limit=10, at=at)
            found = full_text.retrieve(fetcher, Robots(fetcher, no_manners()), claimed)
            full_text.finish(claimed, found, at=at, read=breaks)
        item.refresh_from_db()
        assert (item.extract_state, item.extract_attempts) == (state, attempt)
        assert "SIGSEGV" in item.last_error
        at += dt.timedelta(hours=1)
    assert turns.claim(limit=10, at=at) == []


@pytest.mark.django_db
def test_the_page_at_fault_has_used_up_its_turn():
    feed = FeedFactory(reuse_policy=ReusePolicy.FULL_TEXT_INTERNAL)
    fault, other = (ItemFactory(feed=feed, extract_state=ExtractState.PENDING) for _ in range(2))
    claimed = {one.item_id: one for one in turns.claim(limit=10, at=AT)}
    full_text.break_off(claimed.values(), at_fault=claimed[fault.pk], at=AT)
    fault.refresh_from_db()
    other.refresh_from_db()
    assert (fault.extract_attempts, other.extract_attempts) == (1, 0)
    assert fault.extract_after > AT
    assert "broken off" in fault.last_error
    assert [one.item_id for one in turns.claim(limit=10, at=AT)] == [other.pk]


# ------------------------------------------------------------------------------------------------ many at once
def work_off(claimed, bodies: dict[str, str], *, read=extract) -> None:
    full_text.work_off(
        claimed,
        lambda one: Response(one.url, one.url, 200, {"content-type": "text/html"}, bodies[one.url].encode(), 0, 0.0),
        read=read,
        per_host=2,
        at_once=2,
        is_over=lambda: False,
        now=lambda: AT,
    )


def waiting(number: int) -> list[Item]:
    feed = FeedFactory(reuse_policy=ReusePolicy.FULL_TEXT_INTERNAL)
    return [ItemFactory(feed=feed, extract_state=ExtractState.PENDING) for _ in range(number)]


@pytest.mark.django_db
def test_pages_are_written_together(django_assert_max_num_queries):
    items = waiting(8)
    claimed = turns.claim(limit=10, at=AT)
    with django_assert_max_num_queries(14):
        work_off(claimed, {item.url: PAGE.replace("Tuesday", f"day {item.pk}") for item in items})
    assert FullText.objects.count() == Item.objects.filter(extract_state=ExtractState.DONE).count() == 8
    assert all(f"day {full.revision.item_id}" in full.text for full in FullText.objects.select_related("revision"))


@pytest.mark.django_db
def test_a_page_that_the_database_refuses_costs_the_others_nothing():
    items = waiting(4)
    refused = items[1]

    def read(body, **others):
        found = extract(body, **others)
        return replace(found, text=found.text + "\0") if b"refused" in body else found

    claimed = turns.claim(limit=10, at=AT)
    with pytest.raises(ValueError, match="NUL"):
        work_off(claimed, {one.url: PAGE + ("refused" if one == refused else "") for one in items}, read=read)
    refused.refresh_from_db()
    assert (refused.extract_attempts, refused.last_error) == (1, "Reading the page was broken off.")
    others = Item.objects.exclude(pk=refused.pk)
    assert set(others.values_list("extract_state", "extract_attempts")) <= {
        (ExtractState.DONE, 1),
        (ExtractState.PENDING, 0),
    }


# ------------------------------------------------------------------------------------------------ what the feed did not say
DECLARING = PAGE.replace(
    "<head>",
    "<head><meta property='article:published_time' content='2026-02-20T09:30:00+03:00'>"
    "<meta name='author' content='Amina Okafor'><meta property='og:title' content='Ferry sails again'>"
    "<link rel='canonical' href='/ferry?utm_source=feed&amp;page=1'>",
)


@pytest.fixture
def bare(site, item):
    """An item of which its feed gave nothing but the address and a text."""
    site.answers["/ferry"] = Answer(DECLARING.encode(), headers={"Content-Type": "text/html"})
    Item.objects.filter(pk=item.pk).update(
        title="Nothing is said.",
        author="",
        published_at=None,
        published_precision=DatePrecision.INFERRED,
        first_seen_at=AT,
        reported_at=AT,
    )
    return item


@pytest.mark.django_db
def test_what_the_feed_did_not_say_is_taken_from_the_page_and_marked(site, bare):
    turn(site)
    bare.refresh_from_db()
    full = FullText.objects.get()
    day = dt.datetime(2026, 2, 20, tzinfo=dt.UTC)
    assert (bare.title, bare.author) == ("Ferry sails again", "Amina Okafor") == (full.title, full.author)
    assert (bare.published_at, bare.published_precision) == (day, DatePrecision.DAY)
    assert bare.is_dated_by_page
    assert full.published_date == day.date()
    assert full.declared_url.endswith("/ferry?page=1")
    assert full.text.startswith(PARAGRAPHS[0])  # the headline went, though the feed did not have it


@pytest.mark.django_db
def test_what_the_feed_said_is_never_overwritten(site, item):
    site.answers["/ferry"] = Answer(DECLARING.encode(), headers={"Content-Type": "text/html"})
    Item.objects.filter(pk=item.pk).update(title="Another headline", author="Desk")
    before = Item.objects.values("published_at", "published_precision", "reported_at").get()
    turn(site)
    item.refresh_from_db()
    full = FullText.objects.get()
    assert (item.title, item.author, item.is_dated_by_page) == ("Another headline", "Desk", False)
    assert Item.objects.values("published_at", "published_precision", "reported_at").get() == before
    assert (full.title, full.author, full.published_date) == ("", "", None)
    assert full.declared_url  # nobody overwrites anything with it


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("day", "moves"),
    [("2026-02-20", True), ("2026-03-02", True), ("2026-03-03", False), ("2026-03-04", False)],
)
def test_a_pages_day_moves_a_report_only_where_it_is_long_past(site, bare, day, moves):
    """An old page is no news of today; a page of yesterday must not fall behind an edition that is already made."""
    site.answers["/ferry"].body = DECLARING.replace("2026-02-20", day).encode()
    turn(site)
    bare.refresh_from_db()
    assert bare.published_at.date().isoformat() == day
    assert bare.reported_at == (bare.published_at if moves else AT)


@pytest.mark.django_db
@pytest.mark.parametrize("day", ["2026-03-05", "2031-01-01", "1970-01-01"])
def test_a_day_that_cannot_be_is_no_date(site, bare, day):
    site.answers["/ferry"].body = DECLARING.replace("2026-02-20", day).encode()
    turn(site)
    bare.refresh_from_db()
    assert bare.extract_state == ExtractState.DONE
    assert (bare.published_at, bare.reported_at, bare.is_dated_by_page) == (None, AT, False)


@pytest.mark.django_db
def test_metadata_is_only_asked_for_where_the_feed_had_none(site, item, bare):
    asked = []

    def read(body, *, content_type, url, with_metadata):
        asked.append(with_metadata)
        return extract(body, content_type=content_type, url=url, with_metadata=with_metadata)

    full = ItemFactory(feed=item.feed, url=f"{site.base}/ferry?2", author="Desk", extract_state=ExtractState.PENDING)
    site.answers["/ferry?2"] = site.answers["/ferry"]
    with site.fetcher() as fetcher:
        robots = Robots(fetcher, no_manners())
        for claimed in sorted(turns.claim(limit=10, at=AT), key=lambda one: one.item_id == full.pk):
            full_text.finish(claimed, full_text.retrieve(fetcher, robots, claimed), at=AT, read=read)
    assert asked == [True, False]


@pytest.mark.django_db
def test_a_date_that_the_feed_gives_later_counts_more_than_its_pages(site, bare):
    turn(site)
    said = dt.datetime(2026, 3, 4, 11, 5, 9, tzinfo=dt.UTC)
    entry = Publication(
        external_id=bare.external_id,
        url=bare.url,
        canonical_url=bare.canonical_url,
        title="Ferry sails again",
        text="It sails, and fares have changed.",
        author="",
        published_at=said,
        precision=Precision.SECOND,
        content_hash="2" * 64,
    )
    with transaction.atomic():
        (kept,) = keep([Brought(bare.feed, [entry], AT)])
    assert kept.changed == 1
    bare.refresh_from_db()
    assert (bare.published_at, bare.published_precision) == (said, DatePrecision.SECOND)
    assert (bare.reported_at, bare.is_dated_by_page) == (said, False)
