"""Keeps the bytes that were fetched: content-addressed, compressed, each once, behind Django's storage API.

The file is written before its row. After a crash there may be a file without a row, never a row without its file; the
next time the same bytes come, the file is found and used. Bytes are never changed or deleted here.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import zlib
from collections.abc import Mapping

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from sources.models import Blob, Snapshot

#: Headers worth keeping as evidence. Others may hold session identifiers.
_KEPT_HEADERS = {
    *("content-type", "content-language", "content-encoding", "content-length", "date", "etag", "last-modified"),
    *("expires", "cache-control", "link", "location", "server", "age"),
}


class DamagedSnapshot(Exception):
    """The stored bytes are missing or are not the ones that were kept."""


def keep(
    body: bytes, *, url: str, media_type: str = "", headers: Mapping[str, str] | None = None, at: dt.datetime
) -> Snapshot:
    """These bytes came from ``url`` at ``at``: afterwards the file and its rows stand. No transaction needed."""
    blob = _blob(body)
    kept = {name: value[:1000] for name, value in (headers or {}).items() if name in _KEPT_HEADERS}
    return Snapshot.objects.create(blob=blob, url=url, media_type=media_type[:100], headers=kept, retrieved_at=at)


def read(snapshot: Snapshot) -> bytes:
    """The bytes of a snapshot. Raises DamagedSnapshot where they are missing or altered."""
    blob = snapshot.blob
    try:
        with default_storage.open(blob.path) as file:
            body = zlib.decompress(file.read())
    except (OSError, zlib.error) as error:
        raise DamagedSnapshot(f"Snapshot {snapshot.pk} cannot be read.") from error
    if hashlib.sha256(body).hexdigest() != blob.sha256:
        raise DamagedSnapshot(f"Snapshot {snapshot.pk} is not what was kept.")
    return body


def _blob(body: bytes) -> Blob:
    digest = hashlib.sha256(body).hexdigest()
    found = Blob.objects.filter(sha256=digest).first()
    if found is not None:
        return found
    path = f"snapshots/{digest[:2]}/{digest}.z"
    if not _is_whole(path, digest):
        default_storage.delete(path)  # half a file, from a crash while it was written
        path = default_storage.save(path, ContentFile(zlib.compress(body, 6)))
    blob, _ = Blob.objects.get_or_create(sha256=digest, defaults={"path": path, "size": len(body)})
    return blob


def _is_whole(path: str, digest: str) -> bool:
    """Whether the file is there already, all of it."""
    try:
        with default_storage.open(path) as file:
            return hashlib.sha256(zlib.decompress(file.read())).hexdigest() == digest
    except (OSError, zlib.error):
        return False
