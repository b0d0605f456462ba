"""Whose turn it is at a host: at most so many requests at once, and a pause between two, over all workers. No Django.

A request that is redirected goes on to its next host with ``follow``: it gives its place back and waits for one there. What
is asked for on the way (another site's robots.txt) has a turn of its own within the first one's. Time spent waiting counts
for no request's deadline.

What is remembered lies on a shelf that all workers share, and expires there by itself, so that a worker that is killed
keeps nobody waiting for long. Where the shelf is emptied, somebody comes too soon once.
"""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol

from sources.ingest.deadline import uncounted
from sources.ingest.fetch import FetchError
from sources.ingest.urls import host_of

#: How often a thread that waits looks again, in seconds.
_GLANCE = 0.1


class Shelf(Protocol):
    """Where things are kept for all workers; Django's caches are one. Times in seconds."""

    def get(self, key: str, /) -> object: ...
    def set(self, key: str, value: str, timeout: int, /) -> None: ...
    def add(self, key: str, value: str, timeout: int, /) -> bool:
        """Whether the key was free."""
        ...

    def delete(self, key: str, /) -> object: ...


class TooSoon(FetchError):
    """The pause between two requests to a host is not over. ``retry_after`` says when it may be."""


@dataclass(frozen=True, slots=True)
class Manners:
    """``at_once`` requests to one host, begun at least ``pause`` seconds after each other. None may take longer than
    ``longest``. Hosts of ``exempt`` ("host:port") are this installation's own."""

    shelf: Shelf
    at_once: int
    pause: int
    longest: int
    exempt: frozenset[str] = frozenset()

    @contextlib.contextmanager
    def turn(self, url: str, *, patience: float) -> Iterator[None]:
        """Within this block the host may be asked. Raises TooSoon where that would take longer than ``patience``. Within
        another turn at the same host it is a part of that one."""
        if is_at(url):
            yield
            return
        turn = _Turn(self, patience)
        token = _current.set(turn)
        try:
            turn.go_to(host_of(url))
            yield
        finally:
            _current.reset(token)
            turn.leave()

    def wait(self, name: str, pause: int, *, patience: float) -> None:
        """Returns when ``pause`` seconds have gone by since the last caller of that name. Raises TooSoon where that may
        take longer than ``patience``."""
        ends = time.monotonic() + patience
        with uncounted():
            while pause and not self.shelf.add(key(name), "taken", pause):
                if pause > patience or time.monotonic() >= ends:
                    raise TooSoon(f"There are {pause} seconds between two requests to this site.", retry_after=pause)
                time.sleep(_GLANCE)

    def take_place(self, host: str, *, patience: float) -> str:
        """A place at the host, to be given back by deleting it from the shelf. Raises TooSoon."""
        places = [key(f"place {number} {host}") for number in range(self.at_once)]
        ends = time.monotonic() + patience
        with uncounted():
            while True:
                for place in places:
                    if self.shelf.add(place, "taken", self.longest):
                        return place
                if time.monotonic() >= ends:
                    raise TooSoon("As many requests to this site as may be are under way.", retry_after=self.longest)
                time.sleep(_GLANCE)


@dataclass(slots=True)
class _Turn:
    """One request, from host to host."""

    manners: Manners
    patience: float
    host: str = ""
    place: str = ""

    def go_to(self, host: str) -> None:
        """Whatever place it had is free, and it has one there. Raises TooSoon."""
        self.leave()
        if host in self.manners.exempt:
            return
        ends = time.monotonic() + self.patience
        self.host, self.place = host, self.manners.take_place(host, patience=self.patience)
        self.manners.wait(f"turn {host}", self.manners.pause, patience=ends - time.monotonic())

    def leave(self) -> None:
        if self.place:
            self.manners.shelf.delete(self.place)
        self.host = self.place = ""


_current: ContextVar[_Turn | None] = ContextVar("turn", default=None)


def is_at(url: str) -> bool:
    """Whether this thread has its turn at the address's host."""
    turn = _current.get()
    return turn is not None and turn.place != "" and turn.host == host_of(url)


def follow(url: str) -> None:
    """The request whose turn this is goes on to this address. At the same host that is one visit and nobody waits; at
    another one it waits for its turn. Raises TooSoon. Does nothing outside a turn."""
    turn = _current.get()
    if turn is not None and not is_at(url):
        turn.go_to(host_of(url))


def key(name: str) -> str:
    """A key fit for any cache, whatever a host is called."""
    return hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:40]
