"""Reads the operator's mailbox: each message of a known sender becomes an item of that sender's feed.

A look reads what came since the last one, a batch at a time; what it brought and how far it came are written in one
transaction, so that a crash loses nothing and doubles nothing. A message that becomes no item has a row that says why:
nobody has assigned its sender (of whom only the domain is kept), its sender is forged, it cannot be read. Nothing on the server
is ever changed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.db import DatabaseError, DataError, IntegrityError, transaction
from django.db.models import Q

from sources import snapshots
from sources.adapters.entry import Entry, Markup
from sources.doors import imap, kept_copy, message, personal, sender_check, senders
from sources.doors.arrive import Coming, Text, arrive, keeps_originals
from sources.ingest import document, pace, store
from sources.ingest.normalise import Publication, Unusable, publication
from sources.ingest.recognise import site_of
from sources.models import (
    Door,
    Feed,
    FeedFormat,
    Fetch,
    FetchState,
    Item,
    LeftOut,
    Mailbox,
    MailLeftOut,
    SenderCheck,
    Snapshot,
)

logger = logging.getLogger(__name__)

#: Messages that one look reads, and seconds after which it stops reading and stores.
BATCH = 100
SECONDS = 240
#: How long a claimed mailbox is left alone. Longer than a look may take.
LEASE = dt.timedelta(minutes=15)
#: Messages whose sender nobody had assigned, looked at again when the desk assigns senders.
_MOST_AGAIN = 5_000
#: Of a message that is larger than it may be, so much is read: its text stands at its beginning.
_BEGINNING = 1_000_000
EXTRACTOR = "mail 1"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one message: it comes in, or is left out for a reason."""

    uid: int
    domain: str = ""
    feed_id: int | None = None
    coming: Coming | None = None
    size: int = 0
    reason: LeftOut | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look at the mailbox brought, message by message; ``error`` where it could not be read."""

    name: str
    items: int = 0
    unassigned: int = 0
    set_aside: int = 0
    has_more: bool = False
    error: str = ""


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read: in which series of numbers, up to which one, with what outcome."""

    uid_validity: int
    last_uid: int
    outcomes: tuple[Outcome, ...]
    missing: tuple[int, ...]
    has_more: bool


def look(account: imap.Account, *, at: dt.datetime, interval: dt.timedelta) -> Looked | None:
    """The mailbox has been looked at: each of its active feeds has one Fetch, every message that was read is an item or is
    left out with a reason, the next look is set. None where its time has not come, or somebody else is at it."""
    box = _claim(account, at)
    if box is None:
        return None
    started = time.monotonic()
    feeds = {
        feed.url: feed for feed in Feed.objects.active().filter(format=FeedFormat.MAILBOX).select_related("publisher")
    }
    try:
        with imap.opened(account) as folder:
            read = _read(folder, account, box, feeds, at)
    except imap.MailboxError as error:
        return _failed(box, feeds.values(), error.message, at, _after(at, started), interval)
    return _store(box, feeds, read, at, _after(at, started), interval)


def _claim(account: imap.Account, at: dt.datetime) -> Mailbox | None:
    box, _ = Mailbox.objects.get_or_create(key=account.key, defaults={"name": account.name[:300]})
    free = Mailbox.objects.filter(
        Q(claimed_until=None) | Q(claimed_until__lte=at), Q(next_look_at=None) | Q(next_look_at__lte=at), pk=box.pk
    )
    if not free.update(claimed_until=at + LEASE):
        return None
    return Mailbox.objects.get(pk=box.pk)


def _after(at: dt.datetime, started: float) -> dt.datetime:
    return at + dt.timedelta(seconds=time.monotonic() - started)


