"""Claims, and the tasks as functions: from a server's bytes to items, texts, languages and stories."""

from __future__ import annotations

import datetime as dt
import itertools
import signal
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.utils import timezone

from sources import client, tasks
from sources.ingest import claim, lanes, turns
from sources.models import ExtractState, Feed, Fetch, FetchState, Item, ReusePolicy, Story
from sources.models.feeds import SCHEMES_OF_DOORS, FeedFormat
from tests.factories.sources import FeedFactory, ItemFactory
from tests.sources.serving import Answer
from tests.sources.test_full_text import PAGE
from tests.sources.test_look import rss
from tests.sources.test_page_reader import ENDLESS

AT = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


# ------------------------------------------------------------------------------------------------ claims
@pytest.mark.django_db
def test_only_feeds_whose_time_has_come_are_claimed_longest_overdue_first():
    late = FeedFactory(next_check_at=AT - dt.timedelta(hours=2))
    new = FeedFactory(next_check_at=None)
    due = FeedFactory(next_check_at=AT)
    FeedFactory(next_check_at=AT + dt.timedelta(seconds=1))
    FeedFactory(is_active=False)
    assert claim.claim_due(limit=10, per_host=2, at=AT) == [new, late, due]
    assert claim.claim_due(limit=10, per_host=2, at=AT) == []
    assert len(claim.claim_due(limit=10, per_host=2, at=AT + claim.LEASE)) == 4


@pytest.mark.django_db
def test_a_claim_takes_what_the_queryset_calls_due():
    times = [None, AT - HOUR, AT, AT + dt.timedelta(microseconds=1)]
    for is_active, format, next_check_at, claimed_until in itertools.product((True, False), FeedFormat, times, times):
        number = Feed.objects.count()
        url = SCHEMES_OF_DOORS.get(format, ("https://",))[0] + f"{number}.example"
        if format is FeedFormat.BY_HAND and is_active:
            continue  # a constraint forbids it
        FeedFactory(
            url=url,
            format=format,
            selector="a",
            is_active=is_active,
            next_check_at=next_check_at,
            claimed_until=claimed_until,
        )
    due = list(Feed.objects.due(AT).order_by("pk"))
    assert 0 < len(due) < Feed.objects.count()
    claimed = claim.claim_due(limit=1000, per_host=2, at=AT)
    assert sorted(claimed, key=lambda feed: feed.pk) == due
    assert {feed.claimed_until for feed in claimed} == {AT + claim.LEASE}
    assert [feed.usual_domains for feed in claimed] == [[]] * len(due)  # read as the model reads them


@pytest.mark.django_db
def test_a_host_is_asked_by_one_worker_at_a_time_and_in_a_few_rows():
    for number in range(20):
        FeedFactory(url=f"https://one.example/{number}")
    other = FeedFactory(url="https://two.example/")
    first = claim.claim_due(limit=50, per_host=2, at=AT)
    assert len([feed for feed in first if "one.example" in feed.url]) == 8
    assert other in first
    rows = lanes.lay(first, per_host=2)
    assert Counter(row[0].url.split("/")[2] for row in rows) == {"one.example": 2, "two.example": 1}
    assert claim.claim_due(limit=50, per_host=2, at=AT) == []
    Feed.objects.filter(pk__in=[feed.pk for feed in first]).update(claimed_until=None, next_check_at=AT + claim.LEASE)
    assert len(claim.claim_due(limit=50, per_host=2, at=AT)) == 8


@pytest.mark.django_db
def test_many_overdue_feeds_of_one_host_keep_no_other_waiting():
    for number in range(50):
        FeedFactory(url=f"https://one.example/{number}", next_check_at=AT - dt.timedelta(days=9))
    other = FeedFactory(url="https://two.example/", next_check_at=AT)
    assert other in claim.claim_due(limit=9, per_host=2, at=AT)


@pytest.mark.django_db
def test_a_long_pause_means_fewer_feeds_of_one_host_so_that_the_lease_is_long_enough():
    for number in range(20):
        FeedFactory(url=f"https://one.example/{number}")
    assert len(claim.claim_due(limit=50, per_host=4, pause=60, at=AT)) == 5


# ------------------------------------------------------------------------------------------------ rows of addresses
@dataclass(frozen=True)
class Thing:
    url: str


def test_no_host_is_asked_more_often_at_once_than_it_may_be():
    running: Counter[str] = Counter()
    most: Counter[str] = Counter()
    lock = threading.Lock()

    def work(thing: Thing) -> str:
        host = thing.url.split("/")[2]
        with lock:
            running[host] += 1
            most[host] = max(most[host], running[host])
        time.sleep(0.01)
        with lock:
            running[host] -= 1
        return thing.url

    things = [Thing(f"https://{host}.example/{number}") for host in "abc" for number in range(9)]
    done = list(lanes.work_off(lanes.lay(things, per_host=2), work, at_once=16))
    assert sorted(thing.url for thing, _ in done) == sorted(thing.url for thing in things)
    assert all(thing.url == result for thing, result in done)
    assert max(most.values()) == 2


