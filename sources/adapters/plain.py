"""Plain RSS 2.0 and Atom 1.0 by lxml: the easy majority of feeds, twenty times as fast as feedparser and to the same values.

feedparser stays the parser of record. This one knows the elements that nearly all feeds consist of, and hands over any
document in which it meets anything else: a declaration of a document type, markup that is not escaped, an attribute or
element it has no rule for, a base address or language of its own, two titles. That both give the same for whatever this
one takes is tested on every feed of the corpora. Whoever adds an element here looks up what feedparser does with it.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urljoin

from lxml import etree

from sources.adapters.entry import Markup

_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
_CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
_DC_DATE = "{http://purl.org/dc/elements/1.1/}date"
_ATOM = "{http://www.w3.org/2005/Atom}"
_MEDIA = "{http://search.yahoo.com/mrss/}"
#: Elements with text alone that say nothing we keep. feedparser files them elsewhere.
_IGNORED = {
    *("category", "comments", "{http://purl.org/dc/elements/1.1/}subject", "{com-wordpress:feed-additions:1}post-id"),
    *("{http://purl.org/rss/1.0/modules/slash/}comments", "{http://wellformedweb.org/CommentAPI/}commentRss"),
    *("{http://wellformedweb.org/CommentAPI/}comment", f"{_MEDIA}credit", f"{_MEDIA}thumbnail", f"{_MEDIA}content"),
    *("enclosure", f"{_MEDIA}keywords", f"{_ATOM}updated-by"),
}
#: What a channel may hold besides items. None of it changes how its items are read.
_OF_CHANNEL = {
    *("link", "description", "pubDate", "lastBuildDate", "generator", "docs", "copyright", "managingEditor"),
    *("webMaster", "category", "ttl", "cloud", "rating", "skipHours", "skipDays", "language", "title", "image"),
    *(f"{_ATOM}link", "{http://purl.org/rss/1.0/modules/syndication/}updatePeriod"),
    *("{http://purl.org/rss/1.0/modules/syndication/}updateFrequency", "{com-wordpress:feed-additions:1}site"),
    *("{http://purl.org/rss/1.0/modules/syndication/}updateBase",),
}
_OF_IMAGE = {"url", "title", "link", "width", "height", "description"}
_OF_FEED = {
    f"{_ATOM}{name}" for name in ("id", "title", "updated", "link", "subtitle", "generator", "icon", "logo", "rights")
}
_NOT_PLAIN = ("xml:base", "xml:lang", "<!DOCTYPE", "<!ENTITY")
#: Every namespace must be declared as it is commonly written: feedparser goes by prefixes where it knows no address.
_PREFIXES = {
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "atom": "http://www.w3.org/2005/Atom",
    "media": "http://search.yahoo.com/mrss/",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "wfw": "http://wellformedweb.org/CommentAPI/",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
}
#: What feedparser makes of the C1 range, in which no text has anything to say: Windows-1252 by mistake.
_CP1252 = {byte: bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(0x80, 0xA0)}
_C1 = re.compile("[\x80-\x9f]")
_ABSOLUTE = re.compile(r"https?://[a-z0-9.-]+/[A-Za-z0-9/._=-]*(?:\?[A-Za-z0-9&/._=-]+)?")
_SLASHES = re.compile("^([A-Za-z][A-Za-z0-9+-.]*://)(/*)(.*?)")
_MINUTES = re.compile(r"[0-9]{1,6}")
_PERIODS = {"hourly": 3_600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}
_SY = "{http://purl.org/rss/1.0/modules/syndication/}"


class _NotPlain(Exception):
    """The document is for feedparser."""


@dataclass(slots=True)
class PlainEntry:
    """One entry, in the values that feedparser gives."""

    external_id: str = ""
    url: str = ""
    title: Markup = field(default_factory=Markup)
    contents: list[Markup] = field(default_factory=list)
    summary: Markup = field(default_factory=Markup)
    author: str = ""
    published: str = ""
    updated: str = ""


@dataclass(frozen=True, slots=True)
class PlainFeed:
    """A plain document. ``ttl`` in seconds, 0 where it says nothing; ``hub`` and ``self_url`` are WebSub's."""

    title: str
    language: str
    entries: tuple[PlainEntry, ...]
    ttl: int = 0
    hub: str = ""
    self_url: str = ""


