"""The fetch client, the reader of pages and the mailbox's account, as this installation's settings have them. For edges; none
of them reads settings."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.core.cache import caches

from sources.doors import imap
from sources.doors.imap import Account
from sources.ingest.fetch import Fetcher, FetchPolicy
from sources.ingest.page_reader import Limits, PageReader
from sources.ingest.robots import Robots


def fetcher() -> Fetcher:
    """A new client. Close it, or use it in a ``with``."""
    return Fetcher(
        FetchPolicy(
            user_agent=settings.FETCH_USER_AGENT,
            max_bytes=settings.FETCH_MAX_BYTES,
            connect_timeout=min(10.0, settings.FETCH_TIMEOUT),
            read_timeout=min(15.0, settings.FETCH_TIMEOUT),
            total_timeout=settings.FETCH_TIMEOUT,
            private_hosts=frozenset(settings.FETCH_ALLOWED_PRIVATE_HOSTS),
        )
    )


def robots(fetcher: Fetcher) -> Robots:
    """What sites ask of that client. The cache itself, not Django's proxy, which would open one for each thread."""
    return Robots(fetcher, caches["default"])


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
