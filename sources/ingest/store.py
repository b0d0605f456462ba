"""Writes what one look at a feed brought: items, revisions, the fetch and the feed's state. The only writer of these.

Everything of one look is one transaction under a lock on the feed's row: after a crash there is all of it or nothing.
Obeys the feed's reuse policy: what its terms do not allow is never written.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import IntegrityError, connection, transaction

from sources import snapshots
from sources.ingest import holds, moves, pace, rows
from sources.ingest.keep import Brought, Kept, keep
from sources.ingest.normalise import Publication
from sources.ingest.push import NO_OFFER, Offer
from sources.ingest.recognise import Seen
from sources.models import Feed, Fetch, FetchState, Snapshot
from sources.snapshots import Retrieval

_MAX_MESSAGE = 500
_WITHDRAWN = "Its publisher has withdrawn the feed for good, so it is switched off; its items stay."
#: Fewer than a fifth of the usual number of entries is no news, it is a fault at the source.
_DROP = 5
_FEED_STATE = [
    *("last_state", "last_fetch_at", "claimed_until", "last_success_at", "last_error", "consecutive_failures"),
    *("usual_entries", "oldest_entry_at", "etag", "last_modified", "document_hash", "entries_hash"),
    *("next_check_at", "held_at"),
    *("usual_title", "usual_language", "usual_domains", "url", "moved_to", "moved_looks"),
    *("idle_looks", "stays_for", "publication_gap", "hub", "hub_topic"),
    *("is_active", "is_switched_by_person", "retired_at"),
]
_BACK_OFF = {FetchState.BLOCKED, FetchState.FAILED, FetchState.QUARANTINED}


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
    #: What the server asked for where it refused; how long document and server say that it stays as it is. Seconds.
    retry_after: int | None = None
    stays_for: int = 0
    publications: tuple[Publication, ...] = ()
    skipped: tuple[str, ...] = ()
    #: The document's bytes, where the terms allow keeping them; their file stands.
    retrieval: Retrieval | None = None
    document_hash: str = ""
    #: Of what its entries say, in any order: the same where only the document's own date or counters have changed.
    entries_hash: str = ""
    #: The address that was asked for, where it says that it moved for good, and whether it says that it is gone for good.
    asked: str = ""
    moved_to: str = ""
    is_withdrawn: bool = False
    #: What the document looks like; None where there was none to look at.
    seen: Seen | None = None
    #: The hub that the document offers.
    offer: Offer = NO_OFFER

    @property
    def is_answer(self) -> bool:
        """Whether the feed showed entries, or said that they are the same."""
        return bool(self.publications) or self.state is FetchState.UNCHANGED


@dataclass(frozen=True, slots=True)
class Found:
    """A look at one feed."""

    feed_id: int
    look: Look


def record(feed_id: int, look: Look, *, interval: dt.timedelta) -> Fetch | None:
    """Everything the look brought stands afterwards, with one Fetch that says how it ended; None where the feed is gone.

    Raises what the database raises where it refuses a row; then nothing of the look is written.
    """
    return next(iter(record_all([Found(feed_id, look)], interval=interval)), None)


def record_all(found: Sequence[Found], *, interval: dt.timedelta) -> list[Fetch]:
    """The same for looks at different feeds, in as few transactions as may be: one, unless two of the feeds brought the
    same article. All of one look, or nothing of it. Looks at feeds that are gone are left out."""
    fetches: list[Fetch] = []
    while found:
        try:
            done, found = _record(found, interval)
        except IntegrityError:
            # Somebody else may have stored the same article at this moment: then it is seen now, and this is a sighting.
            done, found = _record(found, interval)
        fetches += done
    return fetches


@dataclass(slots=True)
class _Step:
    """A look on its way into the library."""

    found: Found
    feed: Feed
    look: Look
    snapshot: Snapshot | None = None


def _record(found: Sequence[Found], interval: dt.timedelta) -> tuple[list[Fetch], list[Found]]:
    """What was recorded, and what has to wait for the next transaction."""
    with transaction.atomic():
        pks = [one.feed_id for one in found]
        feeds = {feed.pk: feed for feed in Feed.objects.select_for_update().filter(pk__in=pks).order_by("pk")}
        steps = [_judged(one, feeds[one.feed_id]) for one in found if one.feed_id in feeds]
        kept = keep([Brought(step.feed, step.look.publications, step.look.finished_at) for step in steps])
        done = [(step, one) for step, one in zip(steps, kept, strict=True) if not one.is_put_off]
        _record_documents([step for step, _ in done])
        fetches = Fetch.objects.bulk_create([_fetch(step, one) for step, one in done])
        for (step, _), fetch in zip(done, fetches, strict=True):
            _update_feed(step.feed, step.look, fetch, interval)
            _follow(step.feed, step.look, fetch)
        rows.update([step.feed for step, _ in done], _FEED_STATE)
        _count_days(fetches)
    return fetches, [step.found for step, one in zip(steps, kept, strict=True) if one.is_put_off]


_COUNTED = """
    INSERT INTO sources_feedday (feed_id, date, looks, successes, items)
    SELECT feed_id, date, sum(looks), sum(successes), sum(items)
      FROM unnest(%s::bigint[], %s::date[], %s::int[], %s::int[], %s::int[]) AS n (feed_id, date, looks, successes, items)
     GROUP BY 1, 2 ORDER BY 1, 2
        ON CONFLICT (feed_id, date) DO UPDATE
       SET looks = sources_feedday.looks + excluded.looks,
           successes = sources_feedday.successes + excluded.successes,
           items = sources_feedday.items + excluded.items
