"""WeasyPrint's one door: a Document becomes the bytes of a PDF, the same bytes whenever it is built again.

WeasyPrint must not fetch: it gets a fetcher that serves our own static files and refuses every other address. Run it in
a worker with a time limit, never in a request. Unpacked fonts are kept, one configuration per set of font sheets: with
one for all, what an edition falls back to would depend on the editions before it.
"""

from __future__ import annotations

import mimetypes
import os
import re
import threading
from functools import lru_cache
from io import BytesIO
from typing import IO
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.exceptions import SuspiciousFileOperation
from django.template.loader import render_to_string
from weasyprint import HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from briefings.render import text_layer
from briefings.render.document import Document

PAPERS = ("A4", "Letter")
#: Stands for our own address while a PDF is made; nothing answers there (RFC 6761).
_BASE = "https://curator.invalid/"
# fontTools stamps the time of day into every variable font that it makes static, unless this is set (WeasyPrint 70 has no
# option for it). A constant for the whole process, so that threads cannot disturb one another.
os.environ.setdefault("SOURCE_DATE_EPOCH", "1388534400")
text_layer.install()
_ONE_AT_A_TIME = threading.Lock()
_FONT_SHEET = re.compile(r'href="([^"]*css/fonts/[^"]*)"')
_NOT_OURS = "not one of our static files"


class RenderError(Exception):
    """The PDF could not be made; the message says why, for staff."""


class Refused(FatalURLFetchingError):  # type: ignore[misc]
    """The document asked for an address that is not one of our static files. Ends the rendering."""


class StaticFilesOnly(URLFetcher):  # type: ignore[misc]
    """Serves our static files from disk; anything else is refused, whatever its scheme."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        static = urlsplit(settings.STATIC_URL).path
        parts = urlsplit(url)
        name = unquote(parts.path).removeprefix("/")
        prefix = static.lstrip("/")
        if f"{parts.scheme}://{parts.netloc}/" != _BASE or not name.startswith(prefix):
            raise Refused(f"{url[:200]}: {_NOT_OURS}")
        body = _open(name.removeprefix(prefix))
        if body is None:
            raise Refused(f"{url[:200]}: {_NOT_OURS}")
        media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return URLFetcherResponse(url, body, {"Content-Type": media_type})


def render(document: Document, *, paper: str) -> bytes:
    """The PDF (PDF/UA-1) of that Document on that paper, ``A4`` or ``Letter``. Raises RenderError."""
    html = render_to_string("pdf/edition.html", {"document": document, "paper": paper, "site_url": settings.SITE_URL})
    return render_html(html, document=document)


def render_html(html: str, *, document: Document) -> bytes:
    """The PDF of that HTML with the Document's metadata; no name of a person is in it. Raises RenderError."""
    with _ONE_AT_A_TIME:  # Pango's font maps are not for several threads
        return _pdf(html, document)


def _pdf(html: str, document: Document) -> bytes:
    try:
        pages = HTML(string=html, base_url=_BASE, url_fetcher=StaticFilesOnly()).render(
            font_config=_fonts(tuple(_FONT_SHEET.findall(html))), pdf_variant="pdf/ua-1"
        )
        moment = (document.issued_at or document.period_end).strftime("%Y-%m-%dT%H:%M:%SZ")
        pages.metadata.authors = [settings.SITE_NAME]
        pages.metadata.generator = settings.SITE_NAME
        pages.metadata.created = pages.metadata.modified = moment
        pages.metadata.lang = document.language
        data: bytes = pages.write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=document.id.encode())
    # What a damaged font or odd markup makes of WeasyPrint is not listed anywhere; time limits and signals pass.
    except (
        Refused,
        ValueError,
        TypeError,
        LookupError,
        ArithmeticError,
        AttributeError,
        OSError,
        RuntimeError,
    ) as error:
        raise RenderError(f"{document.id}: {type(error).__name__}: {error}"[:500]) from error
    return data


@lru_cache(maxsize=8)
def _fonts(sheets: tuple[str, ...]) -> FontConfiguration:
    """The unpacked fonts of these sheets: a quarter of the time of a PDF goes into unpacking them."""
    return FontConfiguration()


def _open(name: str) -> IO[bytes] | None:
    """A collected static file, else one straight from the source folders (development and tests)."""
    try:
        if staticfiles_storage.exists(name):
            return staticfiles_storage.open(name)
        path = finders.find(name)
    except (SuspiciousFileOperation, OSError):
        return None
    if not isinstance(path, str):
        return None
    with open(path, "rb") as file:  # noqa: PTH123 - a path of the finder's own making
        return BytesIO(file.read())
