"""What an adapter hands on: one upstream document as plain values. No library's objects, no judgement, no Django."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Protocol

#: No feed that a reader of news follows is longer; one that is has its first entries read.
MAX_ENTRIES = 5_000


class NotAFeed(Exception):
    """The bytes are no document of this kind, or not one entry in it can be read. The message is fit for staff."""


@dataclass(frozen=True, slots=True)
class Markup:
    """Text as it came: HTML where ``is_html``, plain text otherwise. Nothing in it has been cleaned."""

    value: str = ""
    is_html: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it came. ``published`` is what the feed wrote; ``published_guess`` the parser's reading of it."""

    external_id: str
    url: str
    title: Markup
    text: Markup
    author: str = ""
    published: str = ""
    published_guess: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A feed document. ``skipped`` says in plain words which entries could not be read, and why. ``ttl``: for how many
    seconds the document says it stays as it is, 0 where it says nothing. ``hub`` and ``self_url`` are WebSub's."""

    title: str
    entries: tuple[Entry, ...]
    skipped: tuple[str, ...] = ()
    language: str = ""
    ttl: int = 0
    hub: str = ""
    self_url: str = ""


class Adapter(Protocol):
    """One kind of upstream: bytes in, entries out."""

    def parse(self, body: bytes, *, content_type: str, url: str) -> ParsedFeed:
        """The document's entries, in its order. Raises NotAFeed and nothing else, whatever the bytes."""
