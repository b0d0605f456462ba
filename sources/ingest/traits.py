"""What a report's opening names: days of the year, and people and places as far as spelling shows them. Pure.

No list of names stands behind it: in scripts with capitals a name is a word written with one inside a sentence. Names are
compared by a skeleton of their consonants in Latin letters, so that Bangui, Банги and بانغي are one. That is crude, and a
hint beside others only. Arabic and other scripts without capitals offer every word, so a name is shared with them only where
the other text shows that it is one.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from anyascii import anyascii
from babel import Locale

#: Languages whose names of months are known, from CLDR.
_LANGUAGES = ("en", "fr", "ar", "es", "pt", "ru", "sw", "de", "it", "uk", "tr", "fa", "am", "my", "so", "ha")
_WORD = re.compile(r"[^\W\d_][^\W_]*(?:[’'ʼ-][^\W\d_]+)*")
#: What stands before a word that a capital says nothing about: the beginning, or the end of a sentence.
_NEW_SENTENCE = re.compile(r"(?:\A|[.!?…:»«\"“”\n—–-])\s*\Z")
_ARABIC_PREFIXES = ("وال", "بال", "لل", "ال", "و", "ب", "ل", "ف")
#: A skeleton in common has to be this long, and longer where one side cannot show what is a name.
_LEAST, _LEAST_UNCASED = 2, 3
_SOUNDS = (
    *(("tch", "S"), ("tsh", "S"), ("sh", "S"), ("ch", "S"), ("dj", "j"), ("gh", "g"), ("kh", "k"), ("ph", "f")),
    *(("ts", "s"), ("x", "ks"), ("c", "k"), ("q", "k"), ("v", "f"), ("z", "s"), ("p", "b"), ("g", "j")),
)


@dataclass(frozen=True, slots=True)
class Traits:
    """``days`` are (month, day); ``names`` are skeletons, of every word where the script has no capitals."""

    days: frozenset[tuple[int, int]]
    names: frozenset[str]
    is_cased: bool


@lru_cache(maxsize=4096)
def read(text: str) -> Traits:
    """The traits of a text, whatever its script. Never raises."""
    is_cased = any(character.isupper() for character in text)
    words = _names(text) if is_cased else _words(text)
    return Traits(days(text), frozenset(skeleton(word) for word in words) - {""}, is_cased)


def shared_names(one: Traits, other: Traits) -> int:
    """How many names both have."""
    least = _LEAST if one.is_cased and other.is_cased else _LEAST_UNCASED
    return sum(len(name) >= least for name in one.names & other.names)


@lru_cache(maxsize=4096)
def days(text: str) -> frozenset[tuple[int, int]]:
    """The days that a text names by number and month, as (month, day): "5 December", "le 5 décembre", "٥ ديسمبر"."""
    plain = _plain_digits(unicodedata.normalize("NFKC", text)).casefold()
    found = [
        (_months()[match["month"] or match["month_first"]], int(match["day"] or match["day_after"]))
        for match in _day().finditer(plain)
    ]
    return frozenset(day for day in found if 1 <= day[1] <= 31)


@lru_cache(maxsize=8192)
def skeleton(word: str) -> str:
    """The consonants of a word in Latin letters, those that spellings confuse as one; "" where it has none."""
    letters = re.sub(r"[^a-z]", "", anyascii(word).lower())
    for sound, letter in _SOUNDS:
        letters = letters.replace(sound, letter)
    return re.sub(r"(.)\1+", r"\1", re.sub(r"[aeiouyhw]", "", letters))


def _names(text: str) -> set[str]:
    """Words with a capital, but those that only ever begin a sentence."""
    capitals = [match for match in _WORD.finditer(text) if match[0][0].isupper()]
    return {
        match[0].casefold()
        for match in capitals
        if not _NEW_SENTENCE.search(text, max(0, match.start() - 3), match.start())
    }


def _words(text: str) -> set[str]:
    """Every word, and what is left of it without the prefixes that Arabic writes on to it."""
    found: set[str] = set()
    for match in _WORD.finditer(text):
        word = match[0]
        bare = (word.removeprefix(prefix) for prefix in _ARABIC_PREFIXES if word.startswith(prefix))
        found.update((word, *(each for each in bare if len(each) >= 3)))
    return found


def _plain_digits(text: str) -> str:
    return "".join(str(unicodedata.digit(each, each)) if each.isdigit() else each for each in text)


@lru_cache(maxsize=1)
def _months() -> dict[str, int]:
    """The months' names and short forms in all of the languages; a form that two months have in them is left out."""
    found: dict[str, set[int]] = {}
    for language in _LANGUAGES:
        for forms in Locale(language).months.values():
            for width in ("wide", "abbreviated"):
                for number, name in forms[width].items():
                    key = unicodedata.normalize("NFKC", name).casefold().strip(".")
                    if len(key) > 2 and not key.isdigit():
                        found.setdefault(key, set()).add(int(number))
    return {name: numbers.pop() for name, numbers in found.items() if len(numbers) == 1}


@lru_cache(maxsize=1)
def _day() -> re.Pattern[str]:
    """ "5 December" before "December 5", so that no number is read twice."""
    month = "|".join(re.escape(name) for name in sorted(_months(), key=len, reverse=True))
    return re.compile(
        rf"(?<!\d)(?P<day>\d{{1,2}})(?:er|st|nd|rd|th|º|-го|\.)?\s+(?:de |of |ya )?(?P<month>{month})(?!\w)"
        rf"|(?<!\w)(?P<month_first>{month})\.?\s+(?P<day_after>\d{{1,2}})(?!\d)"
    )
