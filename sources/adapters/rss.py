"""RSS 0.9x, 1.0, 2.0 and Atom, by feedparser, of which this is the one door.

feedparser gets bytes and nothing it could fetch. Its sanitiser and its resolving of addresses inside HTML are off: they
took most of the time, and ``ingest.normalise`` does both. What it gets wrong is put right here: it believes a wrong
charset over a byte-order mark, and control characters make it fall back to its loose parser. What it returns is still
hostile text; this module cleans nothing.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence

import feedparser

from sources.adapters import charset
from sources.adapters.entry import MAX_ENTRIES, Entry, Markup, NotAFeed, ParsedFeed

#: Not allowed in XML 1.0, and so a reason for feedparser to leave its strict parser.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,400}\?>", re.IGNORECASE)
_WEB_PAGE = re.compile(rb"<!doctype\s+html|<html[\s>]", re.IGNORECASE)
_FEED_ROOT = re.compile(r"<(?:\w{1,20}:)?(?:rss|feed|rdf)[\s>:]", re.IGNORECASE)


def parse(body: bytes, *, content_type: str, url: str) -> ParsedFeed:
    """The entries of an RSS or Atom document. Raises NotAFeed where it is neither, or no entry can be read."""
    try:
        document = _read(body, content_type, url)
    except Exception as error:  # feedparser lets anything out on hostile bytes: ValueError, RecursionError, KeyError …
        raise NotAFeed(f"The document cannot be read as a feed ({type(error).__name__}).") from error
    raw = _sequence(document, "entries")
    if not raw and not _text(document, "version"):
        raise NotAFeed(_what_it_is_instead(body))
    entries: list[Entry] = []
    skipped: list[str] = []
    for position, item in enumerate(raw[:MAX_ENTRIES], start=1):
        try:
            entry = _entry(item)
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
    head = document.get("feed")
    head = head if isinstance(head, Mapping) else {}
    return ParsedFeed(_text(head, "title"), tuple(entries), tuple(skipped), _text(head, "language"))


def _read(body: bytes, content_type: str, url: str) -> Mapping[str, object]:
    decoded = charset.decode(body, content_type)
    if _FEED_ROOT.search(decoded.text[:5000]) is None and not charset.declared(body, content_type):
        data = body  # an encoding of feedparser's own repertoire (EBCDIC and the like), or no feed at all
    else:
        text = _NOT_XML.sub("", decoded.text).lstrip("\ufeff \t\r\n")
        data = _DECLARATION.sub("", text, count=1).encode("utf-8", "replace")
        content_type = "application/xml; charset=utf-8"
    result: Mapping[str, object] = feedparser.parse(
        data,
        response_headers={"content-type": content_type or "application/xml", "content-location": url},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    return result


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
