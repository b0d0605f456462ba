"""Adapters: bytes of one kind of upstream to entries. One module per kind; ``choose`` picks one by looking."""

from __future__ import annotations

from sources.adapters import json_feed, rss
from sources.adapters.entry import MAX_ENTRIES, Adapter, Entry, Markup, NotAFeed, ParsedFeed

__all__ = ["MAX_ENTRIES", "Adapter", "Entry", "Markup", "NotAFeed", "ParsedFeed", "choose"]


def choose(body: bytes, *, content_type: str, wanted: str = "auto") -> Adapter:
    """The adapter for these bytes. ``wanted`` ("rss", "json_feed") decides where staff said so; else the bytes do,
    since servers call everything text/html."""
    named: dict[str, Adapter] = {"rss": rss, "json_feed": json_feed}
    if wanted in named:
        return named[wanted]
    start = body[:64].lstrip(b"\xef\xbb\xbf\0\xff\xfe \t\r\n")
    looks_like_json = start.startswith(b"{")
    return json_feed if looks_like_json or ("json" in content_type and not start.startswith(b"<")) else rss
