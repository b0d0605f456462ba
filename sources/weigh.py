"""What reports of one event bear out: how many independent origins they have and why, and the evidence label.

Whoever says how well a set of reports is supported asks here, for a whole story or for some of its items, so that no page
and no draft counts by rules of its own. Reads publishers' names; writes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sources import evidence
from sources.ingest import origins
from sources.ingest.cluster import BODY
from sources.models import Item, Publisher


@dataclass(frozen=True, slots=True)
class Weighed:
    """The independent origins, who was counted and who was not and why, and the label's code; "" without reports."""

    origin_count: int
    note: str
    label: str


class Scales:
    """The publishers whom a report may credit, as they stand now. Read once, used for many sets of reports."""

    def __init__(self) -> None:
        named = list(Publisher.objects.order_by("name").values_list("name", "is_party"))
        self._publishers = tuple(name for name, _ in named)
        self._parties = tuple(name for name, is_party in named if is_party)

    def weigh(self, items: Sequence[Item]) -> Weighed:
        """Items with their publisher and text, oldest first."""
        accounts = [_account(item) for item in items]
        found = origins.count(accounts, publishers=self._publishers, parties=self._parties)
        return Weighed(len(found.names), _in_words(found), _label(items, found))


def opening(item: Item) -> str:
    """The beginning of the best text there is, as the query annotated it or from the item's revision."""
    annotated = getattr(item, "opening", None)
    if "current" not in item.get_deferred_fields() and annotated is None and item.current is not None:
        return item.current.reading_text[:BODY]
    return annotated if isinstance(annotated, str) else ""


def _account(item: Item) -> origins.Account:
    publisher = item.feed.publisher
    return origins.Account(publisher.name, publisher.owner, publisher.is_party, opening(item), publisher.kind)


def _label(items: Sequence[Item], found: origins.Origins) -> str:
    """Agencies that are no publishers of ours are of one kind, the agencies'."""
    voices = [
        evidence.Voice(kind or "agency", name, False) for name, kind in zip(found.names, found.kinds, strict=True)
    ]
    if not voices:
        voices = [evidence.Voice("", "", True) for _ in range(found.party_reports)]
    if not voices:
        return ""
    return evidence.derive(voices, is_disputed=evidence.is_disputed(item.title for item in items))


_WHY = {
    origins.Why.OWNER: "%(publisher)s (same owner as %(origin)s)",
    origins.Why.COPY: "%(publisher)s (copies %(origin)s)",
    origins.Why.CREDIT: "%(publisher)s (credits %(origin)s)",
    origins.Why.PASSAGE: "%(publisher)s (shares a passage with %(origin)s)",
    origins.Why.PARTY: "%(publisher)s (speaks for a party)",
}


def _in_words(found: origins.Origins) -> str:
    """Who was counted, and who was not and why. That one publisher reported twice needs no saying."""
    names = ", ".join(found.names[:6]) + (" …" if len(found.names) > 6 else "")
    left_out = dict.fromkeys(
        _WHY[each.why] % {"publisher": each.publisher, "origin": each.origin}
        for each in found.accounts
        if each.why in _WHY and not (each.why is origins.Why.OWNER and each.publisher == each.origin)
    )
    return "; not counted: ".join(filter(None, (names or "No independent origin", ", ".join(left_out))))[:500]
