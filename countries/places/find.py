"""Finds the names of the world, and a desk's own, in a text. Plain Python; says where they stand, not what they mean.

Scripts differ, so there are three ways: words that begin with a capital are looked up in a trie of cased names; words for
peoples that many languages write small, in a set; other scripts, and the desk's names, by Aho-Corasick automata. Where
names overlap the longest wins, so that "South Sudan" is not "Sudan"; of two alike the desk's wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from countries.places.boundaries import in_word, stands_alone
from countries.places.cues import words
from countries.places.desk import DeskNames
from countries.places.world import Found, is_cased, uncased, world

_UPPER = "".join(char for char in map(chr, range(0x2000)) if char.isupper() and is_cased(char))
_CAPITAL = re.compile(rf"[{re.escape(_UPPER)}]\w*")
#: Words that begin many sentences and no name, or none that is not known without them.
_NO_NAMES = words(
    "A About According After All Also An And Another Any As At Because Before Both But By Can During Each Even Every First "
    "For Former From He Her Here His How However I If In Into It Its Last Later Many Meanwhile More Mr Mrs Ms My No Not Now "
    "Of On One Only Or Other Our Over People She Since So Some Still Such Than That The Their Them Then There These They "
    "This Those Three Through To Two Under Until We Were What When Where Which While Who Why Will With Would You Your"
)
_WORD = re.compile(r"[^\W\d_]{4,}")
# Hebrew, Arabic and the scripts of India to Hangul, as blocks.
_UNCASED = re.compile("[\u0590-\u109f\u10d0-\u139f\u1780-\u18af\u3040-\ud7a3]")
_LONGEST_NAME = 48
_COMPASS = re.compile(r"(?:north|south|nord|sud|sur|norte|sul|zuid|noord)\s$")


def find(kept: str, folded: str, desk: DeskNames, *, is_english: bool = False) -> list[Found]:
    """Names in order of appearance, none overlapping. ``kept`` and ``folded`` are as ``fold`` makes them."""
    hits = _capitalised(kept, folded)
    if not is_english:
        hits += _small_peoples(kept, folded)
    if _UNCASED.search(kept):
        hits += _uncased(folded)
    # The desk's come first among those of one span: sorting is stable.
    return _longest(sorted([*desk.find(kept, folded), *hits], key=lambda hit: (hit.start, -hit.end)))


def _longest(hits: list[Found]) -> list[Found]:
    kept: list[Found] = []
    reached = 0
    for hit in hits:
        if hit.start >= reached:
            kept.append(hit)
            reached = hit.end
    return kept


def _capitalised(kept: str, folded: str) -> list[Found]:
    found: list[Found] = []
    names = world()
    prefixes, senses, acronyms = names.cased.prefixes, names.senses, names.acronyms
    length = len(folded)
    reached = 0
    for match in _CAPITAL.finditer(kept):
        start = match.start()
        if start < reached or match[0] in _NO_NAMES or (start and kept[start - 1].isalnum()):
            continue
        names_here = prefixes(folded[start : start + _LONGEST_NAME])
        while names_here:
            name = names_here.pop()
            end = start + len(name)
            ends_well = end >= length or not in_word(folded[end]) or name[-1] == "."
            if ends_well and (name not in acronyms or kept[start:end].isupper()):
                if known := senses(name):
                    found.append(Found(start, end, known))
                reached = end
                break
    return found


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
            yield Found(start, end, names.senses[number])