# ------------------------------------------------------------------------------------------------ reading
def _read(
    folder: imap.Folder, account: imap.Account, box: Mailbox, feeds: Mapping[str, Feed], at: dt.datetime
) -> _Read:
    """New messages, and those that were left out and may come in now. No transaction; only originals are written."""
    is_same_series = folder.uid_validity == box.uid_validity
    last_uid = box.last_uid if is_same_series else 0
    again = _again(box, feeds) if is_same_series else {}
    new = folder.after(last_uid, limit=BATCH)
    reader = _Reader(folder, account, feeds, at, {uid for uid, is_wanted in again.items() if is_wanted})
    deadline = time.monotonic() + SECONDS
    outcomes, is_whole = [], True
    for head in folder.heads([*again, *new]):
        if time.monotonic() > deadline:
            is_whole = False
            break
        outcomes.append(reader.outcome(head))
        last_uid = max(last_uid, head.uid)
    missing: tuple[int, ...] = ()
    if is_whole:
        last_uid = max([last_uid, *new])  # past those that were deleted meanwhile
        missing = tuple(again.keys() - {outcome.uid for outcome in outcomes})
    has_more = not is_whole or len(new) == BATCH
    return _Read(folder.uid_validity, last_uid, tuple(outcomes), missing, has_more)


def _again(box: Mailbox, feeds: Mapping[str, Feed]) -> dict[int, bool]:
    """Messages to look at again, with whether a person wants them in: those that were let in, and, once the desk has
    assigned senders, those whose sender nobody had assigned."""
    wanted = MailLeftOut.objects.filter(mailbox=box, is_wanted=True, settled_at=None).values_list("uid", flat=True)
    found = dict.fromkeys(wanted, True)
    if box.senders_hash != _senders_hash(feeds):
        waiting = MailLeftOut.objects.filter(mailbox=box, reason=LeftOut.UNASSIGNED, settled_at=None)
        found |= dict.fromkeys(waiting.order_by("-uid").values_list("uid", flat=True)[:_MOST_AGAIN], False)
    return dict(sorted(found.items()))


def _senders_hash(feeds: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(feeds)).encode()).hexdigest()


