"""Finds the names of the world, and a desk's own, in a text. Plain Python; says where they stand, not what they mean.

Scripts differ, so there are three ways: words that begin with a capital are looked up in a trie of cased names; words for
peoples that many languages write small, in a set; other scripts, and the desk's names, by Aho-Corasick automata. Where
names overlap the longest wins, so that "South Sudan" is not "Sudan"; of two alike the desk's wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from countries.places.boundaries import in_word, stands_alone
from countries.places.desk import DeskNames
from countries.places.fold import fold
from countries.places.senses import Found, Senses
from countries.places.world import is_cased, uncased, world

_UPPER = "".join(char for char in map(chr, range(0x2000)) if char.isupper() and is_cased(char))
_CAPITALISED = re.compile(rf"[{re.escape(_UPPER)}]\w*")
# A class of few ranges is quicker; the small letters in the last one are told apart below.
_CAPITALISED_LATIN = re.compile(r"[A-ZÀ-ÖØ-Þ\u0100-\u024f]\w*")
_BEYOND_LATIN = re.compile("[\u0370-\u1fff\u2c00-\ud7a3]")
_WORD = re.compile(r"[^\W\d_]{4,}")
# Hebrew, Arabic and the scripts of India to Hangul, as blocks.
_UNCASED = re.compile("[\u0590-\u109f\u10d0-\u139f\u1780-\u18af\u3040-\ud7a3]")
_LONGEST_NAME = 48
_COMPASS = re.compile(r"(?:north|south|nord|sud|sur|norte|sul|zuid|noord)\s$")


def find(kept: str, folded: str, desk: DeskNames, *, is_english: bool = False) -> list[Found]:
    """Names in order of appearance, none overlapping. ``kept`` and ``folded`` are as ``fold`` makes them."""
    is_latin = kept.isascii() or not _BEYOND_LATIN.search(kept)
    hits = _capitalised(kept, folded, _CAPITALISED_LATIN if is_latin else _CAPITALISED)
    others = list(desk.find(kept, folded))
    if not is_english:
        others += _small_peoples(kept, folded)
    if not is_latin and _UNCASED.search(kept):
        others += _uncased(folded)
    if not others:
        return hits
    # The desk's come first among those of one span: sorting is stable.
    return _longest(sorted([*others, *hits], key=lambda hit: (hit.start, -hit.end)))


def _longest(hits: list[Found]) -> list[Found]:
    kept: list[Found] = []
    reached = 0
    for hit in hits:
        if hit.start >= reached:
            kept.append(hit)
            reached = hit.end
    return kept


def _capitalised(kept: str, folded: str, words: re.Pattern[str]) -> list[Found]:
    first_words, prefixes = _first_words(), world().cased.prefixes
    found: list[Found] = []
    reached = 0
    for match in words.finditer(kept):
        start, end = match.span()
        if start < reached:
            continue
        first = first_words[match[0]]
        if first is _NOTHING:
            continue
        alone, goes_on = first
        if goes_on and (folded[end : end + 3] in goes_on or folded[end : end + 1] in goes_on):
            longer = _longer(kept, folded, start, end, prefixes(folded[start : start + _LONGEST_NAME]))
            if longer is not None:
                found.append(longer)
                reached = longer.end
                continue
        if alone is not None and not (start and kept[start - 1].isalnum()):
            found.append(Found(start, end, alone))
            reached = end
    return found


def _longer(kept: str, folded: str, start: int, end: int, names_here: list[str]) -> Found | None:
    """The longest of the names that stand here if it goes on beyond ``end``, where its first word ends."""
    for name in reversed(names_here):
        last = start + len(name)
        if last <= end:
            return None
        ends_well = last >= len(folded) or not in_word(folded[last]) or name[-1] == "."
        is_written_so = name not in world().acronyms or kept[start:last].isupper()
        if ends_well and is_written_so and not (start and kept[start - 1].isalnum()):
            senses = world().senses(name)
            return Found(start, last, senses) if senses else None
    return None


_NOTHING: tuple[Senses | None, frozenset[str]] = (None, frozenset())


class _FirstWords(dict[str, tuple[Senses | None, frozenset[str]]]):
    """What a word with a capital means by itself, and how longer names go on after it. Fills itself, up to a bound."""

    _MOST = 50_000

    def __missing__(self, word: str) -> tuple[Senses | None, frozenset[str]]:
        if len(word) > _LONGEST_NAME:
            return _NOTHING  # and is not kept: a hostile text may have many
        if len(self) >= self._MOST:
            self.clear()
        names = world()
        folded = fold(word)
        is_written_so = folded not in names.acronyms or word.isupper()
        alone = names.senses(folded) if is_written_so else None
        end = len(folded)
        goes_on = frozenset(
            rest if len(rest := name[end : end + 3]) == 3 else rest[0]
            for mark in " .'"
            for name in names.cased.iterkeys(folded + mark)
        )
        is_name = word[0].isupper() and (alone is not None or goes_on)
        self[word] = (alone, goes_on) if is_name else _NOTHING
        return self[word]


@cache
def _first_words() -> _FirstWords:
    """The ones of this process."""
    return _FirstWords()


def _small_peoples(kept: str, folded: str) -> Iterator[Found]:
    names = world()
    for word in names.lower.intersection(_WORD.findall(folded)):
        start = folded.find(word)
        while start >= 0:
            end = start + len(word)
            if kept[start].islower() and stands_alone(folded, start, end):
                before = _COMPASS.search(folded, max(0, start - 7), start)
                first = before.start() if before else start
                if senses := names.senses(folded[first:end]):
                    yield Found(first, end, senses)
            start = folded.find(word, end)


def _uncased(folded: str) -> Iterator[Found]:
    names = uncased()
    for number, start, end in names.automaton.find_matches_as_indexes(folded, overlapping=True):
        if stands_alone(folded, start, end):
            yield Found(start, end, names.senses(number))
