"""How well, and how fast, countries are read: ``make bench-countries``.

Documents with gold lists of countries, where ``../shared/data`` is (CURATOR_SHARED_DATA may name another folder): which
countries a document names, over all pairs of document and country. A document whose gold list is empty although its focus is
known counts with the focus. Nothing is tuned here. Then the rate over articles of 500 words, one process, CPU time, beside
3,000 a second: the same documents, and without them the sample's in three languages.
"""

from __future__ import annotations

import json
import os
import re
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from countries.places.read import Reading, read
from countries.places.world import uncased, world

ROOT = Path(__file__).resolve().parent.parent
FILES = ("humset-geo", "tr-news", "lgl", "geovirus", "reuters21578-places")
WORDS, ARTICLES, ROUNDS, GOAL = 500, 400, 9, 3_000


@dataclass(frozen=True, slots=True)
class Document:
    """A text with its title and what people said it names; ``focus`` is empty where nobody said."""

    title: str
    text: str
    countries: frozenset[str]
    focus: str


@dataclass(slots=True)
class Score:
    """Pairs of document and country: found and right, found and wrong, missed; documents with a focus, and right ones."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    foci: int = 0
    right_foci: int = 0

    @property
    def precision(self) -> float:
        return self.right / max(self.right + self.wrong, 1)

    @property
    def recall(self) -> float:
        return self.right / max(self.right + self.missed, 1)

    @property
    def f1(self) -> float:
        return 2 * self.right / max(2 * self.right + self.wrong + self.missed, 1)


def documents(path: Path) -> Iterator[Document]:
    """The documents of one file."""
    for line in path.read_bytes().splitlines():  # of text, it would also break lines at a paragraph separator
        row = json.loads(line)
        focus = row.get("focus_country") or ""
        named = frozenset(row["countries"]) or frozenset({focus} - {""})
        yield Document(row.get("title") or "", row["text"], named, focus)


def score(gold: list[Document]) -> Score:
    """What the reader makes of them."""
    iso3 = world().iso3
    result = Score()
    for document in gold:
        reading = reading_of(document)
        found = {iso3[iso2] for iso2 in reading.weights}
        result.right += len(found & document.countries)
        result.wrong += len(found - document.countries)
        result.missed += len(document.countries - found)
        if document.focus:
            result.foci += 1
            result.right_foci += iso3.get(reading.focus) == document.focus
    return result


def reading_of(document: Document) -> Reading:
    title = f"{document.title}\n" if document.title else ""
    return read(title + document.text, title_length=len(title))


def articles(texts: list[str]) -> list[str]:
    """Articles of 500 words, cut from the texts laid end to end."""
    words = " ".join(texts).split(" ")  # line breaks stay within "words"
    step = max(1, (len(words) - WORDS) // ARTICLES)
    return [" ".join(words[start : start + WORDS]) for start in range(0, step * ARTICLES, step)]


def sample_texts() -> list[str]:
    """The sample's articles, in three languages."""
    files = sorted((ROOT / "sample" / "articles").rglob("*.md"))
    return [re.sub(r"\A\+\+\+.*?\+\+\+", "", path.read_text(encoding="utf-8"), flags=re.DOTALL) for path in files]


def seconds(act: Callable[[], object]) -> float:
    began = time.process_time()
    act()
    return time.process_time() - began


def rate(texts: list[str]) -> float:
    """Articles a second, the median of nine rounds after a first."""
    cut = articles(texts)

    def act() -> None:
        for text in cut:
            read(text, title_length=60)

    act()
    return len(cut) / statistics.median(seconds(act) for _ in range(ROUNDS))


def main() -> None:
    print(f"world's names: {seconds(world) * 1000:.0f} ms, other scripts: {seconds(uncased) * 1000:.0f} ms to load\n")
    folder = Path(os.environ.get("CURATOR_SHARED_DATA") or ROOT.parent / "shared" / "data") / "geo-gold"
    texts: list[str] = []
    for name in FILES:
        path = folder / f"{name}.jsonl"
        if not path.is_file():
            print(f"no {path}: not scored")
            continue
        gold = list(documents(path))
        texts += [f"{document.title}\n{document.text}" for document in gold if name in FILES[:3]]
        result = score(gold)
        print(f"{name}: {len(gold)} documents, precision {result.precision:.3f}, recall {result.recall:.3f}")
        print(f"ratio countries_f1_{name} {result.f1:.3f}")
        if name == "humset-geo" and result.foci:
            print(f"ratio focus_humset {result.right_foci / result.foci:.3f}")
    for label, each in (("sample_rate", sample_texts()), ("rate", texts)):
        if each:
            measured = rate(each)
            print(f"{label}: {measured:,.0f} articles of {WORDS} words a second and core")
            print(f"ratio countries_{label} {measured / GOAL:.3f}")


if __name__ == "__main__":
    main()