def read(text: str, *, url: str, looks_like_html: Callable[[str], bool]) -> PlainFeed | None:
    """The document as feedparser reads it, or None where it is feedparser's to read. ``looks_like_html`` is feedparser's
    own rule for text that is said to be plain."""
    if any(sign in text for sign in _NOT_PLAIN):
        return None
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(text.encode(), parser)
        return _Reader(url, looks_like_html).read(root)
    except (etree.LxmlError, _NotPlain, ValueError):
        return None


class _Reader:
    def __init__(self, url: str, looks_like_html: Callable[[str], bool]) -> None:
        self._base = url
        self._looks_like_html = looks_like_html

    def read(self, root: etree._Element) -> PlainFeed:
        if root.tag == "rss" and set(root.attrib) <= {"version"} and str(root.get("version", "")).startswith("2."):
            _check_prefixes(root, default=None)
            return self._rss(root)
        if root.tag == f"{_ATOM}feed" and not root.attrib:
            _check_prefixes(root, default="http://www.w3.org/2005/Atom")
            return self._atom(root)
        raise _NotPlain

    # -------------------------------------------------------------------------------------------- RSS
    def _rss(self, root: etree._Element) -> PlainFeed:
        if len(root) != 1 or root[0].tag != "channel" or root[0].attrib:
            raise _NotPlain
        channel = root[0]
        entries = tuple(self._item(element) for element in channel.iterchildren("item"))
        said = {}
        for element in channel:
            tag = str(element.tag)
            if tag == "item":
                continue
            if tag in {"title", "language"}:
                if tag in said:
                    raise _NotPlain
                said[tag] = _text(element)
            else:
                _check_of_channel(element)
        ttl = seconds(
            channel.findtext("ttl", ""),
            channel.findtext(f"{_SY}updatePeriod", ""),
            channel.findtext(f"{_SY}updateFrequency", ""),
        )
        hub, own = self._websub(channel)
        return PlainFeed(said.get("title", ""), said.get("language", ""), entries, ttl, hub, own)

    def _item(self, item: etree._Element) -> PlainEntry:
        if item.keys():
            raise _NotPlain
        entry, seen, is_link = PlainEntry(), set(), True
        for element in item:
            tag = element.tag
            if tag in _IGNORED:
                _check_leaf(element)
                continue
            if tag in seen and tag != _CREATOR:
                raise _NotPlain
            seen.add(tag)
            if tag == "guid":
                is_link = _is_link(element)
                entry.external_id = self._resolved(_text_of(element)) if is_link else _text_of(element)
            else:
                self._fill(entry, tag, _text(element))
        if "author" in seen and _CREATOR in seen:
            raise _NotPlain
        if is_link and "link" not in seen:
            entry.url = entry.external_id
        return entry

    def _fill(self, entry: PlainEntry, tag: object, value: str) -> None:
        match tag:
            case "title":
                entry.title = self._plain(value)
            case "link" if value and "&" not in value:
                entry.url = self._resolved(value)
            case "description":
                entry.summary = Markup(value, is_html=True)
            case "pubDate":
                entry.published = value
            case _ if tag == _CONTENT:
                entry.contents.append(Markup(value, is_html=True))
            case _ if tag in {_CREATOR, "author"}:
                entry.author = value
            case _ if tag == _DC_DATE:
                entry.updated = value
            case _:
                raise _NotPlain

    # -------------------------------------------------------------------------------------------- Atom
    def _atom(self, root: etree._Element) -> PlainFeed:
        title = ""
        entries = []
        for element in root:
            tag = element.tag
            if tag == f"{_ATOM}entry":
                entries.append(self._entry(element))
            elif tag == f"{_ATOM}title" and not title and element.get("type", "text") == "text":
                title = _text_of(element)
            elif tag == f"{_ATOM}author":
                _person(element)
            elif tag not in _OF_FEED or len(element):
                raise _NotPlain
        hub, own = self._websub(root)
        return PlainFeed(title, "", tuple(entries), 0, hub, own)

    def _entry(self, item: etree._Element) -> PlainEntry:
        if item.keys():
            raise _NotPlain
        entry, seen, link = PlainEntry(), set(), ""
        for element in item:
            name = str(element.tag).removeprefix(_ATOM)
            if name == "link":
                link = self._alternate(element) or link
                continue
            if name == "category" and not len(element):
                continue
            if name in seen:
                raise _NotPlain
            seen.add(name)
            self._fill_atom(entry, name, element)
        entry.url = link or entry.external_id
        return entry

    def _fill_atom(self, entry: PlainEntry, name: str, element: etree._Element) -> None:
        match name:
            case "id":
                entry.external_id = self._resolved(_text(element))
            case "title":
                entry.title = _typed(element)
            case "summary":
                entry.summary = _typed(element)
            case "content":
                entry.contents.append(_typed(element))
            case "published":
                entry.published = _text(element)
            case "updated":
                entry.updated = _text(element)
            case "author":
                entry.author = _person(element)
            case _:
                raise _NotPlain

    def _alternate(self, element: etree._Element) -> str:
        """Where the entry itself is, if this link says so."""
        _check_leaf(element)
        if not element.get("href"):
            raise _NotPlain
        is_page = element.get("type", "text/html").lower() in {"text/html", "html", "application/xhtml+xml", "xhtml"}
        is_alternate = element.get("rel", "alternate").lower() == "alternate" and is_page
        return self._resolved(str(element.get("href"))) if is_alternate else ""

    def _websub(self, head: etree._Element) -> tuple[str, str]:
        """The hub that the document names, and the address it calls its own (WebSub, section 4)."""
        links = {
            str(link.get("rel", "")).lower(): str(link.get("href", "")) for link in head.iterchildren(f"{_ATOM}link")
        }
        return self._resolved(links.get("hub", "")), self._resolved(links.get("self", ""))

    # -------------------------------------------------------------------------------------------- values
    def _plain(self, value: str) -> Markup:
        return Markup(value, is_html=("<" in value or "&" in value) and self._looks_like_html(value))

    def _resolved(self, uri: str) -> str:
        """As feedparser resolves addresses."""
        if _ABSOLUTE.fullmatch(uri):
            return uri
        return urljoin(self._base, _SLASHES.sub(r"\1\3", uri)) if uri else uri


