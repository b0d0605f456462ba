"""What each place's name means: chooses among its referents by what else the text names, by size, by a prior. Plain Python.

First the names that can mean one country only speak; then each of the others takes the meaning that its size and their
voices favour. "Tripoli" is in Libya, unless the text speaks of Lebanon. A name does not speak for itself.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from countries.places.context import Candidate, Strength
from countries.places.senses import CITY_KINDS, COUNTRY_KINDS, Kind, Referent

#: Of Referent.size, for ten times as many people.
_TENFOLD = 25
# What a meaning gains, in powers of ten of people.
_FOR_COUNTRY = 2.0
_FOR_STATE = 1.0
_FOR_CAPITAL = 0.8
_FOR_NAMED_COUNTRY = 1.8
_FOR_NAMED_REGION = 1.5
_FOR_EACH_OTHER = 0.3
_MOST_OTHERS = 4
_FOR_TOWN_NOT_COUNTRY = -3.0
# Least size of a place that nothing else speaks for, as a power of ten: 10,000 people; where other countries are named, or
# the words may be no place, 250,000; where "in" or the like stands before, or all its namesakes lie in one country, 400.
_LEAST_ALONE = 4.0
_LEAST_AMONG_OTHERS = 5.4
_LEAST_PLACED = 2.6


@dataclass(slots=True)
class _Voices:
    """What a text says of countries, name by name: ``total`` is the sum for each country."""

    by_name: dict[str, dict[str, float]]
    total: dict[str, float]
    regions: set[str]
    votes: dict[str, int]
    prior: Mapping[str, float]

    def support(self, name: str) -> dict[str, float]:
        """What all names but this one, and the prior, say for each country: doubling the voices adds one."""
        return {
            country: math.log2(1 + total - self.by_name[country].get(name, 0.0)) + self.prior.get(country, 0.0)
            for country, total in self.total.items()
        }


def resolve(found: list[Candidate], prior: Mapping[str, float]) -> list[tuple[Candidate, Referent]]:
    """The candidates that mean something here, with what. ``prior`` is a weight for each country that is expected."""
    _share(found)
    voices = _listen(found, prior)
    known: dict[tuple[object, ...], Referent | None] = {}
    chosen = []
    for candidate in found:
        referent: Referent | None = candidate.meanings.referents[0]
        if candidate.strength != Strength.STRONG or not candidate.meanings.is_certain:
            key = (candidate.name, candidate.strength, candidate.is_town, candidate.is_placed, candidate.countries)
            if key not in known:
                known[key] = _best(candidate, voices)
            referent = known[key]
        if referent is not None and referent.country and referent.kind != Kind.HINT:
            chosen.append((candidate, referent))
    return chosen


def _share(found: list[Candidate]) -> None:
    """A name keeps what one place of the text says of it: "Edmonton, Ky." is in Kentucky throughout."""
    bound = {each.name: each.countries for each in found if each.countries}
    towns = {each.name for each in found if each.is_town}
    if not bound and not towns:
        return
    for candidate in found:
        if candidate.name in towns:
            candidate.is_town = True
        if candidate.name in bound and not candidate.countries:
            candidate.countries, candidate.strength = bound[candidate.name], Strength.STRONG


def _listen(found: list[Candidate], prior: Mapping[str, float]) -> _Voices:
    voices: dict[str, dict[str, float]] = defaultdict(dict, {country: {} for country in prior})
    regions: set[str] = set()
    votes: dict[str, int] = defaultdict(int)
    seen: set[tuple[str, Strength]] = set()
    voted: set[str] = set()
    for candidate in found:
        if (candidate.name, candidate.strength) in seen:
            continue
        seen.add((candidate.name, candidate.strength))
        sure = _sure(candidate)
        if candidate.strength > Strength.WEAK and candidate.name not in voted:
            voted.add(candidate.name)
            for country in candidate.meanings.countries if sure is None else {sure.country}:
                votes[country] += 1
        if sure is not None and sure.country:
            is_half = sure.kind == Kind.HINT or (sure.kind in CITY_KINDS and not candidate.countries)
            voices[sure.country][candidate.name] = 0.5 if is_half else 1.0
            regions |= (
                {sure.region}
                if sure.kind != Kind.COUNTY
                else {each.region for each in candidate.meanings.referents[:6]}
            )
    total = {country: sum(names.values()) for country, names in voices.items()}
    return _Voices(voices, total, regions - {""}, votes, prior)


def _sure(candidate: Candidate) -> Referent | None:
    """The only country that the name can mean, if there is one."""
    meanings = candidate.meanings
    if candidate.countries:
        return next(each for each in meanings.referents if each.country in candidate.countries)
    if candidate.strength < Strength.FAIR:
        return None
    return meanings.sure_if_strong if candidate.strength == Strength.STRONG else meanings.sure


def _best(candidate: Candidate, voices: _Voices) -> Referent | None:
    """What the name most likely means; None where that is too little to say so."""
    support = voices.support(candidate.name)
    most = max(support.values(), default=0.0)
    if len(candidate.meanings.countries) == 1 and not candidate.meanings.referents[0].is_ambiguous:
        return _large_enough(candidate, candidate.meanings.chief[0], voices, support, most)
    in_named = (
        [each for each in candidate.meanings.referents if each.region in voices.regions] if voices.regions else []
    )
    possible = [
        each
        for each in (*candidate.meanings.chief, *in_named)
        if (not each.is_ambiguous or candidate.is_placed or support.get(each.country))
        and each.country in (candidate.countries or {each.country})
    ]
    if not possible:
        return None
    _, best = max(
        ((_score(each, candidate, voices, support.get(each.country, 0.0), most), each) for each in possible),
        key=lambda pair: (pair[0], pair[1].size, pair[1].country),
    )
    return _large_enough(candidate, best, voices, support, most)


def _score(referent: Referent, candidate: Candidate, voices: _Voices, support: float, most: float) -> float:
    score = referent.size / _TENFOLD + _FOR_EACH_OTHER * min(voices.votes[referent.country] - 1, _MOST_OTHERS)
    score += _FOR_NAMED_COUNTRY * support / max(most, 1.0)
    if referent.region in voices.regions:
        score += _FOR_NAMED_REGION
    if referent.kind in COUNTRY_KINDS:
        # "Lebanon schedules spring clean-up", in a text that speaks of Pennsylvania and not of Beirut.
        is_a_town_here = candidate.is_town and most and support <= 1
        return score + (_FOR_TOWN_NOT_COUNTRY if is_a_town_here else _FOR_COUNTRY)
    if referent.kind == Kind.REGION and referent.country == "US":
        return score + _FOR_STATE
    if referent.kind == Kind.CAPITAL and not candidate.is_town:
        return score + _FOR_CAPITAL
    return score


def _large_enough(
    candidate: Candidate, best: Referent, voices: _Voices, support: Mapping[str, float], most: float
) -> Referent | None:
    """``best``, or None where it is a place too small to be meant."""
    if best.kind <= Kind.GROUP or candidate.strength == Strength.STRONG:
        return best
    size = candidate.meanings.size if len(candidate.meanings.countries) == 1 else best.size
    return best if size / _TENFOLD >= _least(candidate, best, voices, support, most) else None


def _least(candidate: Candidate, best: Referent, voices: _Voices, support: Mapping[str, float], most: float) -> float:
    """How large, as a power of ten, the place has to be to be meant."""
    if support.get(best.country) and candidate.strength > Strength.WEAK:
        return 0.0
    if most >= 1:
        return _LEAST_AMONG_OTHERS
    least = _LEAST_ALONE if candidate.strength > Strength.WEAK else _LEAST_AMONG_OTHERS
    is_only = candidate.strength > Strength.WEAK and len(candidate.meanings.countries) == 1
    if candidate.is_placed or is_only:
        least = _LEAST_PLACED
    return least - _FOR_EACH_OTHER * (voices.votes[best.country] - 1)
