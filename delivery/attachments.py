"""The PDFs of a digest as MIME parts, encoded once and reused for every recipient of the same editions.

Up to three are attached each; more become one PDF with a bookmark per edition. Encoding a PDF for every message is what
costs most in sending, so finished parts are kept for a while, by the hash of what is in them. A file that is not there
is left out: the mail links to the page.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from email import encoders
from email.mime.base import MIMEBase
from functools import lru_cache

import pypdf
from django.core.files.storage import default_storage

from briefings.models import Artefact, Edition

logger = logging.getLogger(__name__)

#: More editions than this become one combined PDF.
MOST_ATTACHED = 3


@dataclass(frozen=True, slots=True)
class Attached:
    """What is attached, and whose editions are in it."""

    parts: tuple[MIMEBase, ...]
    editions: frozenset[int]
    is_combined: bool


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    path: str
    sha256: str
    edition: int


def of(editions: Sequence[Edition]) -> Attached:
    """The PDFs (A4) of those editions, in that order, as far as they exist."""
    rows = Artefact.objects.filter(edition__in=editions, form=Artefact.Form.PDF_A4)
    by_edition = {row.edition_id: _File(row.name, row.path, row.sha256, row.edition_id) for row in rows}
    files = [by_edition[edition.pk] for edition in editions if edition.pk in by_edition]
    parts = {file: part for file in files if (part := _found(file)) is not None}
    present = frozenset(file.edition for file in parts)
    if len(parts) <= MOST_ATTACHED:
        return Attached(tuple(parts.values()), present, False)
    return Attached((_combined(tuple(parts)),), present, True)


def _found(file: _File) -> MIMEBase | None:
    try:
        return _part(file)
    except FileNotFoundError:
        logger.error("a PDF that was made is not in the storage", extra={"edition": file.edition})
        return None


@lru_cache(maxsize=64)
def _part(file: _File) -> MIMEBase:
    with default_storage.open(file.path) as stored:
        return _pdf(file.name, stored.read())


@lru_cache(maxsize=16)
def _combined(files: tuple[_File, ...]) -> MIMEBase:
    writer = pypdf.PdfWriter()
    for file in files:
        with default_storage.open(file.path) as stored:
            writer.append(io.BytesIO(stored.read()), outline_item=file.name.rsplit(".", 1)[0])
    writer.metadata = {"/Title": "Daily briefs"}
    written = io.BytesIO()
    writer.write(written)
    return _pdf("daily-briefs.pdf", written.getvalue())


def _pdf(name: str, content: bytes) -> MIMEBase:
    part = MIMEBase("application", "pdf")
    part.set_payload(content)
    encoders.encode_base64(part)
    part.add_header("Content-Disposition", "attachment", filename=name)
    return part
