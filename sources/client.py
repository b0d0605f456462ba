"""The fetch client, the reader of pages and the mailbox's account, as this installation's settings have them. For edges; none
of them reads settings."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import BaseCache, caches
from django.urls import reverse
from redis import RedisError

from sources.doors import imap
from sources.doors.imap import Account
from sources.ingest import addresses
from sources.ingest.fetch import Fetcher, FetchPolicy
from sources.ingest.manners import Manners, Shelf, follow
from sources.ingest.page_reader import Limits, PageReader
from sources.ingest.robots import Robots


def fetcher(*, before_large: Callable[[], None] | None = None) -> Fetcher:
    """A new client. Close it, or use it in a ``with``."""
    policy = FetchPolicy(
        user_agent=settings.FETCH_USER_AGENT,
        max_bytes=settings.FETCH_MAX_BYTES,
        connect_timeout=min(10.0, settings.FETCH_TIMEOUT),
        read_timeout=min(15.0, settings.FETCH_TIMEOUT),
        total_timeout=settings.FETCH_TIMEOUT,
        private_hosts=frozenset(settings.FETCH_ALLOWED_PRIVATE_HOSTS),
        service_hosts=frozenset(settings.SERVICE_HOSTS),
    )
    return Fetcher(policy, before_large=before_large, before_next=follow)


def manners() -> Manners:
    """Whose turn it is at a host, over all workers."""
    return Manners(
        _shelf(),
        at_once=settings.FETCH_PER_HOST,
        pause=settings.FETCH_PAUSE,
        longest=settings.FETCH_TIMEOUT * 3,
        exempt=frozenset(settings.FETCH_ALLOWED_PRIVATE_HOSTS),
    )


def robots(fetcher: Fetcher) -> Robots:
    """What sites ask of that client."""
    return Robots(fetcher, manners())


def _shelf() -> Shelf:
    """The cache itself, not Django's proxy, which would open one for each thread."""
    return _OwnShelf(caches["default"])


@dataclass(frozen=True, slots=True)
class _OwnShelf:
    """While the cache cannot be reached, it has nothing and keeps nothing: limits then hold within each worker alone."""

    cache: BaseCache

    def get(self, key: str, /) -> object:
        with contextlib.suppress(RedisError):
            return self.cache.get(key)
        return None

    def set(self, key: str, value: str, timeout: int, /) -> None:
        with contextlib.suppress(RedisError):
            self.cache.set(key, value, timeout)

    def add(self, key: str, value: str, timeout: int, /) -> bool:
        with contextlib.suppress(RedisError):
            return bool(self.cache.add(key, value, timeout))
        return True

    def delete(self, key: str, /) -> None:
        with contextlib.suppress(RedisError):
            self.cache.delete(key)


def callback() -> Callable[[str], str] | None:
    """Makes the address that a hub calls; None where it could not call us, or an operator does not want it to."""
    parts = urlsplit(settings.SITE_URL)
    try:
        addresses.check_name(parts.hostname or "")
    except addresses.Refused:
        return None
    if not settings.WEBSUB or parts.scheme != "https":
        return None
    return lambda token: settings.SITE_URL + reverse("sources:websub", args=[token])


def page_reader() -> PageReader:
    """A new process that reads pages within the limits. Close it, or use it in a ``with``."""
    return PageReader(Limits(seconds=settings.EXTRACT_PAGE_SECONDS, memory=settings.EXTRACT_PAGE_MEGABYTES * 1_000_000))


def interval() -> dt.timedelta:
    """How long a feed that answers as usual is left alone."""
    return dt.timedelta(seconds=settings.FETCH_INTERVAL)


def mail_account() -> Account:
    """The mailbox that the operator configured."""
    return imap.account(
        settings.MAILBOX_URL, server_name=settings.MAILBOX_AUTHSERV_ID, max_bytes=settings.MAILBOX_MAX_BYTES
    )