def seconds(ttl: str, period: str = "", frequency: str = "") -> int:
    """How long a document says it stays as it is: RSS 2.0's ttl in minutes, else the syndication module's period by
    frequency; 0 where it says nothing that can be read."""
    if _MINUTES.fullmatch(ttl.strip()):
        return int(ttl) * 60
    often = int(frequency) if _MINUTES.fullmatch(frequency.strip()) else 1
    return _PERIODS.get(period.strip().lower(), 0) // max(1, often)


def _check_prefixes(root: etree._Element, *, default: str | None) -> None:
    """Every declared prefix means what it commonly means, or is one that no rule of feedparser's knows."""
    for prefix, address in root.nsmap.items():
        if prefix is None:
            if address != default:
                raise _NotPlain
        elif _PREFIXES.get(prefix, address) != address or (address in _PREFIXES.values() and prefix not in _PREFIXES):
            raise _NotPlain


def _check_of_channel(element: etree._Element) -> None:
    if element.tag not in _OF_CHANNEL:
        raise _NotPlain
    if element.tag == "image":
        if element.attrib or any(part.tag not in _OF_IMAGE or len(part) or part.attrib for part in element):
            raise _NotPlain
    elif len(element) and element.tag not in {"skipHours", "skipDays"}:
        raise _NotPlain


def _check_leaf(element: etree._Element) -> None:
    if len(element):
        raise _NotPlain


def _is_link(guid: etree._Element) -> bool:
    if len(guid) or not set(guid.attrib) <= {"isPermaLink"}:
        raise _NotPlain
    return bool(guid.get("isPermaLink", "true") == "true")


def _person(element: etree._Element) -> str:
    parts: dict[str, str] = {}
    for part in element:
        name = str(part.tag).removeprefix(_ATOM)
        if name not in {"name", "email", "uri"} or name in parts:
            raise _NotPlain
        parts[name] = _text(part)
    if element.attrib or not parts.get("name"):
        raise _NotPlain
    return f"{parts['name']} ({parts['email']})" if parts.get("email") else parts["name"]


def _typed(element: etree._Element) -> Markup:
    kind = element.get("type", "text").lower()
    if kind not in {"text", "html", "text/html", "text/plain"} or set(element.attrib) - {"type"}:
        raise _NotPlain
    return Markup(_text_of(element), is_html="html" in kind)


def _text(element: etree._Element) -> str:
    if element.keys():  # cheaper than .attrib, which makes an object
        raise _NotPlain
    return _text_of(element)


def _text_of(element: etree._Element) -> str:
    """The words, as feedparser mends them: UTF-8 that was read as Latin-1, and Windows-1252 in Unicode's C1 range."""
    if len(element):
        raise _NotPlain
    value = (element.text or "").strip()
    if value.isascii():
        return value
    with contextlib.suppress(UnicodeError):
        value = value.encode("iso-8859-1").decode("utf-8")
    return value if value.isprintable() or not _C1.search(value) else value.translate(_CP1252)
