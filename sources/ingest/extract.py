"""What an article page holds: its text, the address it gives as its own, and, where asked, its title, author and day. By
trafilatura, of which this is the one door; PDF and Word documents by ``document``. Pure: bytes in, values out.

The bytes are decoded once and parsed once; every pass gets the same tree. The fast way first, the thorough one where that
finds little: together they are as good as the thorough one alone and faster. What a page says about itself is only asked
for where the feed said nothing.
"""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Any

import trafilatura
import trafilatura.xpaths
from htmldate import find_date
from lxml.etree import ElementDefaultClassLookup, ErrorTypes, LxmlError, strip_elements, strip_tags
from lxml.html import HtmlElement, HTMLParser, document_fromstring
from trafilatura.metadata import examine_meta, extract_meta_json, extract_title
from trafilatura.settings import Document, Extractor

from sources.adapters import charset
from sources.ingest import document, urls, walks
from sources.ingest.normalise import MAX_AUTHOR
from sources.ingest.text import MAX_TITLE, clean_line, clean_text

EXTRACTOR = f"trafilatura {version('trafilatura')}"
#: Under this many characters the fast way has probably missed the article. 500 costs a tenth less and is as good on the 120
#: pages we have; on the 990 that those are taken from, it lost .003 of F1 and 1,000 lost nothing.
SHORT = 1_000
#: Under this many there is no article.
LEAST = 80
#: A document of more is refused, not cut: what the process that reads it may answer with (``page_reader``) holds as many.
MOST_OF_A_DOCUMENT = 1_000_000
#: What lxml and its helpers let out on broken pages. Not all there is: a worker's time limit has to get through.
_PAGE_ERRORS = (
    *(LxmlError, ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RuntimeError, AssertionError),
    re.error,
)
#: What XML cannot hold, as bytes of UTF-8: controls, and the two that are no characters.
_CONTROLS = bytes({*range(0x20)} - {0x09, 0x0A, 0x0D})
_NO_CHARACTERS = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")
#: Never words of an article, and much of many a page: without them every later pass has less to walk.
_NO_WORDS = ("style", "svg", "iframe", "template")
#: What trafilatura leaves out as well, but late: a fifth of the time goes into walking and copying it until then. It may
#: hold what a page says about itself, so it stays where that is asked.
_NO_ARTICLE = (
    *("nav", "footer", "aside", "dialog", "menu", "button", "input", "select", "option", "datalist", "map"),
    *("audio", "video", "canvas", "object", "embed", "applet", "meta", "link", "source", "track", "area", "param"),
    "script",
)
#: What is no more than a frame round words, which trafilatura takes off as well.
_FRAMES = (
    *("abbr", "acronym", "address", "bdi", "bdo", "big", "cite", "data", "dfn", "font", "hgroup", "img", "ins", "mark"),
    *("nobr", "ruby", "small", "tbody", "tfoot", "thead", "wbr"),
)
#: Scripts in which a page may give its article once more.
_DATA = ".//script[@type='application/ld+json']"

_PARSER = HTMLParser(
    encoding="utf-8", collect_ids=False, default_doctype=False, remove_comments=True, remove_pis=True, no_network=True
)
# One class for every element is found without asking Python for each; nothing here needs forms or inputs to be their own.
_PARSER.set_element_class_lookup(ElementDefaultClassLookup(element=HtmlElement))
_FAST = Extractor(fast=True, comments=False)
_THOROUGH = Extractor(fast=False, comments=False)


class NoArticle(Exception):
    """The page holds no text of an article, or is no page. The message is fit for staff."""


@dataclass(frozen=True, slots=True)
class Extracted:
    """What a page holds. ``text`` has its paragraphs separated by an empty line. ``canonical_url`` is the address that the
    page gives as its own, as ``urls.canonical`` has it, or "". ``extractor`` says what took the text out. The others are ""
    or None where nobody asked."""

    text: str
    title: str = ""
    author: str = ""
    published: dt.date | None = None
    canonical_url: str = ""
    extractor: str = EXTRACTOR


def extract(body: bytes, *, content_type: str, url: str = "", with_metadata: bool = False) -> Extracted:
    """The article at ``url``. Raises NoArticle; nothing else but MemoryError, where the process may have no more."""
    media_type = content_type.partition(";")[0].strip().lower()
    read = _read_document if body.startswith(b"%PDF-") else _READERS.get(media_type)
    if read is None:
        raise NoArticle(f"The address holds {media_type[:60]}, not a page of text.")
    found = read(body, content_type, url, with_metadata)
    if len(found.text) < LEAST:
        raise NoArticle("No article was found on the page.")
    return found


def hasten() -> None:
    """Pages are read in three quarters of the time from now on, here and by whoever else uses trafilatura in this process,
    with the same result."""
    walks.install(trafilatura.xpaths)


# ------------------------------------------------------------------------------------------------ kinds of document
def _read_plain(body: bytes, content_type: str, url: str, with_metadata: bool) -> Extracted:
    return Extracted(clean_text(_decoded(body, content_type)))


