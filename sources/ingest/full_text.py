"""Reads the pages of items whose source allows it: claim, fetch, extract, keep.

A claim puts the item's next turn ahead and counts the attempt before anything is fetched, so that a page that kills its
worker is tried five times and then left. Nothing is fetched or extracted inside a transaction.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from sources import snapshots
from sources.ingest.extract import EXTRACTOR, NoArticle, extract
from sources.ingest.fetch import Fetcher, FetchError, Response
from sources.ingest.robots import Forbidden, Robots, TooSoon
from sources.models import ExtractState, FullText, Item, ReusePolicy
from sources.querysets import ItemQuerySet

MOST_ATTEMPTS = 5
#: How long a claimed item is left alone. Longer than a batch may take.
LEASE = dt.timedelta(minutes=15)
_FIRST_WAIT = dt.timedelta(minutes=2)
ACCEPT = "text/html, application/xhtml+xml, */*;q=0.5"


@dataclass(frozen=True, slots=True)
class Claimed:
    """An item whose page is ours to read."""

    item_id: int
    revision_id: int
    url: str
    title: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a page was not read, and whether trying again makes sense. ``is_forbidden``: the site asks us not to.
    ``put_off``: it is not our turn yet for so many seconds, and nothing was tried."""

    message: str
    may_pass: bool
    is_forbidden: bool = False
    put_off: int | None = None


def claim(*, limit: int, at: dt.datetime) -> list[Claimed]:
    """Items to read now; nobody else gets them for the length of the lease."""
    claimed: list[Claimed] = []
    with transaction.atomic():
        items = list(
            Item.objects.to_extract(at)
            .select_related("feed")
            .select_for_update(skip_locked=True, of=("self",))
            .order_by("id")[:limit]
        )
        for item in items:
            item.extract_attempts += 1
            item.extract_after = at + LEASE
            if item.current_id is None or not ReusePolicy(item.feed.reuse_policy).stores_full_text:
                item.extract_state, item.extract_after = ExtractState.NOT_ALLOWED, None
            elif item.extract_attempts > MOST_ATTEMPTS:
                item.extract_state, item.extract_after = ExtractState.FAILED, None
                item.last_error = item.last_error or "Reading the page was broken off each time."
            else:
                claimed.append(Claimed(item.pk, item.current_id, item.url, item.title, item.extract_attempts))
        Item.objects.bulk_update(items, ["extract_attempts", "extract_after", "extract_state", "last_error"])
    return claimed


def retrieve(fetcher: Fetcher, robots: Robots, claimed: Claimed) -> Response | Failure:
    """The page, where its site's robots.txt and that of every redirect allow it. Touches no database, so that threads may
    call it."""
    try:
        robots.check(claimed.url)
        robots.wait_turn(claimed.url)
        return fetcher.get(claimed.url, accept=ACCEPT, before_redirect=robots.check)
    except FetchError as error:
        return Failure(
            error.message,
            error.may_pass,
            is_forbidden=isinstance(error, Forbidden),
            put_off=error.retry_after if isinstance(error, TooSoon) else None,
        )


def finish(claimed: Claimed, found: Response | Failure, *, at: dt.datetime) -> bool:
    """The text stands beside its snapshot, or the item says why not. Whether there is a text."""
    if isinstance(found, Failure):
        _fail(claimed, found, at)
        return False
    try:
        text = _without_title(extract(found.body, content_type=found.content_type), claimed.title)
    except NoArticle as error:
        _fail(claimed, Failure(str(error), may_pass=False), at)
        return False
    snapshot = snapshots.keep(
        found.body,
        url=found.final_url,
        media_type=found.content_type.partition(";")[0].strip(),
        headers=found.headers,
        at=at,
    )
    with transaction.atomic():
        FullText.objects.get_or_create(
            revision_id=claimed.revision_id,
            defaults={
                "snapshot": snapshot,
                "text": text,
                "sha256": hashlib.sha256(text.encode()).hexdigest(),
                "extractor": EXTRACTOR,
                "extracted_at": at,
            },
        )
        _of(claimed).update(extract_state=ExtractState.DONE, extract_after=None, last_error="")
    return True


def break_off(unfinished: Iterable[Claimed], *, at_fault: Claimed | None, at: dt.datetime) -> None:
    """The worker ran out of time. The page it was reading has used up a turn; the others get theirs back, at once."""
    for claimed in unfinished:
        if claimed == at_fault:
            _fail(claimed, Failure("Reading the page took too long.", may_pass=True), at)
        else:
            _of(claimed).update(extract_attempts=claimed.attempt - 1, extract_after=None)


def try_again(item_ids: Iterable[int]) -> int:
    """Pages that could not be read wait to be read again, as if for the first time. Returns how many."""
    failed = Item.objects.filter(pk__in=list(item_ids), extract_state=ExtractState.FAILED)
    return failed.update(extract_state=ExtractState.PENDING, extract_attempts=0, extract_after=None, last_error="")


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
    _of(claimed).update(
        extract_state=ExtractState.FAILED if is_last else ExtractState.PENDING,
        extract_after=None if is_last else at + _FIRST_WAIT * 3 ** (claimed.attempt - 1),
        last_error=failure.message[:500],
    )


def _of(claimed: Claimed) -> ItemQuerySet:
    """The item, unless a newer revision has put it back in the queue meanwhile."""
    return Item.objects.filter(pk=claimed.item_id, current_id=claimed.revision_id, extract_state=ExtractState.PENDING)
