"""Items as WARC files (ISO 28500, version 1.1), so that evidence survives outside the database. warcio's one door.

Each item is a file of its own: who wrote it and under which rule; for each snapshot the bytes as they were kept, and the
answer's headers that were kept; each text that was taken out of them; and a record with every field of ours. Bodies are kept
unpacked and with some headers only, so they are ``resource`` records and no ``response``: nothing here pretends to be the
exchange as it went over the wire. A record has the same id whenever it is written again, so that two exports can be
compared.

What may leave is decided here and nowhere else (``allowed``): what the feed's terms allow *today* counts, not what was
allowed when it was stored. What is left out is named with its SHA-256, so that a copy which turns up elsewhere can be
checked against it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import IO

from warcio.warcwriter import WARCWriter

from sources import snapshots
from sources.models import Arrival, Feed, FeedFormat, Fetch, FullText, Item, ReusePolicy, Revision, Snapshot

SOFTWARE = "Curator (warcio)"
CONFORMS_TO = "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"
_SPACE = uuid.UUID("6f5f0a52-4f0e-5d0c-9a43-6a2f5f6c2b11")
_RULES = {
    False: "For anybody: full text and snapshots only where the source's terms allow full text for all; "
    "feed text where they allow excerpts; else title, address, dates and hashes. Mails as they came stay inside.",
    True: "INTERNAL, not to be passed on: full text and snapshots also where the source's terms allow them for staff only.",
}


@dataclass(frozen=True, slots=True)
class Allowed:
    """What of a feed's items may be written."""

    feed_text: bool
    full_text: bool
    originals: bool


@dataclass(frozen=True, slots=True)
class Written:
    """What a file holds. ``damaged``: snapshots whose bytes are missing or not the ones that were kept."""

    records: int
    withheld: int
    damaged: int


def allowed(feed: Feed, *, is_internal: bool) -> Allowed:
    """What the feed's terms let out of the house, or with ``is_internal`` into an archive of our own. A mail as it came
    never leaves: it was sent to this house, and says to whom."""
    policy = ReusePolicy(feed.reuse_policy)
    full_text = policy.stores_full_text and (is_internal or policy is not ReusePolicy.FULL_TEXT_INTERNAL)
    return Allowed(policy.stores_feed_text, full_text, full_text and (is_internal or feed.format != FeedFormat.MAILBOX))


def file_name(item: Item, *, at: dt.datetime, is_internal: bool) -> str:
    """``curator-item-12-20260301T120000Z.warc.gz``; internal ones say so."""
    return f"curator-item-{item.pk}-{at:%Y%m%dT%H%M%SZ}{'-INTERNAL' if is_internal else ''}.warc.gz"


def write(item: Item, out: IO[bytes], *, at: dt.datetime, is_internal: bool = False) -> Written:
    """The item's WARC file is written to ``out``; several in one stream are a WARC file too. ``at``: when it is written."""
    file = _File(item, WARCWriter(out, gzip=True, warc_version="WARC/1.1"), allowed(item.feed, is_internal=is_internal))
    file.info(file_name(item, at=at, is_internal=is_internal), at=at, rule=_RULES[is_internal])
    revisions = list(
        item.revisions.select_related("full_text__snapshot__blob", "arrival__original__blob").order_by("number")
    )
    said = [file.revision(revision) for revision in revisions]
    file.fields({**_fields(item, is_internal=is_internal), "revisions": said}, at=at)
    return Written(file.records, file.withheld, file.damaged)


@dataclass(frozen=True, slots=True)
class _Kept:
    """A snapshot, and the id of its record where it stands in the file."""

    about: dict[str, object] | None
    record: str = ""


_NOTHING = _Kept(None)
_WITHHELD = "the source's terms do not let it out"


