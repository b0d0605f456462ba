"""Whether a text says that something happened, denies it, fears it, or recalls it. Pure.

After ConText (Harkema et al. 2009, doi:10.1016/j.jbi.2009.05.002): a trigger word reaches a few words forwards (or
back) and no further than a word that ends its reach.
"""

from __future__ import annotations

import re
from enum import StrEnum

from countries.tagging.coding.lexicon import Lexicon

_REACH = 7  # words
_YEAR = re.compile(r"(?<![\w.,$€£-])(1[89]\d\d|20\d\d)(?![\w%]|[.,]\d)")


class Assertion(StrEnum):
    AFFIRMED = "affirmed"
    NEGATED = "negated"
    HYPOTHETICAL = "hypothetical"
    PAST = "past"


class Context:
    """The triggers of one sentence, found once. ``year`` is that of the report; years before the last one are past."""

    def __init__(self, lexicon: Lexicon, folded: str, year: int | None = None) -> None:
        self._folded = folded
        words = lexicon.words
        bounds = [match.span() for name in ("at_least", "at_most") for match in words[name].finditer(folded)]
        self._before = [
            (match.start(), match.end(), assertion)
            for name, assertion in (("negation", Assertion.NEGATED), ("hypothetical", Assertion.HYPOTHETICAL))
            for match in words[name].finditer(folded)
            if not any(first <= match.start() < last for first, last in bounds)  # "no fewer than" denies nothing
        ]
        self._after = [(match.start(), match.end()) for match in words["negation_after"].finditer(folded)]
        self._stops = [match.start() for match in words["end_of_reach"].finditer(folded)]
        years = [int(match[1]) for match in _YEAR.finditer(folded)] if year else []
        self._is_past = bool(words["past"].search(folded)) or (bool(years) and max(years) < (year or 0) - 1)

    def of(self, start: int, end: int) -> Assertion:
        """What the sentence asserts of the words between two offsets."""
        reaching = {
            assertion
            for first, last, assertion in self._before
            if first <= start and (last > start or self._reaches(last, start))
        }
        if Assertion.NEGATED in reaching or any(self._reaches(end, first, 4) for first, _ in self._after):
            return Assertion.NEGATED
        if Assertion.HYPOTHETICAL in reaching:
            return Assertion.HYPOTHETICAL
        return Assertion.PAST if self._is_past else Assertion.AFFIRMED

    def _reaches(self, start: int, end: int, reach: int = _REACH) -> bool:
        if start > end:
            return False
        if any(start <= stop < end for stop in self._stops):
            return False
        between = self._folded[start:end]
        return not re.search(r"[,،;:.!?]", between) and len(between.split()) <= reach
