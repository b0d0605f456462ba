"""What is written of one language, read once from its TOML file (``countries/data/coding``).

One automaton over the rarest word of each cue says which few expressions a sentence is worth trying.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ahocorasick_rs import AhoCorasick

from countries.tagging.coding.cues import Compiled, compile_all, compile_cue
from countries.tagging.coding.sentences import fold

_FOLDER = Path(__file__).resolve().parent.parent.parent / "data" / "coding"
#: Languages that have a lexicon, by BCP 47 primary tag.
LANGUAGES = frozenset(path.stem for path in _FOLDER.glob("??.toml"))

#: Tables of the file whose entries are cues, and how much each list of an entry weighs.
_TABLES = ("indicator", "event", "frame", "perpetrator", "target", "harm", "act")
_WEIGHTS = {"strong": 0.75, "weak": 0.4}


@dataclass(frozen=True, slots=True)
class Cue:
    """One expression, what it says (table and entry of the file: "indicator", "8.1"), and its weight, 0 to 1."""

    table: str
    code: str
    weight: float
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Hit:
    """A cue found between two offsets of a sentence's folded words."""

    cue: Cue
    start: int
    end: int

    def overlaps(self, other: Hit) -> bool:
        return self.start < other.end and other.start < self.end


class Matcher:
    """Cues behind one automaton: a pass over the sentence, then the few expressions whose rarest word is in it."""

    def __init__(self, cues: Iterable[tuple[Cue, Compiled]]) -> None:
        self.cues: list[Cue] = []
        by_anchor: dict[str, list[int]] = {}
        for cue, compiled in cues:
            for anchor in compiled.anchors:
                by_anchor.setdefault(anchor, []).append(len(self.cues))
            self.cues.append(cue)
        self._by_anchor = list(by_anchor.values())
        self._automaton = AhoCorasick(list(by_anchor))

    def find(self, folded: str) -> list[Hit]:
        """All places of all cues, in order of appearance."""
        anchors = {hit[0] for hit in self._automaton.find_matches_as_indexes(folded, overlapping=True)}
        cues = {number for anchor in anchors for number in self._by_anchor[anchor]}
        hits = [
            Hit(self.cues[number], match.start(), match.end())
            for number in sorted(cues)
            for match in self.cues[number].pattern.finditer(folded)
        ]
        return sorted(hits, key=lambda hit: (hit.start, hit.end))


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Cues, values of number words, and expressions for the words that rules ask for by name."""

    language: str
    matcher: Matcher
    numbers: Mapping[str, int]
    collectives: Mapping[str, tuple[int | None, int | None, int | None]]
    words: Mapping[str, re.Pattern[str]]


@functools.cache
def load(language: str) -> Lexicon:
    """The lexicon of one of ``LANGUAGES``. Raises FileNotFoundError for any other, BadCue for a mistake in the file."""
    with (_FOLDER / f"{language}.toml").open("rb") as file:
        raw = tomllib.load(file)
    classes: Mapping[str, Sequence[str]] = raw["classes"]
    return Lexicon(
        language=language,
        matcher=Matcher(_cues(raw, classes)),
        numbers={fold(word): value for word, value in raw["numbers"].items()},
        collectives={
            fold(word): (bounds.get("low"), bounds.get("best"), bounds.get("high"))
            for word, bounds in raw["collectives"].items()
        },
        words={name: compile_all(cues, classes) for name, cues in raw["words"].items()},
    )


def _cues(
    raw: Mapping[str, Mapping[str, Mapping[str, Sequence[str]]]], classes: Mapping[str, Sequence[str]]
) -> Iterator[tuple[Cue, Compiled]]:
    for table in _TABLES:
        for code, lists in raw[table].items():
            for strength, cues in lists.items():
                for written in cues:
                    compiled = compile_cue(written, classes)
                    yield Cue(table, code, _WEIGHTS[strength], re.compile(compiled.source)), compiled