"""


def _count_days(fetches: Sequence[Fetch]) -> None:
    """The day of each look counts it, and what it brought."""
    if not fetches:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNTED,
            [
                [fetch.feed_id for fetch in fetches],
                [fetch.finished_at.astimezone(dt.UTC).date() for fetch in fetches],
                [1] * len(fetches),
                [int(FetchState(fetch.state).is_success) for fetch in fetches],
                [fetch.new_items + fetch.carried_items for fetch in fetches],
            ],
        )


def _judged(found: Found, feed: Feed) -> _Step:
    """The look as it may be stored: nothing of it where the feed looks like another one."""
    look = found.look
    suspicion = holds.suspect(feed, seen=look.seen, asked=look.asked, target=look.moved_to) if look.is_answer else None
    if suspicion is not None:
        if not suspicion.is_known:
            holds.hold(feed, suspicion, seen=look.seen, at=look.finished_at)
        look = _held(look, suspicion.reason)
    elif look.is_withdrawn and look.asked == feed.url:
        look = replace(look, message=f"{look.message} {_WITHDRAWN}")
        moves.retire(feed, at=look.finished_at)
    return _Step(found, feed, look)


def _record_documents(steps: Sequence[_Step]) -> None:
    with_document = [(step, step.look.retrieval) for step in steps if step.look.retrieval is not None]
    rows_of = snapshots.record([retrieval for _, retrieval in with_document])
    for (step, _), snapshot in zip(with_document, rows_of, strict=True):
        step.snapshot = snapshot


def _fetch(step: _Step, kept: Kept) -> Fetch:
    look, feed = step.look, step.feed
    state = look.state or _state(feed, look, kept)
    return Fetch(
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
        snapshot=step.snapshot,
    )


def _held(look: Look, reason: str) -> Look:
    return replace(look, state=FetchState.QUARANTINED, message=reason, publications=(), retrieval=None)


def quarantined(look: Look, error: Exception) -> Look:
    """The same look, set aside: what it brought cannot be stored, so a person has to see it."""
    return replace(
        look,
        state=FetchState.QUARANTINED,
        message=f"What the feed brought could not be stored ({type(error).__name__}); it is set aside for a person.",
        publications=(),
        retrieval=None,
        moved_to="",  # these may be what the database refused
        final_url="",
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
        feed.document_hash, feed.entries_hash = look.document_hash, look.entries_hash
        feed.hub, feed.hub_topic = look.offer.hub, look.offer.topic
    # A document that was not taken in whole is asked for in full the next time.
    if state.is_success and look.publications:
        feed.etag = look.etag if len(look.etag) <= 500 else ""
        feed.last_modified = look.last_modified if len(look.last_modified) <= 100 else ""
    elif not state.is_success:
        feed.etag = feed.last_modified = ""
    _pace_feed(feed, look, state, interval)


def _pace_feed(feed: Feed, look: Look, state: FetchState, interval: dt.timedelta) -> None:
    feed.idle_looks = feed.idle_looks + 1 if state is FetchState.UNCHANGED else 0
    if state.is_success and (look.stays_for or look.publications):  # "unchanged" alone takes nothing back
        feed.stays_for = min(look.stays_for, 2**31 - 1)
    if look.publications:
        feed.publication_gap = pace.gap(one.published_at for one in look.publications if one.published_at is not None)
    rhythm = pace.Rhythm(
        failures=feed.consecutive_failures if state in _BACK_OFF else 0,
        idle_looks=feed.idle_looks,
        publication_gap=feed.publication_gap,
        stays_for=feed.stays_for,
        retry_after=look.retry_after,
    )
    feed.next_check_at = pace.next_look(at=look.finished_at, interval=interval, rhythm=rhythm, key=str(feed.pk))


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
