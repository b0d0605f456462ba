"""Writes an outlet's articles as RSS 2.0, RSS 1.0, Atom or JSON Feed. Pure: values in, bytes out.

Specifications: https://www.rssboard.org/rss-specification, https://web.resource.org/rss/1.0/spec, RFC 4287,
https://www.jsonfeed.org/version/1.1/.
"""

from __future__ import annotations

import datetime as dt
import json
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import format_datetime

from sample.content import Article, Block, Form, Run
from sample.outlets import Behaviour, Dates, Format, Guid, Outlet

NOTICE = "Reconstruction: an invented outlet, written to demonstrate Curator."

_ATOM = "http://www.w3.org/2005/Atom"
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_DC = "http://purl.org/dc/elements/1.1/"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_RSS1 = "http://purl.org/rss/1.0/"
_XML = "http://www.w3.org/XML/1998/namespace"
# Prefixes are set once: ElementTree keeps them for the whole process. The default namespace of RSS 1.0 and Atom is
# written as a plain attribute, because ElementTree cannot have one beside attributes without a prefix.
for _prefix, _uri in (("atom", _ATOM), ("content", _CONTENT), ("dc", _DC), ("rdf", _RDF)):
    ET.register_namespace(_prefix, _uri)

_TRACKING = "?utm_source=feed&utm_medium=rss&utm_campaign=all"


@dataclass(frozen=True, slots=True)
class Entry:
    """One article as its feed tells of it."""

    article: Article
    link: str
    guid: str
    author: str

    @property
    def html(self) -> str:
        """The body as HTML."""
        return "\n".join(block_html(block) for block in self.article.blocks)


def entries(outlet: Outlet, articles: Sequence[Article], *, base: str, authors: dict[str, str]) -> tuple[Entry, ...]:
    """The articles as entries. ``base`` is the server's address without a slash at the end; ``authors`` says to whom
    a copied article is credited (by its id)."""
    found = []
    for article in articles:
        address = base + outlet.article_path(article)
        guid = {
            Guid.OPAQUE: article.id,
            Guid.TAG: f"tag:{outlet.slug}.example,{article.published:%Y-%m-%d}:{article.id}",
            Guid.PERMALINK: address,
        }[outlet.guid]
        link = address + (_TRACKING if Behaviour.TRACKING in outlet.behaviours else "")
        found.append(Entry(article, link, guid, authors.get(article.id, outlet.name)))
    return tuple(found)


