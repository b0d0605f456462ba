"""robots.txt: asked for once, obeyed for pages and their redirects, and never a reason to lose the item."""

from __future__ import annotations

import datetime as dt
import time

import pytest
from django.core.cache import caches

from sources.ingest import turns
from sources.ingest.fetch import Fetcher, FetchPolicy
from sources.ingest.manners import Manners, TooSoon
from sources.ingest.robots import Forbidden, NotNow, Robots
from sources.models import ExtractState, ReusePolicy
from tests.factories.sources import FeedFactory, ItemFactory
from tests.sources.serving import Answer, no_manners, serving
from tests.sources.test_full_text import PAGE, pages, turn

AT = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)


@pytest.fixture
def robots(site):
    with site.fetcher() as fetcher:
        yield Robots(fetcher, no_manners(), patience=1.5)


def says(site, text: str) -> None:
    site.answers["/robots.txt"] = Answer(text.encode(), headers={"Content-Type": "text/plain"})


def wait_turn(robots: Robots, url: str) -> None:
    with robots.turn(url):
        pass


def asked(site) -> int:
    return sum(path == "/robots.txt" for path, _ in site.requests)


# ------------------------------------------------------------------------------------------------ the rules
@pytest.mark.parametrize(
    ("text", "path", "is_allowed"),
    [
        ("User-agent: *\nDisallow: /", "/story", False),
        ("User-agent: *\nDisallow:", "/story", True),
        ("User-agent: *\nDisallow: /private", "/story", True),
        ("User-agent: *\nDisallow: /*.pdf$", "/a/report.pdf", False),
        ("User-agent: *\nDisallow: /\nAllow: /story", "/story/1", True),  # the longest rule counts
        ("User-agent: *\nDisallow: /\n\nUser-agent: curator\nDisallow: /x", "/story", True),
        ("User-agent: Curator/0.1\nDisallow: /", "/story", False),
        ("User-agent: Cura\nDisallow: /", "/story", True),  # another's name
        ("User-agent: GPTBot\nUser-agent: Curator\nDisallow: /", "/story", False),
        ("User-agent: GPTBot\nDisallow: /", "/story", True),
        ("\ufeffUser-agent: *\r\nDisallow: /story # ours", "/story", False),
        ("<!doctype html><html>Not found</html>", "/story", True),
        ("", "/story", True),
    ],
)
def test_what_it_says_is_read_as_the_standard_has_it(site, robots, text, path, is_allowed):
    says(site, text)
    if is_allowed:
        robots.check(site.base + path)
    else:
        with pytest.raises(Forbidden, match=r"robots\.txt asks us not to"):
            robots.check(site.base + path)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_where_there_is_none_everything_is_allowed(site, robots, status):
    site.answers["/robots.txt"] = Answer(status=status)
    robots.check(f"{site.base}/story")


@pytest.mark.parametrize("status", [429, 500, 503])
def test_where_the_server_fails_nothing_is_fetched_for_now(site, robots, status):
    site.answers["/robots.txt"] = Answer(status=status)
    with pytest.raises(NotNow, match=f"cannot be read: .* answers {status}"):
        robots.check(f"{site.base}/story")


def test_where_the_server_cannot_be_reached_nothing_is_fetched_for_now():
    with serving() as site:
        fetcher, address = site.fetcher(), f"{site.base}/story"
    with fetcher, pytest.raises(NotNow, match="cannot be reached"):
        Robots(fetcher, no_manners()).check(address)


def test_an_address_that_is_none_of_the_internet_is_left_to_the_page_itself(robots):
    robots.check("http://10.0.0.1/story")


def test_it_is_asked_for_once_by_all_workers_and_kept(site, robots):
    says(site, "User-agent: *\nDisallow: /x")
    robots.check(f"{site.base}/1")
    robots.check(f"{site.base}/2")
    with site.fetcher() as fetcher:
        another = Robots(fetcher, no_manners())
        with pytest.raises(Forbidden):
            another.check(f"{site.base}/x")
    assert asked(site) == 1
    assert site.requests[0][1]["user-agent"].startswith("Curator/")


def test_a_flood_of_names_and_rules_fills_no_memory(site, robots):
    names = "".join(f"User-agent: a{number}\n" for number in range(10_000))
    says(site, names + "Disallow: /x\n" * 15_000 + "\nUser-agent: *\nDisallow: /story")
    started = time.monotonic()
    with pytest.raises(Forbidden):
        robots.check(f"{site.base}/story")
    assert time.monotonic() - started < 5


# ------------------------------------------------------------------------------------------------ the pause
def test_the_pause_it_asks_for_is_kept_between_pages(site, robots):
    says(site, "User-agent: *\nCrawl-delay: 0.5")  # counted in whole seconds
    started = time.monotonic()
    wait_turn(robots, f"{site.base}/1")
    assert time.monotonic() - started < 0.5
    wait_turn(robots, f"{site.base}/2")
    assert time.monotonic() - started > 0.8


def test_without_a_pause_nobody_waits(site, robots):
    says(site, "User-agent: *\nAllow: /")
    started = time.monotonic()
    for number in range(20):
        wait_turn(robots, f"{site.base}/{number}")
    assert time.monotonic() - started < 0.8


