"""Making the files of issued editions: each output once, its bytes kept for good with their hash.

Finds what is missing; safe to repeat and to run twice at once. A failure is kept on the row for staff to see, put off
and tried again a few times, and stops no other edition.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from briefings import seal, shelf
from briefings.compose import document_of
from briefings.models import Artefact, Edition, Rendering
from briefings.render import json as json_form
from briefings.render import pdf, text
from briefings.render.document import Document

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 6
#: Longer than the time limit of the task: nobody takes up what somebody is still making.
_TAKEN_FOR = dt.timedelta(minutes=5)
_MEDIA_TYPES = {
    Artefact.Form.PDF_A4: "application/pdf",
    Artefact.Form.PDF_LETTER: "application/pdf",
    Artefact.Form.TEXT: "text/plain; charset=utf-8",
    Artefact.Form.JSON: "application/json",
}
_SUFFIXES = {
    Artefact.Form.PDF_A4: "-A4.pdf",
    Artefact.Form.PDF_LETTER: "-Letter.pdf",
    Artefact.Form.TEXT: ".txt",
    Artefact.Form.JSON: ".json",
}


def make_next(*, at: dt.datetime) -> Artefact | None:
    """Makes one missing output; returns it, or None where nothing is to do now."""
    _note_missing(at=at)
    rendering = _take(at=at)
    while rendering is not None:
        artefact = _make(rendering, at=at)
        if artefact is not None:
            return artefact
        rendering = _take(at=at)
    return None


def file_name(edition: Edition, form: str) -> str:
    """``SDN-2026-09-14-v1-en-A4.pdf``: the public id, always with its language."""
    version = f"-v{edition.version}"
    stem = edition.public_id.removesuffix(version)
    if edition.language != "en":
        stem = stem.removesuffix(f"-{edition.language}")
    return f"{stem}{version}-{edition.language}{_SUFFIXES[Artefact.Form(form)]}"


def bytes_of(document: Document, form: str, *, approved_hash: str = "") -> bytes:
    """The bytes of that output of the Document. Raises pdf.RenderError."""
    if form == Artefact.Form.TEXT:
        return text.render(document).encode()
    if form == Artefact.Form.JSON:
        return json_form.render(document, approved_hash=approved_hash).encode()
    return pdf.render(document, paper="A4" if form == Artefact.Form.PDF_A4 else "Letter")


def _note_missing(*, at: dt.datetime) -> None:
    """Afterwards every output that an issued edition lacks has a row that says so."""
    for form in Artefact.Form:
        made = Artefact.objects.filter(form=form).values("edition")
        noted = Rendering.objects.filter(form=form).values("edition")
        missing = Edition.objects.issued().exclude(pk__in=made).exclude(pk__in=noted).values_list("pk", flat=True)
        Rendering.objects.bulk_create(
            [Rendering(edition_id=pk, form=form, next_attempt_at=at) for pk in missing], ignore_conflicts=True
        )


def _take(*, at: dt.datetime) -> Rendering | None:
    """One output that is due, taken for a few minutes; the attempt counts from now, whatever becomes of it."""
    due = Rendering.objects.filter(next_attempt_at__lte=at, attempts__lt=MOST_ATTEMPTS)
    with transaction.atomic():
        rendering = (
            due.select_related("edition__situation")
            .order_by("attempts", "-edition__published_at", "form")
            .select_for_update(skip_locked=True, of=("self",))
            .first()
        )
        if rendering is not None:
            rendering.attempts += 1
            rendering.next_attempt_at = at + _TAKEN_FOR
            rendering.save(update_fields=["attempts", "next_attempt_at"])
    return rendering


def _make(rendering: Rendering, *, at: dt.datetime) -> Artefact | None:
    edition = rendering.edition
    try:
        seal.check(edition)
        data = bytes_of(document_of(edition), rendering.form, approved_hash=edition.approved_hash)
    except (pdf.RenderError, seal.Broken) as error:
        logger.exception("an output could not be made", extra={"edition": edition.public_id, "form": rendering.form})
        Rendering.objects.filter(pk=rendering.pk).update(
            last_error=str(error)[:500], next_attempt_at=at + dt.timedelta(minutes=2**rendering.attempts)
        )
        return None
    sha256 = hashlib.sha256(data).hexdigest()
    path = _keep(data, sha256, rendering.form)
    with transaction.atomic():
        artefact, _ = Artefact.objects.get_or_create(
            edition=edition,
            form=rendering.form,
            defaults={
                "name": file_name(edition, rendering.form),
                "media_type": _MEDIA_TYPES[Artefact.Form(rendering.form)],
                "path": path,
                "sha256": sha256,
                "size": len(data),
                "made_at": at,
            },
        )
        Rendering.objects.filter(pk=rendering.pk).delete()
        shelf.turn_over()
    return artefact


def _keep(data: bytes, sha256: str, form: str) -> str:
    """Bytes by their hash, so that a file left by a crash is simply the same file."""
    suffix = _SUFFIXES[Artefact.Form(form)].rpartition(".")[2]
    path = f"editions/{sha256[:2]}/{sha256}.{suffix}"
    return path if default_storage.exists(path) else default_storage.save(path, ContentFile(data))
