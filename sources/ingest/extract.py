"""The text of an article page, by trafilatura, of which this is the one door. Pure: bytes in, plain text out.

The fast way first, the thorough one where that finds little: together they are as good as the thorough one alone and
faster. The page's own metadata is not asked for, since the feed has it and finding it costs more than the text.
"""

from __future__ import annotations

from importlib.metadata import version

import trafilatura
from lxml.etree import LxmlError

from sources.adapters import charset
from sources.ingest.text import clean_text

EXTRACTOR = f"trafilatura {version('trafilatura')}"
#: Under this many characters the fast way has probably missed the article.
SHORT = 1_000
#: Under this many there is no article.
LEAST = 80
#: What lxml and its helpers let out on broken pages. Not all there is: a worker's time limit has to get through.
_PAGE_ERRORS = (
    LxmlError,
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    ArithmeticError,
    RecursionError,
    AssertionError,
)
_PAGES = {"", "text/html", "application/xhtml+xml", "application/xml", "text/xml", "text/plain"}


class NoArticle(Exception):
    """The page holds no text of an article, or is no page. The message is fit for staff."""


def extract(body: bytes, *, content_type: str) -> str:
    """The article's text, paragraphs separated by an empty line. Raises NoArticle and nothing else."""
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type not in _PAGES:
        raise NoArticle(f"The address holds {media_type[:60]}, not a page of text.")
    if b"\0" in body[:1000] and not body.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise NoArticle("The address holds data, not a page of text.")
    page = charset.decode(body, content_type).text
    if media_type == "text/plain":
        text = clean_text(page)
    else:
        text = _text(page, fast=True)
        if len(text) < SHORT:
            text = max(text, _text(page, fast=False), key=len)
    if len(text) < LEAST:
        raise NoArticle("No article was found on the page.")
    return text


def _text(page: str, *, fast: bool) -> str:
    try:
        found = trafilatura.extract(page, fast=fast, include_comments=False, include_tables=True, with_metadata=False)
    except _PAGE_ERRORS as error:
        raise NoArticle(f"The page cannot be read ({type(error).__name__}).") from error
    return _paragraphs(found or "")


def _paragraphs(text: str) -> str:
    """trafilatura writes one paragraph a line."""
    return clean_text("\n\n".join(line for line in text.splitlines() if line.strip()))
