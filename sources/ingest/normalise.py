"""One entry as it came, to one publication as it is kept: addresses, times, words and a hash to compare. Pure."""

from __future__ import annotations

import datetime as dt
import hashlib
import html
from dataclasses import dataclass

from sources.adapters.entry import Entry, Markup
from sources.ingest import dates, urls
from sources.ingest.text import MAX_TITLE, clean_line, clean_text, looks_like_html, text_of_html

MAX_AUTHOR = 300
#: An index row of PostgreSQL holds 2,700 bytes; longer identifiers are kept as their hash.
MAX_IDENTIFIER = 1_000


@dataclass(frozen=True, slots=True)
class Publication:
    """An entry, cleaned. ``external_id`` is the feed's own identifier or "". ``content_hash`` covers title and text."""

    external_id: str
    url: str
    canonical_url: str
    title: str
    text: str
    author: str
    published_at: dt.datetime | None
    precision: dates.Precision
    content_hash: str


class Unusable(Exception):
    """The entry says nothing once it is cleaned. The message is fit for staff."""


def publication(entry: Entry, *, feed_url: str, at: dt.datetime) -> Publication:
    """The entry, cleaned. ``at`` is when it was fetched: nothing is published later. Raises Unusable."""
    url = urls.followable(entry.url, base=feed_url)
    text = _plain(entry.text)
    title = _title(entry.title) or makeshift_title(text, url=url)
    if not title:
        raise Unusable("An entry has neither title, text nor a link that can be followed.")
    dated = dates.read(entry.published, guess=entry.published_guess, at=at)
    canonical_url = urls.canonical_of_followable(url)
    return Publication(
        external_id="" if entry.external_id == url else _identifier(entry.external_id, canonical_url),
        url=url,
        canonical_url=canonical_url,
        title=title,
        text=text,
        author=clean_line(_plain(Markup(entry.author)), MAX_AUTHOR) if entry.author else "",
        published_at=dated.at,
        precision=dated.precision,
        content_hash=_hash(title, " ".join(filter(None, text.split("\n")))),  # both are clean already
    )


def content_hash(title: str, text: str) -> str:
    """SHA-256 of the words, whatever their spacing: a feed that is only laid out anew has not changed."""
    return _hash(" ".join(title.split()), " ".join(text.split()))


def _hash(title: str, text: str) -> str:
    """The same for words with one space between them."""
    words = f"{title}\n{text}"
    return hashlib.sha256(words.encode()).hexdigest()


def makeshift_title(text: str, *, url: str) -> str:
    """What stands as the title of an entry that has none: how its text begins, or where it leads."""
    return clean_line(text, 100) or _title_of_url(url)


def _identifier(value: str, canonical_url: str) -> str:
    """The feed's identifier, as its hash where it is too long for an index; "" where it only repeats the address: the
    BBC's are the address with #0, #1 … for each edit."""
    value = " ".join(clean_text(value).split())
    if canonical_url and urls.canonical(value) == canonical_url:
        return ""
    if len(value.encode()) <= MAX_IDENTIFIER:
        return value
    return "sha256:" + hashlib.sha256(value.encode()).hexdigest()


def _title(markup: Markup) -> str:
    """Titles are escaped twice so often ("It&#8217;s") that an entity left in one is taken for one."""
    words = _plain(markup)
    return clean_line(html.unescape(words) if "&" in words else words, MAX_TITLE)


def _plain(markup: Markup) -> str:
    is_html = markup.is_html or looks_like_html(markup.value)
    return text_of_html(markup.value) if is_html else clean_text(markup.value)


def _title_of_url(url: str) -> str:
    return clean_line(url.rstrip("/").partition("://")[2], MAX_TITLE)
