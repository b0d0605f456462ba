"""Writes what was found on article pages: texts beside their snapshots, and what the items say now. Many at once, since a
transaction for each page costs as much as reading it. Called by ``full_text`` and by nothing else.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction

from sources import snapshots
from sources.ingest import dates, rows, syndicated
from sources.ingest.extract import Extracted
from sources.ingest.fetch import Response
from sources.ingest.turns import MOST_ATTEMPTS, Claimed
from sources.models import DatePrecision, ExtractState, FullText, Item, Snapshot
from sources.snapshots import Retrieval

_FIRST_WAIT = dt.timedelta(minutes=2)
#: A page's day says when something was reported only where it is that long past when we first saw it: nearer than that, the
#: time of first sight is the better known, and a report must not fall behind an edition that is already made.
_OLD = dt.timedelta(days=2)
_WRITTEN = (
    *("extract_state", "extract_attempts", "extract_after", "last_error", "title", "author"),
    *("published_at", "published_precision", "is_dated_by_page", "reported_at"),
)


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


def settle(found: Sequence[tuple[Claimed, Page | Failure]], *, at: dt.datetime) -> None:
    """Each text stands beside its snapshot, or its item says why there is none. Where the feed gave no title, author or date,
    the item has the page's; what the feed said stays. All of them or, where the database refuses one, none.

    An item that a newer revision has put back in the queue meanwhile waits on; the text of the older one is kept.
    """
    taken: list[_Taken] = []
    failed: list[tuple[Claimed, Failure]] = []
    for claimed, page in found:
        if isinstance(page, Failure):
            failed.append((claimed, page))
            continue
        try:
            taken.append(_take(claimed, page, at))
        except snapshots.CannotKeep as error:
            failed.append((claimed, Failure(str(error), may_pass=True)))
    with transaction.atomic():
        items = _waiting([claimed for claimed, _ in found])
        _keep(taken, at)
        for one in taken:
            if (item := items.get(one.claimed)) is not None:
                _say(item, one)
        for claimed, failure in failed:
            if (item := items.get(claimed)) is not None:
                _fail(item, claimed, failure, at)
        rows.update(list(items.values()), _WRITTEN)
    syndicated.recognise([one.claimed.item_id for one in taken])


@dataclass(frozen=True, slots=True)
class _Taken:
    """A page whose bytes are kept, and what of it goes into the library."""

    claimed: Claimed
    page: Extracted
    retrieval: Retrieval
    title: str
    author: str
    dated: dates.Dated

    @property
    def text(self) -> str:
        return _without_title(self.page.text, self.title or self.claimed.title)


def _take(claimed: Claimed, page: Page, at: dt.datetime) -> _Taken:
    """The file of the page's bytes stands. Raises CannotKeep."""
    response, extracted = page.response, page.extracted
    retrieval = snapshots.write(
        response.body,
        url=response.final_url,
        media_type=response.content_type.partition(";")[0].strip(),
        headers=response.headers,
        at=at,
    )
    return _Taken(
        claimed,
        extracted,
        retrieval,
        title=extracted.title if claimed.lacks_title else "",
        author=extracted.author if claimed.lacks_author else "",
        dated=_dated(extracted, at) if claimed.lacks_date else dates.UNKNOWN,
    )


def _waiting(claimed: Iterable[Claimed]) -> dict[Claimed, Item]:
    """The items, locked, but for those that a newer revision has put back in the queue meanwhile."""
    by_item = {one.item_id: one for one in claimed}
    items = Item.objects.filter(pk__in=by_item, extract_state=ExtractState.PENDING).select_for_update(no_key=True)
    found = items.only("current_id", *_WRITTEN).order_by("pk")
    return {by_item[item.pk]: item for item in found if item.current_id == by_item[item.pk].revision_id}


def _keep(taken: Sequence[_Taken], at: dt.datetime) -> None:
    stored = snapshots.record([one.retrieval for one in taken])
    texts = [_full_text(one, snapshot, at) for one, snapshot in zip(taken, stored, strict=True)]
    FullText.objects.bulk_create(texts, ignore_conflicts=True)


def _full_text(one: _Taken, snapshot: Snapshot, at: dt.datetime) -> FullText:
    text = one.text
    return FullText(
        revision_id=one.claimed.revision_id,
        snapshot=snapshot,
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        declared_url=one.page.canonical_url,
        title=one.title,
        author=one.author,
        published_date=one.dated.at.date() if one.dated.at else None,
        extractor=one.page.extractor,
        extracted_at=at,
    )


def _without_title(text: str, title: str) -> str:
    """Pages begin with their headline, which the item has already."""
    first, _, rest = text.partition("\n\n")
    return rest if rest and first.casefold().split() == title.casefold().split() else text


# ------------------------------------------------------------------------------------------------ what the item says
def _say(item: Item, one: _Taken) -> None:
    item.extract_state, item.extract_after, item.last_error = ExtractState.DONE, None, ""
    item.title, item.author = one.title or item.title, one.author or item.author
    if one.dated.at is not None:
        item.published_at, item.published_precision, item.is_dated_by_page = one.dated.at, DatePrecision.DAY, True
        if one.dated.at + _OLD <= one.claimed.first_seen_at:
            item.reported_at = one.dated.at


def _dated(page: Extracted, at: dt.datetime) -> dates.Dated:
    return dates.read(page.published.isoformat(), guess=None, at=at) if page.published else dates.UNKNOWN


def _fail(item: Item, claimed: Claimed, failure: Failure, at: dt.datetime) -> None:
    if failure.put_off is not None:
        item.extract_attempts, item.extract_after = claimed.attempt - 1, at + dt.timedelta(seconds=failure.put_off)
        return
    item.last_error, item.extract_after = failure.message[:500], None
    if failure.is_forbidden:
        item.extract_state = ExtractState.NOT_ALLOWED
    elif not failure.may_pass or claimed.attempt >= MOST_ATTEMPTS:
        item.extract_state = ExtractState.FAILED
    else:
        wait = _FIRST_WAIT * 3 ** (claimed.attempt - 1)
        item.extract_after = at + max(wait, dt.timedelta(seconds=failure.retry_after))