class _Reader:
    """Reads the messages of one look."""

    def __init__(
        self,
        folder: imap.Folder,
        account: imap.Account,
        feeds: Mapping[str, Feed],
        at: dt.datetime,
        wanted: set[int],
    ) -> None:
        self._folder = folder
        self._account = account
        self._feeds = {feed.pk: feed for feed in feeds.values()}
        self._by_sender = {url: feed.pk for url, feed in feeds.items()}
        self._at = at
        self._wanted = wanted
        self._sites = _sites(feeds.values())

    def outcome(self, found: imap.Head) -> Outcome:
        """What becomes of a message. One that breaks our reading in a way that nobody foresaw is set aside, and not the
        whole look; what is wrong with the server, the disk or the database goes out."""
        feed_id, domain = None, ""
        try:
            head = message.head_of(found.raw)
            domain = head.sender_domain
            feed_id = senders.feed_of(self._by_sender, sender=head.sender, list_id=head.list_id)
            if feed_id is None:
                return Outcome(found.uid, domain, reason=LeftOut.UNASSIGNED)
            return self._assigned(found, head, self._feeds[feed_id])
        except (imap.MailboxError, OSError, DatabaseError):
            raise
        except (message.Unreadable, Unusable) as error:
            words = str(error)
        except Exception as error:
            logger.exception("a mail broke our reading and is set aside", extra={"uid": found.uid})
            words = f"It could not be read ({type(error).__name__})."
        # A message that does not say who sent it belongs to nobody's feed.
        reason = LeftOut.UNASSIGNED if feed_id is None else LeftOut.UNREADABLE
        return Outcome(found.uid, domain, feed_id, reason=reason, words=words[:500])

    def _assigned(self, found: imap.Head, head: message.Head, feed: Feed) -> Outcome:
        verdict = self._verdict(head, feed)
        if verdict.standing is sender_check.Standing.FORGED and found.uid not in self._wanted:
            words = f"The mail server does not confirm the sender: {verdict.reason}."
            return Outcome(found.uid, head.sender_domain, feed.pk, reason=LeftOut.UNCONFIRMED, words=words[:500])
        return self._coming(found, head, feed, _check_of(verdict))

    def _verdict(self, head: message.Head, feed: Feed) -> sender_check.Verdict:
        return sender_check.judge(
            head.fields,
            server=self._account.server_name,
            domain=head.sender_domain,
            list_domain=feed.url.removeprefix("list-id:") if feed.url.startswith("list-id:") else "",
        )

    def _coming(self, found: imap.Head, head: message.Head, feed: Feed, check: SenderCheck) -> Outcome:
        is_whole = found.size <= self._account.max_bytes
        raw = self._folder.message(found.uid, limit=self._account.max_bytes if is_whole else _BEGINNING)
        ourselves = head.ourselves(self._account.user)
        body = message.body_of(raw, ourselves)
        notes = [*body.left_out]
        if not is_whole:
            notes.append(f"The message has {found.size:,} bytes; only its beginning was read, and no copy was kept.")
        entry = self._publication(head, body, feed, ourselves)
        original = text = None
        if is_whole and keeps_originals(feed):
            original = self._original(raw, head, ourselves)
            text, more = _with_documents(entry.text, body.documents)
            notes += more
        elif body.documents:
            notes.append("Documents were attached; the terms do not let them be kept, or the message was too large.")
        coming = Coming(
            entry,
            Door.MAIL,
            original=original,
            original_sha256=hashlib.sha256(raw).hexdigest() if is_whole else "",
            text=text if original is not None else None,
            note=" ".join(notes)[:1000],
            sender_domain=head.sender_domain,
            sender_check=check,
        )
        return Outcome(found.uid, head.sender_domain, feed.pk, coming=coming, size=len(raw))

    def _publication(
        self, head: message.Head, body: message.Body, feed: Feed, ourselves: personal.Ourselves
    ) -> Publication:
        links = personal.links_in(body.page, body.text)
        sites = {site_of(f"https://{head.sender_domain}/"), *self._sites.get(feed.publisher_id, ())} - {""}
        return publication(
            Entry(
                external_id=head.message_id,
                url=personal.useful(links, archived_at=head.archived_at, sites=sites, ourselves=ourselves),
                title=Markup(personal.strip(head.subject, ourselves)),
                text=Markup(personal.strip(body.text, ourselves)),
                published=head.date,
            ),
            feed_url="",
            at=self._at,
        )

    def _original(self, raw: bytes, head: message.Head, ourselves: personal.Ourselves) -> Snapshot | None:
        copy = kept_copy.copy_of(raw, ourselves)
        if copy is None:
            return None
        # RFC 2392: the message, wherever it is stored.
        return snapshots.keep(copy, url=f"mid:{head.message_id}"[:2000], media_type="message/rfc822", at=self._at)


def _check_of(verdict: sender_check.Verdict) -> SenderCheck:
    return {
        sender_check.Standing.VERIFIED: SenderCheck.VERIFIED,
        sender_check.Standing.UNCHECKED: SenderCheck.UNCHECKED,
        sender_check.Standing.FORGED: SenderCheck.BY_PERSON,
    }[verdict.standing]


def _sites(feeds: Iterable[Feed]) -> dict[int, set[str]]:
    """The sites of each publisher's feeds on the web."""
    publishers = {feed.publisher_id for feed in feeds}
    sites: dict[int, set[str]] = {}
    for publisher_id, url in Feed.objects.fetched().filter(publisher__in=publishers).values_list("publisher", "url"):
        sites.setdefault(publisher_id, set()).add(site_of(url))
    return sites