def test_one_fault_does_not_cost_the_rest_of_its_row(caplog):
    things = [Thing(f"https://a.example/{number}") for number in range(4)]

    def work(thing: Thing) -> int:
        return 1 // (thing.url[-1] != "1")

    assert len(list(lanes.work_off(lanes.lay(things, per_host=1), work, at_once=4))) == 3
    assert "broke off" in caplog.text


def test_threads_end_where_nobody_takes_their_results():
    things = [Thing(f"https://{number}.example/") for number in range(200)]
    worked = []
    running = lanes.work_off(lanes.lay(things, per_host=1), lambda thing: worked.append(thing), at_once=4)
    next(running)
    running.close()
    assert len(worked) < 50
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("lane")]


def test_a_slow_thing_holds_up_nobody_elses_turn():
    release = threading.Event()
    batches = iter([["slow"], ["a", "b"], ["c"]])
    seen = []

    def work(name: str) -> str:
        if name == "slow":
            release.wait(10)
        return name

    def more():
        return [[name] for name in next(batches, [])]

    for batch in lanes.work_off_in_batches(more, work, at_once=8, most=4):
        seen += [thing for thing, _ in batch]
        if len(seen) == 3:
            release.set()
    assert (sorted(seen[:3]), seen[3]) == (["a", "b", "c"], "slow")


def test_more_is_asked_for_again_while_something_is_still_under_way():
    due: list[str] = ["first"]
    seen = []

    def work(name: str) -> str:
        if name == "first":
            time.sleep(1.3)
        return name

    def more():
        rows = [[name] for name in due]
        due.clear()
        return rows

    threading.Timer(0.2, due.append, ["late"]).start()
    for batch in lanes.work_off_in_batches(more, work, at_once=4, most=4):
        seen += [thing for thing, _ in batch]
    assert seen in (["late", "first"], ["first", "late"])


@pytest.mark.parametrize(("seconds", "few", "many"), [(0.0, 1, 8), (0.3, 40, 40)])
def test_there_are_as_many_threads_as_servers_are_slow(seconds, few, many):
    names = set()

    def work(thing: Thing) -> None:
        names.add(threading.current_thread().name)
        time.sleep(seconds)

    rows = lanes.lay([Thing(f"https://{number}.example/") for number in range(40)], per_host=1)
    assert len(list(lanes.work_off(rows, work, at_once=40))) == 40
    assert few <= len(names) <= many


def test_few_large_things_are_in_memory_until_they_were_dealt_with():
    scales = lanes.Scales(2)
    large = 0
    most = 0
    lock = threading.Lock()

    def work(number: int) -> int:
        nonlocal large, most
        scales.take()
        scales.take()  # once for each thing
        with lock:
            large += 1
            most = max(most, large)
        if number == 5:
            raise ValueError(number)
        return number

    rows = iter([[[number] for number in range(12)]])
    done = 0
    for batch in lanes.work_off_in_batches(lambda: next(rows, []), work, at_once=8, most=3, scales=scales):
        time.sleep(0.01)  # dealing with it
        with lock:
            large -= len(batch)
        done += len(batch)
    assert done == 11
    assert most <= 2 + 1  # the broken one counts until the end here


def test_threads_that_wait_for_a_place_end_where_nobody_takes_their_results():
    scales = lanes.Scales(1)
    rows = iter([[[number] for number in range(12)]])

    def work(number: int) -> int:
        scales.take()
        return number

    running = lanes.work_off_in_batches(lambda: next(rows, []), work, at_once=8, most=1, scales=scales)
    next(running)
    running.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("lane")]


def test_what_was_not_begun_when_time_was_over_is_missing_and_what_was_is_not():
    things = [Thing(f"https://a.example/{number}") for number in range(9)]
    over = threading.Event()

    def work(thing: Thing) -> str:
        if thing.url.endswith("/2"):
            over.set()
        return thing.url

    done = list(lanes.work_off(lanes.lay(things, per_host=1), work, at_once=4, is_over=over.is_set))
    assert [thing for thing, _ in done] == things[:3]


# ------------------------------------------------------------------------------------------------ the whole way
@pytest.fixture
def allowed(site, settings):
    settings.FETCH_ALLOWED_PRIVATE_HOSTS = [site.host]
    return site


