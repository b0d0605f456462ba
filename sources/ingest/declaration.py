"""A second reading of a text, by the Universal Declaration of Human Rights in some forty languages. Pure; read at first use.

py3langid answers what it knows, so what it does not know it takes for something else: Tigrinya for Amharic, Kirundi for
Kinyarwanda, Sango for Kurdish, Kanuri for Hausa. The Declaration has been put into nearly all of them, at about the same
length, so that naive Bayes over groups of two to four letters compares like with like (Cavnar and
Trenkle 1994). They are small, so they never decide between languages that py3langid knows.

``sources/data/declaration/`` holds the texts; ``scripts/declaration.py`` wrote them.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FOLDER = Path(__file__).resolve().parent.parent / "data" / "declaration"

#: What is no letter, no mark on or between letters (accents, vowel points, the vowels of Indic and Ethiopic scripts) and no
#: apostrophe.
_OTHER = re.compile(
    r"(?:[^\w'\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0900-\u0df4\u0f18-\u0fbc\u102b-\u109d\u135d-\u135f]|[\d_])+"
)

_SIZES = (2, 3, 4)
#: Characters that are enough: a few hundred decide, and cost is linear.
_ENOUGH = 400
_SMOOTHING = 0.1
#: All texts count as if they were this many groups long, so that a group which two lack says nothing of either.
_LENGTH = 10_000
#: Groups overlap and letters depend on their neighbours: what they say together counts as about this share of its sum.
_INDEPENDENT = 0.03

#: The Declaration's Kinyarwanda is from before 1985, when "li" was written where "ri" is written now.
_OLD_SPELLINGS = {"rw": (re.compile("l(?=i|y)"), "r")}


class Reading:
    """Texts of several languages, ready to be compared with others."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.tags = tuple(texts)
        self._column = {tag: column for column, tag in enumerate(self.tags)}
        written = {tag: _spellings(tag, fold(text)) for tag, text in texts.items()}
        counts = {tag: [Counter(_groups(text, size)) for size in _SIZES] for tag, text in written.items()}
        self._row: dict[str, int] = {}
        blocks = []
        for which in range(len(_SIZES)):
            groups = sorted(set().union(*(counts[tag][which] for tag in self.tags)))
            start = len(self._row)
            self._row.update({group: start + place for place, group in enumerate(groups)})
            block = np.zeros((len(groups), len(self.tags)), dtype=np.float32)
            for tag, column in self._column.items():
                found = counts[tag][which]
                block[[self._row[group] - start for group in found], column] = list(found.values())
            blocks.append(np.log1p(block / block.sum(axis=0) * (_LENGTH / _SMOOTHING)))
        self._logs: NDArray[np.float32] = np.vstack(blocks).astype(np.float32)

    def evidence(self, text: str) -> dict[str, float]:
        """How well each language explains the text: natural logarithms, of which only differences mean anything."""
        folded = fold(text[: 2 * _ENOUGH])[:_ENOUGH]
        row = self._row.get
        rows = [at for size in _SIZES for group in _groups(folded, size) if (at := row(group)) is not None]
        sums = self._logs[rows].sum(axis=0) * _INDEPENDENT
        return dict(zip(self.tags, sums.tolist(), strict=True))


@lru_cache(maxsize=1)
def reading() -> Reading:
    """That of the texts which ship with the project."""
    return Reading({path.stem: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.txt"))})


def letters(text: str) -> str:
    """The text with a single space for all that is neither a letter, nor a mark on one, nor an apostrophe."""
    return _OTHER.sub(" ", text.replace("’", "'"))


def fold(text: str) -> str:
    """Small letters and single spaces, one of them at either end."""
    return f" {letters(text.lower()).strip()} "


def _groups(text: str, size: int) -> Iterable[str]:
    return (text[start : start + size] for start in range(len(text) - size + 1))


def _spellings(tag: str, text: str) -> str:
    """The text as it is written now, and once more as people write it who leave out accents and tone marks."""
    pattern, now = _OLD_SPELLINGS.get(tag, (None, ""))
    text = pattern.sub(now, text) if pattern else text
    bare = "".join(sign for sign in unicodedata.normalize("NFD", text) if not "\u0300" <= sign <= "\u036f")
    return text + bare if bare != unicodedata.normalize("NFD", text) else text