def _with_documents(text: str, documents: Sequence[bytes]) -> tuple[Text, list[str]]:
    """The message's text with that of its documents below it, and what could not be read. Where there is one document
    with pages, a place in it is known by its page."""
    parts, notes = [text] if text else [], []
    starts: tuple[int, ...] = ()
    for body in documents:
        try:
            found = document.read(body)
        except document.Unreadable as error:
            notes.append(f"An attached document was not read: {error}")
            continue
        offset = len("\n\n".join(parts)) + 2 if parts else 0
        if len(documents) == 1:
            starts = tuple(offset + start for start in found.page_starts)
        parts.append(found.text)
    extractor = f"{EXTRACTOR}, {document.EXTRACTOR}" if documents else EXTRACTOR
    return Text("\n\n".join(parts), extractor, starts), notes


# ------------------------------------------------------------------------------------------------ writing
def _failed(
    box: Mailbox, feeds: Iterable[Feed], words: str, at: dt.datetime, finished: dt.datetime, interval: dt.timedelta
) -> Looked:
    """The mailbox could not be read: each of its feeds says so, and the next look waits longer."""
    failures = box.consecutive_failures + 1
    following = pace.next_look(at=finished, interval=interval, rhythm=pace.Rhythm(failures=failures), key=box.key)
    for feed in sorted(feeds, key=lambda feed: feed.pk):
        store.record(feed.pk, store.Look(at, finished, state=FetchState.FAILED, message=words), interval=interval)
    Mailbox.objects.filter(pk=box.pk).update(
        last_error=words[:500],
        consecutive_failures=failures,
        last_look_at=finished,
        next_look_at=following,
        claimed_until=None,
    )
    Feed.objects.filter(pk__in=[feed.pk for feed in feeds]).update(next_check_at=following)
    return Looked(box.name, error=words)


def _store(
    box: Mailbox, feeds: Mapping[str, Feed], read: _Read, at: dt.datetime, finished: dt.datetime, interval: dt.timedelta
) -> Looked:
    """Everything of the look stands, or nothing."""
    following = (
        finished if read.has_more else pace.next_look(at=finished, interval=interval, rhythm=pace.Rhythm(), key=box.key)
    )
    with transaction.atomic():
        locked = Mailbox.objects.select_for_update().get(pk=box.pk)
        if (locked.uid_validity, locked.last_uid) != (box.uid_validity, box.last_uid):
            return Looked(box.name, error="Somebody else has read this mailbox meanwhile.")
        if read.uid_validity != locked.uid_validity:
            locked.left_out.all().delete()  # their numbers mean other messages now; all are read anew
        outcomes = _arrived(feeds, read, at, finished, interval)
        _note_left_out(locked, outcomes, read.missing, finished)
        locked.uid_validity, locked.last_uid = read.uid_validity, read.last_uid
        locked.senders_hash = locked.senders_hash if read.has_more else _senders_hash(feeds)
        locked.last_look_at, locked.next_look_at, locked.claimed_until = finished, following, None
        locked.last_error, locked.consecutive_failures = "", 0
        locked.save()
        Feed.objects.filter(pk__in=[feed.pk for feed in feeds.values()]).update(next_check_at=following)
    reasons = [outcome.reason for outcome in outcomes]
    return Looked(
        box.name,
        items=reasons.count(None),
        unassigned=reasons.count(LeftOut.UNASSIGNED),
        set_aside=reasons.count(LeftOut.UNCONFIRMED) + reasons.count(LeftOut.UNREADABLE),
        has_more=read.has_more,
    )


def _arrived(
    feeds: Mapping[str, Feed], read: _Read, at: dt.datetime, finished: dt.datetime, interval: dt.timedelta
) -> list[Outcome]:
    """Each feed's messages are items, with one Fetch. The outcomes as they are then: what the database refuses is set aside."""
    outcomes = [outcome for outcome in read.outcomes if outcome.feed_id is None]
    for feed in sorted(feeds.values(), key=lambda feed: feed.pk):
        mine = [outcome for outcome in read.outcomes if outcome.feed_id == feed.pk]
        if mine or not read.has_more:
            outcomes += _arrived_at(feed, mine, store.Look(at, finished), interval)
    return outcomes


