"""How many independent origins a set of reports has, and why. Pure.

One owner is one origin, however many outlets it has. A copy has the origin of what it copies, and so has a report that
credits an agency in its first lines, or that shares a long passage with an earlier one, as those do that take from one press
release. What speaks for a party, and what only repeats it, is no corroboration and is not counted; nor is what may report
another event. In doubt the count is too
low: two origins that are one would be a corroboration that is none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from sources.ingest.cluster import BODY, is_copy

#: Agencies that papers credit and that need not be publishers of ours.
AGENCIES = (
    *("Reuters", "AFP", "Agence France-Presse", "Associated Press", "AP", "Xinhua", "Anadolu", "EFE", "dpa", "ANSA"),
    *("PANA", "APA News", "ANP", "AllAfrica", "IRIN", "BBC Monitoring", "UPI", "Lusa", "TASS", "Interfax", "Kyodo"),
    *("Yonhap", "PTI", "Belga", "Panapress", "SUNA", "SANA", "WAM", "Agencia EFE", "Europa Press", "Agência Brasil"),
    *("رويترز", "فرانس برس", "الأناضول", "أسوشيتد برس", "شينخوا", "سونا", "سانا"),
    *("ТАСС", "РИА Новости", "Интерфакс", "Рейтер", "Ассошиэйтед Пресс", "Франс Пресс", "Синьхуа", "新华社", "路透社"),
)
_HEAD = 300
_TAIL = 80
#: Words in a row that two reports have only from one text: longer than what two people quote of one speaker by chance.
PASSAGE = 25
_SAYING = (
    r"according to|as reported by|reported by|citing|quoting|told|"
    r"selon|d[’']après|cité(?:e)? par|rapporte|rapporté par|a indiqué à|citant|"
    r"según|informó|citando a|de acuerdo con|segundo|de acordo com|informou|"
    r"laut|nach Angaben (?:von|der)|meldet|secondo|riferisce|"
    r"по данным|со ссылкой на|сообщает|сообщили|передаёт|передает|пишет|"
    r"kwa mujibu wa|limeripoti|linaripoti|a cewar|in ji|sida ay sheegtay|"
    r"بحسب|وفقا? ?ل|وفقًا ل|نقلا? عن|نقلًا عن|حسب|ذكرت|أفادت"
)
_ARTICLE = (
    r"(?:the |agency |news agency |la |le |les |l[’']|el |a |o |agence |agencia |agência |die |der |агентство |وكالة )*"
)
_WORD = re.compile(r"[^\W_]+")


class Why(StrEnum):
    """Why a report counts as it does."""

    OWN = "own"
    OWNER = "owner"
    COPY = "copy"
    CREDIT = "credit"
    PASSAGE = "passage"
    PARTY = "party"
    LIKENESS = "likeness"


@dataclass(frozen=True, slots=True)
class Account:
    """One report: who published it, who owns that publisher, of which kind it is, whether it speaks for a party, and how it
    begins. ``is_doubtful``: that it reports the same event rests on too little to corroborate anything."""

    publisher: str
    owner: str
    is_party: bool
    text: str
    kind: str = ""
    is_doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Counted:
    """How one report was counted: as whose words, and why. ``origin`` is "" for what is a party's own."""

    publisher: str
    why: Why
    origin: str


@dataclass(frozen=True, slots=True)
class Origins:
    """Who independently said so, and what was left out of the count. ``kinds`` are those of the names, "" for an agency that
    is no publisher of ours; ``accounts`` are the reports in their order."""

    names: tuple[str, ...]
    copies: int
    party_reports: int
    kinds: tuple[str, ...] = field(default=(), compare=False)
    accounts: tuple[Counted, ...] = field(default=(), compare=False)


@dataclass(slots=True)
class _Voice:
    """An origin as it is found, with the first text of it."""

    key: str
    name: str
    kind: str
    is_party: bool