@pytest.mark.django_db(transaction=True)
def test_a_feed_becomes_items_texts_languages_and_stories(allowed):
    page = Answer(PAGE.encode(), headers={"Content-Type": "text/html"})
    for name in ("north", "south"):
        body = rss((f"{name}-1", "Ferry between the towns sails again", "The ferry sails."))
        allowed.answers[f"/{name}"] = Answer(body.replace(b"https://outlet.example", allowed.base.encode()))
        allowed.answers[f"/{name}-1"] = page
        FeedFactory(url=f"{allowed.base}/{name}", reuse_policy=ReusePolicy.FULL_TEXT_INTERNAL)
    tasks.fetch_due_feeds()
    assert set(Fetch.objects.values_list("state", flat=True)) == {FetchState.NEW}
    tasks.identify_languages()
    assert not Item.objects.exclude(language_version="").exists()  # the page comes first
    tasks.extract_pending()
    assert set(Item.objects.values_list("extract_state", flat=True)) == {ExtractState.DONE}
    tasks.identify_languages()
    assert set(Item.objects.values_list("language", flat=True)) == {"en"}
    tasks.assign_stories()
    story = Story.objects.get()
    assert (story.item_count, story.origin_count) == (2, 1)  # the same text twice: one is a copy
    for task in (tasks.fetch_due_feeds, tasks.extract_pending, tasks.identify_languages, tasks.assign_stories):
        task(unknown_argument_of_a_newer_caller=1)
    assert (Fetch.objects.count(), Item.objects.count(), Story.objects.count()) == (2, 2, 1)


@pytest.mark.django_db(transaction=True)
def test_one_broken_feed_does_not_stop_the_others(allowed):
    allowed.answers["/bad"] = Answer(b"<html>")
    allowed.answers["/good"] = Answer(rss(("1", "One", "Text")))
    bad = FeedFactory(url=f"{allowed.base}/bad")
    good = FeedFactory(url=f"{allowed.base}/good")
    private = FeedFactory(url="http://10.0.0.1/feed")
    tasks.fetch_due_feeds()
    states = dict(Feed.objects.values_list("pk", "last_state"))
    assert states == {bad.pk: FetchState.FAILED, good.pk: FetchState.NEW, private.pk: FetchState.BLOCKED}
    assert not Feed.objects.exclude(claimed_until=None).exists()
    assert not Feed.objects.filter(next_check_at__lte=timezone.now()).exists()


@pytest.mark.django_db(transaction=True)
def test_a_feed_is_not_asked_before_its_time(allowed):
    allowed.answers["/feed"] = Answer(rss(("1", "One", "Text")))
    FeedFactory(url=f"{allowed.base}/feed")
    tasks.fetch_due_feeds()
    tasks.fetch_due_feeds()
    assert len(allowed.requests) == 1


@pytest.fixture
def soft_limit():
    """As a prefork worker has it: a signal that raises in the midst of whatever is running."""

    def ring(signum, frame):
        raise SoftTimeLimitExceeded

    before = signal.signal(signal.SIGALRM, ring)
    yield lambda seconds: signal.setitimer(signal.ITIMER_REAL, seconds)
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_runs_out_of_time_gives_turns_back(allowed, soft_limit, settings):
    settings.FETCH_TIMEOUT = 2
    feed = FeedFactory(reuse_policy=ReusePolicy.FULL_TEXT_INTERNAL)
    allowed.answers["/slow"] = Answer(act=lambda handler: time.sleep(1.5))
    items = [
        ItemFactory(feed=feed, url=f"{allowed.base}/slow?{number}", extract_state=ExtractState.PENDING)
        for number in range(3)
    ]
    for item in items:
        allowed.answers[f"/slow?{item.url[-1]}"] = allowed.answers["/slow"]
    soft_limit(0.5)
    tasks.extract_pending()
    assert set(Item.objects.values_list("extract_state", "extract_attempts", "extract_after")) == {
        (ExtractState.PENDING, 0, None)
    }


@pytest.mark.django_db(transaction=True)
def test_pages_that_were_not_reached_in_time_have_their_turn_back(allowed, settings):
    """One slow host does not hold the end of a task: what is under way is finished, the rest comes again."""
    settings.EXTRACT_TASK_SECONDS, settings.FETCH_PER_HOST = 1, 1

    def slowly(handler):
        time.sleep(0.7)
        return Answer(PAGE.encode(), headers={"Content-Type": "text/html"})

    feed = FeedFactory(reuse_policy=ReusePolicy.FULL_TEXT_INTERNAL)
    for number in range(4):
        allowed.answers[f"/slow?{number}"] = slowly
        ItemFactory(feed=feed, url=f"{allowed.base}/slow?{number}", extract_state=ExtractState.PENDING)
    tasks.extract_pending()
    states = Counter(Item.objects.values_list("extract_state", "extract_attempts", "extract_after"))
    assert states[ExtractState.DONE, 1, None] == 2
    assert states[ExtractState.PENDING, 0, None] == 2


