"""Which names found in a text are places there, and which are people, papers, streets or plain words. Plain Python.

Only what stands beside a name decides here; what a place's name means is for ``resolve``.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from countries.places.cues import FREE_BEFORE, LANGUAGES, SOFT_TITLES, TITLES, Around
from countries.places.senses import Found, Kind, Meanings, Referent, Senses
from countries.places.world import world


class Strength(enum.IntEnum):
    """How sure it is that the words are a place (or a people, leader, group) at all."""

    NONE = 0
    PERSON = 1
    WEAK = 2
    FAIR = 3
    STRONG = 4


@dataclass(slots=True)
class Candidate:
    """A name with what it may mean, and what its neighbours make of it."""

    start: int
    end: int
    name: str
    meanings: Meanings
    strength: Strength
    is_town: bool = False
    is_placed: bool = False
    #: The only countries that it can mean, where the text says so.
    countries: frozenset[str] = frozenset()


_POINTERS = frozenset({Kind.PEOPLE, Kind.PERSON, Kind.GROUP, Kind.HINT})
_TOWNS = frozenset({Kind.CITY, Kind.CAPITAL, Kind.COUNTY})
_COUNTRY, _REGION = int(Kind.COUNTRY), int(Kind.REGION)
#: As sizes of referents: 500,000 people, 16,000 people.
_LARGE, _MIDDLE = 142, 105
_WIDER = {Kind.COUNTRY, Kind.REGION, Kind.ABBREVIATION, Kind.COUNTY}
_NARROWER = {Kind.CAPITAL, Kind.CITY, Kind.COUNTY, Kind.REGION}
#: Countries whose places have a region in the records.
_WITH_REGIONS = {"US", "CA", "AU", "GB"}


def candidates(kept: str, folded: str, found: list[Found], *, title_length: int, is_english: bool) -> list[Candidate]:
    """Names that may be places, each with its strength. ``kept`` is the text without marks, ``folded`` as compared."""
    has_caps_title = _is_headline(kept[:title_length])
    result: list[Candidate] = []
    people: set[str] = set()
    previous: Found | None = None
    for hit in found:
        before, previous = previous, hit
        senses = hit.senses
        meanings = senses.english if is_english else senses.whole
        if meanings is None or (senses.is_common and _is_only_a_word(meanings)):
            continue
        name = folded[hit.start : hit.end]
        if _is_plain(kept, hit, name, meanings):
            if meanings.first == Kind.PERSON:
                people.add(name.rsplit(" ", 1)[-1])
            result.append(Candidate(hit.start, hit.end, name, meanings, Strength.STRONG))
            continue
        around = Around(kept, hit.start, hit.end)
        if senses.is_given and senses.size < _LARGE and not around.is_designated:
            continue
        is_caps = has_caps_title and hit.end <= title_length
        strength = _strength(around, name, senses, meanings, before, is_caps=is_caps, is_english=is_english)
        if strength == Strength.PERSON:
            if senses.is_given or senses.is_surname or senses.is_word:
                people.update(name.split(" "))
        elif strength:
            is_town = around.has_town_word
            is_placed = is_town or around.is_in_place or around.is_dateline
            result.append(Candidate(hit.start, hit.end, name, meanings, strength, is_town, is_placed))
    _bind_commas(kept, result)
    return [each for each in result if not (each.name in people and _is_bare(each))]


def _is_bare(candidate: Candidate) -> bool:
    """Whether nothing makes the name a place; it is somebody's, then, whose full name stands elsewhere."""
    if candidate.strength == Strength.STRONG or (candidate.is_placed and candidate.meanings.size >= _MIDDLE):
        return False
    return candidate.meanings.first not in _POINTERS


def _is_only_a_word(meanings: Meanings) -> bool:
    """Whether a common word is never taken for the place that it might mean: "Police" in Poland, "Rivers" in Nigeria."""
    return meanings.first == _REGION or (meanings.first in _TOWNS and meanings.size < _LARGE)