def _arrived_at(feed: Feed, mine: list[Outcome], look: store.Look, interval: dt.timedelta) -> list[Outcome]:
    look = replace(look, size=sum(outcome.size for outcome in mine))
    coming = _with_addresses_of_their_own(feed, [outcome.coming for outcome in mine if outcome.coming is not None])
    set_aside = [outcome for outcome in mine if outcome.reason is not None]
    look = replace(
        look,
        publications=tuple(one.publication for one in coming),
        skipped=tuple(outcome.words for outcome in set_aside),
        state=_state(feed, coming, set_aside),
        message=_words(set_aside),
    )
    try:
        with transaction.atomic():
            fetch: Fetch | None = arrive(feed, look, coming, interval=interval)
    except (DataError, IntegrityError, ValueError) as error:
        logger.exception("mail of a feed could not be stored", extra={"feed": feed.pk})
        store.record(feed.pk, store.quarantined(look, error), interval=interval)
        words = f"It could not be stored ({type(error).__name__})."
        return [
            replace(each, coming=None, reason=each.reason or LeftOut.UNREADABLE, words=each.words or words)
            for each in mine
        ]
    if fetch is None:  # the feed was deleted meanwhile
        return [Outcome(each.uid, each.domain, reason=LeftOut.UNASSIGNED) for each in mine]
    return mine


def _state(feed: Feed, coming: Sequence[Coming], set_aside: Sequence[Outcome]) -> FetchState:
    """How the look at this feed ended. A sender writes when there is something to say, so few messages are no drop."""
    if set_aside:
        return FetchState.QUARANTINED
    names = {one.publication.external_id for one in coming}
    known = Item.objects.filter(feed=feed, external_id__in=names).count() if names else 0
    return FetchState.NEW if len(names) > known else FetchState.UNCHANGED


def _words(set_aside: Sequence[Outcome]) -> str:
    if not set_aside:
        return ""
    count = len(set_aside)
    begun = "1 message was set aside" if count == 1 else f"{count} messages were set aside"
    return f"{begun}. {set_aside[0].words}"[:500]


def _with_addresses_of_their_own(feed: Feed, coming: Sequence[Coming]) -> list[Coming]:
    """An address belongs to the first mail that leads there. A newsletter leads to the same page every week, under the same
    title, and each is a publication of its own."""
    pages = {one.publication.canonical_url for one in coming} - {""}
    taken = dict(Item.objects.filter(feed=feed, canonical_url__in=pages).values_list("canonical_url", "external_id"))
    found = []
    for one in coming:
        entry = one.publication
        if taken.setdefault(entry.canonical_url, entry.external_id) != entry.external_id and entry.canonical_url:
            one = replace(one, publication=replace(entry, url="", canonical_url=""))
        found.append(one)
    return found


def _note_left_out(box: Mailbox, outcomes: Sequence[Outcome], missing: Sequence[int], at: dt.datetime) -> None:
    """Every message that did not come in has its row; those that came in now, or are gone, are settled."""
    rows = MailLeftOut.objects.filter(mailbox=box)
    came = [outcome.uid for outcome in outcomes if outcome.reason is None]
    rows.filter(uid__in=came).update(settled_at=at, is_wanted=True)
    rows.filter(uid__in=missing).update(settled_at=at, is_wanted=False, message="It is no longer on the server.")
    MailLeftOut.objects.bulk_create(
        [
            MailLeftOut(
                mailbox=box,
                uid=outcome.uid,
                sender_domain=outcome.domain[:253],
                reason=outcome.reason,
                feed_id=outcome.feed_id,
                message=outcome.words,
                seen_at=at,
            )
            for outcome in outcomes
            if outcome.reason is not None
        ],
        update_conflicts=True,
        unique_fields=["mailbox", "uid"],
        update_fields=["reason", "feed", "message", "sender_domain", "is_wanted"],  # wanted once, and not again
    )
