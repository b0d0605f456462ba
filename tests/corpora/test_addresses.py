"""Addresses meant to reach where they should not: none passes the client."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable, Iterator

import pytest

from sources.ingest import addresses
from sources.ingest.connect import CheckedBackend
from sources.ingest.fetch import BadAddress, Fetcher, FetchPolicy

#: Names that lead to this machine, as their owners set them up.
TRAPS = {"127.0.0.1.nip.io": "127.0.0.1", "localtest.me": "127.0.0.1", "metadata.google.internal": "169.254.169.254"}

#: Why we refuse what a list made for others allows: each is stricter than it has to be, on purpose.
STRICTER = {
    "no scheme: addresses in feeds are resolved before they come here": r"^(?!https?://)",
    "a port other than 80 and 443": r"^https?://[^/]+:8080/",
    "an IPv4 address inside an IPv6 one": r"^https?://\[(?:::ffff:|64:ff9b:|::8\.)",
    "a host name of symbols, which IDNA 2008 does not allow (RFC 5892)": r"^https?://[✪➡⌘☺ⓔ]",
}


def resolver(host: str, port: int) -> tuple[str, ...]:
    """Looks up nothing: numbers are what the system's resolver makes of them, traps lead where they lead."""
    if host in TRAPS:
        return (TRAPS[host],)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except OSError:
        return ("93.184.216.34",)
    return tuple(str(entry[4][0]) for entry in found)


@pytest.fixture(scope="module")
def rows(shared_data):
    lines = (shared_data / "hostile-strings" / "ssrf-urls.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def passes() -> Iterator[Callable[[str], bool]]:
    """Whether the client would open a connection for an address."""
    fetcher, backend = Fetcher(FetchPolicy("Curator/test"), resolver=resolver), CheckedBackend(frozenset(), resolver)

    def would_connect(url: str) -> bool:
        try:
            target = fetcher.check(url)
            backend._checked(target.raw_host.decode("ascii").strip("[]"), target.port or 80, 5)
        except (BadAddress, addresses.Refused):
            return False
        return True

    yield would_connect
    fetcher.close()
    backend.close()


def test_no_address_that_must_be_blocked_passes(rows, passes):
    blocked = [row["url"] for row in rows if row["expect"] == "block"]
    assert len(blocked) == 265
    assert [url for url in blocked if passes(url)] == []


def test_what_is_refused_beyond_that_has_its_reason(rows, passes):
    refused = [row["url"] for row in rows if row["expect"] == "allow" and not passes(row["url"])]
    assert [url for url in refused if not any(re.search(rule, url) for rule in STRICTER.values())] == []


def test_ordinary_feeds_pass(passes):
    for url in (
        "https://news.un.org/feed/subscribe/en/news/all/rss.xml",
        "https://8.8.8.8/feed",
        "https://xn--e1afmkfd.example/",
    ):
        assert passes(url)