def count(accounts: Sequence[Account], *, publishers: tuple[str, ...] = (), parties: tuple[str, ...] = ()) -> Origins:
    """The independent origins of these reports, given oldest first. ``publishers`` are names that a report may credit
    besides the agencies; ``parties`` are those of them that speak for a party."""
    partisan = {name.casefold() for name in (*parties, *(each.publisher for each in accounts if each.is_party))}
    kept: list[tuple[Account, _Voice]] = []
    found: dict[str, _Voice] = {}
    counted: list[Counted] = []
    for account in accounts:
        voice, why = _voice(account, kept, accounts, publishers, partisan)
        kept.append((account, voice))
        if voice.is_party:
            own = account.is_party
            counted.append(Counted(account.publisher, Why.PARTY if own else why, "" if own else voice.name))
            continue
        if account.is_doubtful:
            counted.append(Counted(account.publisher, Why.LIKENESS, ""))
            continue
        if why is Why.OWN and voice.key in found:
            why = Why.OWNER
        known = found.setdefault(voice.key, voice)
        counted.append(Counted(account.publisher, why, known.name))
    return Origins(
        names=tuple(voice.name for voice in found.values()),
        copies=sum(voice.key != account.owner for account, voice in kept if not account.is_party),
        party_reports=sum(voice.is_party for _, voice in kept),
        kinds=tuple(voice.kind for voice in found.values()),
        accounts=tuple(counted),
    )


def credited_source(text: str, publishers: tuple[str, ...] = ()) -> str:
    """The agency or publisher that the first lines or the last one credit; "" where they credit none."""
    pattern = _pattern(publishers)
    head = text[:_HEAD]
    tail = text.rstrip()[-_TAIL:].rpartition("\n")[2].strip("*_()[]-–— .")
    found = pattern.search(head)
    if found is None:
        return tail if tail.casefold() in _names(publishers) else ""
    return next(group for group in found.groups() if group)


def shares_passage(one: str, other: str) -> bool:
    """Whether a run of ``PASSAGE`` words stands in both texts' beginnings."""
    return not _passages(one).isdisjoint(_passages(other))


def _voice(
    account: Account,
    kept: Sequence[tuple[Account, _Voice]],
    accounts: Sequence[Account],
    publishers: tuple[str, ...],
    partisan: set[str],
) -> tuple[_Voice, Why]:
    """Whose words the report is, and why."""
    own = _Voice(account.owner, account.publisher, account.kind, account.is_party)
    if account.is_party:
        return own, Why.PARTY
    for why, is_alike in ((Why.COPY, is_copy), (Why.PASSAGE, shares_passage)):
        if original := next((voice for other, voice in kept if is_alike(account.text, other.text)), None):
            return original, Why.OWN if original.key == own.key else why
        if why is Why.COPY and (credited := credited_source(account.text, publishers)):
            voice = _credited(credited, accounts, partisan)
            return voice, Why.OWN if voice.key == own.key else Why.CREDIT
    return own, Why.OWN


def _credited(name: str, accounts: Sequence[Account], partisan: set[str]) -> _Voice:
    """The credited source under its owner's key where it is among the reports' publishers, else under one of its own."""
    wanted = name.casefold()
    among = next((each for each in accounts if each.publisher.casefold() == wanted), None)
    key, kind = (among.owner, among.kind) if among else (f"credited:{wanted}", "")
    return _Voice(key, name, kind, wanted in partisan)


@lru_cache(maxsize=8)
def _names(publishers: tuple[str, ...]) -> frozenset[str]:
    return frozenset(name.casefold() for name in (*AGENCIES, *publishers))


@lru_cache(maxsize=1024)
def _passages(text: str) -> frozenset[tuple[str, ...]]:
    words = _WORD.findall(unicodedata.normalize("NFKC", text[:BODY]).casefold())
    return frozenset(tuple(words[start : start + PASSAGE]) for start in range(len(words) - PASSAGE + 1))


@lru_cache(maxsize=8)
def _pattern(publishers: tuple[str, ...]) -> re.Pattern[str]:
    """ "(NAME)", "(with NAME)", "BANGUI, NAME -", "BANGUI - NAME.", "according to NAME". Longer names first, so that none
    hides behind a shorter one."""
    names = "|".join(re.escape(name) for name in sorted({*AGENCIES, *publishers}, key=len, reverse=True) if name)
    return re.compile(
        rf"\((?:(?:with|avec|con|com|mit) )?({names})\)|\A[^\n.]{{0,60}}?(?<!\w)({names})\s+[-–—]\s"
        rf"|\A[^\n]{{0,60}}?[-–—/]\s*({names})[./]"
        rf"|(?<!\w)(?i:{_SAYING})\s*(?i:{_ARTICLE})({names})(?!\w)"
    )
