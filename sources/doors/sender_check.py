"""Whether a mail comes from whom it says, by what the operator's own server wrote on top of it (RFC 8601). Pure.

Anybody can write any From. The receiving server checks SPF, DKIM and DMARC and says so in ``Authentication-Results``; what
other servers or the sender wrote there counts for nothing. So only the uppermost unbroken run of such fields with our
server's own name is read, and the worst that it says of a method counts. RFC 8601, section 5, has that server take off fields
with its name that came from outside; one that does not cannot be relied on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sources.ingest.recognise import site_of

_COMMENT = re.compile(r"\([^()]*\)")
_RESULT = re.compile(r"\s*([A-Za-z0-9-]+)(?:\s*/\s*\d+)?\s*=\s*([A-Za-z]+)")
_PROPERTY = re.compile(r"([A-Za-z]+\.[A-Za-z-]+)\s*=\s*(\"[^\"]*\"|[^\s;]+)")
_MAX = 20_000


class Standing(StrEnum):
    VERIFIED = "verified"
    UNCHECKED = "unchecked"
    FORGED = "forged"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is known of the sender, and in words what the server said."""

    standing: Standing
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Result:
    method: str
    result: str
    properties: dict[str, str]


def judge(fields: Iterable[tuple[str, str]], *, server: str, domain: str, list_domain: str = "") -> Verdict:
    """``fields`` are the message's header fields in their order, ``server`` our server's name in them, ``domain`` the
    sender's. For a mail that is known by its list, the list has to have signed it: its sender may be anybody."""
    results = _results(fields, server) if server else []
    if not results:
        return Verdict(Standing.UNCHECKED)
    signed_by = {
        found.properties.get("header.d", "") or found.properties.get("header.i", "").rpartition("@")[2]
        for found in results
        if found.method == "dkim" and found.result == "pass"
    }
    if list_domain:
        if any(_is_same(signer, list_domain) for signer in signed_by):
            return Verdict(Standing.VERIFIED)
        return Verdict(Standing.FORGED, f"no valid signature of the list's domain, {list_domain}")
    return _by_sender(results, signed_by, domain)


def _by_sender(results: Sequence[_Result], signed_by: set[str], domain: str) -> Verdict:
    policies = [found for found in results if found.method == "dmarc"]
    failed = [found for found in policies if found.result in {"fail", "permerror"} or not _is_of(found, domain)]
    if failed:
        return Verdict(
            Standing.FORGED, f"dmarc={failed[0].result} for {failed[0].properties.get('header.from', domain)[:100]}"
        )
    if any(found.result == "pass" for found in policies):
        return Verdict(Standing.VERIFIED)
    if any(_is_same(signer, domain) for signer in signed_by):
        return Verdict(Standing.VERIFIED)
    broken = [
        found
        for found in results
        if found.method == "dkim"
        and found.result in {"fail", "policy", "permerror"}
        and _is_same(
            found.properties.get("header.d", "") or found.properties.get("header.i", "").rpartition("@")[2], domain
        )
    ]
    if broken:
        return Verdict(Standing.FORGED, f"dkim={broken[0].result} for {domain}")
    return Verdict(Standing.UNCHECKED)


def _is_of(found: _Result, domain: str) -> bool:
    """Whether the result speaks of this sender; one that names nobody does."""
    named = found.properties.get("header.from", "")
    return not named or _is_same(named, domain)


def _is_same(one: str, other: str) -> bool:
    """Whether two domains are registered as one (DMARC's relaxed alignment)."""
    one, other = (value.strip().strip(".").lower() for value in (one, other))
    return bool(one) and (one == other or _registered(one) == _registered(other) != "")


def _registered(domain: str) -> str:
    return site_of(f"https://{domain}/")


def _results(fields: Iterable[tuple[str, str]], server: str) -> list[_Result]:
    """What our server says: the uppermost run of its fields, unbroken by any other field."""
    results: list[_Result] = []
    begun = False
    for name, value in fields:
        head, _, rest = _without_comments(value[:_MAX]).partition(";")
        is_ours = name.lower() == "authentication-results" and (head.split() or [""])[0].lower() == server.lower()
        if begun and not is_ours:
            break
        if is_ours:
            begun = True
            results += [_result(part) for part in rest.split(";") if _RESULT.match(part)]
    return results


def _result(part: str) -> _Result:
    found = _RESULT.match(part)
    method, result = (found.group(1).lower(), found.group(2).lower()) if found else ("", "")
    return _Result(method, result, {name.lower(): value.strip('"') for name, value in _PROPERTY.findall(part)})


def _without_comments(value: str) -> str:
    for _ in range(5):
        value = _COMMENT.sub(" ", value)
    return value
