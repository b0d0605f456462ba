"""Adapters: bytes of one kind of upstream to entries. One module per kind; ``choose`` picks one by looking."""

from __future__ import annotations

import re

from sources.adapters import html_list, json_feed, reliefweb, rss, sitemap
from sources.adapters.entry import MAX_ENTRIES, Adapter, Entry, Markup, NotAFeed, ParsedFeed

__all__ = ["MAX_ENTRIES", "Adapter", "Entry", "Markup", "NotAFeed", "ParsedFeed", "choose"]

_NAMED: dict[str, Adapter] = {"rss": rss, "json_feed": json_feed, "reliefweb": reliefweb, "sitemap": sitemap}
_SITEMAP = re.compile(rb"<(?:\w{1,20}:)?(?:urlset|sitemapindex)[\s>]")
_GZIP = b"\x1f\x8b"  # a body that is still packed once the transfer's own packing is off: sitemap.xml.gz


def choose(body: bytes, *, content_type: str, wanted: str = "auto", selector: str = "") -> Adapter:
    """The adapter for these bytes. ``wanted`` (as ``models.FeedFormat``) decides where staff said so; else the bytes
    do, since servers call everything text/html. ``selector`` picks the links of a page, for "html_list" only."""
    if wanted == "html_list":
        return html_list.LinkList(selector)
    if wanted in _NAMED:
        return _NAMED[wanted]
    if body.startswith(_GZIP) or _SITEMAP.search(body[:2000].replace(b"\0", b"")):
        return sitemap
    start = body[:64].lstrip(b"\xef\xbb\xbf\0\xff\xfe \t\r\n")
    looks_like_json = start.startswith(b"{")
    return json_feed if looks_like_json or ("json" in content_type and not start.startswith(b"<")) else rss
