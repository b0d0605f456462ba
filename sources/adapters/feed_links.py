"""The feeds that a web page says its site has (HTML, ``link rel=alternate``), and links that look like one. By lxml; pure."""

from __future__ import annotations

import re

from sources.adapters import html_list
from sources.adapters.entry import NotAFeed

#: As many as a page may name; the first are the site's main ones.
MOST = 6
_TYPES = {"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"}
_LOOKS_LIKE_ONE = re.compile(r"(?:^|[/.?=])(?:feeds?|rss2?|atom)(?:$|[/.?&#])|\.(?:rss|atom|rdf)$", re.IGNORECASE)
_COMMENTS = re.compile(r"comm?ent(?:s|arios|aires)?\b", re.IGNORECASE)


def named(body: bytes, *, content_type: str, url: str) -> list[str]:
    """Addresses of the feeds, those the page declares before those it links to; none where it is no page. What readers
    wrote below the articles is no feed of the site's."""
    try:
        page = html_list.page_of(body, content_type)
    except NotAFeed:
        return []
    base = html_list.base_of(page, url)
    declared, linked = [], []
    for link in page.iter("link", "a"):
        href, said = str(link.get("href") or ""), f"{link.get('href')} {link.get('title')}"
        address = html_list.absolute(base, href) if href and not _COMMENTS.search(said) else ""
        if not address:
            continue
        if link.tag == "a":
            linked += [address] if _LOOKS_LIKE_ONE.search(href) else []
        elif "alternate" in str(link.get("rel") or "").lower().split() and _type(link.get("type")) in _TYPES:
            declared.append(address)
    return list(dict.fromkeys((*declared, *linked)))[:MOST]


def _type(written: object) -> str:
    return str(written or "").partition(";")[0].strip().lower()
