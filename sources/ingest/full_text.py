"""Reads the pages that ``turns`` claimed: fetch, extract, keep. Nothing is fetched or extracted inside a transaction."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from django.db import transaction

from sources import snapshots
from sources.ingest import dates, lanes, syndicated
from sources.ingest.extract import Extracted, NoArticle, extract
from sources.ingest.fetch import Fetcher, FetchError, Response
from sources.ingest.manners import TooSoon
from sources.ingest.page_reader import Broken
from sources.ingest.robots import Forbidden, Robots
from sources.ingest.turns import MOST_ATTEMPTS, Claimed
from sources.models import DatePrecision, ExtractState, FullText, Item
from sources.querysets import ItemQuerySet

#: A page that broke its reader gets one more turn, since a busy machine may have been the cause.
MOST_BROKEN = 2
_FIRST_WAIT = dt.timedelta(minutes=2)
#: How long the other pages of a feed wait once one of them broke its reader, in seconds.
_REST = 600
#: A page's day says when something was reported only where it is that long past when we first saw it: nearer than that, the
#: time of first sight is the better known, and a report must not fall behind an edition that is already made.
_OLD = dt.timedelta(days=2)
ACCEPT = "text/html, application/xhtml+xml, application/pdf;q=0.9, */*;q=0.5"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a page was not read, and whether trying again makes sense. ``is_forbidden``: the site asks us not to.
    ``is_broken``: the page broke its reader, or took more than a page may. ``put_off``: it is not our turn yet for so many
    seconds, and nothing was tried. ``retry_after``: the server wants to be left alone for so many."""

    message: str
    may_pass: bool
    is_forbidden: bool = False
    is_broken: bool = False
    put_off: int | None = None
    retry_after: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """A page that was read, with the bytes it was read from."""

    response: Response
    extracted: Extracted


class Read(Protocol):
    """``extract``, or a ``PageReader``'s ``read``."""

    def __call__(self, body: bytes, *, content_type: str, url: str = "", with_metadata: bool = False) -> Extracted: ...


# ------------------------------------------------------------------------------------------------ a batch
def work_off(
    claimed: Sequence[Claimed],
    retrieve: Callable[[Claimed], Response | Failure],
    *,
    read: Read,
    per_host: int,
    at_once: int,
    is_over: Callable[[], bool],
    now: Callable[[], dt.datetime],
) -> None:
    """Every claimed page is read, has failed, or has its turn back: those that were not begun when the time was over, and
    those that were under way when something else ended the work.

    Threads fetch; one more has the pages read, one after another and one ahead of this one, which alone writes.
    """
    unfinished = {item.item_id: item for item in claimed}
    writing: Claimed | None = None
    rows = lanes.lay(claimed, per_host=per_host)
    try:
        with (
            ThreadPoolExecutor(1, thread_name_prefix="page") as ahead,
            closing(lanes.work_off(rows, retrieve, at_once=at_once, is_over=is_over)) as found,
        ):
            for turn, page in _one_ahead(found, partial(_take_out, read, set()), ahead):
                writing = turn
                _settle(turn, page, now())
                del unfinished[turn.item_id]
                writing = None
    finally:
        break_off(unfinished.values(), at_fault=writing, at=now())


def _one_ahead(
    found: Iterable[tuple[Claimed, Response | Failure]],
    take_out: Callable[[Claimed, Response | Failure], Page | Failure],
    pool: ThreadPoolExecutor,
) -> Iterator[tuple[Claimed, Page | Failure]]:
    """Each with what was taken out of it, in their order, while the pool is at work on the next."""
    before: tuple[Claimed, Future[Page | Failure]] | None = None
    for claimed, page in found:
        current = claimed, pool.submit(take_out, claimed, page)
        if before is not None:
            yield before[0], before[1].result()
        before = current
    if before is not None:
        yield before[0], before[1].result()


def _take_out(read: Read, resting: set[int], claimed: Claimed, found: Response | Failure) -> Page | Failure:
    """As ``take_out``; the feeds whose page broke the reader are in ``resting`` afterwards, and those in it rest."""
    if claimed.feed_id in resting:
        return _RESTS
    page = take_out(claimed, found, read=read)
    if isinstance(page, Failure) and page.is_broken:
        resting.add(claimed.feed_id)
    return page


_RESTS = Failure("Another page of this feed broke its reader.", may_pass=True, put_off=_REST)


def retrieve(fetcher: Fetcher, robots: Robots, claimed: Claimed) -> Response | Failure:
    """The page, where its site's robots.txt and that of every redirect allow it. Touches no database, so that threads may
    call it."""
    try:
        robots.check(claimed.url)
        with robots.turn(claimed.url):
            return fetcher.get(claimed.url, accept=ACCEPT, before_redirect=robots.follow)
    except FetchError as error:
        return Failure(
            error.message,
            error.may_pass,
            is_forbidden=isinstance(error, Forbidden),
            put_off=error.retry_after if isinstance(error, TooSoon) else None,
            retry_after=error.retry_after or 0,
        )


def break_off(unfinished: Iterable[Claimed], *, at_fault: Claimed | None, at: dt.datetime) -> None:
    """The work ended before these were done. The page that was being written has used up a turn; the others get theirs back,
    at once."""
    for claimed in unfinished:
        if claimed == at_fault:
            _fail(claimed, Failure("Reading the page was broken off.", may_pass=True), at)
        else:
            _of(claimed).update(extract_attempts=claimed.attempt - 1, extract_after=None)