def _is_plain(kept: str, hit: Found, name: str, meanings: Meanings) -> bool:
    """Whether the name needs no look at its neighbours: a people, a leader, a country that no town shares its name with."""
    if meanings.first == _COUNTRY:
        is_alone = meanings.is_certain and not (hit.senses.is_given or hit.senses.is_surname or hit.senses.is_common)
        return is_alone and kept[hit.end : hit.end + 1] not in {"$", "-"}
    return meanings.first in _POINTERS and name not in LANGUAGES


def _is_headline(title: str) -> bool:
    words = [word for word in title.split() if word[0].isalpha()]
    return sum(word[0].isupper() for word in words) > 0.7 * len(words)


def _strength(
    around: Around,
    name: str,
    senses: Senses,
    meanings: Meanings,
    previous: Found | None,
    *,
    is_caps: bool,
    is_english: bool,
) -> Strength:
    first = meanings.first
    if first == Kind.ABBREVIATION:
        return _strength_of_abbreviation(around)
    if first in _POINTERS:
        return Strength.NONE if first == Kind.PEOPLE and name in LANGUAGES and around.is_language else Strength.STRONG
    if first == _COUNTRY and not (senses.is_given or senses.is_surname):
        is_word = senses.is_common and around.is_among_capitals  # TELL US MORE
        return Strength.NONE if is_word or around.is_broken else Strength.STRONG
    if not around.kept[around.start].isupper():  # a script without capitals
        return Strength.STRONG if first == _COUNTRY else Strength.FAIR
    return _strength_of_place(around, name, senses, meanings, previous, is_caps=is_caps, is_english=is_english)


def _strength_of_place(
    around: Around,
    name: str,
    senses: Senses,
    meanings: Meanings,
    previous: Found | None,
    *,
    is_caps: bool,
    is_english: bool,
) -> Strength:
    first, size = meanings.first, meanings.size
    if around.is_tied and (around.is_broken or (size < _LARGE and around.is_part_of_longer)):
        return Strength.NONE
    if size < _LARGE and around.is_unlike_a_place:
        return Strength.NONE
    is_single = " " not in name
    if is_single and around.is_street and (first != _REGION or size < _LARGE):
        return Strength.NONE
    if first != _COUNTRY and around.is_paper:
        return Strength.NONE
    is_designated = around.is_designated
    strength = _beside_people(around, senses, previous, size, is_single, is_designated=is_designated, is_caps=is_caps)
    if strength is not None:
        return strength
    if first != _COUNTRY and (senses.is_word or (senses.is_given and size < _LARGE)):
        return _strength_of_word(around, name, senses, size, is_designated=is_designated, is_caps=is_caps)
    is_doubtful = size < _MIDDLE or (size < _LARGE and around.begins_sentence)
    if is_doubtful and not is_english and first == Kind.CITY and not is_designated:
        # Words of other languages are not known: any of them begins a sentence with a capital, in German any noun has one.
        return Strength.WEAK
    is_municipal = around.has_town_word or around.is_of_town
    return Strength.STRONG if is_municipal or (is_designated and first != Kind.CITY) else Strength.FAIR


def _strength_of_word(
    around: Around, name: str, senses: Senses, size: int, *, is_designated: bool, is_caps: bool
) -> Strength:
    """Of a place whose name is a word or a given name as well."""
    strength = Strength.FAIR
    if not is_designated and size < _LARGE and senses.is_word:
        strength = Strength.NONE if (is_caps or around.begins_sentence) and size < _MIDDLE else Strength.WEAK
    if strength and f" {name} " in around.kept:  # written small elsewhere
        return Strength.NONE
    return strength


def _strength_of_abbreviation(around: Around) -> Strength:
    """An abbreviation of a state counts after a place and a comma; one with a point also before a small word."""
    kept, start, end = around.kept, around.start, around.end
    is_pointed = kept[end - 1] == "."
    if kept.count(".", start, end) > 1:
        return Strength.NONE if kept[start - 2 : start - 1].isdigit() else Strength.FAIR
    if not is_pointed and not kept[start:end].isupper():
        return Strength.NONE
    if kept[max(0, start - 2) : start] == ", " and kept[start - 3 : start - 2].isalpha():
        return Strength.STRONG if is_pointed or not around.next[:1].isupper() else Strength.NONE
    return (
        Strength.FAIR
        if is_pointed and kept[end : end + 1] == " " and kept[end + 1 : end + 2].islower()
        else Strength.NONE
    )


