"""One look at one feed, from its address to its rows: fetch, parse, normalise, store.

The network and the parsing come first and outside any transaction; then ``store`` writes it all at once. Whatever
happens, the look ends in one Fetch with one state. Must not claim feeds or read the clock: ``tasks`` does.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import InterfaceError, OperationalError

from sources import adapters, snapshots
from sources.ingest import holds, push, recognise, store, unchanged
from sources.ingest.ask import ask
from sources.ingest.fetch import BadAddress, Blocked, Fetcher, FetchError, Response, Withdrawn
from sources.ingest.normalise import Publication, Unusable, publication
from sources.models import Feed, Fetch, FetchState, ReusePolicy

logger = logging.getLogger(__name__)

#: The database itself is at fault: that goes out, the claim runs out and the feed is looked at again. Whatever else is
#: raised is the fault of what one feed brought, or ours in reading it, and would be raised at each look: it steps aside.
_NOT_THE_FEEDS = (OperationalError, InterfaceError)
#: After so many looks at which a server says "unchanged", it is asked for everything: some never say anything else.
TRUST = 24
#: Changes where adapters or ``normalise`` find more in a document than they did: then all are read anew.
READING = "3"


def look_at(
    feed: Feed, *, fetcher: Fetcher, at: dt.datetime, interval: dt.timedelta, appname: str = ""
) -> Fetch | None:
    """The feed has been looked at: a Fetch says how it ended, items stand, the next look is set.

    None where the feed was deleted meanwhile. ``interval`` is how long a feed that answers as usual is left alone.
    """
    return finish(feed, read(feed, fetcher=fetcher, at=at, appname=appname), interval=interval)


@dataclass(frozen=True, slots=True)
class Answered:
    """A document that was fetched and has not been read yet."""

    response: Response
    started_at: dt.datetime
    finished_at: dt.datetime


def read(feed: Feed, *, fetcher: Fetcher, at: dt.datetime, appname: str = "") -> store.Look:
    """What the feed's address holds. Touches no database, so that threads may call it. ``appname`` is what ReliefWeb
    knows this installation by."""
    found = ask_for(feed, fetcher=fetcher, at=at, appname=appname)
    return read_document(feed, found) if isinstance(found, Answered) else found


def ask_for(feed: Feed, *, fetcher: Fetcher, at: dt.datetime, appname: str = "") -> Answered | store.Look:
    """The first half of ``read``, which waits for others; the whole look where there is no document to read."""
    started = time.monotonic()
    is_trusted = (feed.idle_looks + 1) % TRUST != 0
    try:
        response = ask(
            fetcher,
            feed.url,
            wanted=feed.format,
            appname=appname,
            etag=feed.etag if is_trusted else "",
            last_modified=feed.last_modified if is_trusted else "",
        )
    except FetchError as error:
        return _refused(feed, error, at, _after(at, started))
    found = Answered(response, at, _after(at, started))
    return read_document(feed, found) if response.is_unchanged else found


def read_document(feed: Feed, found: Answered) -> store.Look:
    """The second half, which computes."""
    try:
        return _read(feed, found.response, found.started_at, found.finished_at)
    except Exception as error:
        # A fault of ours. Nothing of Celery's is raised here, and no feed may be silent about it.
        logger.exception("what a feed brought could not be read", extra={"feed": feed.pk})
        return _broken(feed, found.response, error, found.started_at, found.finished_at)


def finish_all(looks: Sequence[tuple[Feed, store.Look]], *, interval: dt.timedelta) -> None:
    """What was read stands in the library. All at once where nothing is wrong with any of it, else one by one, so that
    what the database refuses costs the others nothing. Where nothing was new, that is written in a shorter way."""
    at_rest = [(feed, look) for feed, look in looks if unchanged.says_nothing_else(feed, look)]
    try:
        done = unchanged.record_all(at_rest, interval=interval)
        looks = [(feed, look) for feed, look in looks if feed.pk not in done]
        store.record_all([store.Found(feed.pk, look) for feed, look in looks], interval=interval)
    except _NOT_THE_FEEDS:
        raise
    except Exception:  # whose fault it is shows one by one
        for feed, look in looks:
            finish(feed, look, interval=interval)


def finish(feed: Feed, look: store.Look, *, interval: dt.timedelta) -> Fetch | None:
    """What was read stands in the library. What the database refuses is set aside, and the Fetch says so."""
    try:
        return store.record(feed.pk, look, interval=interval)
    except _NOT_THE_FEEDS:
        raise
    except Exception as error:  # else the feed would be looked at again and again, and nobody would see why
        logger.exception("a look at a feed could not be stored", extra={"feed": feed.pk})
        return store.record(feed.pk, store.quarantined(look, error), interval=interval)


def _retrieval(
    feed: Feed, response: Response, sha256: str, seen: recognise.Seen, at: dt.datetime
) -> snapshots.Retrieval | None:
    """The document, kept where the terms allow it, and where nothing says that it is another feed's."""
    is_allowed = ReusePolicy(feed.reuse_policy).stores_full_text
    if not is_allowed or feed.held_at is not None or recognise.differences(holds.usual(feed), seen):
        return None
    return snapshots.write(
        response.body,
        sha256=sha256,
        url=response.final_url,
        media_type=response.content_type.partition(";")[0].strip(),
        headers=response.headers,
        at=at,
    )


