"""What the sample's server answers to each request: pages, feeds, redirects, 304s, and how feeds change and die.

Knows nothing of sockets. It remembers which feeds have been looked at in this run, and which pages have been read.
"""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import format_datetime, parsedate_to_datetime
from functools import partial
from urllib.parse import unquote, urlsplit

from sample import pages, syndication
from sample.content import Article, Library
from sample.outlets import Behaviour, Outlet

#: When the pages that are no articles were last changed.
_LAUNCHED = dt.datetime(2013, 12, 24, 12, tzinfo=dt.UTC)
_ROBOTS = "User-agent: *\nAllow: /\n"


@dataclass(frozen=True, slots=True)
class Response:
    """Status, headers and bytes."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class Site:
    """All outlets behind one address. ``base`` is that address, without a slash at the end."""

    def __init__(self, outlets: tuple[Outlet, ...], library: Library, *, base: str) -> None:
        self._outlets = {outlet.slug: outlet for outlet in outlets}
        self._library = library
        self._base = base
        self._lock = threading.Lock()
        self._looked_at: set[str] = set()  # outlets
        self._later: set[str] = set()  # outlets that show what they show later
        self._read: set[str] = set()  # articles
        self._routes = self._map()

    def respond(self, path: str, headers: Mapping[str, str], *, is_look: bool = True) -> Response:
        """The answer to GET; to HEAD with ``is_look`` false, which does not count as a look at a feed."""
        wanted = {name.lower(): value for name, value in headers.items()}
        route = self._routes.get(unquote(urlsplit(path).path))
        if route is None:
            return _plain(404, "Not found. The list of the sample's outlets is at /.\n")
        return route(wanted, is_look)

    def article_paths(self) -> dict[str, str]:
        """Path of each article's page, to the article's id."""
        return {self._outlets[a.feed].article_path(a): a.id for a in self._library}

    def _map(self) -> dict[str, Callable[[Mapping[str, str], bool], Response]]:
        routes: dict[str, Callable[[Mapping[str, str], bool], Response]] = {
            "/": self._index,
            "/robots.txt": lambda headers, _: _answer(
                headers, _ROBOTS.encode(), "text/plain; charset=utf-8", _LAUNCHED
            ),
            "/site.css": lambda headers, _: _answer(headers, pages.stylesheet().encode(), "text/css", _LAUNCHED),
        }
        for outlet in self._outlets.values():
            routes[outlet.home] = partial(self._home, outlet)
            routes[outlet.feed_path] = partial(self._feed, outlet)
            if outlet.known_feed_path != outlet.feed_path:
                moved = Response(301, {"Location": self._base + outlet.feed_path})
                routes[outlet.known_feed_path] = lambda _, __, moved=moved: moved  # type: ignore[misc]
        for path, article_id in self.article_paths().items():
            routes[path] = partial(self._article, article_id)
        return routes

    def _index(self, headers: Mapping[str, str], _: bool) -> Response:
        counts = {slug: len(self._library.of_feed(slug, later=False)) for slug in self._outlets}
        html = pages.index_page(tuple(self._outlets.values()), counts)
        return _answer(headers, html.encode(), "text/html; charset=utf-8", _LAUNCHED)

    def _home(self, outlet: Outlet, headers: Mapping[str, str], _: bool) -> Response:
        html = pages.home_page(outlet, self._articles(outlet))
        return self._page(outlet, headers, html, _LAUNCHED)

    def _article(self, article_id: str, headers: Mapping[str, str], is_look: bool) -> Response:
        outlet = self._outlets[self._library.latest(article_id).feed]
        articles = self._articles(outlet)
        article = next(each for each in articles if each.id == article_id)
        credit = self._credits(outlet).get(article_id, "")
        html = pages.article_page(outlet, article, articles, credit=credit)
        if is_look:
            with self._lock:
                self._read.add(article_id)
        return self._page(outlet, headers, html, article.changed)

    def _page(self, outlet: Outlet, headers: Mapping[str, str], html: str, changed: dt.datetime) -> Response:
        response = _answer(headers, html.encode(), "text/html; charset=utf-8", changed)
        return _squeeze(response, headers) if Behaviour.GZIP in outlet.behaviours else response

    def _articles(self, outlet: Outlet) -> tuple[Article, ...]:
        """As the outlet's site has them now: as its feed last told of them."""
        with self._lock:
            later = outlet.slug in self._later
        return self._library.of_feed(outlet.slug, later=later)

    def _credits(self, outlet: Outlet) -> dict[str, str]:
        """Whom the outlet names as the source of each article that it has taken over."""
        copies = {a.id: a.copy_of for a in self._library.of_feed(outlet.slug, later=True) if a.copy_of}
        return {copy: self._outlets[self._library.latest(origin).feed].name for copy, origin in copies.items()}

    def _feed(self, outlet: Outlet, headers: Mapping[str, str], is_look: bool) -> Response:
        later = self._look(outlet, headers, is_look)
        if Behaviour.EMPTY in outlet.behaviours:
            return Response(200, {"Content-Type": outlet.feed_content_type})
        if later and Behaviour.DIES in outlet.behaviours:
            return _plain(503, "Le serveur de Ouaka Hebdo ne répond plus.\n")
        articles = self._library.of_feed(outlet.slug, later=later)
        entries = syndication.entries(outlet, articles, base=self._base, authors=self._credits(outlet))
        body = syndication.write(outlet, entries, base=self._base)
        changed = max(article.changed for article in articles)
        response = _answer(
            headers, body, outlet.feed_content_type, changed, same=body.replace(self._base.encode(), b"")
        )
        return _squeeze(response, headers) if Behaviour.GZIP in outlet.behaviours else response

    def _look(self, outlet: Outlet, headers: Mapping[str, str], is_look: bool) -> bool:
        """Whether the feed shows what it shows later: at the second look, once the pages that change have been read.

        A reader that shows what it was given before, to a server that has not been asked yet, is back from an earlier
        run: a server started anew does not go behind the change.
        """
        knows = "if-none-match" in headers or "if-modified-since" in headers
        with self._lock:
            if outlet.slug in self._looked_at:
                is_later = outlet.slug in self._later or self._changing(outlet) <= self._read
            else:
                is_later = knows
            if is_look:
                self._looked_at.add(outlet.slug)
                if is_later:
                    self._later.add(outlet.slug)
        return is_later

    def _changing(self, outlet: Outlet) -> set[str]:
        """Ids of the outlet's articles that have a later version."""
        return {article.id for article in self._library.of_feed(outlet.slug, later=True) if article.version > 1}


