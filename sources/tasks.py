"""The library's tasks: each looks for rows that its stage has not handled, a batch at a time. They read the clock and
the settings and call one domain function; what they do is safe to repeat."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.utils import timezone

from sources import client, health, probing
from sources.doors import mailbox
from sources.ingest import assign, claim, full_text, identify, index, lanes, look, store, turns
from sources.ingest.fetch import Fetcher, Response
from sources.models import Feed

logger = logging.getLogger(__name__)

#: Threads that wait for servers; they read one document each.
_FEEDS_AT_ONCE = 64
#: Looks that are written in one transaction.
_LOOKS_AT_ONCE = 32
_PAGES_AT_ONCE = 8
#: Feeds that a worker claims at a time; few enough that others find some.
_FEEDS = 64
#: How long a task goes on while there is always something due.
_LONGEST_RUN = dt.timedelta(minutes=10)
_PAGES = 40
_PROBES = 20
_ITEMS = 200
_INDEXED = 500
_INDEX_BATCHES = 20


@shared_task(acks_late=True, reject_on_worker_lost=True, ignore_result=True)
def fetch_due_feeds(**_: object) -> None:
    """Looks at feeds whose time has come, a batch at a time, until none is due. Runs in the threads pool: the time limits
    are the client's. While one worker is at it, the next tick's task goes to another, which takes what is not claimed."""
    ends_at = timezone.now() + _LONGEST_RUN
    with client.fetcher() as fetcher:
        while (at := timezone.now()) < ends_at and _look_at_some(fetcher, at):
            pass


def _look_at_some(fetcher: Fetcher, at: dt.datetime) -> bool:
    """Threads fetch and parse; only this one writes, so that a task needs one connection to the database. Whether there
    was anything to do."""
    feeds = claim.claim_due(limit=_FEEDS, per_host=settings.FETCH_PER_HOST, at=at)
    rows = lanes.lay(feeds, per_host=settings.FETCH_PER_HOST)
    looks = lanes.work_off_in_batches(
        rows, partial(_read, fetcher), at_once=_FEEDS_AT_ONCE, most=_LOOKS_AT_ONCE, pause=settings.FETCH_PAUSE
    )
    for found in looks:
        try:
            look.finish_all(found, interval=client.interval())
        except Exception:  # this task neither retries nor has time limits, so nothing of Celery's is swallowed
            feeds_at_fault = [feed.pk for feed, _ in found]
            logger.exception("looks broke off; their claims run out by themselves", extra={"feeds": feeds_at_fault})
    return bool(feeds)


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
            pause=settings.FETCH_PAUSE,
        )
        for asked, tried in lanes.work_off(rows, attempt, at_once=_PAGES_AT_ONCE, pause=settings.FETCH_PAUSE):
            probing.finish(asked, tried, at=timezone.now())


def _read(fetcher: Fetcher, feed: Feed) -> store.Look:
    return look.read(feed, fetcher=fetcher, at=timezone.now(), appname=settings.RELIEFWEB_APPNAME)


def _retrieve(fetcher: Fetcher) -> Callable[[turns.Claimed], Response | full_text.Failure]:
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
def assign_stories(**_: object) -> None:
    """Puts items whose language is known into stories."""
    assign.assign_stories(limit=_ITEMS)
