"""Which countries a text names, how much, and which it is about. Plain Python: the door of this package.

``read`` gives every mention with its country; ``Reading.weights`` says how much each country matters there, by where the
words stand. A dateline says where a reporter sat, not what the report is about: it weighs nothing where anything else does.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from countries.places.context import candidates
from countries.places.desk import DeskNames
from countries.places.find import find
from countries.places.fold import drop_marks, fold
from countries.places.resolve import resolve
from countries.places.senses import Kind

#: How much a mention weighs by where it stands.
_IN_TITLE = 3.0
_IN_LEAD = 2.0
_IN_BODY = 1.0
_IN_DATELINE = 0.1
_LEAD_LENGTH = 400
_WEIGHT_OF_KIND: dict[int, float] = {Kind.PERSON: 0.8, Kind.GROUP: 0.8, Kind.CITY: 0.8, Kind.COUNTY: 0.8}
_MOST = 14.0
#: Longer texts are read as far as this; what an article is about stands before.
LONGEST = 100_000
_LONGEST_DATELINE = 90
#: So much of a text tells whether it is in English.
_LONGEST_BEGINNING = 2_000
_DASH = re.compile("[—–-]")
_DATELINE = re.compile(
    r"\s*[^\W\d_a-z][\w.'’ -]{1,30}(?:, [\w.'’ -]{2,30}){0,2}"  # NAIROBI, Kenya
    r"\s*(?:\([\w ./'-]{2,40}\)|, \d{1,2} [A-Z]\w+ ?\([^)]{2,40}\))?"  # (Reuters), or: 3 March (OCHA)
    r"\s*(?:[—–]|--?\s|\s-\s)"
)
_NO_DESK = DeskNames()


class Mention(NamedTuple):
    """Words that point to a country. Offsets are code points in the text; ``kind`` is one of the kinds of names."""

    start: int
    end: int
    exact: str
    country: str
    kind: str
    weight: float


@dataclass(frozen=True)
class Reading:
    """All mentions of a text, in order."""

    mentions: tuple[Mention, ...]

    @cached_property
    def weights(self) -> dict[str, float]:
        """How much each country matters in the text: sums of weights, the greatest first, cut off at 14."""
        sums: dict[str, float] = defaultdict(float)
        for mention in self.mentions:
            sums[mention.country] += mention.weight
        return dict(sorted(((c, min(w, _MOST)) for c, w in sums.items()), key=lambda pair: (-pair[1], pair[0])))

    @property
    def focus(self) -> str:
        """The country that the text is about most; empty where it names none."""
        return next(iter(self.weights), "")


def read(
    text: str, *, title_length: int = 0, prior: Mapping[str, float] | None = None, desk: DeskNames = _NO_DESK
) -> Reading:
    """The countries that ``text`` names; the first ``title_length`` characters are its title.

    ``prior`` tells which countries are expected (ISO 3166-1 alpha-2), each with a weight of about 1: it helps to choose
    among places of one name, and never adds a country that no word points to.
    """
    kept, offsets = drop_marks(text[:LONGEST])
    folded = fold(kept)
    is_english = _is_english(folded)
    found = find(kept, folded, desk, is_english=is_english)
    if not found:
        return Reading(())
    title_end = title_length if offsets is None else sum(offset < title_length for offset in offsets)
    chosen = resolve(candidates(kept, folded, found, title_length=title_end, is_english=is_english), prior or {})
    if not chosen:
        return Reading(())
    dateline_end = _end_of_dateline(kept, title_end)
    mentions = []
    for candidate, referent in chosen:
        first, last = candidate.start, candidate.end - 1
        if offsets is not None:
            first, last = offsets[first], offsets[last]
        weight = _WEIGHT_OF_KIND.get(referent.kind, 1.0) * _place(candidate.start, title_end, dateline_end)
        exact = text[first : last + 1]
        mentions.append(Mention(first, last + 1, exact, referent.country, _KIND_NAMES[referent.kind], weight))
    return Reading(tuple(mentions))


def _is_english(folded: str) -> bool:
    """Whether the words that every English text is full of are there. What is too short to tell may be anything."""
    begin = folded[:_LONGEST_BEGINNING]
    return 300 * (begin.count(" the ") + begin.count(" of ") + begin.count(" and ")) > len(begin)


_KIND_NAMES: dict[int, str] = {
    kind: {"REGION": "place", "CITY": "place", "COUNTY": "place", "ABBREVIATION": "place"}.get(
        kind.name, kind.name.lower()
    )
    for kind in Kind
}


def _end_of_dateline(kept: str, start: int) -> int:
    """Where the dateline that begins at ``start`` ends; ``start`` where there is none."""
    limit = start + _LONGEST_DATELINE
    if not _DASH.search(kept, start, limit):
        return start
    dateline = _DATELINE.match(kept, start, limit)
    return dateline.end() if dateline else start


def _place(start: int, title_end: int, dateline_end: int) -> float:
    if start < title_end:
        return _IN_TITLE
    if start < dateline_end:
        return _IN_DATELINE
    return _IN_LEAD if start < title_end + _LEAD_LENGTH else _IN_BODY
