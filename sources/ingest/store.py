"""Writes what one look at a feed brought: items, revisions, the fetch and the feed's state. The only writer of these.

Everything of one look is one transaction under a lock on the feed's row: after a crash there is all of it or nothing.
Obeys the feed's reuse policy: what its terms do not allow is never written.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from django.db import IntegrityError, transaction

from sources.ingest import holds, moves, pace
from sources.ingest.keep import Kept, keep
from sources.ingest.normalise import Publication
from sources.ingest.recognise import Seen
from sources.models import Feed, Fetch, FetchState, Snapshot

_MAX_MESSAGE = 500
_WITHDRAWN = "Its publisher has withdrawn the feed for good, so it is switched off; its items stay."
#: Fewer than a fifth of the usual number of entries is no news, it is a fault at the source.
_DROP = 5
_FEED_STATE = [
    *("last_state", "last_fetch_at", "claimed_until", "last_success_at", "last_error", "consecutive_failures"),
    *("usual_entries", "oldest_entry_at", "etag", "last_modified", "document_hash", "next_check_at", "held_at"),
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
    document_hash: str = ""
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
    try:
        return _record(feed_id, look, interval, snapshot)
    except IntegrityError:
        # Another feed may have stored the same article at this moment: then it is seen now, and this is a sighting of it.
        return _record(feed_id, look, interval, snapshot)


def _record(feed_id: int, look: Look, interval: dt.timedelta, snapshot: Snapshot | None) -> Fetch | None:
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
        kept = keep(feed, look.publications, at=look.finished_at)
        state = look.state or _state(feed, look, kept)
        fetch = Fetch.objects.create(
            feed=feed,
            started_at=look.started_at,
            finished_at=look.finished_at,
            state=state,
            http_status=look.http_status,
            final_url=look.final_url[:2000],
            size=look.size,
            entries=len(look.publications),
            new_items=kept.new,
            changed_items=kept.changed,
            carried_items=kept.carried,
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


def _state(feed: Feed, look: Look, kept: Kept) -> FetchState:
    entries = len(look.publications)
    if not entries:
        return FetchState.EMPTY
    if feed.usual_entries >= _DROP and entries * _DROP < feed.usual_entries:
        return FetchState.SUSPICIOUS_DROP
    return FetchState.NEW if kept.is_news else FetchState.UNCHANGED


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
        feed.document_hash = look.document_hash
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
