"""What WebSub says on the wire: which hub a document offers, what a hub is told, whether a message is the hub's. Pure."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode, urljoin

#: How long we ask to be told, in seconds. Hubs grant what they like.
LEASE = 10 * 24 * 3600
#: What a hub grants counts within these.
SHORTEST_LEASE, LONGEST_LEASE = 300, 366 * 24 * 3600
FORM = "application/x-www-form-urlencoded"
#: What section 7 of the recommendation allows a hub to sign with.
_METHODS = {"sha1", "sha256", "sha384", "sha512"}
_LINK = re.compile(r"<(?P<target>[^<>]*)>(?P<parameters>(?:\s*;\s*[^\s;=,]+\s*=\s*(?:\"[^\"]*\"|[^\s\";,]*))*)")
_REL = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s\";,]*))", re.IGNORECASE)
_SIGNATURE = re.compile(r"(?P<method>[a-z0-9]+)=(?P<digest>[0-9a-fA-F]{40,128})")
_LONGEST_ADDRESS = 1000


@dataclass(frozen=True, slots=True)
class Offer:
    """A hub that tells of news under ``topic``, or nothing."""

    hub: str = ""
    topic: str = ""


NO_OFFER = Offer()


def offer(*, link_header: str, hub: str, self_url: str, url: str) -> Offer:
    """What a document at ``url`` offers: in its headers, else in itself (section 4). Without a hub, a topic, or with
    addresses that are none of the web or too long: nothing."""
    linked = _linked(link_header)
    hub = urljoin(url, linked.get("hub") or hub) if linked.get("hub") or hub else ""
    topic = urljoin(url, linked.get("self") or self_url) if linked.get("self") or self_url else ""
    if not all(re.match(r"https?://", value) and len(value) <= _LONGEST_ADDRESS for value in (hub, topic)):
        return NO_OFFER
    return Offer(hub, topic)


def _linked(header: str) -> dict[str, str]:
    """The first target of each relation in a Link header (RFC 8288)."""
    found: dict[str, str] = {}
    for link in _LINK.finditer(header[:8000]):
        rel = _REL.search(link["parameters"])
        for name in (rel[1] or rel[2] or "").lower().split() if rel else ():
            found.setdefault(name, link["target"].strip())
    return found


def form(mode: str, *, callback: str, topic: str, secret: str) -> bytes:
    """What the hub is told, as the form it expects (section 5.1)."""
    fields = {"hub.callback": callback, "hub.mode": mode, "hub.topic": topic}
    if mode == "subscribe":
        fields |= {"hub.secret": secret, "hub.lease_seconds": str(LEASE)}
    return urlencode(fields).encode()


def lease(value: str) -> int:
    """The seconds that a hub grants, within limits; what we asked for where it says nothing that can be read."""
    granted = int(value) if re.fullmatch("[0-9]{1,12}", value) else LEASE
    return max(SHORTEST_LEASE, min(granted, LONGEST_LEASE))


def is_authentic(signature: str, secret: str, parts: Iterable[bytes]) -> bool:
    """Whether whoever signed the message knew the secret (section 7.1). Compares in constant time."""
    found = _SIGNATURE.fullmatch(signature.strip())
    if found is None or found["method"] not in _METHODS or not secret:
        return False
    expected = hmac.new(secret.encode(), digestmod=getattr(hashlib, found["method"]))
    for part in parts:
        expected.update(part)
    return hmac.compare_digest(expected.hexdigest(), found["digest"].lower())
