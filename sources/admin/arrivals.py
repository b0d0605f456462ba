"""How a revision came, in words, for the pages of items. What was uploaded or mailed is a download and never shown."""

from __future__ import annotations

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from sources.display import marked
from sources.models import Arrival, Revision


def of(revision: Revision | None) -> Arrival | None:
    """How it came, where no feed brought it."""
    found = getattr(revision, "arrival", None)
    return found if isinstance(found, Arrival) else None


def in_words(revision: Revision | None) -> str | SafeString:
    """By which door, when, by whom or from which domain, with the note and a way to the original."""
    arrival = of(revision)
    if arrival is None:
        return _("by its feed")
    parts = [format_html("{}, {} UTC", arrival.get_door_display(), date_format(arrival.at, "j M Y H:i"))]
    if arrival.by is not None:
        parts.append(format_html("<bdi>{}</bdi>", arrival.by))
    if arrival.sender_domain:
        parts.append(format_html("<bdi>{}</bdi> – {}", arrival.sender_domain, arrival.get_sender_check_display()))
    if arrival.note:
        parts.append(format_html('<span dir="auto">{}</span>', arrival.note))
    if arrival.original is not None:
        address = reverse("admin:sources_snapshot_bytes", args=[arrival.original_id])
        parts.append(format_html('<a href="{}">{}</a>', address, _("the original, to download")))
    if arrival.original_sha256:
        parts.append(format_html("sha256 {}", arrival.original_sha256))
    return format_html_join(SafeString("<br>"), "{}", ((part,) for part in parts))


def with_pages(revision: Revision, text: str) -> str | SafeString:
    """The full text; of a document with pages, each below its number."""
    arrival = of(revision)
    starts: list[int] = arrival.page_starts if arrival is not None else []
    if not starts:
        return marked(text)
    pages = (
        (number, text[start:end])
        for number, (start, end) in enumerate(zip(starts, [*starts[1:], len(text)], strict=True), 1)
    )
    return format_html_join(
        "",
        '<p><b>{}</b></p><div dir="auto">{}</div>',
        ((_("Page %d") % number, marked(page.strip())) for number, page in pages if page.strip()),
    )