@pytest.mark.parametrize(("delay", "seconds"), [("30", 30), ("1e9", 3600)])
def test_a_pause_longer_than_a_thread_may_wait_puts_the_page_off(site, robots, delay, seconds):
    says(site, f"User-agent: *\nCrawl-delay: {delay}")
    wait_turn(robots, f"{site.base}/1")
    with pytest.raises(TooSoon) as refused:
        wait_turn(robots, f"{site.base}/2")
    assert refused.value.retry_after == seconds


def test_its_rules_are_asked_for_in_turn_and_nothing_is_remembered_where_that_does_not_come(site):
    says(site, "User-agent: *\nDisallow: /x")
    manners = Manners(caches["default"], at_once=1, pause=0, longest=60)
    place = manners.take_place(site.host, patience=0)
    with site.fetcher() as fetcher:
        robots = Robots(fetcher, manners, patience=0.2)
        with pytest.raises(TooSoon):
            robots.check(f"{site.base}/x")
        assert asked(site) == 0
        caches["default"].delete(place)
        with pytest.raises(Forbidden):
            robots.check(f"{site.base}/x")


def test_the_pause_of_a_site_that_a_redirect_leads_to_is_kept(site, robots):
    says(site, "User-agent: *\nCrawl-delay: 30")
    robots.follow(f"{site.base}/1")
    with pytest.raises(TooSoon):
        robots.follow(f"{site.base}/2")
    with robots.manners.turn(f"{site.base}/3", patience=0):
        robots.follow(f"{site.base}/4")  # the same visit


# ------------------------------------------------------------------------------------------------ the stage
@pytest.fixture
def item(site):
    site.answers["/ferry"] = Answer(PAGE.encode(), headers={"Content-Type": "text/html"})
    feed = FeedFactory(reuse_policy=ReusePolicy.FULL_TEXT_INTERNAL)
    return ItemFactory(feed=feed, url=f"{site.base}/ferry", text="The feed's words", extract_state=ExtractState.PENDING)


@pytest.mark.django_db
def test_a_forbidden_page_is_left_and_the_item_keeps_the_feeds_words(site, item):
    says(site, "User-agent: *\nDisallow: /ferry")
    turn(site)
    item.refresh_from_db()
    assert (item.extract_state, item.extract_after) == (ExtractState.NOT_ALLOWED, None)
    assert "robots.txt asks us not to fetch this page" in item.last_error
    assert item.current.reading_text == "The feed's words"
    assert pages(site) == []


@pytest.mark.django_db
def test_a_redirect_to_a_forbidden_page_is_not_followed(site, item):
    says(site, "User-agent: *\nDisallow: /members")
    site.answers["/ferry"] = Answer(status=302, headers={"Location": "/members/ferry"})
    turn(site)
    item.refresh_from_db()
    assert item.extract_state == ExtractState.NOT_ALLOWED
    assert pages(site) == ["/ferry"]


def test_a_site_behind_a_redirect_that_stalls_on_its_rules_keeps_to_the_pages_deadline(site):
    """The rules of the second site are asked for within the first page's time, not in addition to it."""
    with serving() as other:
        other.answers["/robots.txt"] = Answer(act=lambda handler: time.sleep(3))
        site.answers["/story"] = Answer(act=lambda handler: _late_redirect(handler, f"{other.base}/story"))
        hosts = frozenset({site.host, other.host})
        policy = FetchPolicy("Curator/test", total_timeout=1.5, private_hosts=hosts)
        with Fetcher(policy) as fetcher:
            robots = Robots(fetcher, no_manners())
            started = time.monotonic()
            with pytest.raises(NotNow):
                fetcher.get(f"{site.base}/story", before_redirect=robots.check)
            assert time.monotonic() - started < 2
        assert [path for path, _ in other.requests] == ["/robots.txt"]


def _late_redirect(handler, location: str) -> None:
    time.sleep(1)
    handler.send_response(302)
    handler.send_header("Location", location)
    handler.send_header("Content-Length", "0")
    handler.end_headers()


@pytest.mark.django_db
def test_a_robots_file_that_fails_is_tried_again_later(site, item):
    site.answers["/robots.txt"] = Answer(status=503)
    turn(site)
    item.refresh_from_db()
    assert item.extract_state == ExtractState.PENDING
    assert "robots.txt cannot be read" in item.last_error
    says(site, "User-agent: *\nAllow: /")
    caches["default"].clear()  # ten minutes later
    turn(site, at=item.extract_after)
    item.refresh_from_db()
    assert item.extract_state == ExtractState.DONE


@pytest.mark.django_db
def test_a_page_put_off_for_the_sites_pause_has_used_up_no_attempt(site, item):
    says(site, "User-agent: *\nCrawl-delay: 40")
    site.answers["/second"] = site.answers["/ferry"]
    second = ItemFactory(feed=item.feed, url=f"{site.base}/second", extract_state=ExtractState.PENDING)
    turn(site)
    item.refresh_from_db()
    second.refresh_from_db()
    assert item.extract_state == ExtractState.DONE
    assert (second.extract_state, second.extract_attempts) == (ExtractState.PENDING, 0)
    assert second.extract_after == AT + dt.timedelta(seconds=40)
    assert turns.claim(limit=10, at=AT) == []
    assert pages(site) == ["/ferry"]