def _beside_people(
    around: Around,
    senses: Senses,
    previous: Found | None,
    size: int,
    is_single: bool,
    *,
    is_designated: bool,
    is_caps: bool,
) -> Strength | None:
    """What the words on both sides say of a name that may be a person's; None where they say nothing."""
    is_name = senses.is_given or senses.is_surname
    if around.last and size < _LARGE and around.follows_longer_name:
        return Strength.WEAK
    if around.last[:1].isupper():
        strength = _after_capital(around, senses, previous, size, is_designated=is_designated, is_caps=is_caps)
        if strength is not None:
            return strength
    if around.next[:1].isupper() and not is_designated and not is_caps:
        known = world().senses(around.next.lower())
        if size < _MIDDLE and around.glue_after == " " and is_single and known is None:
            return Strength.PERSON if senses.is_given else Strength.WEAK
        if senses.is_given and (known is None or known.is_surname or not known.is_word):
            return Strength.PERSON
    if is_name and not is_designated and size < _MIDDLE and around.speaks:
        return Strength.PERSON
    return None


def _after_capital(
    around: Around, senses: Senses, previous: Found | None, size: int, *, is_designated: bool, is_caps: bool
) -> Strength | None:
    """What a word with a capital before the name says of it."""
    is_name = senses.is_given or senses.is_surname
    word = around.last.rstrip(".").lower()
    if around.glue == " " and (word in TITLES or len(word) == 1 or (word in SOFT_TITLES and is_name)):
        return Strength.PERSON
    before = previous.senses if previous is not None and previous.end + 1 == around.start else None
    if before is not None and before.is_given and (is_name or before.size < _MIDDLE):
        return Strength.PERSON
    is_open = word in FREE_BEFORE or is_caps or around.last.endswith(("'s", "’s")) or around.glue == "-"
    if is_open or is_designated or (before is not None and not before.points_nowhere):
        return None
    if size < _LARGE or (is_name and senses.whole is not None and senses.whole.first == Kind.CITY):
        known = world().senses(word)
        is_word = known is not None and known.is_word
        if not (is_word and around.last_begins_sentence):
            return Strength.WEAK if is_word and not is_name else Strength.PERSON
    return None


def _bind_commas(kept: str, result: list[Candidate]) -> None:
    """ "Springfield, Illinois": the second names where the first lies, so both are sure."""
    for first, second in pairwise(result):
        if second.start - first.end > 2 or kept[first.end : second.start] not in {", ", " (", ","}:
            continue
        if first.name != second.name and (inside := _inside(first.meanings, second.meanings)):
            first.strength = second.strength = Strength.STRONG
            first.countries = second.countries = inside


@lru_cache(maxsize=5_000)
def _inside(narrower: Meanings, wider: Meanings) -> frozenset[str]:
    """Countries in which a place of the first name lies in a region or country of the second."""
    wide_ones = [each for each in wider.referents if each.kind in _WIDER]
    sure = narrower.sure
    return frozenset(
        narrow.country
        for narrow in narrower.referents
        if narrow.kind in _NARROWER
        and any(
            narrow.country == wide.country and _lies_in(narrow, wide)
            for wide in wide_ones
            # In a row of names, "Russia, U.S. and China" or "London, US", the first is what it mostly is.
            if wide.kind != Kind.COUNTRY or sure is None or sure.country == wide.country
        )
    )


def _lies_in(narrow: Referent, wide: Referent) -> bool:
    if wide.kind == Kind.COUNTRY:
        return True
    return wide.country in _WITH_REGIONS and narrow != wide and narrow.region in {"", wide.region}
