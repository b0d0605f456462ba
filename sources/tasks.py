"""The library's tasks: each looks for rows that its stage has not handled, a batch at a time. They read the clock and
the settings and call one domain function; what they do is safe to repeat."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import closing
from functools import partial

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.utils import timezone

from sources import client
from sources.doors import mailbox
from sources.ingest import assign, claim, full_text, identify, lanes, look, store
from sources.ingest.fetch import Fetcher, Response
from sources.models import Feed

logger = logging.getLogger(__name__)

_FEEDS_AT_ONCE = 16
_PAGES_AT_ONCE = 8
_FEEDS = 100
_PAGES = 40
_ITEMS = 200


@shared_task(acks_late=True, reject_on_worker_lost=True, ignore_result=True)
def fetch_due_feeds(**_: object) -> None:
    """Looks at feeds whose time has come. Runs in the threads pool: the time limits are the client's. Threads of its own
    fetch and parse; only this one writes, so that a task needs one connection to the database."""
    feeds = claim.claim_due(limit=_FEEDS, per_host=settings.FETCH_PER_HOST, at=timezone.now())
    if not feeds:
        return
    rows = lanes.lay(feeds, per_host=settings.FETCH_PER_HOST)
    with client.fetcher() as fetcher:
        for feed, found in lanes.work_off(rows, partial(_read, fetcher), at_once=_FEEDS_AT_ONCE):
            try:
                look.finish(feed, found, interval=client.interval())
            except Exception:  # this task neither retries nor has time limits, so nothing of Celery's is swallowed
                logger.exception("a look at a feed broke off; its claim runs out by itself", extra={"feed": feed.pk})


@shared_task(acks_late=True, reject_on_worker_lost=True, ignore_result=True)
def read_mailbox(**_: object) -> None:
    """Reads new mail where the operator has configured a mailbox and its time has come. Runs in the threads pool: the time
    limits are those of the connection and of the look."""
    if settings.MAILBOX_URL:
        mailbox.look(client.mail_account(), at=timezone.now(), interval=client.interval())


def _read(fetcher: Fetcher, feed: Feed) -> store.Look:
    return look.read(feed, fetcher=fetcher, at=timezone.now(), appname=settings.RELIEFWEB_APPNAME)


def _retrieve(fetcher: Fetcher) -> Callable[[full_text.Claimed], Response | full_text.Failure]:
    return partial(full_text.retrieve, fetcher, client.robots(fetcher))


# Between the limits a thread may still read a robots.txt, wait for its turn and read a page.
@shared_task(acks_late=True, reject_on_worker_lost=True, ignore_result=True, soft_time_limit=600, time_limit=720)
def extract_pending(**_: object) -> None:
    """Reads article pages where the source allows it. Runs in a prefork pool: threads fetch the pages, the worker itself
    takes out their text, one after another."""
    claimed = full_text.claim(limit=_PAGES, at=timezone.now())
    if not claimed:
        return
    unfinished = {item.item_id: item for item in claimed}
    reading: full_text.Claimed | None = None
    rows = lanes.lay(claimed, per_host=settings.FETCH_PER_HOST)
    try:
        with (
            client.fetcher() as fetcher,
            closing(lanes.work_off(rows, _retrieve(fetcher), at_once=_PAGES_AT_ONCE)) as pages,
        ):
            for reading, page in pages:
                full_text.finish(reading, page, at=timezone.now())
                del unfinished[reading.item_id]
                reading = None
    except SoftTimeLimitExceeded:
        full_text.break_off(unfinished.values(), at_fault=reading, at=timezone.now())


@shared_task(acks_late=True, reject_on_worker_lost=True, ignore_result=True, soft_time_limit=300, time_limit=330)
def identify_languages(**_: object) -> None:
    """Finds the language of items whose text is settled."""
    identify.identify_languages(limit=_ITEMS)


@shared_task(acks_late=True, reject_on_worker_lost=True, ignore_result=True, soft_time_limit=300, time_limit=330)
def assign_stories(**_: object) -> None:
    """Puts items whose language is known into stories."""
    assign.assign_stories(limit=_ITEMS)
