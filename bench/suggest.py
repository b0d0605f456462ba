"""Suggesting situations beside the least that finding names can cost: ``make bench-suggest``.

Ours folds case, accents and Arabic letters, finds names, keeps those that stand alone, lets the longest win, weighs and
scores. The limit is the automaton itself (ahocorasick_rs) run over the same lower-cased texts with the same names:
what no suggester built on it can be faster than. Texts are the sample's articles in three languages, cut and joined to
500 words; names are those of the reference data.
"""

from __future__ import annotations

import re
from pathlib import Path

from bench import scratch
from bench.side_by_side import Side, compare, report

WORDS = 500
TEXTS = 200


def texts() -> list[str]:
    """200 texts of 500 words."""
    files = sorted((Path(__file__).resolve().parent.parent / "sample" / "articles").rglob("*.md"))
    bodies = [re.sub(r"\A\+\+\+.*?\+\+\+", "", path.read_text(encoding="utf-8"), flags=re.DOTALL) for path in files]
    words = [word for body in bodies for word in body.split(" ")]  # line breaks stay within "words"
    step = max(1, (len(words) - WORDS) // TEXTS)
    return [" ".join(words[start : start + WORDS]) for start in range(0, step * TEXTS, step)]


def main() -> None:
    with scratch.database():
        from ahocorasick_rs import AhoCorasick

        from countries import reference
        from countries.models import Name
        from countries.tagging.queue import current_gazetteer
        from countries.tagging.suggest import suggest

        reference.load(activate_feeds=False)
        gazetteer = current_gazetteer()
        names = sorted({name.lower() for name in Name.objects.values_list("text", flat=True)})
    automaton = AhoCorasick(names)
    articles = [(text[:80], text) for text in texts()]

    def ours() -> None:
        for title, text in articles:
            suggest(gazetteer, title=title, text=text)

    def limit() -> None:
        for title, text in articles:
            automaton.find_matches_as_indexes(f"{title}\n{text}".lower())

    comparison = compare(
        "suggest_vs_bare_automaton", ours=Side("our suggester", ours), peer=Side("bare automaton", limit), rounds=15
    )
    rate = len(articles) / comparison.ours.median
    print(
        report(comparison, note=f"{len(articles)} texts of {WORDS} words, {len(names)} names: {rate:,.0f} texts/s here")
    )


if __name__ == "__main__":
    main()
