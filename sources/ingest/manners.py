"""Whose turn it is at a host: at most so many requests at once, and a pause between two, over all workers. No Django.

What is remembered lies on a shelf that all workers share, and expires there by itself, so that a worker that is killed
keeps nobody waiting for long. Where the shelf is emptied, somebody comes too soon once.
"""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

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
        """Within this block the host may be asked. Raises TooSoon where that would take longer than ``patience``."""
        host = host_of(url)
        if host in self.exempt:
            yield
            return
        ends = time.monotonic() + patience
        place = self._take_place(host, ends)
        try:
            self.wait(f"turn {host}", self.pause, patience=ends - time.monotonic())
            yield
        finally:
            self.shelf.delete(place)

    def wait(self, name: str, pause: int, *, patience: float) -> None:
        """Returns when ``pause`` seconds have gone by since the last caller of that name. Raises TooSoon where that may
        take longer than ``patience``."""
        ends = time.monotonic() + patience
        while pause and not self.shelf.add(key(name), "taken", pause):
            if pause > patience or time.monotonic() >= ends:
                raise TooSoon(f"There are {pause} seconds between two requests to this site.", retry_after=pause)
            time.sleep(_GLANCE)

    def _take_place(self, host: str, ends: float) -> str:
        places = [key(f"place {number} {host}") for number in range(self.at_once)]
        while True:
            for place in places:
                if self.shelf.add(place, "taken", self.longest):
                    return place
            if time.monotonic() >= ends:
                raise TooSoon("As many requests to this site as may be are under way.", retry_after=self.longest)
            time.sleep(_GLANCE)


def key(name: str) -> str:
    """A key fit for any cache, whatever a host is called."""
    return hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:40]