def _read_document(body: bytes, content_type: str, url: str, with_metadata: bool) -> Extracted:
    """Its title and author are nobody's business but its writer's (``document``), so they are not asked for."""
    try:
        found = document.read_here(body, characters=MOST_OF_A_DOCUMENT)
    except document.Unreadable as error:
        raise NoArticle(str(error)) from error
    return Extracted(found.text, extractor=found.extractor)


def _read_page(body: bytes, content_type: str, url: str, with_metadata: bool) -> Extracted:
    page = _decoded(body, content_type)
    try:
        tree = document_fromstring(_bytes(page), parser=_PARSER)
        if not _is_page(tree, page):
            raise NoArticle("The address holds no web page.")
        canonical_url = _canonical_url(tree, url)
        strip_elements(tree, *_NO_WORDS, with_tail=False)
        if not with_metadata:
            _lighten(tree)
        found = Extracted(_text(tree), canonical_url=canonical_url)
    except _PAGE_ERRORS as error:
        if getattr(error, "code", None) == ErrorTypes.ERR_NO_MEMORY:
            raise MemoryError from error  # lxml calls it a mistake in the page's syntax
        if not body.strip():
            raise NoArticle("The page is empty.") from error
        raise NoArticle(f"The page cannot be read ({type(error).__name__}).") from error
    return _with_metadata(found, tree, url) if with_metadata else found


#: How each media type is read; a PDF is known by its first bytes too, since servers call it by many names. Whatever else a
#: feed links to is no page; a reader of another kind is one more line.
_READERS: Mapping[str, Callable[[bytes, str, str, bool], Extracted]] = {
    "": _read_page,
    "text/html": _read_page,
    "application/xhtml+xml": _read_page,
    "application/xml": _read_page,
    "text/xml": _read_page,
    "text/plain": _read_plain,
    document.Kind.PDF: _read_document,
    document.Kind.DOCX: _read_document,
}


def _decoded(body: bytes, content_type: str) -> str:
    if b"\0" in body[:1000] and not body.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise NoArticle("The address holds data, not a page of text.")
    return charset.decode(body, content_type).text


# ------------------------------------------------------------------------------------------------ pages
def _bytes(page: str) -> bytes:
    """In UTF-8, without what lxml refuses to hold: dropped from bytes, in a tenth of the time that characters take."""
    found = page.encode("utf-8", "replace").translate(None, _CONTROLS)
    for each in _NO_CHARACTERS:
        found = found.replace(each, b"")
    return found


def _lighten(tree: HtmlElement) -> None:
    """Without what trafilatura would leave out in the end. It copies the tree some five times before that."""
    data = list(tree.iterfind(_DATA))
    for script in data:
        script.tag = "kept"
    strip_elements(tree, *_NO_ARTICLE, with_tail=False)
    for script in data:
        script.tag = "script"
    strip_tags(tree, *_FRAMES)


def _is_page(tree: HtmlElement, page: str) -> bool:
    """Whether there was any markup to parse: JSON or a log under a page's media type becomes one paragraph. trafilatura asks
    the same of bytes, and not of a tree."""
    body = tree.find("body")
    inner = body[0] if body is not None and len(body) == 1 else body
    return "<html" in page[:1000].lower() or tree.find("head") is not None or (inner is not None and len(inner) > 1)


def _text(tree: HtmlElement) -> str:
    text = _pass(tree, _FAST)
    return max(text, _pass(tree, _THOROUGH), key=len) if len(text) < SHORT else text


def _pass(tree: HtmlElement, options: Extractor) -> str:
    """trafilatura works on a copy of a tree that it is given, and writes one paragraph a line."""
    text = trafilatura.extract(tree, options=options) or ""
    return clean_text("\n\n".join(line for line in text.splitlines() if line.strip()))


def _canonical_url(tree: HtmlElement, url: str) -> str:
    """Only what stands in the head counts, where no commenter writes, and only where the page does not contradict itself."""
    base = tree.find("./head/base[@href]")
    base_url = urls.followable(base.get("href", ""), base=url) if base is not None else ""
    named = {
        urls.canonical(urls.followable(link.get("href", ""), base=base_url or url))
        for link in tree.iterfind("./head/link[@rel]")
        if "canonical" in link.get("rel", "").lower().split()
    }
    return named.pop() if len(named) == 1 else ""


def _with_metadata(found: Extracted, tree: HtmlElement, url: str) -> Extracted:
    """With what the page declares of itself, in its head and in JSON-LD. An author found by the look of the page is left out:
    it takes four times as long as all the rest and is wrong two times in five."""
    try:
        declared = extract_meta_json(tree, examine_meta(tree))
        title = declared.title or extract_title(tree) or ""
        return replace(
            found,
            title=clean_line(html.unescape(title), MAX_TITLE),
            author=_author(declared),
            published=_day(find_date(tree, url=url or None, original_date=True, extensive_search=False)),
        )
    except _PAGE_ERRORS:
        return found


def _author(declared: Document) -> str:
    """A single word is a login or "admin" more often than a name."""
    author = clean_line(html.unescape(declared.author or ""), MAX_AUTHOR)
    return author if " " in author or not author.isascii() else ""


def _day(found: Any) -> dt.date | None:
    try:
        return dt.date.fromisoformat(found) if found else None
    except ValueError:
        return None
