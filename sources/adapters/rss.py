"""RSS 0.9x, 1.0, 2.0 and Atom, by feedparser, of which this is the one door.

feedparser gets bytes and nothing it could fetch. Its sanitiser and its resolving of addresses inside HTML are off: they
took most of the time, and ``ingest.normalise`` does both. What it gets wrong is put right here: it believes a wrong
charset over a byte-order mark, and control characters make it fall back to its loose parser. What it returns is still
hostile text; this module cleans nothing.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

import feedparser
import feedparser.datetimes
import feedparser.mixin
import feedparser.urls

from sources.adapters import charset, plain, vocabulary
from sources.adapters.entry import MAX_ENTRIES, Entry, Markup, NotAFeed, ParsedFeed

#: Not allowed in XML 1.0, and so a reason for feedparser to leave its strict parser.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,400}\?>", re.IGNORECASE)
#: Dates in RSS 2.0's own form need no second reading: ``ingest.dates`` reads them whole.
_IS_RFC822 = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (?:0?[1-9]|[12]\d|3[01]) (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) "
    r"(?:19|20)\d\d (?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d (?:[+-][01]\d[0-5]\d|GMT)"
)
_BYTES_OF_DECLARATION = re.compile(rb"^\s*<\?xml[^>]{0,400}\?>", re.IGNORECASE)
_WEB_PAGE = re.compile(rb"<!doctype\s+html|<html[\s>]", re.IGNORECASE)
_FEED_ROOT = re.compile(r"<(?:\w{1,20}:)?(?:rss|feed|rdf)[\s>:]", re.IGNORECASE)

_COUNT = re.compile(r"[0-9]{1,6}", re.ASCII)
_PERIODS = {"hourly": 3_600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}
_MIXIN = feedparser.mixin._FeedParserMixin
_PREFIXES = {address.lower(): prefix.lower() for address, prefix in _MIXIN.namespaces.items() if address}
_RULES = frozenset(
    name.removeprefix(start).lower() for name in dir(_MIXIN) for start in ("_start_", "_end_") if name.startswith(start)
)
#: What the plain reader has to know of feedparser.
_RECORD = plain.Record(
    namespaces=vocabulary.Namespaces(
        prefixes=_PREFIXES,
        reserved=frozenset(
            prefix
            for prefix in _PREFIXES.values()
            if prefix and any(name.startswith(f"{prefix}_") for name in _RULES | vocabulary.KEPT)
        )
        | {"rdf", "xml"},
    ),
    rules=_RULES,
    looks_like_html=_MIXIN.looks_like_html,
    absolute=feedparser.urls.make_safe_absolute_uri,
)

R = TypeVar("R")


def parse(body: bytes, *, content_type: str, url: str) -> ParsedFeed:
    """The entries of an RSS or Atom document. Raises NotAFeed where it is neither, or no entry can be read."""
    found = read_plainly(body, content_type=content_type, url=url)
    if found is not None:
        return found
    if _is_in_odd_encoding(body, content_type):
        return parse_thoroughly(body, content_type=content_type, url=url, whole=body)
    data = in_utf8(body, content_type=content_type)
    return parse_thoroughly(data, content_type="application/xml; charset=utf-8", url=url, whole=body)


def read_plainly(body: bytes, *, content_type: str, url: str) -> ParsedFeed | None:
    """The same by the quick reader, where the document is one of the plain majority; None where it is feedparser's."""
    # Control characters make the plain reader pass, so that nobody has to look for them in every document.
    document = charset.in_utf8(body, content_type).lstrip(b"\xef\xbb\xbf \t\r\n")
    found = plain.read(_BYTES_OF_DECLARATION.sub(b"", document, count=1), url=url, record=_RECORD)
    if found is None or not found.entries:
        return None
    ttl = seconds(found.ttl, found.period, found.frequency)
    head = ParsedFeed(found.title, (), (), found.language, ttl, found.hub, found.self_url)
    try:
        return _collected(head, found.entries, _of_plain)
    except NotAFeed:
        return None


def in_utf8(body: bytes, *, content_type: str) -> bytes:
    """The document in UTF-8, without what makes feedparser leave its strict parser."""
    return _bare(_NOT_XML.sub("", charset.decode(body, content_type).text)).encode("utf-8", "replace")


def _is_in_odd_encoding(body: bytes, content_type: str) -> bool:
    """An encoding of feedparser's own repertoire (EBCDIC and the like), or no feed at all."""
    text = charset.decode(body, content_type).text
    return _FEED_ROOT.search(text[:5000]) is None and not charset.declared(body, content_type)


def parse_thoroughly(data: bytes, *, content_type: str, url: str, whole: bytes) -> ParsedFeed:
    """The same by feedparser, whose reading is the one that counts. ``whole`` is the document as it came."""
    try:
        document = _read(data, content_type, url)
    except Exception as error:  # feedparser lets anything out on hostile bytes: ValueError, RecursionError, KeyError …
        raise NotAFeed(f"The document cannot be read as a feed ({type(error).__name__}).") from error
    raw = _sequence(document, "entries")
    if not raw and not _text(document, "version"):
        raise NotAFeed(_what_it_is_instead(whole))
    return _collected(_head(document), raw, _entry)


