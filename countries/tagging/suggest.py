"""Which situations an item is about, with a score and the words that say so. Plain Python: reads no database.

Countries are read by ``countries.places``; a situation stands on its countries and on the desk's own names. Countries that
no situation has compete with ours: an article about Ohio is about none of them. A suggestion is no answer: a person decides.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from countries.places.desk import DeskName, DeskNames
from countries.places.read import Mention, read

VERSION = "places-1"

_LEAST_WEIGHT = 2.0
_LEAST_SHARE = 0.15
_MOST_WEIGHT = 12.0
#: What a feed's scope adds to a score, and to its countries' weight where places of one name are told apart.
_PRIOR = 0.08
_EXPECTED = 1.0
_MOST_EVIDENCE = 12


@dataclass(frozen=True, slots=True)
class Evidence:
    """The exact words, with offsets in code points of ``title + "\\n" + text``."""

    start: int
    end: int
    exact: str
    kind: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One situation, a score from 0 to 1, whether it is the item's main subject, and the evidence."""

    situation: str
    score: float
    is_focus: bool
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class SituationName:
    """A name of the desk's. ``situation`` is a code; empty for a name that shields its words."""

    text: str
    situation: str
    kind: str
    language: str = ""
    is_ambiguous: bool = False


class Desk:
    """The situations that a desk follows, by their countries (ISO 3166-1 alpha-2), and its names. Built once, read by many."""

    def __init__(self, situations: Mapping[str, Iterable[str]], names: Iterable[SituationName] = ()) -> None:
        self._subjects = {code: frozenset({*iso2, _own(code)}) for code, iso2 in situations.items()}
        self.names = DeskNames(
            DeskName(name.text, self._subject(name.situation), name.kind, name.language, name.is_ambiguous)
            for name in names
        )
        self._situations: dict[str, list[str]] = defaultdict(list)
        for code, subjects in self._subjects.items():
            for subject in subjects:
                self._situations[subject].append(code)

    def _subject(self, code: str) -> str:
        """What a name of the situation points to: its country where there is one, else the situation itself."""
        if not code:
            return ""
        countries = self._subjects.get(code, frozenset()) - {_own(code)}
        return next(iter(countries)) if len(countries) == 1 else _own(code)

    def situations_of(self, subject: str) -> Iterable[str]:
        """Codes of the situations that a country, or a name of the desk's, points to."""
        return self._situations.get(subject, ())

    def prior(self, scope: Iterable[str]) -> dict[str, float]:
        """The countries that a feed with this scope is expected to write of."""
        return {subject: _EXPECTED for code in scope for subject in self._subjects.get(code, ())}


def _own(code: str) -> str:
    """A situation as a subject of its own; never the code of a country."""
    return f"={code}"


def suggest(desk: Desk, *, title: str, text: str, scope: frozenset[str] = frozenset()) -> tuple[Suggestion, ...]:
    """Suggestions, best first. ``scope`` is what the feed usually reports on: a prior, never an answer.

    Weight of a situation: its mentions by place (see ``places.read``), at most 12. Score: saturating in the weight, times its
    share of all weights, those of countries that are no situation's included. The focus outweighs all others.
    """
    mentions: dict[str, list[Mention]] = defaultdict(list)
    for mention in read(
        f"{title}\n{text}", title_length=len(title) + 1, prior=desk.prior(scope), desk=desk.names
    ).mentions:
        for key in desk.situations_of(mention.country) or (f"-{mention.country}",):
            mentions[key].append(mention)
    weights = {key: min(sum(each.weight for each in found), _MOST_WEIGHT) for key, found in mentions.items()}
    total, most = sum(weights.values()), max(weights.values(), default=0.0)
    kept = [
        (key, weight)
        for key, weight in weights.items()
        if not key.startswith("-") and weight >= _LEAST_WEIGHT and weight / total >= _LEAST_SHARE
    ]
    kept.sort(key=lambda pair: (-pair[1], pair[0]))
    return tuple(
        Suggestion(
            situation=key,
            score=_score(weight, weight / total, key in scope),
            is_focus=rank == 0 and weight == most,
            evidence=tuple(Evidence(m.start, m.end, m.exact, m.kind) for m in mentions[key][:_MOST_EVIDENCE]),
        )
        for rank, (key, weight) in enumerate(kept)
    )


def _score(weight: float, share: float, is_in_scope: bool) -> float:
    score = weight / (weight + 2.0) * (0.4 + 0.6 * share) + (_PRIOR if is_in_scope else 0.0)
    return round(min(score, 0.99), 3)
