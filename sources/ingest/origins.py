"""How many independent origins a set of reports has. Pure.

One owner is one origin, however many outlets it has. A copy has the origin of what it copies, and so has a report that
credits an agency in its first lines. What speaks for a party is no corroboration and is not counted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from sources.ingest.cluster import is_copy

#: Agencies that papers credit and that need not be publishers of ours.
AGENCIES = (
    *("Reuters", "AFP", "Agence France-Presse", "Associated Press", "AP", "Xinhua", "Anadolu", "EFE", "dpa", "ANSA"),
    *("PANA", "APA News", "ANP", "AllAfrica", "IRIN", "BBC Monitoring", "رويترز", "فرانس برس", "الأناضول"),
)
_HEAD = 300
_TAIL = 80
_SAYING = (
    r"according to|as reported by|reported by|citing|quoting|told|selon|d[’']après|cité(?:e)? par|rapporte|a indiqué à|"
    r"según|بحسب|وفقا? ?ل|وفقًا ل|نقلا? عن|نقلًا عن"
)


@dataclass(frozen=True, slots=True)
class Account:
    """One report: who published it, who owns that publisher, whether it speaks for a party, and how it begins."""

    publisher: str
    owner: str
    is_party: bool
    text: str


@dataclass(frozen=True, slots=True)
class Origins:
    """Who independently said so, and what was left out of the count."""

    names: tuple[str, ...]
    copies: int
    party_reports: int


def count(accounts: Sequence[Account], *, publishers: tuple[str, ...] = ()) -> Origins:
    """The independent origins of these reports, given oldest first. ``publishers`` are names that a report may credit
    besides the agencies."""
    names: dict[str, str] = {}
    kept: list[tuple[Account, str, str]] = []
    copies = party_reports = 0
    for account in accounts:
        if account.is_party:
            party_reports += 1
            continue
        key, name = account.owner, account.publisher
        original = next((other for other in kept if is_copy(account.text, other[0].text)), None)
        if original is not None:
            key, name = original[1], original[2]
        elif credited := credited_source(account.text, publishers):
            key, name = _owner_of(credited, accounts), credited
        if key != account.owner:
            copies += 1
        kept.append((account, key, name))
        names.setdefault(key, name)
    return Origins(tuple(names.values()), copies, party_reports)


def credited_source(text: str, publishers: tuple[str, ...] = ()) -> str:
    """The agency or publisher that the first lines or the last one credit; "" where they credit none."""
    pattern = _pattern(publishers)
    head = text[:_HEAD]
    tail = text.rstrip()[-_TAIL:].rpartition("\n")[2].strip("*_()[]-–— .")
    found = pattern.search(head)
    if found is None:
        return tail if tail.casefold() in _names(publishers) else ""
    return next(group for group in found.groups() if group)


def _owner_of(name: str, accounts: Sequence[Account]) -> str:
    """The owner's key where the credited source is among the reports' publishers, else a key of its own."""
    wanted = name.casefold()
    return next((other.owner for other in accounts if other.publisher.casefold() == wanted), f"credited:{wanted}")


@lru_cache(maxsize=8)
def _names(publishers: tuple[str, ...]) -> frozenset[str]:
    return frozenset(name.casefold() for name in (*AGENCIES, *publishers))


@lru_cache(maxsize=8)
def _pattern(publishers: tuple[str, ...]) -> re.Pattern[str]:
    """ "(NAME)", "BANGUI, NAME -", "according to NAME". Longer names first, so that none hides behind a shorter one."""
    names = "|".join(re.escape(name) for name in sorted({*AGENCIES, *publishers}, key=len, reverse=True) if name)
    return re.compile(
        rf"\(({names})\)|\A[^\n.]{{0,60}}?\b({names})\s+[-–—]\s|\b(?:{_SAYING})\s*(?:the |la |le |les |l[’'])?({names})(?!\w)"
    )
