"""JSON Feed 1.0 and 1.1 (jsonfeed.org). Reads strictly typed fields from untyped bytes; cleans nothing."""

from __future__ import annotations

import json
from urllib.parse import urljoin

from sources.adapters import charset
from sources.adapters.entry import MAX_ENTRIES, Entry, Markup, NotAFeed, ParsedFeed


def parse(body: bytes, *, content_type: str, url: str) -> ParsedFeed:
    """The entries of a JSON Feed. Raises NotAFeed where the bytes are no such document, or no entry can be read."""
    document = _document(body, content_type)
    items = document.get("items")
    if not isinstance(items, list):
        raise NotAFeed("The JSON document has no list of items, so it is no JSON Feed.")
    entries: list[Entry] = []
    skipped: list[str] = []
    for position, item in enumerate(items[:MAX_ENTRIES], start=1):
        if not isinstance(item, dict):
            skipped.append(f"Entry {position} is not an object.")
            continue
        entry = _entry(item)
        if entry.url or entry.title.value or entry.text.value:
            entries.append(entry)
        else:
            skipped.append(f"Entry {position} has neither title, text nor link.")
    if len(items) > MAX_ENTRIES:
        skipped.append(f"Only the first {MAX_ENTRIES} of {len(items)} entries were read.")
    if items and not entries:
        raise NotAFeed(f"None of the {len(items)} entries can be read. {skipped[0]}")
    return ParsedFeed(
        _text(document, "title"),
        tuple(entries),
        tuple(skipped),
        _text(document, "language"),
        hub=_hub(document, url),
        self_url=_address(_text(document, "feed_url"), url),
    )


def _document(body: bytes, content_type: str) -> dict[str, object]:
    try:
        document = json.loads(charset.decode(body, content_type).text)
    except (ValueError, RecursionError) as error:
        raise NotAFeed("The document is not valid JSON.") from error
    if not isinstance(document, dict):
        raise NotAFeed("The JSON document is not an object, so it is no JSON Feed.")
    return document


def _entry(item: dict[str, object]) -> Entry:
    identity = item.get("id")
    if isinstance(identity, (int, float)) and not isinstance(identity, bool):
        identity = str(identity)  # version 1.1: an id that is a number is read as text
    html = _text(item, "content_html")
    text = _text(item, "content_text")
    summary = _text(item, "summary")
    body = Markup(html, is_html=True) if html else Markup(text if len(text) >= len(summary) else summary)
    return Entry(
        external_id=identity if isinstance(identity, str) else "",
        url=_text(item, "url") or _text(item, "external_url"),
        title=Markup(_text(item, "title")),
        text=body,
        author=_author(item),
        published=_text(item, "date_published") or _text(item, "date_modified"),
    )


def _hub(document: dict[str, object], base: str) -> str:
    """The first WebSub hub; others ("rssCloud") speak a language of their own."""
    hubs = document.get("hubs")
    for hub in hubs if isinstance(hubs, list) else []:
        if isinstance(hub, dict) and _text(hub, "type").lower() == "websub":
            return _address(_text(hub, "url"), base)
    return ""


def _address(written: str, base: str) -> str:
    try:
        return urljoin(base, written) if written else ""
    except ValueError:
        return ""


def _author(item: dict[str, object]) -> str:
    authors = item.get("authors")
    people = authors if isinstance(authors, list) else [item.get("author")]
    return ", ".join(name for person in people if isinstance(person, dict) and (name := _text(person, "name")))


def _text(holder: dict[str, object], key: str) -> str:
    value = holder.get(key)
    return value if isinstance(value, str) else ""
