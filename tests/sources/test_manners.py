"""At most so many requests at once at a host, and a pause between two, for all who share a shelf."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import caches
from redis import RedisError

from sources import client
from sources.ingest.manners import Manners, TooSoon

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
    with manners().turn(URL, patience=0), pytest.raises(TooSoon) as refused, manners().turn(URL, patience=0.2):
        pass
    assert refused.value.retry_after == 60
    with manners(pause=30).turn(URL, patience=0), pytest.raises(TooSoon, match="30 seconds"):
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
