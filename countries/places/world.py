"""The world's names as they ship (data/): a trie for scripts that have capitals, a list for the others. Plain Python.

``scripts/world`` builds the files. Trie and records are mapped into memory: they load in a millisecond, and all processes
of a machine share one copy. The automaton over the other scripts is built when a text first needs it (0.3 s, 12 MB).
"""

from __future__ import annotations

import enum
import json
import mmap
import struct
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

import marisa_trie
from ahocorasick_rs import AhoCorasick

DATA = Path(__file__).parent / "data"
#: One meaning of a name: country and region (places in the lists of world.json), size (25 log10 of people), kind.
RECORD = struct.Struct("<BHBB")


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


#: Set in a record's kind: a name in another language than English.
FOREIGN = 0x80


class Referent(NamedTuple):
    """One meaning of a name. ``country`` is ISO 3166-1 alpha-2, or what a desk's name points to, or empty for none."""

    country: str
    region: str
    size: int
    kind: int
    is_ambiguous: bool = False
    is_foreign: bool = False


class Senses:
    """All that a name may mean, sorted out once. ``english`` leaves out what English texts do not use."""

    __slots__ = ("english", "is_common", "is_given", "is_surname", "is_word", "places", "referents", "size")

    def __init__(self, referents: tuple[Referent, ...]) -> None:
        self.referents = referents
        self.places = tuple(each for each in referents if each.kind <= Kind.HINT)
        self.english = tuple(each for each in self.places if not each.is_foreign)
        self.size = max((each.size for each in self.places), default=0)
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
    """Names in scripts without capitals, and an automaton over them."""

    def __init__(self) -> None:
        found: dict[str, list[Referent]] = {}
        for line in (DATA / "names.tsv").read_text(encoding="utf-8").splitlines():
            name, country, kind, size = line.split("\t")
            if "\u0600" <= name[0] <= "\u06ff" and name.startswith("ال") and len(name) > 4:
                name = name[2:]  # the article is one of the prefixes
            found.setdefault(name, []).append(Referent(country, "", int(size), Kind[kind.upper()]))
        self.senses = [Senses(tuple(referents)) for referents in found.values()]
        self.automaton = AhoCorasick(list(found))


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
