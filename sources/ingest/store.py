"""Writes what one look at a feed brought: items, revisions, the fetch and the feed's state. The only writer of these.

Everything of one look is one transaction under a lock on the feed's row: after a crash there is all of it or nothing.
Obeys the feed's reuse policy: what its terms do not allow is never written.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import Max, OuterRef, Q, Subquery

from sources.ingest import holds, moves, pace
from sources.ingest.dedupe import Decision, Known, Verdict, decide, title_key, url_key
from sources.ingest.normalise import Publication
from sources.ingest.recognise import Seen
from sources.models import ExtractState, Feed, Fetch, FetchState, Item, ReusePolicy, Revision, Snapshot

_MAX_MESSAGE = 500
_WITHDRAWN = "Its publisher has withdrawn the feed for good, so it is switched off; its items stay."
#: Fewer than a fifth of the usual number of entries is no news, it is a fault at the source.
_DROP = 5
_FEED_STATE = [
    *("last_state", "last_fetch_at", "claimed_until", "last_success_at", "last_error", "consecutive_failures"),
    *("usual_entries", "oldest_entry_at", "etag", "last_modified", "next_check_at", "held_at"),
    *("usual_title", "usual_language", "usual_domains", "url", "moved_to", "moved_looks"),
    *("is_active", "is_switched_by_person", "retired_at"),
]
_BACK_OFF = {FetchState.BLOCKED, FetchState.FAILED, FetchState.QUARANTINED}


@dataclass(frozen=True, slots=True)
class Document:
    """The bytes that were read, for keeping where the terms allow it."""

    body: bytes
    media_type: str
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at a feed brought. ``state`` is set where it brought no document; else storing finds it."""

    started_at: dt.datetime
    finished_at: dt.datetime
    state: FetchState | None = None
    message: str = ""
    http_status: int | None = None
    final_url: str = ""
    size: int = 0
    etag: str = ""
    last_modified: str = ""
    retry_after: int | None = None
    publications: tuple[Publication, ...] = ()
    skipped: tuple[str, ...] = ()
    document: Document | None = None
    #: The address that was asked for, where it says that it moved for good, and whether it says that it is gone for good.
    asked: str = ""
    moved_to: str = ""
    is_withdrawn: bool = False
    #: What the document looks like; None where there was none to look at.
    seen: Seen | None = None

    @property
    def is_answer(self) -> bool:
        """Whether the feed showed entries, or said that they are the same."""
        return bool(self.publications) or self.state is FetchState.UNCHANGED


def record(feed_id: int, look: Look, *, interval: dt.timedelta, snapshot: Snapshot | None = None) -> Fetch | None:
    """Everything the look brought stands afterwards, with one Fetch that says how it ended; None where the feed is gone.

    Raises what the database raises where it refuses a row; then nothing of the look is written.
    """
    with transaction.atomic():
        feed = Feed.objects.select_for_update().filter(pk=feed_id).first()
        if feed is None:
            return None
        suspicion = (
            holds.suspect(feed, seen=look.seen, asked=look.asked, target=look.moved_to) if look.is_answer else None
        )
        seen, is_withdrawn = look.seen, look.is_withdrawn and look.asked == feed.url
        if suspicion is not None:
            look, snapshot = _held(look, suspicion.reason), None
            if not suspicion.is_known:
                holds.hold(feed, suspicion, seen=seen, at=look.finished_at)
        elif is_withdrawn:
            look = replace(look, message=f"{look.message} {_WITHDRAWN}")
            moves.retire(feed, at=look.finished_at)
        new, changed = _store_items(feed, look) if look.publications else (0, 0)
        state = look.state or _state(feed, look, new + changed)
        fetch = Fetch.objects.create(
            feed=feed,
            started_at=look.started_at,
            finished_at=look.finished_at,
            state=state,
            http_status=look.http_status,
            final_url=look.final_url[:2000],
            size=look.size,
            entries=len(look.publications),
            new_items=new,
            changed_items=changed,
            skipped_entries=len(look.skipped),
            oldest_entry_at=_oldest(feed, look, state),
            message=_message(look, state, feed)[:_MAX_MESSAGE],
            snapshot=snapshot,
        )
        _update_feed(feed, look, fetch, interval)
        _follow(feed, look, fetch)
        feed.save(update_fields=_FEED_STATE)
    return fetch


