"""Which mail belongs to a feed, as the feed's address: one sender, everybody of a domain, or a mailing list. Pure.

``mailto:press@ngo.example``, ``mailto:@ngo.example``, ``list-id:news.ngo.example`` (RFC 2919). Each sender has one feed at
most, since addresses of feeds are unique. No such address is ever fetched.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_HOST = r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]"
_LOCAL = r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}"
_ADDRESS = re.compile(rf"{_LOCAL}@({_HOST})")
_DOMAIN = re.compile(rf"@({_HOST})")
_LIST = re.compile(rf"(?:[a-z0-9_+-]+\.)*{_HOST}")


class BadSender(Exception):
    """What was written names no sender and no list."""


def address_of(written: str) -> str:
    """The feed's address for what a person wrote: "press@ngo.example", "@ngo.example", "<news.ngo.example>". Raises
    BadSender."""
    value = written.strip().lower()
    if value.startswith("list-id:") or value.startswith("<"):
        value = value.removeprefix("list-id:").strip("<> ")
        if _LIST.fullmatch(value):
            return f"list-id:{value}"
        raise BadSender
    value = value.removeprefix("mailto:")
    if _ADDRESS.fullmatch(value) or _DOMAIN.fullmatch(value):
        return f"mailto:{value}"
    raise BadSender


def domain_of(address: str) -> str:
    """The domain of a sender's address; "" where it is none."""
    found = _ADDRESS.fullmatch(address.lower())
    return found.group(1) if found else ""


def feed_of(feeds: Mapping[str, int], *, sender: str, list_id: str) -> int | None:
    """The feed that a message belongs to, by addresses as ``address_of`` gives them: the sender's own first, then the
    list's, then the domain's."""
    domain = domain_of(sender)
    keys = (
        f"mailto:{sender.lower()}",
        f"list-id:{list_id.lower()}" if list_id else "",
        f"mailto:@{domain}" if domain else "",
    )
    return next((feeds[key] for key in keys if key in feeds), None)
