"""OPML 2.0 (opml.org/spec2.opml), the form in which feed readers exchange their lists: bytes to outlines and back. Pure.

Reads what other programs write: nested folders, addresses without a type, names in ``text`` or ``title``. What only we
know of a feed (its publisher, format and selector) travels in attributes of a namespace of our own, which OPML allows
and others pass over.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import format_datetime

from lxml import etree

from sources.adapters import safe_xml
from sources.adapters.safe_xml import Node

MAX_OUTLINES = 10_000
NAMESPACE = "urn:x-curator:opml:1"
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class NotOpml(Exception):
    """The bytes are no list of feeds. The message is fit for staff."""


@dataclass(frozen=True, slots=True)
class Outline:
    """One feed of a list, as it is written there. ``line`` is where its tag ends in the file, 0 where there is none.

    ``category`` is OPML's own: names separated by commas, each perhaps a path with slashes. ``folders`` are the
    outlines around it, outermost first.
    """

    url: str
    title: str = ""
    page: str = ""
    language: str = ""
    category: str = ""
    folders: tuple[str, ...] = ()
    publisher: str = ""
    format: str = ""
    selector: str = ""
    line: int = 0


def read(body: bytes) -> tuple[Outline, ...]:
    """Every outline that is a feed or stands where one should: those without an address too, so that the caller can say
    so. Folders are none. Raises NotOpml."""
    try:
        root = safe_xml.root(body)
    except safe_xml.BadXml as error:
        raise NotOpml(str(error)) from error
    if root.name != "opml":
        raise NotOpml(f"The document begins with “{root.name[:40]}”, so it is no OPML.")
    outlines = [outline for node in root.every("outline") if (outline := _outline(node)) is not None]
    if len(outlines) > MAX_OUTLINES:
        raise NotOpml(f"The list has {len(outlines):,} entries; {MAX_OUTLINES:,} are read at once. Divide it.")
    return tuple(outlines)


def write(outlines: Iterable[Outline], *, title: str, at: dt.datetime) -> bytes:
    """The list as an OPML 2.0 document, in the order given. ``read`` finds in it what was put in."""
    root = etree.Element("opml", version="2.0", nsmap={"curator": NAMESPACE})
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = _clean(title)
    etree.SubElement(head, "dateCreated").text = format_datetime(at.astimezone(dt.UTC), usegmt=True)
    body = etree.SubElement(root, "body")
    for outline in outlines:
        etree.SubElement(body, "outline", _attributes(outline))
    document: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)
    return document


def _outline(node: Node) -> Outline | None:
    """The feed that an outline stands for; None where it is a folder."""
    url = node.attribute("xmlUrl") or node.attribute("xmlurl")
    if not url and (node.child("outline") is not None or node.attribute("type") not in {"", "rss", "atom"}):
        return None
    return Outline(
        url=url,
        title=_name(node),
        page=node.attribute("htmlUrl"),
        language=node.attribute("language"),
        category=node.attribute("category"),
        folders=_folders(node),
        publisher=node.attribute(f"{{{NAMESPACE}}}publisher"),
        format=node.attribute(f"{{{NAMESPACE}}}format"),
        selector=node.attribute(f"{{{NAMESPACE}}}selector"),
        line=node.line,
    )


def _name(node: Node) -> str:
    return node.attribute("title") or node.attribute("text")


def _folders(node: Node) -> tuple[str, ...]:
    found: list[str] = []
    above = node.parent
    while above is not None and above.name == "outline":
        found.append(_name(above))
        above = above.parent
    return tuple(name for name in reversed(found) if name)


def _attributes(outline: Outline) -> dict[str, str]:
    values = {
        "type": "rss",
        "text": outline.title or outline.url,
        "title": outline.title,
        "xmlUrl": outline.url,
        "htmlUrl": outline.page,
        "language": outline.language,
        "category": outline.category,
        f"{{{NAMESPACE}}}publisher": outline.publisher,
        f"{{{NAMESPACE}}}format": outline.format,
        f"{{{NAMESPACE}}}selector": outline.selector,
    }
    return {name: cleaned for name, value in values.items() if (cleaned := _clean(value))}


def _clean(value: str) -> str:
    return " ".join(_NOT_XML.sub("", value).split())
