"""Terms for languages without a lexicon: a sentence is held against sentences written for each term. Pure.

A model turns sentences of any language into vectors (multilingual-e5 and its like); all its vectors lie close together,
so what counts is how much nearer a sentence is to a term's prototypes than to ordinary news. Only title and lead are
read: a vector costs a hundred times what a cue does. No figures, groups, perpetrators or frames:
those need words.
"""

from __future__ import annotations

import csv
import functools
from collections import defaultdict
from collections.abc import Sequence
from operator import mul
from pathlib import Path
from typing import Protocol

from countries.tagging.coding.assertion import Assertion
from countries.tagging.coding.sentences import Sentence, sentences
from countries.tagging.coding.values import Coded, Passage, Scheme

VERSION = "prototypes-1"

_FILE = Path(__file__).resolve().parent.parent.parent / "data" / "coding" / "prototypes.csv"
_NEUTRAL = "neutral"
_MOST_SENTENCES = 4
_LONGEST = 400
#: A sentence this much nearer to a term than to ordinary news is suggested, and how near is as sure as it gets.
_LEAST_MARGIN = 0.03
_FULL_MARGIN = 0.10
#: Of terms of one scheme those are kept that come within this of the nearest, and so many at most.
_CLOSE = 0.01
_MOST_TERMS = {Scheme.INDICATOR: 2, Scheme.EVENT: 1}


class Embedder(Protocol):
    """Sentences to vectors of length 1, one each, in order. May raise OSError or ValueError where the model is broken."""

    def __call__(self, sentences: Sequence[str], /) -> Sequence[Sequence[float]]: ...


class Prototypes:
    """The prototypes of all terms as vectors of one model. Built once (seconds), read by many."""

    def __init__(self, embed: Embedder) -> None:
        self._embed = embed
        written = rows()
        self._terms = [(scheme, code) for scheme, code, _ in written]
        self._vectors = list(embed([sentence for _, _, sentence in written]))

    def code(self, title: str, text: str) -> tuple[Coded, ...]:
        """What title and lead speak of, best first within each scheme."""
        read = [each for each in sentences(title, text)[:_MOST_SENTENCES] if len(each.exact) > 15]
        if not read:
            return ()
        vectors = self._embed([sentence.exact[:_LONGEST] for sentence in read])
        best: dict[tuple[Scheme, str], tuple[float, Sentence]] = {}
        for sentence, vector in zip(read, vectors, strict=True):
            for term, margin in self._margins(vector):
                if margin >= _LEAST_MARGIN and margin > best.get(term, (0.0, sentence))[0]:
                    best[term] = (margin, sentence)
        return _strongest(best)

    def _margins(self, vector: Sequence[float]) -> list[tuple[tuple[Scheme, str], float]]:
        nearest: dict[tuple[str, str], float] = defaultdict(lambda: -1.0)
        for term, prototype in zip(self._terms, self._vectors, strict=True):
            nearest[term] = max(nearest[term], sum(map(mul, vector, prototype)))
        ordinary = max(value for (scheme, _), value in nearest.items() if scheme == _NEUTRAL)
        return [
            ((Scheme(scheme), code), value - ordinary)
            for (scheme, code), value in nearest.items()
            if scheme != _NEUTRAL
        ]


def _strongest(best: dict[tuple[Scheme, str], tuple[float, Sentence]]) -> tuple[Coded, ...]:
    kept: list[Coded] = []
    for scheme, most in _MOST_TERMS.items():
        ranked = sorted(
            ((margin, code, sentence) for (of, code), (margin, sentence) in best.items() if of is scheme),
            key=lambda each: (-each[0], each[1]),
        )
        kept.extend(
            Coded(
                scheme=scheme,
                code=code,
                score=round(min(0.4 + 0.5 * margin / _FULL_MARGIN, 0.9), 2),
                passages=(Passage(sentence.start, sentence.end, sentence.exact, Assertion.AFFIRMED),),
            )
            for margin, code, sentence in ranked[:most]
            if margin >= ranked[0][0] - _CLOSE
        )
    return tuple(kept)


@functools.lru_cache(maxsize=1)
def rows() -> tuple[tuple[str, str, str], ...]:
    """Scheme, code and sentence of each prototype; the scheme "neutral" is ordinary news."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        return tuple((row["scheme"], row["code"], row["sentence"]) for row in csv.DictReader(file))