@pytest.mark.django_db(transaction=True)
def test_a_page_that_breaks_its_reader_costs_itself_and_its_feed_a_rest(allowed, settings):
    settings.EXTRACT_PAGE_SECONDS, settings.FETCH_PER_HOST = 1, 1
    hostile, honest = (FeedFactory(reuse_policy=ReusePolicy.FULL_TEXT_INTERNAL) for _ in range(2))
    html = {"Content-Type": "text/html"}
    for feed, name, body in (
        (hostile, "bad", ENDLESS),
        (hostile, "behind", PAGE.encode()),
        (honest, "good", PAGE.encode()),
    ):
        allowed.answers[f"/{name}"] = Answer(body, headers=html)
        ItemFactory(
            feed=feed,
            url=f"{allowed.base}/{name}",
            extract_state=ExtractState.PENDING,
            reported_at=AT - dt.timedelta(hours=name == "behind"),
        )
    tasks.extract_pending()
    bad, behind, good = (Item.objects.get(url__endswith=name) for name in ("bad", "behind", "good"))
    assert (good.extract_state, good.extract_attempts) == (ExtractState.DONE, 1)
    assert (bad.extract_state, bad.extract_attempts) == (ExtractState.PENDING, 1)
    assert "longer than 1 seconds" in bad.last_error
    assert (behind.extract_state, behind.extract_attempts) == (ExtractState.PENDING, 0)
    assert behind.extract_after > timezone.now()
    Item.objects.filter(pk=bad.pk).update(extract_after=None)
    tasks.extract_pending()
    bad.refresh_from_db()
    assert (bad.extract_state, bad.extract_attempts) == (ExtractState.FAILED, 2)


@pytest.mark.django_db(transaction=True)
def test_more_pages_than_one_batch_takes_are_read_in_one_task(allowed):
    page = Answer(PAGE.encode(), headers={"Content-Type": "text/html"})
    feed = FeedFactory(reuse_policy=ReusePolicy.FULL_TEXT_INTERNAL)
    for number in range(turns.SHARE + 1):
        allowed.answers[f"/{number}"] = page
        ItemFactory(feed=feed, url=f"{allowed.base}/{number}", extract_state=ExtractState.PENDING)
    tasks.extract_pending()
    assert set(Item.objects.values_list("extract_state", flat=True)) == {ExtractState.DONE}


@pytest.mark.django_db(transaction=True)
def test_one_task_at_a_time_fetches_in_a_process(allowed):
    FeedFactory(url=f"{allowed.base}/feed")
    with tasks._is_fetching:
        tasks.fetch_due_feeds()
    assert allowed.requests == []
    tasks.fetch_due_feeds()
    assert len(allowed.requests) == 1


@pytest.mark.django_db(transaction=True)
def test_feeds_of_one_host_are_asked_one_after_another_with_the_pause_between(allowed, settings):
    settings.FETCH_PAUSE = 1
    settings.FETCH_ALLOWED_PRIVATE_HOSTS = []
    moments = []

    class Noted(client.Manners):
        def wait(self, name, pause, *, patience):
            super().wait(name, pause, patience=patience)
            moments.append(time.monotonic())

    for number in range(3):
        FeedFactory(url=f"http://10.0.0.1/{number}")
    feeds = claim.claim_due(limit=9, per_host=2, at=timezone.now())
    manners = Noted(client._shelf(), at_once=2, pause=1, longest=90)
    with allowed.fetcher() as fetcher, ThreadPoolExecutor(1) as parsing:
        read = tasks._Reading(fetcher, manners, parsing)
        list(lanes.work_off(lanes.lay(feeds, per_host=2), read, at_once=4))
    assert len(moments) == 3
    assert all(after - before > 0.8 for before, after in itertools.pairwise(sorted(moments)))


@pytest.mark.django_db
def test_a_look_whose_turn_does_not_come_in_time_ends_as_one_that_failed_and_says_why(allowed, monkeypatch):
    monkeypatch.setattr(tasks, "_PATIENCE", 0.0)
    feed = FeedFactory(url="http://10.0.0.1/feed")
    manners = client.Manners(client._shelf(), at_once=1, pause=0, longest=90)
    with allowed.fetcher() as fetcher, ThreadPoolExecutor(1) as parsing, manners.turn(feed.url, patience=1):
        reading = tasks._Reading(fetcher, manners, parsing)
        with ThreadPoolExecutor(1) as elsewhere:
            found = elsewhere.submit(reading, feed).result()
    assert (found.state, found.retry_after) == (FetchState.FAILED, 90)
    assert "under way" in found.message
