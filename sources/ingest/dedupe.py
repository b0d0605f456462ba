"""Which entries of a document are new, changed, unchanged, said twice or carried from elsewhere, and why. Pure, and the
same in any order.

Within one feed, an entry is known again by its address or by its identifier. Feeds get both wrong: some give every entry
the same identifier, some the same link. An identifier that stands on several addresses in one document identifies nothing
there, and an address under entries that differ in identifier and title is no article's. Where neither holds, an entry is
known by its title. Two entries too many are a nuisance; one entry lost in silence is what this must never do.

Between feeds only the address counts, and only one that is an article's own. Who carries what another feed has is a
sighting of that item. An item that an aggregator brought first goes over to its own publisher's feed once that has it, so
that nobody else's words stand as the publisher's.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from sources.ingest.normalise import Publication


class Verdict(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    #: Another entry of the same document says the same.
    REPEATED = "repeated"
    #: Another feed has this article already; this one is now seen to carry it.
    CARRIED = "carried"
    #: Another feed had this article; from now on it is this one's, who publishes it.
    ADOPTED = "adopted"


class Reason(StrEnum):
    """By what an entry was known again, or that it was not."""

    IDENTIFIER = "identifier"
    ADDRESS = "address"
    TITLE = "title"
    UNKNOWN = "unknown"
    SAME_DOCUMENT = "same_document"


@dataclass(frozen=True, slots=True)
class Known:
    """An item of this feed that is stored already."""

    item_id: int
    external_id: str
    canonical_url: str
    title: str
    content_hash: str


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another feed's item that owns an address. ``is_carried``: this feed is known to carry it. ``goes_over``: its feed is
    not its publisher's, and this one is."""

    item_id: int
    canonical_url: str
    content_hash: str
    is_carried: bool = False
    goes_over: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done with one entry. ``external_id`` is what a new item is stored under; ``differs``: the stored words
    are others; ``owns_address``: its address is this article's and nobody else's."""

    publication: Publication
    verdict: Verdict
    reason: Reason
    external_id: str
    item_id: int | None = None
    differs: bool = False
    owns_address: bool = False


#: Stored identifiers that we made ourselves, since the feed's own could not be used.
_BY_URL, _BY_TITLE = "url:", "title:"


def decide(
    publications: Iterable[Publication], known: Iterable[Known], elsewhere: Iterable[Elsewhere] = ()
) -> tuple[Decision, ...]:
    """A decision for each entry; one of NEW, CHANGED, UNCHANGED, CARRIED and ADOPTED per article, however often the
    document names it. ``known`` are this feed's items, ``elsewhere`` those of others that own an address."""
    entries = sorted(publications, key=_rank, reverse=True)
    library = _Library(entries, known, elsewhere)
    seen: set[str] = set()
    decisions = []
    for entry in entries:
        decision, keys = _decide(entry, library, seen)
        seen |= keys
        decisions.append(decision)
    return tuple(decisions)


def _decide(entry: Publication, library: _Library, seen: set[str]) -> tuple[Decision, set[str]]:
    """The decision, and everything that the entry is known by from now on."""
    keys = library.keys(entry)
    item, reason = library.find(entry)
    other = library.elsewhere(entry) if item is None else None
    names = {*keys}
    found = item or other
    if found is not None:
        names.add(f"item:{found.item_id}")
    if names & seen:
        return Decision(entry, Verdict.REPEATED, Reason.SAME_DOCUMENT, keys[0], found.item_id if found else None), names
    if found is None:
        return Decision(entry, Verdict.NEW, reason, keys[0], owns_address=library.owns(entry, None)), names
    differs = found.content_hash != entry.content_hash
    if item is not None:
        verdict, key = (Verdict.CHANGED if differs else Verdict.UNCHANGED), item.external_id
    else:
        verdict, reason, key = _verdict_elsewhere(other), Reason.ADDRESS, keys[0]
    owns = library.owns(entry, found.item_id)
    return Decision(entry, verdict, reason, key, found.item_id, differs=differs, owns_address=owns), names


def _verdict_elsewhere(other: Elsewhere | None) -> Verdict:
    if other is not None and other.goes_over:
        return Verdict.ADOPTED
    return Verdict.UNCHANGED if other is not None and other.is_carried else Verdict.CARRIED


def title_key(publication: Publication) -> str:
    """What an entry is stored under where neither its identifier nor its address is its own."""
    words = f"{publication.canonical_url}\n{publication.title}"
    return _BY_TITLE + hashlib.sha256(words.encode()).hexdigest()


def url_key(publication: Publication) -> str:
    """What an entry is stored under that has an address and no identifier of its own."""
    return key_of_url(publication.canonical_url)


