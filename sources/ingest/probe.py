"""Tries addresses without storing anything: an answer with status 200 is no evidence, entries are. No Django.

``probe`` tries one address; ``find`` also those that sites use for their feeds, where the one that was given holds nothing,
or nothing new. It asks no more than it must: what a page names comes first, then the same address with https or www,
then the usual places, each only where nothing was found before. Every address but the given one is asked for only where
the site's robots.txt allows it, one after another, with a pause.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Protocol
from urllib.parse import urlsplit

from sources import adapters
from sources.adapters import feed_links
from sources.ingest import urls
from sources.ingest.ask import ask
from sources.ingest.fetch import Fetcher, FetchError, Response
from sources.ingest.normalise import Unusable, publication

#: Where sites have their feeds if they do not say.
USUAL_PLACES = (
    *("/feed", "/feed/", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/?feed=rss2", "/feed.json"),
    "/feeds/posts/default",
)
#: A feed whose newest entry is older is not what the site uses today, if it has another one.
FRESH = dt.timedelta(days=60)
#: Requests for one feed at most, and for how many seconds new ones are begun.
MOST_REQUESTS = 20
_LONGEST = 120.0
_PAGE = "text/html, */*;q=0.5"


class Why(StrEnum):
    """How an address came to be tried."""

    GIVEN = "given"
    NAMED = "named by the page"
    VARIANT = "https or www"
    USUAL = "usual place"


@dataclass(frozen=True, slots=True)
class Probed:
    """What an address has to offer: usable entries, the newest date among them, and what went wrong in plain words."""

    entries: int
    newest: dt.datetime | None
    message: str = ""
    url: str = ""
    why: Why = Why.GIVEN
    title: str = ""
    language: str = ""

    def is_fresh(self, at: dt.datetime) -> bool:
        return bool(self.entries) and self.newest is not None and at - self.newest <= FRESH


class Manners(Protocol):
    """What sites ask of us; ``robots.Robots`` is one. All raise FetchError."""

    def check(self, url: str) -> None: ...
    def follow(self, url: str) -> None: ...
    def turn(self, url: str) -> AbstractContextManager[None]: ...


def probe(
    url: str, *, fetcher: Fetcher, at: dt.datetime, wanted: str = "auto", selector: str = "", appname: str = ""
) -> Probed:
    """Fetches and reads the feed once, as a look would. Raises nothing: what goes wrong is the answer."""
    return _probe(url, fetcher=fetcher, at=at, wanted=wanted, selector=selector, appname=appname)[0]


def best(tried: Iterable[Probed], *, at: dt.datetime) -> Probed | None:
    """What to keep: the first that is fresh, in the order in which they were tried; else the one with the newest entry;
    None where none holds any."""
    holding = [one for one in tried if one.entries]
    fresh = [one for one in holding if one.is_fresh(at)]
    undated = dt.datetime.min.replace(tzinfo=dt.UTC)
    return fresh[0] if fresh else max(holding, key=lambda one: one.newest or undated, default=None)


def find(
    url: str,
    *,
    fetcher: Fetcher,
    manners: Manners,
    at: dt.datetime,
    appname: str = "",
    is_whole: bool = False,
) -> tuple[Probed, ...]:
    """Everything that was tried, in order. Stops at the first address that holds something new; with ``is_whole`` all feeds
    that the page names are tried. Raises nothing."""
    search = _Search(fetcher, manners, at, appname)
    first, page = search.given(url)
    if first.is_fresh(at):
        return tuple(search.tried)
    is_undated = first.entries > 0 and first.newest is None
    named = _named(page) or ([] if is_undated else search.named_by_home(url))
    search.all_of(named, Why.NAMED, is_whole=is_whole)
    if not any(one.entries for one in search.tried):
        search.all_of([] if page is not None else _variants(url), Why.VARIANT)
    if not any(one.entries for one in search.tried):
        search.all_of((f"{_origin(page.final_url if page else url)}{place}" for place in USUAL_PLACES), Why.USUAL)
    return tuple(search.tried)


@dataclass(slots=True)
class _Search:
    """One search for the feeds of one site."""

    fetcher: Fetcher
    manners: Manners
    at: dt.datetime
    appname: str
    tried: list[Probed] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)
    _requests: int = 0
    _ends: float = field(default_factory=lambda: time.monotonic() + _LONGEST)

    def given(self, url: str) -> tuple[Probed, Response | None]:
        """The address as it is: it is no page of the site's that robots.txt is about, but what somebody gave us."""
        self._requests += 1
        self._seen.add(url)
        found, response = _probe(url, fetcher=self.fetcher, at=self.at, appname=self.appname)
        self.tried.append(found)
        return found, response

    def named_by_home(self, url: str) -> list[str]:
        """What the site's own front page names."""
        home = f"{_origin(url)}/"
        if home in self._seen or not self._may_go_on():
            return []
        self._seen.add(home)
        try:
            with self._turn(home):
                return _named(self.fetcher.get(home, accept=_PAGE, before_redirect=self.manners.follow))
        except FetchError:
            return []

    def all_of(self, addresses: Iterable[str], why: Why, *, is_whole: bool = False) -> None:
        """Each of them, until one is fresh."""
        for url in addresses:
            if not self._may_go_on():
                return
            if url in self._seen:
                continue
            self._seen.add(url)
            found = self._one(url, why)
            self.tried.append(found)
            if found.is_fresh(self.at) and not is_whole:
                return

    def _one(self, url: str, why: Why) -> Probed:
        try:
            with self._turn(url):
                found, response = _probe(url, fetcher=self.fetcher, at=self.at, check=self.manners.follow)
        except FetchError as error:
            return Probed(0, None, error.message, url, why)
        if response is not None and response.moved_to:
            if response.moved_to in self._seen:
                return replace(found, entries=0, message="It leads to an address that was tried already.", why=why)
            self._seen.add(response.moved_to)
            found = replace(found, url=response.moved_to)
        return replace(found, why=why)

    @contextmanager
    def _turn(self, url: str) -> Iterator[None]:
        """Within this block the address may be asked for. Raises FetchError where the site asks us not to."""
        self._requests += 1
        self.manners.check(url)
        with self.manners.turn(url):
            yield

    def _may_go_on(self) -> bool:
        return self._requests < MOST_REQUESTS and time.monotonic() < self._ends


