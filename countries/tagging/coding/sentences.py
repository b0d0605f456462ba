"""A text cut into sentences, each folded so that spellings of one word meet. Pure.

Offsets are in code points of ``title + "\\n" + text``, as those of ``tagging.suggest``. What is read of a text is
bounded: a report says early what happened, and nobody may hold up the queue with two megabytes.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass

#: What is read of a text, in code points and in sentences.
MAX_READ = 40_000
MAX_SENTENCES = 300
_MAX_SENTENCE = 600

_END = re.compile(
    r"(?<![\s.][A-Za-z])(?<!\b[A-Z][a-z])(?<!\b(?:Gen|Col|Maj|Cap|Lt\.|Mrs|Rev|Gov|Sen|Hon|Sra|Ing|Lic|Sgt|Cpl|vol|art))"
    r"[.!?؟۔…]+[\"'”’»)\]]*(?=\s)|[。।።၊။]+|\n+"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_ARABIC_FORMS = {"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ئ": "ي", "ؤ": "و", "ة": "ه", "ک": "ك"}
#: Joiners, bidi controls, tatweel, vowel signs: without weight in a word.
_DROPPED = (
    "\u00ad\u0640\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\u0300-\u036f\u064b-\u065f\u0670"
)
_ANY_DROPPED = re.compile(f"[{_DROPPED}]")
_NOT_PLAIN = re.compile(r"[^\x00-\x7f]")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence: where it stands, its words as they stand, its words folded, and whether it is in title or lead."""

    start: int
    end: int
    exact: str
    folded: str
    place: str

    def within(self, start: int, end: int) -> str:
        """The words as they stand of a stretch of ``folded``: the whole sentence where marks were dropped."""
        return self.exact[start:end] if len(self.exact) == len(self.folded) else self.folded[start:end]


def fold(text: str) -> str:
    """Lower case, no accents, one form of each Arabic letter, ASCII digits. As long as ``text`` unless it has marks."""
    folded = _NOT_PLAIN.sub(lambda match: _folded_char(match[0]), text.lower())
    return _ANY_DROPPED.sub("", folded)


@functools.lru_cache(maxsize=4096)
def _folded_char(char: str) -> str:
    if char in _ARABIC_FORMS:
        return _ARABIC_FORMS[char]
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    if char in "’‘`´":
        return "'"
    base = unicodedata.normalize("NFKD", char)[:1]
    return base.lower() if base.isalpha() and len(base.lower()) == 1 else char


def sentences(title: str, text: str) -> tuple[Sentence, ...]:
    """The first sentences of a text, its title the first: at most 300, of its first 40,000 code points."""
    reading = _SURROGATE.sub("\ufffd", f"{title}\n{text[:MAX_READ]}")
    found: list[Sentence] = []
    lead_ends = len(title) + 1 + 500
    for first, last in _spans(reading):
        exact = reading[first:last]
        place = "title" if last <= len(title) else "lead" if first < lead_ends else "body"
        found.append(Sentence(first, last, exact, fold(exact), place))
        if len(found) == MAX_SENTENCES:
            break
    return tuple(found)


def _spans(reading: str) -> list[tuple[int, int]]:
    ends = [match.end() for match in _END.finditer(reading)]
    spans: list[tuple[int, int]] = []
    start = 0
    for end in [*ends, len(reading)]:
        while end - start > _MAX_SENTENCE:
            space = reading.rfind(" ", start + _MAX_SENTENCE // 2, start + _MAX_SENTENCE)
            cut = space if space > start else start + _MAX_SENTENCE
            spans.append((start, cut))
            start = cut
        spans.append((start, end))
        start = end
    return [trimmed for span in spans if (trimmed := _trimmed(reading, *span))[0] < trimmed[1]]


def _trimmed(reading: str, start: int, end: int) -> tuple[int, int]:
    part = reading[start:end]
    return start + len(part) - len(part.lstrip()), end - len(part) + len(part.rstrip())
