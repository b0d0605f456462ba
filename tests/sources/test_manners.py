"""At most so many requests at once at a host, and a pause between two, for all who share a shelf."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from django.core.cache import caches
from redis import RedisError

from sources import client
from sources.ingest.fetch import Fetcher, FetchPolicy
from sources.ingest.manners import Manners, TooSoon, follow
from sources.ingest.urls import host_of
from tests.sources.serving import Answer, Site, serving

URL = "https://outlet.example/feed"


def manners(**options) -> Manners:
    """Another worker's, with the same shelf."""
    return Manners(caches["default"], **{"at_once": 1, "pause": 0, "longest": 60} | options)


def test_no_more_are_under_way_than_may_be():
    running, most, lock = 0, 0, threading.Lock()

    def ask(number: int) -> None:
        nonlocal running, most
        with manners(at_once=2).turn(URL, patience=10):
            with lock:
                running += 1
                most = max(most, running)
            time.sleep(0.02)
            with lock:
                running -= 1

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(ask, range(12)))
    assert most == 2


def test_hosts_do_not_wait_for_each_other():
    with manners().turn(URL, patience=0), manners().turn("https://other.example/feed", patience=0):
        pass


def test_the_pause_holds_between_the_beginnings_of_two_requests():
    with manners(pause=1).turn(URL, patience=0):
        pass
    started = time.monotonic()
    with manners(pause=1).turn(URL, patience=5):
        assert 0.5 < time.monotonic() - started < 2


def test_who_would_wait_too_long_is_told_when_to_come_back():
    manners().take_place(host_of(URL), patience=0)
    with pytest.raises(TooSoon) as refused, manners().turn(URL, patience=0.2):
        pass
    assert refused.value.retry_after == 60
    with manners(at_once=2, pause=30).turn(URL, patience=0), pytest.raises(TooSoon, match="30 seconds"):
        manners().wait("turn outlet.example", 30, patience=1)


def test_a_place_is_free_again_after_a_fault():
    with pytest.raises(ZeroDivisionError), manners().turn(URL, patience=0):
        _ = 1 // 0
    with manners().turn(URL, patience=0):
        pass


def test_a_killed_worker_keeps_its_place_no_longer_than_a_request_may_take():
    stuck = manners(longest=1).turn(URL, patience=0)
    stuck.__enter__()
    started = time.monotonic()
    with manners().turn(URL, patience=5):
        assert time.monotonic() - started < 2


def test_a_turn_within_a_turn_at_the_same_host_is_a_part_of_it():
    with manners(pause=30).turn(URL, patience=0), manners(pause=30).turn(f"{URL}/robots.txt", patience=0):
        pass


@pytest.fixture
def other() -> Iterator[Site]:
    with serving() as running:
        yield running


@pytest.fixture
def fetcher(site, other):
    policy = FetchPolicy("Curator/test", total_timeout=2, private_hosts=frozenset({site.host, other.host}))
    with Fetcher(policy, before_next=follow) as running:
        yield running


def is_free(url: str) -> bool:
    with suppress(TooSoon), ThreadPoolExecutor(1) as pool:  # another thread has no turn of its own yet
        return pool.submit(lambda: manners().take_place(host_of(url), patience=0)).result() != ""
    return False


def test_a_redirect_to_another_host_has_its_turn_there_and_none_at_the_first(site, other, fetcher):
    free = []
    site.answers["/feed"] = Answer(status=302, headers={"Location": f"{other.base}/feed"})
    other.answers["/feed"] = lambda _: free.extend([is_free(other.base), is_free(site.base)]) or Answer(b"here")
    with manners().turn(f"{site.base}/feed", patience=0):
        assert fetcher.get(f"{site.base}/feed").body == b"here"
    assert free == [False, True]
    assert is_free(other.base)


def test_a_redirect_waits_for_its_turn_and_that_is_not_the_servers_time(site, other, fetcher):
    site.answers["/feed"] = Answer(status=302, headers={"Location": f"{other.base}/feed"})
    other.answers["/feed"] = Answer(b"here")
    stuck = manners(longest=3).take_place(other.host, patience=0)
    with manners().turn(f"{site.base}/feed", patience=10):
        started = time.monotonic()
        assert fetcher.get(f"{site.base}/feed").body == b"here"
    assert time.monotonic() - started > 2  # longer than a request may take
    assert stuck


def test_a_redirect_whose_turn_does_not_come_is_not_followed(site, other, fetcher):
    site.answers["/feed"] = Answer(status=302, headers={"Location": f"{other.base}/feed"})
    manners().take_place(other.host, patience=0)
    with manners().turn(f"{site.base}/feed", patience=0.2), pytest.raises(TooSoon):
        fetcher.get(f"{site.base}/feed")
    assert other.requests == []
    assert is_free(site.base)


def test_a_redirect_at_the_same_host_is_one_visit(site, fetcher):
    site.answers["/feed"] = Answer(status=301, headers={"Location": "/rss"})
    site.answers["/rss"] = Answer(b"here")
    with manners(pause=30).turn(f"{site.base}/feed", patience=0):
        assert fetcher.get(f"{site.base}/feed").body == b"here"


def test_the_client_of_the_installation_takes_turns_at_redirects():
    with client.fetcher() as found:
        assert found.before_next is follow


def test_the_installations_own_hosts_are_exempt():
    own = manners(pause=30, exempt=frozenset({"127.0.0.1:8010"}))
    for _ in range(3):
        with own.turn("http://127.0.0.1:8010/feed", patience=0), own.turn("http://127.0.0.1:8010/", patience=0):
            pass


def test_settings_decide_for_all_workers(settings):
    settings.FETCH_PER_HOST, settings.FETCH_PAUSE, settings.FETCH_ALLOWED_PRIVATE_HOSTS = 3, 7, ["127.0.0.1:8010"]
    found = client.manners()
    assert (found.at_once, found.pause, found.exempt) == (3, 7, frozenset({"127.0.0.1:8010"}))


def test_without_the_cache_work_goes_on():
    class Gone:
        def __getattr__(self, name):
            raise RedisError

    shelf = client._OwnShelf(Gone())
    with Manners(shelf, at_once=1, pause=5, longest=60).turn(URL, patience=0):
        pass
    assert shelf.get("x") is None
