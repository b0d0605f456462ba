"""Sitemaps (sitemaps.org 0.9) with Google's news extension. Reads what publishers without a feed offer; cleans nothing.

A sitemap index is refused by name: which of its sitemaps holds news is for a person to say. Without the extension an
entry is an address and the day on which its page last changed.
"""

from __future__ import annotations

import zlib

from sources.adapters import safe_xml
from sources.adapters.entry import MAX_ENTRIES, Entry, Markup, NotAFeed, ParsedFeed
from sources.adapters.safe_xml import Node

#: Many servers send sitemap.xml.gz as it lies on the disk. Unpacked it may be as large as any feed.
_GZIP = b"\x1f\x8b"
_MAX_BYTES = 5_000_000


def parse(body: bytes, *, content_type: str, url: str) -> ParsedFeed:
    """The pages that a sitemap lists. Raises NotAFeed where it is none, or no entry can be read."""
    try:
        root = safe_xml.root(_unpacked(body), content_type=content_type)
    except safe_xml.BadXml as error:
        raise NotAFeed(f"{error} A sitemap is expected here.") from error
    if root.name == "sitemapindex":
        raise NotAFeed(_index(root))
    if root.name != "urlset":
        raise NotAFeed(f"The document begins with “{root.name[:40]}”, so it is no sitemap.")
    pages = [child for child in root.children if child.name == "url"]
    listed, skipped = _listed(pages)
    if pages and not listed:
        raise NotAFeed(f"None of the {len(pages)} entries can be read. {skipped[0]}")
    if len(listed) > MAX_ENTRIES:
        skipped.append(f"Only the newest {MAX_ENTRIES} of {len(listed)} entries were read.")
        listed = _newest(listed)
    return ParsedFeed(
        next((name for page in pages if (name := page.text("news", "publication", "name"))), ""),
        tuple(listed),
        tuple(skipped),
        _language(pages),
    )


def _listed(pages: list[Node]) -> tuple[list[Entry], list[str]]:
    """What the sitemap lists, and what cannot be read. One that marks news lists nothing else that is news."""
    has_news = any(page.child("news") is not None for page in pages)
    entries: list[Entry] = []
    skipped: list[str] = []
    for position, page in enumerate(pages, start=1):
        if has_news and page.child("news") is None:
            continue
        if address := page.text("loc"):
            entries.append(_entry(page, address))
        else:
            skipped.append(f"Entry {position} has no address.")
    return entries, skipped


def _entry(page: Node, address: str) -> Entry:
    return Entry(
        external_id="",
        url=address,
        title=Markup(page.text("news", "title")),
        text=Markup(),
        published=page.text("news", "publication_date") or page.text("lastmod"),
    )


def _newest(entries: list[Entry]) -> list[Entry]:
    """The newest by the date as written (W3C dates sort as text), in the order of the document."""
    kept = sorted(range(len(entries)), key=lambda place: entries[place].published, reverse=True)[:MAX_ENTRIES]
    return [entries[place] for place in sorted(kept)]


def _language(pages: list[Node]) -> str:
    """The language that all entries share, or ""."""
    found = {language for page in pages if (language := page.text("news", "publication", "language"))}
    return found.pop() if len(found) == 1 else ""


def _index(root: Node) -> str:
    listed = [address for child in root.children if (address := child.text("loc"))]
    example = f", for example {listed[0][:150]}" if listed else ""
    return (
        f"This is a sitemap index, a list of {len(listed)} sitemaps, and it is not followed. "
        f"Give the address of the one with news{example}."
    )


def _unpacked(body: bytes) -> bytes:
    if not body.startswith(_GZIP):
        return body
    inflater = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        unpacked = inflater.decompress(body, _MAX_BYTES)
    except zlib.error as error:
        raise NotAFeed("The document is packed by gzip and cannot be unpacked.") from error
    if inflater.unconsumed_tail:
        raise NotAFeed(f"The document unpacks to more than {_MAX_BYTES:,} bytes.")
    if not inflater.eof:
        raise NotAFeed("The document is packed by gzip and breaks off.")
    return unpacked
