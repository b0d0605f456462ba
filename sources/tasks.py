"""The library's tasks: each looks for rows that its stage has not handled, a batch at a time. They read the clock and
the settings and call one domain function; what they do is safe to repeat."""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.utils import timezone

from sources import client, fold, health, probing
from sources.doors import mailbox
from sources.embedders import Unusable, chosen
from sources.ingest import (
    assign,
    claim,
    embed,
    full_text,
    identify,
    index,
    lanes,
    look,
    settle,
    store,
    subscribe,
    turns,
)
from sources.ingest.cluster import Scale
from sources.ingest.fetch import Fetcher, Response
from sources.ingest.manners import Manners, TooSoon
from sources.models import Feed

logger = logging.getLogger(__name__)

_is_fetching = threading.Lock()
#: Threads that wait for servers; they read one document each.
_FEEDS_AT_ONCE = 64
#: Looks that are written in one transaction.
_LOOKS_AT_ONCE = 32
#: Documents that are parsed at once: threads that compute only get into each other's way. Those over a megabyte that are
#: in memory, from their arrival until what they brought is written.
_PARSED_AT_ONCE, _LARGE_AT_ONCE = 1, 4
#: How long a thread waits for its turn at a host, in seconds. Feeds of one host stand in few rows, so others do not wait.
_PATIENCE = 120.0
_PAGES_AT_ONCE = 8
#: Feeds that a worker claims at a time; few enough that others find some.
_FEEDS = 48
#: How long a task goes on while there is always something due.
_LONGEST_RUN = dt.timedelta(minutes=10)
_PAGES = 40
_PROBES = 20
_HUBS = 50
_ITEMS = 200
_EMBEDDING = 60.0
_EMBEDDED = 16
_ASSIGNED = 50
_INDEXED = 500
_INDEX_BATCHES = 20
#: How far back a day's folding goes, so that days on which nobody was up are made up for. What is older takes the command.
_FOLDED_BACK = dt.timedelta(days=31)


@shared_task(acks_late=True, reject_on_worker_lost=True, ignore_result=True)
def fetch_due_feeds(**_: object) -> None:
    """Looks at feeds whose time has come until none is due. Runs in the threads pool: the time limits are the client's.
    Threads of its own fetch and parse; only this one claims and writes, so that a task needs one connection to the
    database. One at a time in each process, whose memory is bounded by that; further workers take what is not claimed."""
    if not _is_fetching.acquire(blocking=False):
        return
    try:
        _fetch_due_feeds(timezone.now() + _LONGEST_RUN)
    finally:
        _is_fetching.release()


def _fetch_due_feeds(ends_at: dt.datetime) -> None:
    scales = lanes.Scales(_LARGE_AT_ONCE)
    with (
        client.fetcher(before_large=scales.take) as fetcher,
        ThreadPoolExecutor(_PARSED_AT_ONCE, thread_name_prefix="parse") as parsing,
    ):
        read = _Reading(fetcher, client.manners(), parsing)
        looks = lanes.work_off_in_batches(
            partial(_due_rows, ends_at), read, at_once=_FEEDS_AT_ONCE, most=_LOOKS_AT_ONCE, scales=scales
        )
        for found in looks:
            try:
                look.finish_all(found, interval=client.interval())
            except Exception:  # this task neither retries nor has time limits, so nothing of Celery's is swallowed
                feeds_at_fault = [feed.pk for feed, _ in found]
                logger.exception("looks broke off; their claims run out by themselves", extra={"feeds": feeds_at_fault})


@shared_task(acks_late=True, reject_on_worker_lost=True, ignore_result=True)
def keep_subscriptions(**_: object) -> None:
    """Asks hubs to tell us of news, to go on doing so, or to stop. Runs in the threads pool, as looks at feeds do."""
    callback = client.callback()
    if callback is None:
        return
    subscribe.plan(at=timezone.now())
    with client.fetcher() as fetcher:
        subscribe.ask_hubs(fetcher=fetcher, manners=client.manners(), callback=callback, at=timezone.now(), limit=_HUBS)


@shared_task(acks_late=True, reject_on_worker_lost=True, ignore_result=True)
def read_mailbox(**_: object) -> None:
    """Reads new mail where the operator has configured a mailbox and its time has come. Runs in the threads pool: the time
    limits are those of the connection and of the look."""
    if settings.MAILBOX_URL:
        mailbox.look(client.mail_account(), at=timezone.now(), interval=client.interval())


@shared_task(acks_late=True, reject_on_worker_lost=True, ignore_result=True)
def carry_out_probes(**_: object) -> None:
    """Tries the feeds and sites that somebody asked to have tried. Runs in the threads pool: the time limits are the
    client's."""
    probes = probing.claim(limit=_PROBES, at=timezone.now())
    if not probes:
        return
    rows = lanes.lay(probes, per_host=1)
    with client.fetcher() as fetcher:
        attempt = partial(
            probing.attempt,
            fetcher=fetcher,
            manners=client.robots(fetcher),
            at=timezone.now(),
            appname=settings.RELIEFWEB_APPNAME,
        )
        for asked, tried in lanes.work_off(rows, attempt, at_once=_PAGES_AT_ONCE):
            probing.finish(asked, tried, at=timezone.now())


def _due_rows(ends_at: dt.datetime) -> list[list[Feed]]:
    at = timezone.now()
    if at >= ends_at:
        return []
    per_host = settings.FETCH_PER_HOST
    return lanes.lay(
        claim.claim_due(limit=_FEEDS, per_host=per_host, pause=settings.FETCH_PAUSE, at=at), per_host=per_host
    )


