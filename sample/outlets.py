"""Reads the sample's outlets (``feeds.toml``) and knows where each article and feed of theirs is found.

Standard library only: the sample's server runs without Django.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sample.content import Article

FILE = Path(__file__).resolve().parent / "feeds.toml"


class OutletError(Exception):
    """``feeds.toml`` cannot be used; the message says which outlet and why."""


class Format(StrEnum):
    """What the feed is written in."""

    RSS2 = "rss2"
    RSS1 = "rss1"
    ATOM = "atom"
    JSON = "json"


class Layout(StrEnum):
    """Which kind of site the outlet has; each marks up its articles in a way of its own."""

    BROADSHEET = "broadsheet"
    BULLETIN = "bulletin"
    WEBLOG = "weblog"
    RADIO = "radio"
    PRESS_OFFICE = "press_office"
    JOURNAL = "journal"


class Guid(StrEnum):
    """What identifies an entry: an opaque word, a tag URI (RFC 4151), or the article's own address."""

    OPAQUE = "opaque"
    TAG = "tag"
    PERMALINK = "permalink"


class Dates(StrEnum):
    """How an RSS 2.0 feed writes dates: as RFC 822 asks, in ISO 8601, or as RFC 822 with two digits for the year."""

    USUAL = "usual"
    ISO = "iso"
    SHORT = "short"


class Behaviour(StrEnum):
    """What makes a feed harder to read than the book says."""

    GZIP = "gzip"  # compresses where the reader accepts it
    LATIN1_DECLARED_UTF8 = "latin1_declared_utf8"  # the bytes are ISO-8859-1, both declarations say UTF-8
    REDIRECTS = "redirects"  # its known address answers 301
    TRACKING = "tracking"  # links carry tracking parameters
    DIES = "dies"  # answers once, then 503
    EMPTY = "empty"  # answers 200 with no byte in it


_ENDINGS = {Format.RSS2: "feed.xml", Format.RSS1: "feed.rdf", Format.ATOM: "feed.atom", Format.JSON: "feed.json"}
_CONTENT_TYPES = {
    Format.RSS2: "application/rss+xml; charset=utf-8",
    Format.RSS1: "application/rdf+xml",
    Format.ATOM: "application/atom+xml; charset=utf-8",
    Format.JSON: "application/feed+json",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """One invented outlet with one feed."""

    slug: str
    name: str
    kind: str  # a code of sources.models.PublisherKind
    format: Format
    language: str  # BCP 47
    ownership: str
    standpoint: str
    scopes: tuple[str, ...]  # codes of situations
    layout: Layout
    address: str  # of an article, below the outlet's own; {year} {month} {day} {date} {name}
    guid: Guid
    has_full_text: bool  # whether its feed carries whole articles
    owner_key: str = ""
    is_party: bool = False
    reuse_policy: str = "full_text_public"
    dates: Dates = Dates.USUAL
    content_type: str = ""
    behaviours: frozenset[Behaviour] = frozenset()

    @property
    def home(self) -> str:
        return f"/{self.slug}/"

    @property
    def feed_path(self) -> str:
        """Where the feed is."""
        return f"/{self.slug}/{_ENDINGS[self.format]}"

    @property
    def known_feed_path(self) -> str:
        """The address that a catalogue holds: the same, unless the feed has moved."""
        return f"/{self.slug}/feed" if Behaviour.REDIRECTS in self.behaviours else self.feed_path

    @property
    def feed_content_type(self) -> str:
        return self.content_type or _CONTENT_TYPES[self.format]

    @property
    def encoding(self) -> str:
        """What the feed's bytes are really in."""
        return "iso-8859-1" if Behaviour.LATIN1_DECLARED_UTF8 in self.behaviours else "utf-8"

    def article_path(self, article: Article) -> str:
        """Where the article's page is; the same for all its versions."""
        day = article.published
        tail = self.address.format(
            year=f"{day:%Y}", month=f"{day:%m}", day=f"{day:%d}", date=f"{day:%Y-%m-%d}", name=article.name
        )
        return f"/{self.slug}/{tail}"


def load(file: Path = FILE) -> tuple[Outlet, ...]:
    """The outlets in the order of the file. Raises OutletError."""
    try:
        rows = tomllib.loads(file.read_text(encoding="utf-8"))["outlet"]
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise OutletError(f"{file.name}: {error}") from error
    outlets = tuple(_outlet(row) for row in rows)
    slugs = [outlet.slug for outlet in outlets]
    twice = {slug for slug in slugs if slugs.count(slug) > 1}
    if twice:
        raise OutletError(f"{file.name}: two outlets are called {', '.join(sorted(twice))}")
    return outlets


def _outlet(row: dict[str, str | bool | list[str]]) -> Outlet:
    values: dict[str, object] = dict(row)
    slug = values.get("slug", "an outlet without a slug")
    try:
        values["format"] = Format(str(values["format"]))
        values["layout"] = Layout(str(values["layout"]))
        values["guid"] = Guid(str(values["guid"]))
        values["dates"] = Dates(str(values.get("dates", Dates.USUAL)))
        values["scopes"] = tuple(row["scopes"])  # type: ignore[arg-type]
        values["behaviours"] = frozenset(Behaviour(each) for each in row.get("behaviours", []))  # type: ignore[union-attr]
        values["has_full_text"] = {"full": True, "summary": False}[str(values.pop("body"))]
        return Outlet(**values)  # type: ignore[arg-type]
    except (KeyError, ValueError, TypeError) as error:
        raise OutletError(f"{FILE.name}: {slug}: {error}") from error
