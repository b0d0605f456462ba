"""Reports that a person enters or uploads: one item each, an edit is a revision of it, the uploaded original is kept.

Files and text are public material that no feed brought; the pages of the desk say so. Where a publisher's terms allow no full
text, neither the original nor its text is kept.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from dataclasses import dataclass, replace

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Q

from sources import snapshots
from sources.adapters.entry import Entry, Markup
from sources.doors.arrive import Coming, Text, arrive, keeps_originals
from sources.ingest import store
from sources.ingest.dates import Precision
from sources.ingest.dedupe import address_key
from sources.ingest.document import Document
from sources.ingest.normalise import Publication, publication
from sources.ingest.urls import canonical
from sources.models import Arrival, Door, Feed, FeedFormat, FullText, Item, Publisher, ReusePolicy, Snapshot

LANGUAGE_VERSION = "by hand"
#: Nothing is looked at again, so nothing depends on it; ``store`` wants to know.
_INTERVAL = dt.timedelta(days=1)


class AlreadyThere(Exception):
    """The library has this report, or something else at its address, as ``item``."""

    def __init__(self, item: Item) -> None:
        super().__init__(item.pk)
        self.item = item


@dataclass(frozen=True, slots=True)
class Report:
    """What a person states of a report. ``published_at`` is in UTC, at midnight where only the day is known."""

    publisher: Publisher
    title: str
    text: str = ""
    published_at: dt.datetime | None = None
    precision: Precision = Precision.INFERRED
    language: str = ""
    url: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was handed in. ``document`` is None where it holds no text that can be read."""

    body: bytes
    media_type: str
    document: Document | None

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.body).hexdigest()


def enter(report: Report, *, upload: Upload | None = None, by: AbstractBaseUser, at: dt.datetime) -> Item:
    """The report is an item. Raises AlreadyThere, and then nothing has changed."""
    feed = feed_of(report.publisher)
    if (there := standing(report, upload)) is not None:
        raise AlreadyThere(there)
    return _store(feed, _identity(report, upload), report, upload, by, at)


def revise(item: Item, report: Report, *, upload: Upload | None = None, by: AbstractBaseUser, at: dt.datetime) -> Item:
    """The report says this from now on; what it said before stands as an earlier revision. Without another file, the one
    that it has stays. The publisher cannot change. Raises AlreadyThere, and then nothing has changed."""
    if (there := standing(report, upload, besides=item)) is not None:
        raise AlreadyThere(there)
    return _store(item.feed, item.external_id, report, upload, by, at, former=item)


def standing(report: Report, upload: Upload | None, *, besides: Item | None = None) -> Item | None:
    """The item that the library has already: with these bytes, with these words, or at this address."""
    wanted = Q(pk__in=[])
    if upload is not None:
        wanted |= Q(revisions__arrival__door=Door.UPLOAD, revisions__arrival__original_sha256=upload.sha256)
    elif besides is None:
        wanted |= Q(feed__url=_address(report.publisher), external_id=_identity(report, upload))
    if (key := address_key(canonical(report.url))) is not None:
        wanted |= Q(owns_address=True, address_key=key)
    found = Item.objects.filter(wanted).order_by("pk")
    return (found.exclude(pk=besides.pk) if besides is not None else found).first()


def _identity(report: Report, upload: Upload | None) -> str:
    """What the report is known again by: its file, or the words that were entered first."""
    if upload is not None:
        return f"file:{upload.sha256}"
    words = "\n".join((report.title, report.text, report.url))
    return f"entry:{hashlib.sha256(words.encode()).hexdigest()}"


def _address(publisher: Publisher) -> str:
    return f"by-hand:{publisher.slug}"


def feed_of(publisher: Publisher) -> Feed:
    """The feed that a publisher's reports by hand belong to; new where there is none."""
    feed, _ = Feed.objects.get_or_create(
        url=_address(publisher),
        defaults={
            "publisher": publisher,
            "name": f"{publisher.name[:180]}, by hand",
            "format": FeedFormat.BY_HAND,
            "reuse_policy": ReusePolicy.FULL_TEXT_INTERNAL,
            "is_active": False,
        },
    )
    return feed


# ------------------------------------------------------------------------------------------------ writing
def _store(
    feed: Feed,
    identity: str,
    report: Report,
    upload: Upload | None,
    by: AbstractBaseUser,
    at: dt.datetime,
    former: Item | None = None,
) -> Item:
    original, text, digest = _original(feed, upload, at) if upload else _former(former)
    entry = publication(
        Entry(external_id=identity, url=report.url, title=Markup(report.title), text=Markup(report.text)),
        feed_url="",
        at=at,
    )
    entry = replace(
        entry, published_at=report.published_at, precision=report.precision, content_hash=_hash(entry, report, digest)
    )
    coming = Coming(
        entry,
        Door.UPLOAD if digest else Door.ENTRY,
        original=original,
        original_sha256=digest,
        text=text,
        by=by,
        note=report.note,
    )
    look = store.Look(at, at, publications=(entry,), size=len(upload.body) if upload else 0)
    with transaction.atomic():
        arrive(feed, look, [coming], interval=_INTERVAL)
        item = Item.objects.select_for_update().filter(feed=feed, external_id=identity).first()
        if item is None:  # another feed stored this address at this moment
            raise AlreadyThere(Item.objects.get(owns_address=True, address_key=address_key(entry.canonical_url)))
        item.published_at, item.published_precision = report.published_at, report.precision
        item.reported_at = report.published_at or item.first_seen_at
        fields = ["published_at", "published_precision", "reported_at"]
        if report.language:
            item.language, item.language_confidence, item.language_version = report.language, 1.0, LANGUAGE_VERSION
            fields += ["language", "language_confidence", "language_version"]
        item.save(update_fields=fields)
    return item


def _hash(entry: Publication, report: Report, digest: str) -> str:
    """Of everything that a person stated: a corrected date or note is a revision too."""
    stated = (
        *(entry.content_hash, entry.url, report.published_at, report.precision, report.language, report.note),
        digest,
    )
    return hashlib.sha256("\x1f".join(map(str, stated)).encode()).hexdigest()


def _original(feed: Feed, upload: Upload, at: dt.datetime) -> tuple[Snapshot | None, Text | None, str]:
    """The uploaded bytes, kept where the terms allow it. Before the transaction: no file is written inside one."""
    if not keeps_originals(feed):
        return None, None, upload.sha256
    name = base64.urlsafe_b64encode(bytes.fromhex(upload.sha256)).decode().rstrip("=")
    # An address of the bytes themselves (RFC 6920): where they came from, only the person who uploaded them knows.
    kept = snapshots.keep(upload.body, url=f"ni:///sha-256;{name}", media_type=upload.media_type, at=at)
    found = upload.document
    text = Text(found.text, found.extractor, found.page_starts) if found is not None else None
    return kept, text, upload.sha256


def _former(item: Item | None) -> tuple[Snapshot | None, Text | None, str]:
    """What the item's newest revision was taken from, for one that states something else of the same original."""
    arrival = Arrival.objects.filter(revision=item.current_id).select_related("original").first() if item else None
    if item is None or arrival is None:
        return None, None, ""
    full = FullText.objects.filter(revision=item.current_id).first()
    text = Text(full.text, full.extractor, tuple(arrival.page_starts)) if full is not None else None
    return arrival.original, text, arrival.original_sha256