def _after(at: dt.datetime, started: float) -> dt.datetime:
    return at + dt.timedelta(seconds=time.monotonic() - started)


def put_off(feed: Feed, error: FetchError, *, at: dt.datetime) -> store.Look:
    """The look at a feed whose turn at its host did not come in time."""
    return _refused(feed, error, at, at)


def _refused(feed: Feed, error: FetchError, started_at: dt.datetime, finished_at: dt.datetime) -> store.Look:
    is_refusal = isinstance(error, (Blocked, BadAddress))
    return store.Look(
        started_at,
        finished_at,
        state=FetchState.BLOCKED if is_refusal else FetchState.FAILED,
        message=error.message,
        http_status=error.status,
        retry_after=error.retry_after,
        asked=feed.url,
        is_withdrawn=isinstance(error, Withdrawn),
    )


def _broken(
    feed: Feed, response: Response, error: Exception, started_at: dt.datetime, finished_at: dt.datetime
) -> store.Look:
    kind = type(error).__name__
    return store.Look(
        started_at,
        finished_at,
        state=FetchState.QUARANTINED,
        message=f"What the feed brought could not be read, by a fault of ours ({kind}); it is set aside for a person.",
        http_status=response.status,
        final_url=response.final_url,
        size=response.wire_size,
        asked=feed.url,
    )


def _read(feed: Feed, response: Response, started_at: dt.datetime, finished_at: dt.datetime) -> store.Look:
    """What the answer holds. A document that cannot be read is a failed look; an empty one is an empty one."""
    look = store.Look(
        started_at,
        finished_at,
        state=FetchState.UNCHANGED if response.is_unchanged else None,
        http_status=response.status,
        final_url=response.final_url,
        size=response.wire_size,
        etag=response.headers.get("etag", ""),
        last_modified=response.headers.get("last-modified", ""),
        asked=feed.url,
        stays_for=response.fresh_for,
        moved_to=response.moved_to if response.url == feed.url else "",  # else the adapter has asked for more
    )
    if response.is_unchanged:
        return look
    if not response.body.strip():
        return look
    sha256 = hashlib.sha256(response.body).hexdigest()
    # What the document is known again by, read in this way.
    digest = hashlib.sha256(f"{READING} {feed.format} {feed.selector} {sha256}".encode()).hexdigest()
    if digest == feed.document_hash and FetchState(feed.last_state or FetchState.FAILED).is_success:
        return replace(look, state=FetchState.UNCHANGED)  # to the byte, from a server that does not say so
    content_type = response.content_type
    adapter = adapters.choose(response.body, content_type=content_type, wanted=feed.format, selector=feed.selector)
    try:
        parsed = adapter.parse(response.body, content_type=content_type, url=response.final_url)
        publications, skipped = _publications(parsed, response.final_url, finished_at)
    except adapters.NotAFeed as error:
        return replace(look, state=FetchState.FAILED, message=str(error))
    entries_hash = _entries_hash(publications)
    says_more = bool(publications) and entries_hash != feed.entries_hash
    seen = recognise.see(title=parsed.title, language=parsed.language, urls=(entry.url for entry in publications))
    try:
        retrieval = _retrieval(feed, response, sha256, seen, finished_at) if says_more else None
    except snapshots.CannotKeep as error:
        return replace(look, state=FetchState.FAILED, message=str(error))
    return replace(
        look,
        publications=publications,
        skipped=skipped,
        retrieval=retrieval,
        document_hash=digest,
        entries_hash=entries_hash,
        seen=seen,
        stays_for=max(look.stays_for, parsed.ttl),
        offer=push.offer(
            link_header=response.headers.get("link", ""),
            hub=parsed.hub,
            self_url=parsed.self_url,
            url=response.final_url,
        ),
    )


def _entries_hash(publications: Sequence[Publication]) -> str:
    """What the entries say, in any order. Documents that say no more than the last one are not kept: many write the time
    of each answer into it."""
    lines = sorted(f"{one.external_id}\n{one.canonical_url}\n{one.content_hash}" for one in publications)
    return hashlib.sha256("\n".join([READING, *lines]).encode()).hexdigest()


def _publications(
    parsed: adapters.ParsedFeed, url: str, at: dt.datetime
) -> tuple[tuple[Publication, ...], tuple[str, ...]]:
    """The entries, cleaned, and why some were left out. Raises NotAFeed where there were entries and none is usable."""
    publications: list[Publication] = []
    skipped = list(parsed.skipped)
    for entry in parsed.entries:
        try:
            publications.append(publication(entry, feed_url=url, at=at))
        except Unusable as error:
            skipped.append(str(error))
    if parsed.entries and not publications:
        raise adapters.NotAFeed(f"None of the {len(parsed.entries)} entries can be used. {skipped[0]}")
    return tuple(publications), tuple(skipped)
