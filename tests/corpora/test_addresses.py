"""Addresses meant to reach where they should not: none passes the client."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable, Iterator

import pytest

from sources.ingest import addresses
from sources.ingest.connect import Connector
from sources.ingest.fetch import BadAddress, Fetcher, FetchPolicy

#: Names that lead to this machine, as their owners set them up.
TRAPS = {"127.0.0.1.nip.io": "127.0.0.1", "localtest.me": "127.0.0.1", "metadata.google.internal": "169.254.169.254"}

#: What we refuse though a list made for others allows it, and why: each rule is stricter than it has to be, on purpose.
STRICTER = {
    "a port other than 80 and 443: what listens there is no newspaper": ["http://142.42.1.1:8080/"],
    "an IPv4 address inside an IPv6 one: what it reaches depends on somebody's translator": [
        *("http://[::ffff:8.8.8.8]/", "http://[::ffff:808:808]/", "http://[::ffff:0:808:808]/", "http://[::8.8.8.8]/"),
        *("http://[64:ff9b::8.8.8.8]/", "http://[64:ff9b::808:808]/"),
        *("http://[64:ff9b:1::8.8.8.8]/", "http://[64:ff9b:1::808:808]/"),
    ],
    "a host of symbols, which IDNA 2008 does not allow (RFC 5892), and which programs map in different ways": [
        *("http://✪df.ws/123", "http://➡.ws/䨹", "http://⌘.ws", "http://⌘.ws/", "https://☺.damowmow.com/"),
        "http://ⓔⓧⓐⓜⓟⓛⓔ.ⓒⓞⓜ",
    ],
}
#: No scheme: addresses in feeds are resolved before they come here. With one, these pass or fall under a rule above, but
#: for one whose host is a name without a dot, as only local networks have them.
SCHEMELESS = re.compile(r"(?!https?://)")
LOCAL = {"a/b/c"}


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
    fetcher, connector = Fetcher(FetchPolicy("Curator/test"), resolver=resolver), Connector(frozenset(), resolver, 5)

    def would_connect(url: str) -> bool:
        try:
            connector.checked(fetcher.check(url), 5)
        except (BadAddress, addresses.Refused):
            return False
        return True

    yield would_connect
    fetcher.close()
    connector.close()


def test_no_address_that_must_be_blocked_passes(rows, passes):
    blocked = [row["url"] for row in rows if row["expect"] == "block"]
    assert len(blocked) == 265
    assert [url for url in blocked if passes(url)] == []


def test_no_address_that_must_be_blocked_passes_once_it_has_a_scheme(rows, passes):
    bare = [row["url"].lstrip("/") for row in rows if row["expect"] == "block" and "//" not in row["url"].lstrip("/")]
    assert len(bare) > 40
    assert [url for url in bare for scheme in ("http", "https") if passes(f"{scheme}://{url}")] == []


def test_what_is_refused_beyond_that_is_listed_with_its_reason(rows, passes):
    refused = {row["url"] for row in rows if row["expect"] == "allow" and not passes(row["url"])}
    schemeless = {url for url in refused if SCHEMELESS.match(url)}
    assert refused - schemeless == {url for urls in STRICTER.values() for url in urls}
    strict = {url.partition("://")[2] for urls in STRICTER.values() for url in urls}
    mended = {url.lstrip("/") for url in schemeless}
    assert {url for url in mended if not passes(f"https://{url}")} - strict == LOCAL


def test_ordinary_feeds_pass(passes):
    for url in (
        "https://news.un.org/feed/subscribe/en/news/all/rss.xml",
        "https://8.8.8.8/feed",
        "https://xn--e1afmkfd.example/",
    ):
        assert passes(url)