class _File:
    """One item's records, in the order in which they are read. Counts what it writes and what it may not."""

    def __init__(self, item: Item, writer: WARCWriter, may: Allowed) -> None:
        self.item, self.may = item, may
        self.records = self.withheld = self.damaged = 0
        self._writer = writer
        self._info = ""
        self._kept: dict[int, _Kept] = {}

    def info(self, name: str, *, at: dt.datetime, rule: str) -> None:
        lines = {
            "software": SOFTWARE,
            "format": "WARC File Format 1.1",
            "conformsTo": CONFORMS_TO,
            "description": f"Item {self.item.pk} with its revisions, texts and snapshots. Bodies are kept unpacked, with "
            "some of the answer's headers only.",
            "reuse": rule,
        }
        body = "".join(f"{key}: {value}\r\n" for key, value in lines.items()).encode()
        headers = {"WARC-Filename": name}
        self._info = self._record("warcinfo", f"info {name}", body, "application/warc-fields", at=at, headers=headers)

    def revision(self, revision: Revision) -> dict[str, object]:
        """The revision's texts and snapshots stand in the file as far as they may; what is known of it."""
        known: dict[str, object] = {
            "number": revision.number,
            "title": revision.title,
            "seen_at": _time(revision.seen_at),
            "content_hash": revision.content_hash,
        }
        document = _document(self.item, revision)
        source = self._snapshot(document) if document is not None else _NOTHING
        known["feed_document"] = source.about
        known["feed_text"] = self._text(
            revision.text, self.may.feed_text, name=f"feed {revision.pk}", of=source, at=revision.seen_at, how="feed"
        )
        arrival = getattr(revision, "arrival", None)
        if isinstance(arrival, Arrival):
            known["arrival"] = {**_arrival(arrival), "original": self._original(arrival)}
        full = getattr(revision, "full_text", None)
        if isinstance(full, FullText):
            source = self._snapshot(full.snapshot)
            known["page"] = source.about
            known["page_text"] = self._text(
                full.text,
                self.may.full_text,
                name=f"page {full.pk}",
                of=source,
                at=full.extracted_at,
                how=full.extractor,
            )
        return known

    def fields(self, fields: dict[str, object], *, at: dt.datetime) -> None:
        body = json.dumps(fields, ensure_ascii=False, indent=1).encode("utf-8", "replace")
        self._record("metadata", f"fields {self.item.pk}", body, "application/json", at=at, url=self._url())

    def _original(self, arrival: Arrival) -> dict[str, object] | None:
        return self._snapshot(arrival.original).about if arrival.original is not None else None

    # -------------------------------------------------------------------------------------------- records
    def _snapshot(self, snapshot: Snapshot) -> _Kept:
        """The bytes stand in the file once, or are named where they may not leave or are damaged."""
        if snapshot.pk not in self._kept:
            self._kept[snapshot.pk] = self._bytes(snapshot)
        return self._kept[snapshot.pk]

    def _bytes(self, snapshot: Snapshot) -> _Kept:
        about: dict[str, object] = {
            "address": snapshot.url,
            "retrieved_at": _time(snapshot.retrieved_at),
            "sha256": snapshot.blob.sha256,
            "size": snapshot.blob.size,
        }
        if not self.may.originals:
            self.withheld += 1
            return _Kept({**about, "withheld": _WITHHELD})
        try:
            body = snapshots.read(snapshot)
        except snapshots.DamagedSnapshot as error:
            self.damaged += 1
            return _Kept({**about, "damaged": str(error)})
        when = snapshot.retrieved_at
        media_type = snapshot.media_type or "application/octet-stream"
        record = self._record("resource", f"snapshot {snapshot.pk}", body, media_type, at=when, url=snapshot.url)
        kept = "".join(f"{name}: {_one_line(str(value))}\r\n" for name, value in snapshot.headers.items())
        headers = {"WARC-Refers-To": record}
        self._record(
            "metadata",
            f"headers {snapshot.pk}",
            f"note: headers of the answer that were kept; the body was unpacked\r\n{kept}".encode(),
            "application/warc-fields",
            at=when,
            url=snapshot.url,
            headers=headers,
        )
        return _Kept({**about, "record": record}, record)

    def _text(
        self, text: str, is_allowed: bool, *, name: str, of: _Kept, at: dt.datetime, how: str
    ) -> dict[str, object] | None:
        if not text:
            return None
        body = text.encode("utf-8", "replace")
        about: dict[str, object] = {"sha256": hashlib.sha256(body).hexdigest(), "made_by": how, "made_at": _time(at)}
        if not is_allowed:
            self.withheld += 1
            return {**about, "withheld": _WITHHELD}
        headers = {"WARC-Refers-To": of.record} if of.record else {}
        media_type = "text/plain; charset=utf-8"
        record = self._record("conversion", name, body, media_type, at=at, url=self._url(), headers=headers)
        return {**about, "record": record}

    def _record(
        self,
        kind: str,
        name: str,
        body: bytes,
        media_type: str,
        *,
        at: dt.datetime,
        url: str = "",
        headers: dict[str, str] | None = None,
    ) -> str:
        """Writes one record; returns its id."""
        own = f"<{uuid.uuid5(_SPACE, f'{self.item.pk} {name} {hashlib.sha256(body).hexdigest()}').urn}>"
        digest = f"sha256:{hashlib.sha256(body).hexdigest()}"
        given = {
            "WARC-Record-ID": own,
            "WARC-Date": _time(at),
            "WARC-Block-Digest": digest,
            "WARC-Payload-Digest": digest,
            **({"WARC-Warcinfo-ID": self._info} if self._info else {}),
            **(headers or {}),
        }
        record = self._writer.create_warc_record(
            _one_line(url),
            kind,
            payload=BytesIO(body),
            length=len(body),
            warc_content_type=_one_line(media_type),
            warc_headers_dict=given,
        )
        self._writer.write_record(record)
        self.records += 1
        return own

    def _url(self) -> str:
        return self.item.url or f"urn:curator:item:{self.item.pk}"