def _probe(
    url: str,
    *,
    fetcher: Fetcher,
    at: dt.datetime,
    wanted: str = "auto",
    selector: str = "",
    appname: str = "",
    check: Callable[[str], None] | None = None,
) -> tuple[Probed, Response | None]:
    """What was found, and the answer it was read from."""
    response: Response | None = None
    try:
        response = ask(fetcher, url, wanted=wanted, appname=appname, before_redirect=check)
        adapter = adapters.choose(response.body, content_type=response.content_type, wanted=wanted, selector=selector)
        parsed = adapter.parse(response.body, content_type=response.content_type, url=response.final_url)
    except FetchError as error:
        return Probed(0, None, error.message, url), None
    except adapters.NotAFeed as error:
        return Probed(0, None, str(error), url), response
    dates = _dates(parsed.entries, response.final_url, at)
    message = "" if dates else "The feed answers, but there is nothing in it."
    newest = max((date for date in dates if date is not None), default=None)
    return Probed(len(dates), newest, message, url, title=parsed.title, language=parsed.language), response


def _dates(entries: Sequence[adapters.Entry], url: str, at: dt.datetime) -> list[dt.datetime | None]:
    """When each usable entry was published."""
    dates: list[dt.datetime | None] = []
    for entry in entries:
        try:
            dates.append(publication(entry, feed_url=url, at=at).published_at)
        except Unusable:
            continue
    return dates


# ------------------------------------------------------------------------------------------------ where to look
def _named(page: Response | None) -> list[str]:
    if page is None:
        return []
    found = feed_links.named(page.body, content_type=page.content_type, url=page.final_url)
    return [url for one in found if (url := urls.followable(one))]


def _variants(url: str) -> Iterator[str]:
    """The same address with https or http, with or without www."""
    parts = urlsplit(url)
    rest = url.partition("://")[2]
    yield f"{'http' if parts.scheme == 'https' else 'https'}://{rest}"
    host = parts.hostname or ""
    if host.startswith("www."):
        yield f"{parts.scheme}://{rest[4:]}"
    elif not host.replace(".", "").isdigit() and ":" not in host:
        yield f"{parts.scheme}://www.{rest}"


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
