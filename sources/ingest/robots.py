"""What a site's robots.txt asks of us (RFC 9309), for article pages. No Django; what is remembered lies on a shelf.

Read by the one client when it is its turn at the host, kept for 24 hours by scheme, host and port. Missing or refused (4xx),
it allows everything; where the server fails or cannot be reached, nothing is fetched for now. ``Crawl-delay`` (no part of the
standard, and widely used) is the pause between two pages of a host, over all workers, beside the one that every request keeps
(``manners``). Feeds themselves are made for readers like us and are not asked about. robots.txt is manners, not a licence:
terms are the feed's reuse policy.
"""

from __future__ import annotations

import contextlib
import math
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from protego import Protego

from sources.ingest.fetch import BadAddress, Fetcher, FetchError
from sources.ingest.manners import Manners, TooSoon, is_at, key
from sources.ingest.urls import host_of

_KEPT = 24 * 3600
#: A site whose robots.txt cannot be had is not asked for it again before this.
_KEPT_FAILURE = 600
#: What RFC 9309 (2.5) has a reader read at least.
_MOST_BYTES = 512_000
#: A longer Crawl-delay is taken for a mistake, in seconds.
LONGEST_PAUSE = 3600
_PRODUCT = re.compile(r"[A-Za-z_-]+")
_AGENT_LINE = re.compile(r"\s*user[- ]?agent\s*:?\s*(?P<name>[^#]*)", re.IGNORECASE)


class Forbidden(FetchError):
    """The site asks us to stay away from this page."""

    may_pass = False


class NotNow(FetchError):
    """Whether the page may be fetched cannot be known at present."""


@dataclass(frozen=True, slots=True)
class _Rules:
    protego: Protego
    failure: str = ""


@dataclass(slots=True)
class Robots:
    """The rules of every site we come to. Safe to share between threads; ``patience`` is how many seconds a thread waits
    for its turn at a site."""

    fetcher: Fetcher
    manners: Manners
    patience: float = 10.0
    _agent: str = field(init=False)
    _read: dict[str, _Rules] = field(init=False, default_factory=dict)
    _locks: dict[str, threading.Lock] = field(init=False, default_factory=dict)
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)

    def __post_init__(self) -> None:
        found = _PRODUCT.match(self.fetcher.policy.user_agent)
        self._agent = found.group() if found else "*"

    def check(self, url: str) -> None:
        """Returns where the page may be fetched. Raises Forbidden, NotNow, or TooSoon where its rules are not known yet."""
        rules = self._rules(url)
        if rules.failure:
            raise NotNow(rules.failure)
        if not rules.protego.can_fetch(url, self._agent):
            raise Forbidden(f"The site's robots.txt asks us not to fetch this page ({_origin(url)}/robots.txt).")

    @contextlib.contextmanager
    def turn(self, url: str) -> Iterator[None]:
        """Within this block the page may be fetched: the site's own pause since the last page is over, and it is our turn
        at its host. Raises TooSoon where that takes too long."""
        self._keep_pause(url)
        with self.manners.turn(url, patience=self.patience):
            yield

    def follow(self, url: str) -> None:
        """Returns where a redirect may be followed to this page, and the pause of the site that it leads to is over. Raises
        Forbidden, NotNow, TooSoon."""
        self.check(url)
        if not is_at(url):
            self._keep_pause(url)

    def _keep_pause(self, url: str) -> None:
        delay = self._rules(url).protego.crawl_delay(self._agent)
        if delay:
            pause = min(math.ceil(delay), LONGEST_PAUSE)
            self.manners.wait(f"page {host_of(url)}", pause, patience=self.patience)

    def _rules(self, url: str) -> _Rules:
        origin = _origin(url)
        with self._lock:
            lock = self._locks.setdefault(origin, threading.Lock())
        with lock:  # one thread asks, the others of this site wait for its answer
            if origin not in self._read:
                self._read[origin] = _parse(self._text(origin), self._agent)
            return self._read[origin]

    def _text(self, origin: str) -> str:
        """``+`` and the document, or ``-`` and why there is none."""
        name = key(f"robots {origin}")
        kept = self.manners.shelf.get(name)
        if isinstance(kept, str):
            return kept
        text = self._ask(origin)
        self.manners.shelf.set(name, text, _KEPT if text[0] == "+" else _KEPT_FAILURE)
        return text

    def _ask(self, origin: str) -> str:
        url = f"{origin}/robots.txt"
        try:
            with self.manners.turn(url, patience=self.patience):
                body = self.fetcher.get(url, accept="text/plain, */*;q=0.5").body
        except TooSoon:
            raise  # nothing was asked, so there is nothing to keep
        except BadAddress:
            return "+"  # the page's own address will say what is wrong with it
        except FetchError as error:
            is_missing = error.status is not None and 400 <= error.status < 500 and error.status != 429
            return "+" if is_missing else f"-The site's robots.txt cannot be read: {error.message}"
        return "+" + body[:_MOST_BYTES].decode("utf-8-sig", "replace")


def _parse(kept: str, agent: str) -> _Rules:
    if kept[0] == "-":
        return _Rules(Protego.parse(""), failure=kept[1:])
    return _Rules(Protego.parse("\n".join(_for_us(line, agent) for line in kept[1:].splitlines())))


def _for_us(line: str, agent: str) -> str:
    """Groups for other robots become one: the library keeps every rule once for each robot of a group, so that many names
    over many rules would fill the memory. It also takes the beginning of our name for our name."""
    found = _AGENT_LINE.match(line)
    if found is None:
        return line
    name = found["name"].strip().partition("/")[0].casefold()
    if name == "*":
        return "User-agent: *"
    return f"User-agent: {agent if name.rstrip('* ') == agent.casefold() else 'another-robot'}"


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme.lower()}://{parts.netloc.lower()}"