def _held(look: Look, reason: str) -> Look:
    return replace(look, state=FetchState.QUARANTINED, message=reason, publications=(), document=None)


def quarantined(look: Look, error: Exception) -> Look:
    """The same look, set aside: the database refused what it brought, so a person has to see it."""
    return replace(
        look,
        state=FetchState.QUARANTINED,
        message=f"What the feed brought could not be stored ({type(error).__name__}); it is set aside for a person.",
        publications=(),
        document=None,
        moved_to="",  # it may be what the database refused
    )


def _state(feed: Feed, look: Look, news: int) -> FetchState:
    entries = len(look.publications)
    if not entries:
        return FetchState.EMPTY
    if feed.usual_entries >= _DROP and entries * _DROP < feed.usual_entries:
        return FetchState.SUSPICIOUS_DROP
    return FetchState.NEW if news else FetchState.UNCHANGED


def _message(look: Look, state: FetchState, feed: Feed) -> str:
    if look.message:
        return look.message
    if state is FetchState.EMPTY:
        return "The feed answers, but there is nothing in it."
    if state is FetchState.SUSPICIOUS_DROP:
        return f"{len(look.publications)} entries where there are usually about {feed.usual_entries}."
    return " ".join(look.skipped[:3])


def _oldest(feed: Feed, look: Look, state: FetchState) -> dt.datetime | None:
    """How far back the document reached. An unchanged document reaches as far as it did."""
    if state is FetchState.UNCHANGED and not look.publications:
        return feed.oldest_entry_at
    return min((entry.published_at for entry in look.publications if entry.published_at), default=None)


# ------------------------------------------------------------------------------------------------ items
def _store_items(feed: Feed, look: Look) -> tuple[int, int]:
    decisions = decide(look.publications, _known(feed, look.publications))
    new = [decision for decision in decisions if decision.verdict is Verdict.NEW]
    changed = [decision for decision in decisions if decision.verdict is Verdict.CHANGED]
    items = Item.objects.bulk_create([_item(feed, decision, look.finished_at) for decision in new], batch_size=500)
    numbers = _last_numbers([decision.item_id for decision in changed if decision.item_id is not None])
    revisions = [
        *(_revision(feed, decision, item.pk, 1, look.finished_at) for item, decision in zip(items, new, strict=True)),
        *(
            _revision(feed, decision, decision.item_id, numbers[decision.item_id] + 1, look.finished_at)
            for decision in changed
            if decision.item_id is not None
        ),
    ]
    Revision.objects.bulk_create(revisions, batch_size=500)
    _point_to_newest([revision.item_id for revision in revisions])
    _bring_up_to_date(feed, changed)
    return len(new), len(changed)


def _known(feed: Feed, publications: Sequence[Publication]) -> list[Known]:
    """The feed's items that any of these entries could be."""
    keys = {entry.external_id for entry in publications} | {url_key(entry) for entry in publications}
    keys |= {title_key(entry) for entry in publications}
    addresses = {entry.canonical_url for entry in publications if entry.canonical_url}
    rows = (
        Item.objects.filter(feed=feed)
        .filter(Q(external_id__in=keys) | Q(canonical_url__in=addresses))
        .values_list("pk", "external_id", "canonical_url", "title", "current__content_hash")
    )
    return [Known(pk, key, url, title, content_hash or "") for pk, key, url, title, content_hash in rows]


def _item(feed: Feed, decision: Decision, at: dt.datetime) -> Item:
    entry = decision.publication
    return Item(
        feed=feed,
        external_id=decision.external_id,
        url=entry.url,
        canonical_url=entry.canonical_url,
        title=entry.title,
        author=entry.author,
        published_at=entry.published_at,
        published_precision=entry.precision,
        first_seen_at=at,
        reported_at=entry.published_at or at,
        extract_state=_extract_state(feed, entry),
        last_error=_extract_error(feed, entry),
    )


def _revision(feed: Feed, decision: Decision, item_id: int, number: int, at: dt.datetime) -> Revision:
    entry = decision.publication
    text = entry.text if ReusePolicy(feed.reuse_policy).stores_feed_text else ""
    return Revision(
        item_id=item_id, number=number, title=entry.title, text=text, content_hash=entry.content_hash, seen_at=at
    )


