"""Keeps the bytes that were fetched: content-addressed, compressed, each once, behind Django's storage API.

The file is written before its row, and outside any transaction. After a crash there may be a file without a row, never a
row without its file; the next time the same bytes come, the file is found and used. Bytes are never changed or deleted
here. Compression is Zstandard's (RFC 8878); files that end in ``.z`` are older and zlib's.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import sys
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection

from sources.models import Blob, Snapshot

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

#: Headers worth keeping as evidence. Others may hold session identifiers.
_KEPT_HEADERS = {
    *("content-type", "content-language", "content-encoding", "content-length", "date", "etag", "last-modified"),
    *("expires", "cache-control", "link", "location", "server", "age"),
}


#: As small as the usual level to within two in a hundred, on feeds and pages, in two thirds of its time.
_LEVEL = 1


class CannotKeep(Exception):
    """The store took no bytes: it is full, away, or refuses us. The message is fit for staff."""


class DamagedSnapshot(Exception):
    """The stored bytes are missing or are not the ones that were kept."""


@dataclass(frozen=True, slots=True)
class Retrieval:
    """Bytes whose file stands, and how they came. Not in the database yet."""

    sha256: str
    path: str
    size: int
    url: str
    media_type: str
    headers: dict[str, str]
    at: dt.datetime


def keep(
    body: bytes, *, url: str, media_type: str = "", headers: Mapping[str, str] | None = None, at: dt.datetime
) -> Snapshot:
    """These bytes came from ``url`` at ``at``: afterwards the file and its rows stand. No transaction needed."""
    return record([write(body, url=url, media_type=media_type, headers=headers, at=at)])[0]


def write(
    body: bytes,
    *,
    url: str,
    media_type: str = "",
    headers: Mapping[str, str] | None = None,
    at: dt.datetime,
    sha256: str = "",
) -> Retrieval:
    """The file stands afterwards. Touches no database, so that threads may call it. ``sha256``: of the body, where the
    caller has it already. Raises CannotKeep."""
    digest = sha256 or hashlib.sha256(body).hexdigest()
    path = f"snapshots/{digest[:2]}/{digest}.zst"
    try:
        if not _is_whole(path, digest):
            default_storage.delete(path)  # half a file, from a crash while it was written
            path = default_storage.save(path, ContentFile(zstd.compress(body, _LEVEL)))
    except (OSError, BotoCoreError, ClientError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
        raise CannotKeep(f"What was fetched could not be kept in the store ({why}).") from error
    kept = {name: value[:1000] for name, value in (headers or {}).items() if name in _KEPT_HEADERS}
    return Retrieval(digest, path, len(body), url, media_type[:100], kept, at)


def record(retrievals: Sequence[Retrieval]) -> list[Snapshot]:
    """The rows of these retrievals stand, in their order."""
    if not retrievals:
        return []
    blobs = _blobs({one.sha256: one for one in retrievals})
    return Snapshot.objects.bulk_create(
        Snapshot(
            blob_id=blobs[one.sha256],
            url=one.url,
            media_type=one.media_type,
            headers=one.headers,
            retrieved_at=one.at,
        )
        for one in retrievals
    )


def read(snapshot: Snapshot) -> bytes:
    """The bytes of a snapshot. Raises DamagedSnapshot where they are missing or altered."""
    blob = snapshot.blob
    try:
        body = _read(blob.path)
    except (OSError, zlib.error, zstd.ZstdError) as error:
        raise DamagedSnapshot(f"Snapshot {snapshot.pk} cannot be read.") from error
    if hashlib.sha256(body).hexdigest() != blob.sha256:
        raise DamagedSnapshot(f"Snapshot {snapshot.pk} is not what was kept.")
    return body


_NEW_BLOBS = """
    INSERT INTO sources_blob (sha256, path, size)
    SELECT * FROM unnest(%s::text[], %s::text[], %s::int[]) AS n (sha256, path, size) ORDER BY sha256
        ON CONFLICT DO NOTHING
    RETURNING sha256, id
"""


def _blobs(wanted: Mapping[str, Retrieval]) -> dict[str, int]:
    """The id of each blob, by its hash. Somebody else may write the same one at this moment."""
    with connection.cursor() as cursor:
        cursor.execute(
            _NEW_BLOBS, [list(c) for c in zip(*((o.sha256, o.path, o.size) for o in wanted.values()), strict=True)]
        )
        ids = dict(cursor.fetchall())
    if known := wanted.keys() - ids.keys():
        ids |= dict(Blob.objects.filter(sha256__in=known).values_list("sha256", "pk"))
    return ids


def _read(path: str) -> bytes:
    with default_storage.open(path) as file:
        packed = file.read()
    return zlib.decompress(packed) if path.endswith(".z") else zstd.decompress(packed)


def _is_whole(path: str, digest: str) -> bool:
    """Whether the file is there already, all of it."""
    if not default_storage.exists(path):
        return False
    try:
        return hashlib.sha256(_read(path)).hexdigest() == digest
    except (OSError, zstd.ZstdError):
        return False
