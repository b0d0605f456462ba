"""Languages of headlines and articles: ``make bench-language``.

Macro accuracy, each language counting the same however many texts it has, from the text alone; then once more with what a
feed of an outlet in that language says of itself, and with a feed that wrongly says English. The texts are those of
``../shared/data``: titles and articles of MasakhaNEWS (``langid-masakhanews``: 16 languages, Tigrinya, Kirundi and Pidgin
among them) and single sentences (``langid-lingua``), of which those in languages of the catalogue count. No model is built
from any of them. The speed is that of one core, beside py3langid alone on the same texts.
"""

from __future__ import annotations

import gzip
import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

from bench.side_by_side import Side, compare, report
from sources.ingest import language

ROOT = Path(__file__).resolve().parent.parent

#: A language and a text in it.
Sample = tuple[str, str]


def titles_and_articles(folder: Path) -> tuple[list[Sample], list[Sample]]:
    """Raises FileNotFoundError where they are not there."""
    with gzip.open(folder / "langid-masakhanews" / "sample.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    titles = [(row["lang"], row["title"]) for row in rows]
    return titles, [(row["lang"], f"{row['title']}\n{row['text']}") for row in rows]


def sentences(folder: Path) -> list[Sample]:
    """Those in languages of the catalogue."""
    text = (folder / "langid-lingua" / "sentences.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in text.splitlines()]
    return [(row["lang"], row["text"]) for row in rows if row["lang"] in language.CANDIDATES | language.SECOND]


def accuracies(
    samples: Iterable[Sample], claims: Callable[[str], tuple[str, ...]]
) -> tuple[dict[str, float], Counter[Sample]]:
    """How often each language is found, and what was found instead. ``claims`` says what the feed says, by language."""
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    taken: Counter[Sample] = Counter()
    for tag, text in samples:
        found = language.identify(text, claims=claims(tag)).tag
        total[tag] += 1
        right[tag] += found == tag
        taken[tag, found] += found != tag
    return {tag: right[tag] / total[tag] for tag in sorted(total)}, +taken


def macro(found: dict[str, float]) -> float:
    return sum(found.values()) / len(found)


def _each(act: Callable[[str], object], texts: Iterable[str]) -> None:
    for text in texts:
        act(text)


def _print(name: str, samples: Sequence[Sample]) -> float:
    found, taken = accuracies(samples, lambda tag: ())
    claimed, _ = accuracies(samples, lambda tag: (tag,))
    lied, _ = accuracies(samples, lambda tag: ("en",))
    print(f"{name}: {len(samples)} texts in {len(found)} languages, no claim given")
    print("  " + "  ".join(f"{tag} {value:.3f}" for tag, value in found.items()))
    print("  taken for another: " + ", ".join(f"{one} for {other} {n}" for (one, other), n in taken.most_common(12)))
    print(f"  macro {macro(found):.4f}; the feed claims its language {macro(claimed):.4f}, English {macro(lied):.4f}\n")
    return macro(found)


def main() -> None:
    folder = Path(os.environ.get("CURATOR_SHARED_DATA") or ROOT.parent / "shared" / "data")
    try:
        titles, articles = titles_and_articles(folder)
        single = sentences(folder)
    except FileNotFoundError as error:
        sys.exit(f"no texts to read: {error}; CURATOR_SHARED_DATA may name another folder")
    headline = _print("headlines", titles)
    _print("sentences", single)
    article = _print("articles", articles)
    model = language._model()
    for name, samples in (("headlines", titles), ("articles", articles)):
        texts = [text for _, text in samples]
        comparison = compare(
            f"language_speed_{name}",
            ours=Side("identify", partial(_each, language.identify, texts)),
            peer=Side("py3langid", partial(_each, model.rank, texts)),
            rounds=5,
        )
        print(report(comparison, note=f"{len(texts) / comparison.ours.median:,.0f} {name} a second here"))
        print()
    print(f"ratio language_macro_headlines {headline:.4f}")
    print(f"ratio language_macro_articles {article:.4f}")


if __name__ == "__main__":
    main()