def key_of_url(url: str) -> str:
    """The same for its canonical address; short enough for an index."""
    return _BY_URL + (url if len(url) <= 900 else hashlib.sha256(url.encode()).hexdigest())


@lru_cache(maxsize=65_536)
def address_key(canonical_url: str) -> str | None:
    """The address, short enough for an index: the first 128 bits of its SHA-256, in hexadecimal, as a UUID's column takes
    it; None where there is no address."""
    return hashlib.sha256(canonical_url.encode()).hexdigest()[:32] if canonical_url else None


def candidates(publications: Sequence[Publication]) -> set[str]:
    """Every identifier under which any of these entries may be stored."""
    loose = _ambiguous((entry.external_id, entry.canonical_url or entry.title) for entry in publications)
    keys = {entry.external_id for entry in publications} | {url_key(entry) for entry in publications}
    # By its title only what has no identifier of its own can be known.
    keys |= {title_key(entry) for entry in publications if not entry.external_id or entry.external_id in loose}
    return keys - {"", _BY_URL}


class _Library:
    """What is stored, and which identifiers and addresses mean nothing in this document."""

    def __init__(
        self, entries: Sequence[Publication], known: Iterable[Known], elsewhere: Iterable[Elsewhere] = ()
    ) -> None:
        stored = sorted(known, key=lambda item: item.item_id, reverse=True)  # the oldest wins
        self._by_id = {item.external_id: item for item in stored}
        self._by_url = {item.canonical_url: item for item in stored if item.canonical_url}
        self._elsewhere = {item.canonical_url: item for item in elsewhere if item.canonical_url}
        self._loose_ids = _ambiguous((entry.external_id, entry.canonical_url or entry.title) for entry in entries)
        self._loose_urls = (
            _ambiguous((entry.canonical_url, entry.title) for entry in entries)
            & _ambiguous((entry.canonical_url, entry.external_id or entry.title) for entry in entries)
        ) | _ambiguous((item.canonical_url, item.external_id) for item in stored)

    def keys(self, entry: Publication) -> tuple[str, ...]:
        """What identifies the entry, the best first; never empty."""
        keys = []
        if entry.external_id and entry.external_id not in self._loose_ids:
            keys.append(entry.external_id)
        if entry.canonical_url and entry.canonical_url not in self._loose_urls:
            keys.append(url_key(entry))
        return tuple(keys) or (title_key(entry),)

    def find(self, entry: Publication) -> tuple[Known | None, Reason]:
        """The stored item that this entry is, and how it was known again."""
        if (item := self._at_its_address(entry)) is not None:
            return item, Reason.ADDRESS
        for key in self.keys(entry):
            if (item := self._by_id.get(key)) is not None:
                return item, Reason.TITLE if key.startswith(_BY_TITLE) else Reason.IDENTIFIER
        return None, Reason.UNKNOWN

    def elsewhere(self, entry: Publication) -> Elsewhere | None:
        """The item that another feed has at this entry's address, if the address is an article's."""
        return self._elsewhere.get(entry.canonical_url) if self._is_an_article(entry.canonical_url) else None

    def owns(self, entry: Publication, item_id: int | None) -> bool:
        """Whether the entry's address is an article's, and no other item than this one stands there."""
        there = (self._by_url.get(entry.canonical_url), self._elsewhere.get(entry.canonical_url))
        return self._is_an_article(entry.canonical_url) and all(
            other is None or other.item_id == item_id for other in there
        )

    def _is_an_article(self, canonical_url: str) -> bool:
        """A site's front page is nobody's article, nor is an address that different entries share."""
        if not canonical_url or canonical_url in self._loose_urls:
            return False
        return canonical_url.partition("://")[2].partition("/")[2] != ""

    def _at_its_address(self, entry: Publication) -> Known | None:
        """The one stored item with this address, unless identifier and title both say that it is another article."""
        item = None if entry.canonical_url in self._loose_urls else self._by_url.get(entry.canonical_url)
        if item is None or not entry.external_id or item.external_id.startswith((_BY_URL, _BY_TITLE)):
            return item
        return item if entry.external_id == item.external_id or entry.title == item.title else None


def _ambiguous(pairs: Iterable[tuple[str, str]]) -> set[str]:
    """The first halves that stand with more than one second half."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for first, second in pairs:
        found[first].add(second)
    return {first for first, seconds in found.items() if first and len(seconds) > 1}


def _rank(entry: Publication) -> tuple[str, int, str, str, str, str]:
    """An order of entries that does not depend on theirs: the latest and fullest first, then anything that is fixed."""
    when = entry.published_at.isoformat() if entry.published_at else ""
    return when, len(entry.text), entry.content_hash, entry.canonical_url, entry.external_id, entry.url + entry.author
