"""Which situations an item is about, with a score and the words that say so. Plain Python: reads no database.

A suggestion is no answer: a person decides. "None of these" is a valid outcome.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from countries.gazetteer import Gazetteer, Mention

VERSION = "names-1"

#: How much a mention weighs by where it stands.
_IN_TITLE = 3.0
_IN_LEAD = 2.0
_IN_BODY = 1.0
_LEAD_LENGTH = 400
#: Names of these kinds point to a country without naming it.
_WEAK_KINDS = {"person": 0.8, "group": 0.8}
_LEAST_WEIGHT = 2.0
_LEAST_SHARE = 0.15
_PRIOR = 0.08
_MAX_EVIDENCE = 12


@dataclass(frozen=True, slots=True)
class Evidence:
    """The exact words, with offsets in code points of ``title + "\\n" + text``."""

    start: int
    end: int
    exact: str
    kind: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One situation, a score from 0 to 1, whether it is the main subject, and the evidence."""

    situation: str
    score: float
    is_focus: bool
    evidence: tuple[Evidence, ...]


def suggest(
    gazetteer: Gazetteer, *, title: str, text: str, scope: frozenset[str] = frozenset()
) -> tuple[Suggestion, ...]:
    """Suggestions, best first. ``scope`` is what the feed usually reports on: a prior, never an answer.

    Weight of a situation: its mentions by place (title 3, lead 2, body 1, at most 12 in all); ambiguous names count only
    beside an unambiguous one. Score: saturating in the weight, times its share of all weights.
    """
    reading = f"{title}\n{text}"
    by_situation: dict[str, list[Mention]] = defaultdict(list)
    for mention in gazetteer.find(reading):
        by_situation[mention.situation].append(mention)
    weights = {
        situation: _weight(mentions, len(title))
        for situation, mentions in by_situation.items()
        if any(not mention.is_ambiguous for mention in mentions) or situation in scope
    }
    total = sum(weights.values())
    kept = [
        (situation, weight)
        for situation, weight in weights.items()
        if weight >= _LEAST_WEIGHT and weight / total >= _LEAST_SHARE
    ]
    kept.sort(key=lambda pair: (-pair[1], pair[0]))
    return tuple(
        Suggestion(
            situation=situation,
            score=_score(weight, weight / total, situation in scope),
            is_focus=rank == 0,
            evidence=tuple(Evidence(m.start, m.end, m.exact, m.kind) for m in by_situation[situation][:_MAX_EVIDENCE]),
        )
        for rank, (situation, weight) in enumerate(kept)
    )


def _weight(mentions: list[Mention], title_length: int) -> float:
    weight = 0.0
    for mention in mentions:
        place = (
            _IN_TITLE
            if mention.end <= title_length
            else _IN_LEAD
            if mention.start <= title_length + _LEAD_LENGTH
            else _IN_BODY
        )
        weight += place * _WEAK_KINDS.get(mention.kind, 1.0)
    return min(weight, 12.0)


def _score(weight: float, share: float, is_in_scope: bool) -> float:
    score = weight / (weight + 2.0) * (0.4 + 0.6 * share) + (_PRIOR if is_in_scope else 0.0)
    return round(min(score, 0.99), 3)