def write(outlet: Outlet, found: Sequence[Entry], *, base: str) -> bytes:
    """The whole feed."""
    if outlet.format is Format.JSON:
        return _json_feed(outlet, found, base=base)
    make = {Format.RSS2: _rss2, Format.RSS1: _rss1, Format.ATOM: _atom}[outlet.format]
    text = ET.tostring(make(outlet, found, base=base), encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode(outlet.encoding)


def block_html(block: Block) -> str:
    """One block of an article as HTML."""
    inner = [ET.tostring(_inline("p", line), encoding="unicode") for line in block.lines]
    texts = [each.removeprefix("<p>").removesuffix("</p>") for each in inner]
    match block.form:
        case Form.HEADING:
            return f"<h2>{texts[0]}</h2>"
        case Form.QUOTATION:
            return f"<blockquote><p>{texts[0]}</p></blockquote>"
        case Form.LIST:
            return "<ul>" + "".join(f"<li>{text}</li>" for text in texts) + "</ul>"
        case Form.PARAGRAPH:
            return f"<p>{texts[0]}</p>"


def _inline(tag: str, line: Sequence[Run]) -> ET.Element:
    element = ET.Element(tag)
    last: ET.Element | None = None
    for run in line:
        if run.stress:
            last = ET.SubElement(element, run.stress.value)
            last.text = run.text
        elif last is None:
            element.text = (element.text or "") + run.text
        else:
            last.tail = (last.tail or "") + run.text
    return element


def _add(parent: ET.Element, tag: str, text: str = "", **attributes: str) -> ET.Element:
    child = ET.SubElement(parent, tag, attributes)
    child.text = text or None
    return child


def _newest(found: Sequence[Entry]) -> dt.datetime:
    return max((entry.article.changed for entry in found), default=dt.datetime(2013, 3, 24, tzinfo=dt.UTC))


def _rss2(outlet: Outlet, found: Sequence[Entry], *, base: str) -> ET.Element:
    root = ET.Element("rss", version="2.0")
    channel = _add(root, "channel")
    _add(channel, "title", outlet.name)
    _add(channel, "link", base + outlet.home)
    _add(channel, "description", NOTICE)
    _add(channel, "language", outlet.language)
    _add(channel, "lastBuildDate", format_datetime(_newest(found)))
    _add(channel, f"{{{_ATOM}}}link", href=base + outlet.feed_path, rel="self", type="application/rss+xml")
    for entry in found:
        item = _add(channel, "item")
        _add(item, "title", entry.article.title)
        _add(item, "link", entry.link)
        _add(item, "guid", entry.guid, isPermaLink="true" if outlet.guid is Guid.PERMALINK else "false")
        _add(item, "pubDate", _rss_date(outlet, entry.article.published))
        _add(item, f"{{{_DC}}}creator", entry.author)
        _add(item, "description", entry.article.summary)
        if outlet.has_full_text:
            _add(item, f"{{{_CONTENT}}}encoded", entry.html)
    return root


def _rss_date(outlet: Outlet, at: dt.datetime) -> str:
    match outlet.dates:
        case Dates.ISO:
            return at.isoformat()
        case Dates.SHORT:
            return f"{at.day} {format_datetime(at).split()[2]} {at:%y %H:%M %z}"
        case Dates.USUAL:
            return format_datetime(at)


def _rss1(outlet: Outlet, found: Sequence[Entry], *, base: str) -> ET.Element:
    root = ET.Element(f"{{{_RDF}}}RDF", {"xmlns": _RSS1})
    channel = _add(root, "channel", **{f"{{{_RDF}}}about": base + outlet.feed_path})
    _add(channel, "title", outlet.name)
    _add(channel, "link", base + outlet.home)
    _add(channel, "description", NOTICE)
    _add(channel, f"{{{_DC}}}language", outlet.language)
    sequence = _add(_add(channel, "items"), f"{{{_RDF}}}Seq")
    for entry in found:
        _add(sequence, f"{{{_RDF}}}li", **{f"{{{_RDF}}}resource": entry.link})
        item = _add(root, "item", **{f"{{{_RDF}}}about": entry.link})
        _add(item, "title", entry.article.title)
        _add(item, "link", entry.link)
        _add(item, "description", entry.article.summary)
        _add(item, f"{{{_DC}}}date", entry.article.published.isoformat())
        _add(item, f"{{{_DC}}}creator", entry.author)
        if outlet.has_full_text:
            _add(item, f"{{{_CONTENT}}}encoded", entry.html)
    return root


def _atom(outlet: Outlet, found: Sequence[Entry], *, base: str) -> ET.Element:
    root = ET.Element("feed", {"xmlns": _ATOM, f"{{{_XML}}}lang": outlet.language})
    _add(root, "title", outlet.name)
    _add(root, "subtitle", NOTICE)
    _add(root, "id", f"tag:{outlet.slug}.example,2012:feed")
    _add(root, "link", href=base + outlet.home)
    _add(root, "link", href=base + outlet.feed_path, rel="self")
    _add(root, "updated", _newest(found).isoformat())
    for entry in found:
        item = _add(root, "entry")
        _add(item, "title", entry.article.title)
        _add(item, "link", href=entry.link, rel="alternate", type="text/html")
        _add(item, "id", entry.guid)
        _add(item, "published", entry.article.published.isoformat())
        _add(item, "updated", entry.article.changed.isoformat())
        _add(_add(item, "author"), "name", entry.author)
        _add(item, "summary", entry.article.summary)
        if outlet.has_full_text:
            _add(item, "content", entry.html, type="html")
    return root


def _json_feed(outlet: Outlet, found: Sequence[Entry], *, base: str) -> bytes:
    items = []
    for entry in found:
        article = entry.article
        item: dict[str, object] = {
            "id": entry.guid,
            "url": entry.link,
            "title": article.title,
            "summary": article.summary,
            "date_published": article.published.isoformat(),
            "language": article.language,
            "authors": [{"name": entry.author}],
        }
        if article.updated:
            item["date_modified"] = article.updated.isoformat()
        if outlet.has_full_text:
            item["content_html"] = entry.html
        else:
            item["content_text"] = article.summary
        items.append(item)
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": outlet.name,
        "description": NOTICE,
        "home_page_url": base + outlet.home,
        "feed_url": base + outlet.feed_path,
        "language": outlet.language,
        "items": items,
    }
    return json.dumps(feed, ensure_ascii=False, indent=1).encode()
