"""Reads the pages that ``turns`` claimed: fetch, extract, and have ``settle`` write what was found. Nothing is fetched or
extracted inside a transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from django.db import DatabaseError, InterfaceError, OperationalError

from sources.ingest import lanes
from sources.ingest.extract import Extracted, NoArticle, extract
from sources.ingest.fetch import Fetcher, FetchError, Response
from sources.ingest.manners import TooSoon
from sources.ingest.page_reader import Broken
from sources.ingest.robots import Forbidden, Robots
from sources.ingest.settle import Failure, Page, settle
from sources.ingest.turns import Claimed
from sources.models import ExtractState, Item
from sources.querysets import ItemQuerySet

#: A page that broke its reader gets one more turn, since a busy machine may have been the cause.
MOST_BROKEN = 2
#: How long the other pages of a feed wait once one of them broke its reader, in seconds.
_REST = 600
#: Pages that are written in one transaction, and how many bytes of them are held until then.
_WRITTEN_AT_ONCE = 40
_BYTES_AT_ONCE = 20_000_000
ACCEPT = "text/html, application/xhtml+xml, application/pdf;q=0.9, */*;q=0.5"


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
    batch = _Batch({item.item_id: item for item in claimed}, now)
    rows = lanes.lay(claimed, per_host=per_host)
    try:
        with (
            ThreadPoolExecutor(1, thread_name_prefix="page") as ahead,
            closing(lanes.work_off(rows, retrieve, at_once=at_once, is_over=is_over)) as found,
        ):
            for turn, page in _one_ahead(found, partial(_take_out, read, set()), ahead):
                batch.add(turn, page)
        batch.write()
    finally:
        break_off(batch.unfinished.values(), at_fault=batch.at_fault, at=now())


@dataclass(slots=True)
class _Batch:
    """Pages that were read and wait to be written together, and all that are not written yet, by item."""

    unfinished: dict[int, Claimed]
    now: Callable[[], dt.datetime]
    at_fault: Claimed | None = None
    _found: list[tuple[Claimed, Page | Failure]] = field(default_factory=list)
    _bytes: int = 0

    def add(self, turn: Claimed, page: Page | Failure) -> None:
        self._found.append((turn, page))
        self._bytes += len(page.response.body) if isinstance(page, Page) else 0
        if len(self._found) >= _WRITTEN_AT_ONCE or self._bytes >= _BYTES_AT_ONCE:
            self.write()

    def write(self) -> None:
        """All at once where nothing is wrong with any of it, else one by one, so that a page which the database refuses
        costs the others nothing but their turn."""
        try:
            self._write(self._found)
        except (OperationalError, InterfaceError):
            raise  # the database itself is at fault
        except (DatabaseError, ValueError):
            for one in self._found:
                self.at_fault = one[0]
                self._write([one])
                self.at_fault = None
        self._found, self._bytes = [], 0

    def _write(self, found: Sequence[tuple[Claimed, Page | Failure]]) -> None:
        settle(found, at=self.now())
        for turn, _ in found:
            del self.unfinished[turn.item_id]


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
            settle([(claimed, Failure("Reading the page was broken off.", may_pass=True))], at=at)
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
    """One page, all the way: see ``settle``."""
    settle([(claimed, take_out(claimed, found, read=read))], at=at)


def _compare(page: Extracted, claimed: Claimed) -> None:
    """Raises NoArticle where the page shows far less than the feed itself: a teaser before a paywall must not stand for the
    whole text that the feed gave."""
    if len(page.text) * 2 < claimed.feed_length:
        raise NoArticle(
            f"The page shows {len(page.text):,} characters where the feed itself has {claimed.feed_length:,};"
            " the feed's text stands."
        )


def try_again(item_ids: Iterable[int]) -> int:
    """Pages that could not be read wait to be read again, as if for the first time. Returns how many."""
    failed = Item.objects.filter(pk__in=list(item_ids), extract_state=ExtractState.FAILED)
    # Its language is found anew as well, from the words of the page, and so it is indexed anew.
    fresh = {"extract_attempts": 0, "extract_after": None, "last_error": "", "language_version": ""}
    return failed.update(extract_state=ExtractState.PENDING, **fresh)


def _of(claimed: Claimed) -> ItemQuerySet:
    """The item, unless a newer revision has put it back in the queue meanwhile."""
    return Item.objects.filter(pk=claimed.item_id, current_id=claimed.revision_id, extract_state=ExtractState.PENDING)