def _extract_state(feed: Feed, entry: Publication) -> ExtractState:
    if not ReusePolicy(feed.reuse_policy).stores_full_text:
        return ExtractState.NOT_ALLOWED
    return ExtractState.PENDING if entry.url else ExtractState.FAILED


def _extract_error(feed: Feed, entry: Publication) -> str:
    return "The entry has no link that can be followed." if _extract_state(feed, entry) is ExtractState.FAILED else ""


def _last_numbers(item_ids: list[int]) -> dict[int, int]:
    rows = Revision.objects.filter(item__in=item_ids).values_list("item").annotate(last=Max("number"))
    return dict(rows)


def _point_to_newest(item_ids: list[int]) -> None:
    newest = Revision.objects.filter(item=OuterRef("pk")).order_by("-number").values("pk")[:1]
    Item.objects.filter(pk__in=item_ids).update(current=Subquery(newest))


def _bring_up_to_date(feed: Feed, changed: Sequence[Decision]) -> None:
    """A changed entry is read anew: its page, its language. Its story stays, and so does when it was first published,
    unless that was not known. No date says that it changed: feeds move those as they like."""
    by_item = {decision.item_id: decision.publication for decision in changed if decision.item_id is not None}
    items = list(Item.objects.filter(pk__in=by_item))
    for item in items:
        entry = by_item[item.pk]
        item.title, item.url, item.canonical_url = entry.title, entry.url, entry.canonical_url
        item.author = entry.author
        item.extract_state, item.extract_attempts, item.extract_after = _extract_state(feed, entry), 0, None
        item.last_error = _extract_error(feed, entry)
        item.language_version = ""
        if item.published_at is None and entry.published_at is not None:
            item.published_at, item.published_precision = entry.published_at, entry.precision
            item.reported_at = min(entry.published_at, item.first_seen_at)
    fields = ["title", "url", "canonical_url", "author", "extract_state", "extract_attempts", "extract_after"]
    fields += ["last_error", "language_version", "published_at", "published_precision", "reported_at"]
    Item.objects.bulk_update(items, fields, batch_size=200)


# ------------------------------------------------------------------------------------------------ the feed
def _update_feed(feed: Feed, look: Look, fetch: Fetch, interval: dt.timedelta) -> None:
    state = FetchState(fetch.state)
    feed.last_state = state
    feed.last_fetch_at = look.finished_at
    feed.claimed_until = None
    if state.is_success:
        feed.last_success_at, feed.last_error, feed.consecutive_failures = look.finished_at, "", 0
    else:
        feed.last_error = fetch.message
        feed.consecutive_failures += 1
    if look.publications:
        feed.usual_entries = _usual(feed.usual_entries, len(look.publications))
        feed.oldest_entry_at = fetch.oldest_entry_at
    # A document that was not taken in whole is asked for in full the next time.
    if state.is_success and look.publications:
        feed.etag = look.etag if len(look.etag) <= 500 else ""
        feed.last_modified = look.last_modified if len(look.last_modified) <= 100 else ""
    elif not state.is_success:
        feed.etag = feed.last_modified = ""
    feed.next_check_at = pace.next_look(
        at=look.finished_at,
        interval=interval,
        failures=feed.consecutive_failures if state in _BACK_OFF else 0,
        is_idle=state is FetchState.UNCHANGED and _is_idle(feed),
        retry_after=look.retry_after,
        key=str(feed.pk),
    )


def _follow(feed: Feed, look: Look, fetch: Fetch) -> None:
    """What the look says about the feed itself: how it usually looks, and where it moved."""
    if look.publications and look.seen is not None:
        holds.learn(feed, holds.usual(feed).learn(look.seen))
    moves.note(
        feed,
        asked=look.asked,
        target=look.moved_to,
        is_success=FetchState(fetch.state).is_success,
        at=look.finished_at,
    )


def _usual(usual: int, entries: int) -> int:
    """A slow average: one short document does not change what is usual, twenty do."""
    return entries if not usual else round(usual * 0.9 + entries * 0.1)


def _is_idle(feed: Feed) -> bool:
    """Whether the last looks brought nothing new."""
    last = Fetch.objects.filter(feed=feed).order_by("-started_at").values_list("state", flat=True)[:4]
    return len(last) == 4 and set(last) == {FetchState.UNCHANGED}