# ------------------------------------------------------------------------------------------------ our fields
def _fields(item: Item, *, is_internal: bool) -> dict[str, object]:
    feed = item.feed
    return {
        "item": item.pk,
        "title": item.title,
        "address": item.url,
        "canonical_address": item.canonical_url,
        "id_in_feed": item.external_id,
        "author": item.author,
        "published_at": _time(item.published_at),
        "published_precision": item.published_precision,
        "first_seen_at": _time(item.first_seen_at),
        "reported_at": _time(item.reported_at),
        "language": item.language,
        "language_confidence": item.language_confidence,
        "copy_of": item.copy_of_id,
        "story": item.story_id,
        "feed": {"name": feed.name, "address": feed.url, "format": feed.format},
        "publisher": {"name": feed.publisher.name, "kind": feed.publisher.kind, "is_party": feed.publisher.is_party},
        "reuse_policy": feed.reuse_policy,
        "terms_read_on": feed.terms_read_on.isoformat() if feed.terms_read_on else None,
        "is_internal": is_internal,
        "sightings": list(_sightings(item, is_internal=is_internal)),
    }


def _sightings(item: Item, *, is_internal: bool) -> Iterator[dict[str, object]]:
    """Who else carried it. Their words are let out as their own terms say."""
    for sighting in item.sightings.select_related("feed").order_by("seen_at", "pk"):
        is_allowed = allowed(sighting.feed, is_internal=is_internal).feed_text
        yield {
            "feed": sighting.feed.name,
            "address": sighting.url,
            "title": sighting.title,
            "text": sighting.text if is_allowed else "",
            "published_at": _time(sighting.published_at),
            "seen_at": _time(sighting.seen_at),
        }


def _arrival(arrival: Arrival) -> dict[str, object]:
    """How it came, where no feed brought it. Who handed it in, and what they noted, stays in the house."""
    return {
        "door": arrival.door,
        "at": _time(arrival.at),
        "sender_domain": arrival.sender_domain,
        "sender_check": arrival.sender_check,
        "original_sha256": arrival.original_sha256,
    }


def _document(item: Item, revision: Revision) -> Snapshot | None:
    """The feed's document in which the revision was seen, where it was kept."""
    fetch = (
        Fetch.objects.filter(
            feed=item.feed_id,
            finished_at=revision.seen_at,
            started_at__range=(revision.seen_at - dt.timedelta(hours=1), revision.seen_at),
        )
        .exclude(snapshot=None)
        .select_related("snapshot__blob")
        .first()
    )
    return fetch.snapshot if fetch is not None else None


def _time(when: dt.datetime | None) -> str | None:
    """As WARC-Date has it: UTC, to the microsecond where there are any."""
    if when is None:
        return None
    return when.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


def _one_line(value: str) -> str:
    """Fit for a header: no line end can begin another one."""
    return "".join(character if character.isprintable() else " " for character in value).strip()
