"""What reports of one event bear out: how many independent origins they have and why, and the evidence label.

Whoever says how well a set of reports is supported asks here, for a whole story or for some of its items, so that no page
and no draft counts by rules of its own. Reads publishers' names; writes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sources import evidence
from sources.ingest import origins
from sources.ingest.cluster import BODY, SURE_ABROAD
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
        doubtful = _doubtful(items)
        accounts = [_account(item, is_doubtful=item.pk in doubtful) for item in items]
        found = origins.count(accounts, publishers=self._publishers, parties=self._parties)
        return Weighed(len(found.names), _in_words(found), _label(items, found))


def opening(item: Item) -> str:
    """The beginning of the best text there is, as the query annotated it or from the item's revision."""
    annotated = getattr(item, "opening", None)
    if "current" not in item.get_deferred_fields() and annotated is None and item.current is not None:
        return item.current.reading_text[:BODY]
    return annotated if isinstance(annotated, str) else ""


def _account(item: Item, *, is_doubtful: bool) -> origins.Account:
    publisher = item.feed.publisher
    return origins.Account(
        publisher.name, publisher.owner, publisher.is_party, opening(item), publisher.kind, is_doubtful
    )


def _doubtful(items: Sequence[Item]) -> set[int]:
    """Reports that stand with the others by likeness across languages only, and by too little of it to corroborate: a
    wrong join would make "Corroborated" of one source. Where a language's first report was let in so, those that followed
    it in are no surer. A person's word, and the report that began the story, make their language sure."""
    by_language: dict[str, list[Item]] = {}
    for item in items:
        by_language.setdefault(item.language.partition("-")[0].lower(), []).append(item)
    loose = [group for group in by_language.values() if _is_loose(group)]
    if len(loose) == len(by_language):
        loose = loose[1:]  # some of the story, without the report that began it
    return {item.pk for group in loose for item in group}


def _is_loose(group: Sequence[Item]) -> bool:
    if any(item.story_by_person or not item.story_score for item in group):
        return False
    return (group[0].story_score or 0.0) < SURE_ABROAD


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
    origins.Why.LIKENESS: "%(publisher)s (joined by likeness across languages only)",
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