def _plain(status: int, text: str) -> Response:
    return Response(status, {"Content-Type": "text/plain; charset=utf-8"}, text.encode())


def _answer(
    headers: Mapping[str, str], body: bytes, content_type: str, changed: dt.datetime, *, same: bytes | None = None
) -> Response:
    """200 with the body, or 304 where the reader has it already (RFC 9110, 13.1). ``same`` is what the entity tag is
    made from: bytes that do not depend on the port."""
    etag = f'"{hashlib.sha256(body if same is None else same).hexdigest()[:24]}"'
    at = changed.astimezone(dt.UTC).replace(microsecond=0)
    validators = {"ETag": etag, "Last-Modified": format_datetime(at, usegmt=True)}
    if _is_known(headers, etag, at):
        return Response(304, validators)
    return Response(200, {"Content-Type": content_type, **validators}, body)


def _is_known(headers: Mapping[str, str], etag: str, changed: dt.datetime) -> bool:
    if "if-none-match" in headers:
        tags = [tag.strip().removeprefix("W/") for tag in headers["if-none-match"].split(",")]
        return etag in tags or "*" in tags
    try:
        since = parsedate_to_datetime(headers.get("if-modified-since", ""))
    except ValueError:
        return False
    return since.tzinfo is not None and changed <= since


def _squeeze(response: Response, headers: Mapping[str, str]) -> Response:
    if "gzip" not in headers.get("accept-encoding", "") or not response.body:
        return response
    more = {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    return Response(response.status, {**response.headers, **more}, gzip.compress(response.body, mtime=0))