# ------------------------------------------------------------------------------------------------ one page
def take_out(claimed: Claimed, found: Response | Failure, *, read: Read = extract) -> Page | Failure:
    """What the page holds, or why it was not read. Touches no database."""
    if isinstance(found, Failure):
        return found
    try:
        page = read(
            found.body,
            content_type=found.content_type,
            url=found.final_url,
            with_metadata=claimed.lacks_anything,
        )
        _compare(page, claimed)
    except NoArticle as error:
        return Failure(str(error), may_pass=False)
    except Broken as error:
        return Failure(str(error), may_pass=claimed.attempt < MOST_BROKEN, is_broken=True)
    return Page(found, page)


def finish(claimed: Claimed, found: Response | Failure, *, at: dt.datetime, read: Read = extract) -> None:
    """The text stands beside its snapshot, or the item says why not. Where the feed gave no title, author or date, the item
    has the page's; what the feed said stays."""
    _settle(claimed, take_out(claimed, found, read=read), at)


def _settle(claimed: Claimed, page: Page | Failure, at: dt.datetime) -> None:
    if isinstance(page, Failure):
        _fail(claimed, page, at)
        return
    try:
        _keep(claimed, page.response, page.extracted, at)
    except snapshots.CannotKeep as error:
        _fail(claimed, Failure(str(error), may_pass=True), at)
    else:
        syndicated.recognise(claimed.item_id)


def _compare(page: Extracted, claimed: Claimed) -> None:
    """Raises NoArticle where the page shows far less than the feed itself: a teaser before a paywall must not stand for the
    whole text that the feed gave."""
    if len(page.text) * 2 < claimed.feed_length:
        raise NoArticle(
            f"The page shows {len(page.text):,} characters where the feed itself has {claimed.feed_length:,};"
            " the feed's text stands."
        )


def _keep(claimed: Claimed, found: Response, page: Extracted, at: dt.datetime) -> None:
    snapshot = snapshots.keep(
        found.body,
        url=found.final_url,
        media_type=found.content_type.partition(";")[0].strip(),
        headers=found.headers,
        at=at,
    )
    title = page.title if claimed.lacks_title else ""
    author = page.author if claimed.lacks_author else ""
    dated = _dated(page, at) if claimed.lacks_date else dates.UNKNOWN
    text = _without_title(page.text, title or claimed.title)
    with transaction.atomic():
        FullText.objects.get_or_create(
            revision_id=claimed.revision_id,
            defaults={
                "snapshot": snapshot,
                "text": text,
                "sha256": hashlib.sha256(text.encode()).hexdigest(),
                "declared_url": page.canonical_url,
                "title": title,
                "author": author,
                "published_date": dated.at.date() if dated.at else None,
                "extractor": page.extractor,
                "extracted_at": at,
            },
        )
        said = ({"title": title} if title else {}) | ({"author": author} if author else {})
        _of(claimed).update(
            extract_state=ExtractState.DONE, extract_after=None, last_error="", **said, **_times(claimed, dated)
        )


def _dated(page: Extracted, at: dt.datetime) -> dates.Dated:
    return dates.read(page.published.isoformat(), guess=None, at=at) if page.published else dates.UNKNOWN


def _times(claimed: Claimed, dated: dates.Dated) -> dict[str, object]:
    """What the page's day changes in the item."""
    if dated.at is None:
        return {}
    times: dict[str, object] = {
        "published_at": dated.at,
        "published_precision": DatePrecision.DAY,
        "is_dated_by_page": True,
    }
    return times | ({"reported_at": dated.at} if dated.at + _OLD <= claimed.first_seen_at else {})


def try_again(item_ids: Iterable[int]) -> int:
    """Pages that could not be read wait to be read again, as if for the first time. Returns how many."""
    failed = Item.objects.filter(pk__in=list(item_ids), extract_state=ExtractState.FAILED)
    # Its language is found anew as well, from the words of the page, and so it is indexed anew.
    fresh = {"extract_attempts": 0, "extract_after": None, "last_error": "", "language_version": ""}
    return failed.update(extract_state=ExtractState.PENDING, **fresh)


def _without_title(text: str, title: str) -> str:
    """Pages begin with their headline, which the item has already."""
    first, _, rest = text.partition("\n\n")
    return rest if rest and first.casefold().split() == title.casefold().split() else text


def _fail(claimed: Claimed, failure: Failure, at: dt.datetime) -> None:
    if failure.put_off is not None:
        after = at + dt.timedelta(seconds=failure.put_off)
        _of(claimed).update(extract_attempts=claimed.attempt - 1, extract_after=after)
        return
    if failure.is_forbidden:
        _of(claimed).update(
            extract_state=ExtractState.NOT_ALLOWED, extract_after=None, last_error=failure.message[:500]
        )
        return
    is_last = not failure.may_pass or claimed.attempt >= MOST_ATTEMPTS
    wait = max(_FIRST_WAIT * 3 ** (claimed.attempt - 1), dt.timedelta(seconds=failure.retry_after))
    _of(claimed).update(
        extract_state=ExtractState.FAILED if is_last else ExtractState.PENDING,
        extract_after=None if is_last else at + wait,
        last_error=failure.message[:500],
    )


def _of(claimed: Claimed) -> ItemQuerySet:
    """The item, unless a newer revision has put it back in the queue meanwhile."""
    return Item.objects.filter(pk=claimed.item_id, current_id=claimed.revision_id, extract_state=ExtractState.PENDING)