def _collected(head: ParsedFeed, raw: Sequence[R], read: Callable[[R], Entry]) -> ParsedFeed:
    """The head with its entries, and which could not be read. Raises NotAFeed where none could."""
    entries: list[Entry] = []
    skipped: list[str] = []
    for position, item in enumerate(raw[:MAX_ENTRIES], start=1):
        try:
            entry = read(item)
        except Exception as error:  # as above: one entry's odd shape must not cost the others
            skipped.append(f"Entry {position} cannot be read ({type(error).__name__}).")
            continue
        if entry.url or entry.title.value or entry.text.value:
            entries.append(entry)
        else:
            skipped.append(f"Entry {position} has neither title, text nor link.")
    if len(raw) > MAX_ENTRIES:
        skipped.append(f"Only the first {MAX_ENTRIES} of {len(raw)} entries were read.")
    if raw and not entries:
        raise NotAFeed(f"None of the {len(raw)} entries can be read. {skipped[0]}")
    return replace(head, entries=tuple(entries), skipped=tuple(skipped))


def _head(document: Mapping[str, object]) -> ParsedFeed:
    head = document.get("feed")
    head = head if isinstance(head, Mapping) else {}
    links = [link for link in _sequence(head, "links") if isinstance(link, Mapping)]
    named = {_text(link, "rel"): _text(link, "href") for link in links}
    ttl = seconds(_text(head, "ttl"), _text(head, "sy_updateperiod"), _text(head, "sy_updatefrequency"))
    return ParsedFeed(
        _text(head, "title"), (), (), _text(head, "language"), ttl, named.get("hub", ""), named.get("self", "")
    )


def _read(data: bytes, content_type: str, url: str) -> Mapping[str, object]:
    result: Mapping[str, object] = feedparser.parse(
        data,
        response_headers={"content-type": content_type or "application/xml", "content-location": url},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    return result


def _bare(text: str) -> str:
    """The document without what stands before it and its declaration: it is read as UTF-8 from here on."""
    return _DECLARATION.sub("", text.lstrip("\ufeff \t\r\n"), count=1)


def seconds(ttl: str, period: str = "", frequency: str = "") -> int:
    """How long a document says it stays as it is, a year at the most: RSS 2.0's ttl in minutes, else the syndication
    module's period by frequency; 0 where it says nothing that can be read."""
    if _COUNT.fullmatch(ttl.strip()):
        return min(int(ttl) * 60, _PERIODS["yearly"])
    often = int(frequency) if _COUNT.fullmatch(frequency.strip()) else 1
    return _PERIODS.get(period.strip().lower(), 0) // max(1, often)


def _of_plain(entry: plain.PlainEntry) -> Entry:
    written = entry.published or entry.updated or entry.created
    text = entry.summary
    for other in reversed(entry.contents):
        text = other if len(other.value) >= len(text.value) else text
    return Entry(
        external_id=entry.external_id,
        url=entry.url,
        title=entry.title,
        text=text,
        author=entry.author,
        published=written,
        published_guess=None if not written or _IS_RFC822.fullmatch(written) else _guess(written),
    )


def _guess(written: str) -> dt.datetime | None:
    return _moment(feedparser.datetimes._parse_date(written))


def _entry(item: object) -> Entry:
    if not isinstance(item, Mapping):
        raise TypeError("not a mapping")
    written, guess = _date(item)
    return Entry(
        external_id=_text(item, "id"),
        url=_text(item, "feedburner_origlink") or _text(item, "link"),
        title=_markup(item.get("title_detail")),
        text=_longest(item),
        author=_text(item, "author"),
        published=written,
        published_guess=guess,
    )


def _date(item: Mapping[str, object]) -> tuple[str, dt.datetime | None]:
    """When it was published; failing that, when it was updated: DW's RSS 1.0 has dc:date only, which feedparser calls
    updated, and many Atom feeds have nothing else."""
    for field in ("published", "updated", "created"):
        # Asked by item, not by .get: feedparser answers a missing "updated" with "published" and a warning.
        written = _text(item, field) if field in item else ""
        if written:
            return written, _moment(item.get(f"{field}_parsed"))
    return "", None


def _moment(parts: object) -> dt.datetime | None:
    """feedparser's UTC time tuple as a time, or None where it is none (year 0, month 13)."""
    if not isinstance(parts, Sequence) or len(parts) < 6:
        return None
    try:
        year, month, day, hour, minute, second = (int(part) for part in parts[:6])
        return dt.datetime(year, month, day, hour, minute, min(second, 59), tzinfo=dt.UTC)
    except (ValueError, TypeError, OverflowError):
        return None


def _longest(item: Mapping[str, object]) -> Markup:
    """The fullest text the entry carries: content:encoded, Atom content, or the summary."""
    candidates = [_markup(part) for part in _sequence(item, "content")]
    candidates.append(_markup(item.get("summary_detail")))
    return max(candidates, key=lambda markup: len(markup.value))


def _markup(detail: object) -> Markup:
    if not isinstance(detail, Mapping):
        return Markup()
    return Markup(_text(detail, "value"), is_html="html" in _text(detail, "type"))


def _text(holder: Mapping[str, object], key: str) -> str:
    value = holder.get(key)
    return value if isinstance(value, str) else ""


def _sequence(holder: Mapping[str, object], key: str) -> list[object]:
    value = holder.get(key)
    return [*value] if isinstance(value, list) else []


def _what_it_is_instead(body: bytes) -> str:
    if _WEB_PAGE.search(body[:2000]):
        return "The address answers with a web page instead of a feed."
    return "The document is neither RSS nor Atom."
