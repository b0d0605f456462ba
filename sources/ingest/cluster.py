"""Whether an item reports the same event as ones before it. Pure: it is given the neighbours and decides.

The likeness of titles finds neighbours; the likeness of titles and first paragraphs together decides. The thresholds were
set on 250 hand-labelled pairs and on the sample: a report left alone is a smaller fault than two events made one, since
the number of independent origins rests on this. Reports in two languages are never alike here.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

VERSION = "trigram 1"
#: Items further apart in time report different events, or are for a person to join.
WINDOW = dt.timedelta(days=3)
#: Under this likeness of titles the library is not even asked.
LEAST_TITLE = 0.2
#: From this likeness of title and lead on, two items report the same event.
SAME_EVENT = 0.33
#: The same for titles alone, where a source's terms leave us no text.
SAME_TITLE = 0.45
#: Share of the shorter text's four-word runs that stand in the longer one, from which it is a copy.
COPY = 0.8
#: How much of a text is looked at, in characters.
LEAD = 500
BODY = 2_000

_WORD = re.compile(r"[^\W_]+")
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Report:
    """One item as clustering sees it. ``text`` is its beginning; "" where the terms allow none."""

    item_id: int
    feed_id: int
    title: str
    text: str
    reported_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A report that stands in a story already."""

    report: Report
    story_id: int


@dataclass(frozen=True, slots=True)
class Placement:
    """The story an item belongs to, None for a new one, and how alike it is to the nearest report in it."""

    story_id: int | None
    score: float


def place(candidate: Report, neighbours: Iterable[Neighbour]) -> Placement:
    """Where the candidate belongs. Of equally near stories the oldest; the neighbours' order does not matter."""
    best = Placement(None, 0.0)
    for neighbour in sorted(neighbours, key=lambda other: (other.story_id, other.report.item_id)):
        other = neighbour.report
        if abs(candidate.reported_at - other.reported_at) > WINDOW or is_series(candidate, other):
            continue
        score, least = likeness(candidate, other)
        if score >= least and score > best.score:
            best = Placement(neighbour.story_id, round(score, 4))
    return best


def likeness(one: Report, other: Report) -> tuple[float, float]:
    """How alike two reports are, and from what likeness on they report the same event."""
    titles = similarity(one.title, other.title)
    if not one.text or not other.text:
        return titles, SAME_TITLE
    if is_copy(one.text, other.text):
        return 1.0, SAME_EVENT
    leads = similarity(f"{one.title} {one.text[:LEAD]}", f"{other.title} {other.text[:LEAD]}")
    return (titles + leads) / 2, SAME_EVENT


def is_series(one: Report, other: Report) -> bool:
    """Numbered reports of one source ("Situation report 5", "… 6") are as many events."""
    if one.feed_id != other.feed_id or one.title == other.title:
        return False
    return _DIGITS.sub("#", one.title) == _DIGITS.sub("#", other.title)


def is_copy(one: str, other: str) -> bool:
    """Whether one text is next to wholly contained in the other: a reprint, with or without a line of its own."""
    runs, others = _runs(one), _runs(other)
    shorter, longer = sorted((runs, others), key=len)
    return len(shorter) >= 10 and len(shorter & longer) >= COPY * len(shorter)


def similarity(one: str, other: str) -> float:
    """Shared trigrams by all trigrams, as PostgreSQL's pg_trgm counts them."""
    ours, theirs = _trigrams(one), _trigrams(other)
    return len(ours & theirs) / (len(ours | theirs) or 1)


@lru_cache(maxsize=4096)
def _trigrams(text: str) -> frozenset[str]:
    found: set[str] = set()
    for word in _WORD.findall(text.lower()):
        padded = f"  {word} "
        found.update(padded[start : start + 3] for start in range(len(padded) - 2))
    return frozenset(found)


@lru_cache(maxsize=1024)
def _runs(text: str) -> frozenset[tuple[str, ...]]:
    """All runs of four words, without marks, case and the spaces that scripts like Burmese do without."""
    words = _WORD.findall(unicodedata.normalize("NFKC", text[:BODY]).casefold())
    return frozenset(tuple(words[start : start + 4]) for start in range(len(words) - 3))
