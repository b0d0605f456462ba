"""What a name may mean, sorted out once for each name: referents, and what follows from them alone. Plain Python."""

from __future__ import annotations

import enum
from typing import NamedTuple


class Kind(enum.IntEnum):
    """What a name means. In the order in which a name that means several is read, all else being equal."""

    COUNTRY = 1
    PEOPLE = 2
    PERSON = 3
    GROUP = 4
    CAPITAL = 5
    REGION = 6
    CITY = 7
    COUNTY = 8
    ABBREVIATION = 9
    #: Points to a country without naming it: what only that country has.
    HINT = 10
    GIVEN_NAME = 11
    SURNAME = 12
    WORD = 13
    COMMON_WORD = 14


#: What points to a country by more than its place on the map.
COUNTRY_KINDS = frozenset({Kind.COUNTRY, Kind.PEOPLE, Kind.PERSON, Kind.GROUP})
CITY_KINDS = frozenset({Kind.CAPITAL, Kind.CITY})
_ALWAYS_SURE = frozenset({Kind.ABBREVIATION, Kind.HINT})
#: How much larger than its namesakes abroad a place must be to speak for its country, as sizes: six times; and how large
#: itself, 160,000 people; a single small place, under 10,000, is not sure to be one.
_DOMINANT, _LARGE, _SMALL = 20, 130, 100


class Referent(NamedTuple):
    """One meaning of a name. ``country`` is ISO 3166-1 alpha-2, or what a desk's name points to, or empty for none.

    ``region`` is an ISO 3166-2 code or empty; ``size`` is 25 times the decimal logarithm of people; ``kind`` is a Kind.
    """

    country: str
    region: str
    size: int
    kind: int
    is_ambiguous: bool = False
    is_foreign: bool = False


class Meanings:
    """The meanings of one name in one kind of text, the most likely first within each kind."""

    __slots__ = ("chief", "countries", "first", "is_certain", "referents", "size", "sure", "sure_if_strong")

    def __init__(self, referents: tuple[Referent, ...]) -> None:
        self.referents = referents
        self.first = referents[0].kind
        self.size = max(each.size for each in referents)
        self.countries = frozenset(each.country for each in referents)
        #: Of those in one country, the largest and what is more than a town: one of them is meant, or one in a named region.
        self.chief = _chief(referents)
        self.is_certain = len(referents) == 1 and not referents[0].is_ambiguous
        #: The only meaning that a name can have that is fairly, or surely, a place; None if there are several.
        self.sure = _sure(referents, is_strong=False)
        self.sure_if_strong = _sure(referents, is_strong=True)


class Senses:
    """All that a name may mean. ``english`` leaves out what English texts do not use; either is None for no place."""

    __slots__ = ("english", "is_common", "is_given", "is_surname", "is_word", "points_nowhere", "size", "whole")

    def __init__(self, referents: tuple[Referent, ...]) -> None:
        places = tuple(each for each in referents if each.kind <= Kind.HINT)
        english = tuple(each for each in places if not each.is_foreign)
        self.whole = Meanings(places) if places else None
        self.english = self.whole if len(english) == len(places) else Meanings(english) if english else None
        self.size = self.whole.size if self.whole else 0
        self.points_nowhere = not referents[0].country
        kinds = {each.kind for each in referents}
        self.is_given = Kind.GIVEN_NAME in kinds
        self.is_surname = Kind.SURNAME in kinds
        self.is_common = Kind.COMMON_WORD in kinds
        self.is_word = self.is_common or Kind.WORD in kinds


class Found(NamedTuple):
    """A name, where it stands in the text without marks, and what it may mean."""

    start: int
    end: int
    senses: Senses


def _chief(referents: tuple[Referent, ...]) -> tuple[Referent, ...]:
    largest: dict[str, Referent] = {}
    for referent in referents:
        if referent.country not in largest or referent.size > largest[referent.country].size:
            largest[referent.country] = referent
    return tuple(each for each in referents if each.kind <= Kind.REGION or each is largest[each.country])


def _sure(referents: tuple[Referent, ...], *, is_strong: bool) -> Referent | None:
    first = referents[0]
    if first.is_ambiguous:
        return None
    elsewhere = [each for each in referents if each.country != first.country]
    if not elsewhere:
        is_small = all(each.kind in CITY_KINDS and each.size < _SMALL for each in referents)
        return first if is_strong or not is_small else None
    if first.kind in _ALWAYS_SURE:
        return first
    if first.kind in COUNTRY_KINDS:
        has_rival = any(each.kind in COUNTRY_KINDS or each.kind == Kind.REGION for each in elsewhere)
        return None if has_rival else first
    largest = max(referents, key=lambda each: each.size)
    second = max((each.size for each in referents if each.country != largest.country), default=0)
    return largest if largest.size >= _LARGE and largest.size - second >= _DOMINANT else None
