"""Pages of issued editions, kept: each is rendered once, however many read it.

Two things are kept. Under its address: which page it is at present (its mark), for half a minute at most and only as
long as nothing was issued, withdrawn or made since (``turn_over``). Under its mark, which covers its words, files and
look: the page itself. A process asks the cache at most once a second for an address, and the database not at all, so a
correction shows everywhere within a second. Where the cache does not answer, the page is made anew for each reader;
nothing depends on it.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from django.core.cache import cache
from django.db import transaction
from redis import RedisError

_T = TypeVar("_T")

logger = logging.getLogger(__name__)

#: Of every key. Tests have one each.
_PREFIX = "shelf"
_MARK_SECONDS = 30
_PAGE_SECONDS = 24 * 3600
_HERE = 64
_PAGES: OrderedDict[str, bytes] = OrderedDict()
_LOCK = threading.Lock()


@dataclass(frozen=True, slots=True)
class Kept:
    """One page: its mark, for an ETag, and its bytes."""

    mark: str
    body: bytes


#: Addresses of which this process is sure, until when, and the page.
_SURE_SECONDS = 1.0
_SURE: dict[str, tuple[float, Kept]] = {}


def find(address: str) -> Kept | None:
    """The page that is kept for the address, if it still is the right one."""
    until, sure = _SURE.get(f"{_PREFIX}:{address}", (0.0, None))
    if sure is not None and time.monotonic() < until:
        return sure
    names = [_key("generation"), _key("at", address)]
    found = _ask(lambda: cache.get_many(names)) or {}
    made_in, mark = found.get(names[1], ("", ""))
    if not mark or made_in != found.get(names[0], ""):
        return None
    body = _body(mark)
    return _sure(address, Kept(mark, body)) if body is not None else None


def generation() -> str:
    """To be asked before rows are read, so that what is made of them is not kept if they change meanwhile."""
    return str(_ask(lambda: cache.get(_key("generation"), "")) or "")


def keep(address: str, mark: str, render: Callable[[], bytes], *, since: str) -> Kept:
    """The page of that mark, rendered if it never was. ``since`` is the generation before its rows were read."""
    with _LOCK:  # readers of one process wait for the first of them
        body = _body(mark)
        if body is None:
            body = render()
            _remember(mark, body)
            _ask(lambda: cache.set(_key("page", mark), body, _PAGE_SECONDS))
    _ask(lambda: cache.set(_key("at", address), (since, mark), _MARK_SECONDS))
    return Kept(mark, body)


def turn_over() -> None:
    """After the running transaction no address is taken for what it was: call it where something issued changes."""
    transaction.on_commit(_turn_over)


def _turn_over() -> None:
    _SURE.clear()
    _ask(lambda: cache.set(_key("generation"), uuid.uuid4().hex, None))


def _sure(address: str, kept: Kept) -> Kept:
    if len(_SURE) >= _HERE:
        _SURE.clear()
    _SURE[f"{_PREFIX}:{address}"] = (time.monotonic() + _SURE_SECONDS, kept)
    return kept


def _body(mark: str) -> bytes | None:
    body = _PAGES.get(mark)
    if body is None:
        body = _ask(lambda: cache.get(_key("page", mark)))
        if body is not None:
            _remember(mark, body)
    return body


def _key(*parts: str) -> str:
    """Hashed, since an address may hold anything and be of any length."""
    return f"{_PREFIX}:{hashlib.sha256(':'.join(parts).encode()).hexdigest()[:40]}"


def _remember(mark: str, body: bytes) -> None:
    _PAGES[mark] = body
    while len(_PAGES) > _HERE:
        _PAGES.popitem(last=False)


def _ask(question: Callable[[], _T]) -> _T | None:
    try:
        return question()
    except RedisError as error:
        logger.warning("the cache does not answer: %s", error)
        return None
