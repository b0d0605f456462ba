"""Pages of articles: taken where terms allow it, tried again where that makes sense, given up loudly where not."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.cache import caches

from sources import snapshots
from sources.ingest import full_text
from sources.ingest.extract import NoArticle, extract
from sources.ingest.robots import Robots
from sources.models import ExtractState, FullText, Item, ReusePolicy, Revision
from tests.factories.sources import FeedFactory, ItemFactory
from tests.sources.serving import Answer

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


# ------------------------------------------------------------------------------------------------ the page
def test_the_article_is_found_and_the_rest_of_the_page_left():
    text = extract(PAGE.encode(), content_type="text/html; charset=utf-8")
    assert all(words in text for words in PARAGRAPHS)
    assert "newsletter" not in text
    assert "Home" not in text
    assert "\n\n" in text


def test_a_page_that_lies_about_its_encoding_is_read():
    page = PAGE.replace("Traders", "Les commerçants étaient").encode("latin-1", "replace")
    assert "commerçants étaient" in extract(page, content_type="text/html; charset=utf-8")


@pytest.mark.parametrize(
    ("body", "content_type", "reason"),
    [
        (b"%PDF-1.7", "application/pdf", "not a page of text"),
        (b"\x89PNG\x00\x00\x00", "text/html", "holds data"),
        (b"<html><body><p>Just a moment...</p></body></html>", "text/html", "No article"),
        (b"", "text/html", "No article"),
        (b"<" * 100_000, "text/html", "No article|cannot be read"),
        (b"<div>" * 100_000, "text/html", "No article|cannot be read"),
    ],
)
def test_what_is_no_article_is_refused_with_a_reason(body, content_type, reason):
    with pytest.raises(NoArticle, match=reason):
        extract(body, content_type=content_type)


def test_a_page_of_plain_text_is_its_own_article():
    assert extract(" ".join(PARAGRAPHS).encode(), content_type="text/plain").startswith("The ferry")


# ------------------------------------------------------------------------------------------------ the stage
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
        robots = Robots(fetcher, caches["default"])
        for claimed in full_text.claim(limit=10, at=at):
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
    for _ in range(full_text.MOST_ATTEMPTS):
        turn(site, at=at)
        item.refresh_from_db()
        if item.extract_after is not None:
            waits.append(item.extract_after - at)
            turn(site, at=at)  # too early: nobody gets it
            at = item.extract_after
    assert item.extract_state == ExtractState.FAILED
    assert "answers 503" in item.last_error
    assert len(pages(site)) == full_text.MOST_ATTEMPTS
    assert waits == sorted(waits)
    assert len(set(waits)) == full_text.MOST_ATTEMPTS - 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(status=404, headers={"Content-Length": "0"}), "404"),
        (Answer(b"%PDF-1.7", headers={"Content-Type": "application/pdf"}), "not a page of text"),
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
def test_a_page_that_kills_its_worker_is_left_after_five_times(site, item):
    """The attempt is counted when the item is claimed, so a worker that never comes back counts too."""
    at = AT
    for _ in range(full_text.MOST_ATTEMPTS):
        assert [one.item_id for one in full_text.claim(limit=10, at=at)] == [item.pk]
        assert full_text.claim(limit=10, at=at) == []
        at += full_text.LEASE
    assert full_text.claim(limit=10, at=at) == []
    item.refresh_from_db()
    assert item.extract_state == ExtractState.FAILED
    assert "broken off" in item.last_error


@pytest.mark.django_db
def test_a_revision_that_came_meanwhile_keeps_its_turn(site, item):
    (claimed,) = full_text.claim(limit=10, at=AT)
    item.current = Revision.objects.create(
        item=item, number=2, title=item.title, text="New", content_hash="1" * 64, seen_at=AT
    )
    item.extract_state, item.extract_after, item.extract_attempts = ExtractState.PENDING, None, 0
    item.save()
    with site.fetcher() as fetcher:
        full_text.finish(claimed, full_text.retrieve(fetcher, Robots(fetcher, caches["default"]), claimed), at=AT)
    item.refresh_from_db()
    assert item.extract_state == ExtractState.PENDING
    turn(site)
    assert set(FullText.objects.values_list("revision__number", flat=True)) == {1, 2}
    assert Item.objects.get().extract_state == ExtractState.DONE
