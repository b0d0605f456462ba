"""The world's names as they ship (data/): a trie for scripts that have capitals, a list for the others. Plain Python.

``scripts/world`` builds the files. Trie and records are mapped into memory: they load in a millisecond, and all processes
of a machine share one copy. The automaton over the other scripts is built when a text first needs it (0.3 s, 25 MB).
"""

from __future__ import annotations

import json
import mmap
import struct
from functools import cache, lru_cache
from pathlib import Path

import marisa_trie
from ahocorasick_rs import AhoCorasick

from countries.places.boundaries import with_article
from countries.places.senses import Kind, Referent, Senses

DATA = Path(__file__).parent / "data"
#: One meaning of a name: country and region (places in the lists of world.json), size (25 log10 of people), kind.
RECORD = struct.Struct("<BHBB")


#: Set in a record's kind: a name in another language than English.
FOREIGN = 0x80


class World:
    """All names of the world. Cased names are found by prefix in ``cased``; ``senses`` tells what one means."""

    def __init__(self) -> None:
        codes = json.loads((DATA / "world.json").read_text(encoding="utf-8"))
        self.iso3: dict[str, str] = codes["countries"]
        self._countries = ["", *self.iso3]
        self._regions: list[str] = codes["regions"]
        self.acronyms = frozenset(codes["acronyms"])
        self.cased = marisa_trie.Trie().mmap(str(DATA / "places.marisa"))
        self.lower = frozenset((DATA / "peoples.txt").read_text(encoding="utf-8").split("\n"))
        with (DATA / "places.records").open("rb") as file:
            records = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        first = 4 * (len(self.cased) + 1)
        self._offsets, self._records = records[:first].cast("I"), records[first:]

    @lru_cache(maxsize=20_000)  # noqa: B019 - one instance for each process, by world()
    def senses(self, name: str) -> Senses | None:
        """What the folded name may mean, the most likely first within each kind; None where it is no name."""
        number = self.cased.get(name)
        if number is None:
            return None
        first, last = (RECORD.size * self._offsets[number + step] for step in (0, 1))
        return Senses(
            tuple(
                Referent(
                    self._countries[country], self._regions[region], size, kind & ~FOREIGN, is_foreign=kind >= FOREIGN
                )
                for country, region, size, kind in RECORD.iter_unpack(self._records[first:last])
            )
        )


class Uncased:
    """Names in scripts without capitals, and an automaton over them that finds them by number."""

    def __init__(self) -> None:
        self._lines: dict[str, list[str]] = {}
        for line in (DATA / "names.tsv").read_text(encoding="utf-8").splitlines():
            name, _, meaning = line.partition("\t")
            for written in with_article(name, is_people="\tpeople\t" in line):
                self._lines.setdefault(written, []).append(meaning)
        self._names = list(self._lines)
        self.automaton = AhoCorasick(self._names)

    @lru_cache(maxsize=20_000)  # noqa: B019 - one instance for each process, by uncased()
    def senses(self, number: int) -> Senses:
        """What the name with this number may mean."""
        meanings = (line.split("\t") for line in self._lines[self._names[number]])
        return Senses(tuple(Referent(country, "", int(size), Kind[kind.upper()]) for country, kind, size in meanings))


@cache
def world() -> World:
    """The one of this process."""
    return World()


@cache
def uncased() -> Uncased:
    """The one of this process."""
    return Uncased()


def is_cased(char: str) -> bool:
    """Whether writers of the character's script begin names with capitals (Latin, Greek, Cyrillic, Armenian …)."""
    return char.lower() != char.upper() and not "\u10a0" <= char <= "\u10ff"  # Georgian capitals are for headings