@dataclass(frozen=True, slots=True)
class _Reading:
    """One look at a feed, short of writing it: when it is our turn at its host, and parsed in a thread that does nothing
    else, whose memory is used again and again."""

    fetcher: Fetcher
    manners: Manners
    parsing: ThreadPoolExecutor

    def __call__(self, feed: Feed) -> store.Look:
        try:
            with self.manners.turn(feed.url, patience=_PATIENCE):
                found = look.ask_for(feed, fetcher=self.fetcher, at=timezone.now(), appname=settings.RELIEFWEB_APPNAME)
        except TooSoon as error:
            return look.put_off(feed, error, at=timezone.now())
        if isinstance(found, store.Look):
            return found
        return self.parsing.submit(look.read_document, feed, found).result()


def _retrieve(fetcher: Fetcher) -> Callable[[turns.Claimed], Response | settle.Failure]:
    return partial(full_text.retrieve, fetcher, client.robots(fetcher))


# After its own time is over a thread may still read a robots.txt, wait for its turn and read a page; then those are extracted.
@shared_task(acks_late=True, reject_on_worker_lost=True, ignore_result=True, soft_time_limit=600, time_limit=720)
def extract_pending(**_: object) -> None:
    """Reads article pages where the source allows it, batch after batch while any wait and its time lasts. Runs in a prefork
    pool: threads fetch the pages, a process of its own takes out their text, within limits for each page."""
    ends = time.monotonic() + settings.EXTRACT_TASK_SECONDS
    claimed = _claim_pages()
    if not claimed:
        return
    with suppress(SoftTimeLimitExceeded), client.fetcher() as fetcher, client.page_reader() as reader:
        reader.start()  # it takes half a second, and the first pages are fetched meanwhile
        retrieve = _retrieve(fetcher)
        while claimed:
            full_text.work_off(
                claimed,
                retrieve,
                read=reader.read,
                per_host=settings.FETCH_PER_HOST,
                at_once=_PAGES_AT_ONCE,
                is_over=lambda: time.monotonic() >= ends,
                now=timezone.now,
            )
            claimed = _claim_pages() if time.monotonic() < ends else []


def _claim_pages() -> list[turns.Claimed]:
    return turns.claim(limit=_PAGES, per_host=settings.FETCH_PER_HOST, at=timezone.now())


@shared_task(acks_late=True, reject_on_worker_lost=True, ignore_result=True, soft_time_limit=300, time_limit=330)
def notice_silence(**_: object) -> None:
    """Finds the feeds that have fallen silent, and those that speak again."""
    health.notice(at=timezone.now())


@shared_task(acks_late=True, reject_on_worker_lost=True, ignore_result=True, soft_time_limit=300, time_limit=330)
def identify_languages(**_: object) -> None:
    """Finds the language of items whose text is settled."""
    identify.identify_languages(limit=_ITEMS)


@shared_task(acks_late=True, reject_on_worker_lost=True, ignore_result=True, soft_time_limit=300, time_limit=330)
def index_items(**_: object) -> None:
    """Makes items whose language is known findable, a few batches at a time."""
    batches = 0
    while batches < _INDEX_BATCHES and index.index_items(limit=_INDEXED, at=timezone.now()):
        batches += 1
    if batches:
        index.settle()


@shared_task(acks_late=True, reject_on_worker_lost=True, ignore_result=True, soft_time_limit=300, time_limit=330)
def embed_items(**_: object) -> None:
    """Makes vectors of new items, a few at a time and no longer than a minute; the next tick goes on."""
    ends_at = time.monotonic() + _EMBEDDING
    try:
        embedder = chosen.embedder()
        while (
            embedder and time.monotonic() < ends_at and embed.embed_items(embedder, limit=_EMBEDDED, at=timezone.now())
        ):
            pass
    except Unusable as error:
        logger.warning("embeddings are off: %s", error)


@shared_task(acks_late=True, reject_on_worker_lost=True, ignore_result=True, soft_time_limit=300, time_limit=330)
def assign_stories(**_: object) -> None:
    """Puts items whose language is known into stories, a few at a time, so that a person who merges need not wait."""
    vectors = _vectors()
    for _round in range(_ITEMS // _ASSIGNED):
        if not assign.assign_stories(limit=_ASSIGNED, at=timezone.now(), vectors=vectors):
            break


def _vectors() -> assign.Vectors | None:
    """None where nothing makes vectors: words decide then."""
    try:
        embedder = chosen.embedder()
    except Unusable:
        return None  # said by the stage that makes them, and by a system check
    if embedder is None:
        return None
    return assign.Vectors(
        embedder.name,
        dt.timedelta(seconds=settings.EMBEDDINGS_PATIENCE),
        Scale(settings.EMBEDDINGS_SAME / 1000, settings.EMBEDDINGS_SAME_ABROAD / 1000),
    )


@shared_task(acks_late=True, reject_on_worker_lost=True, ignore_result=True, soft_time_limit=300, time_limit=330)
def fold_looks(**_: object) -> None:
    """Folds the looks that have just become old. What its time does not suffice for is done the next day."""
    before = timezone.now() - dt.timedelta(days=settings.LOOKS_KEPT_DAYS)
    folded = 0
    with suppress(SoftTimeLimitExceeded):
        for rows in fold.fold_looks(before=before, since=before - _FOLDED_BACK):
            folded += rows
    logger.info("looks were folded", extra={"rows": folded})
