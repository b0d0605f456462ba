"""Whether an item reports the same event as ones before it. Pure: it is given the neighbours and decides.

Two reports that both have a vector of the embedding model are compared by its cosine, with the days and names that their
openings share, the time between them, and whether one outlet brought both, as further evidence. A report joins the story of
the one that it is nearest to, if on average it is near enough to what else that story has in the same language: one bridge
must not make two events one. Without vectors, reports of one language are compared by the
trigrams of their titles and first paragraphs, and reports in two languages are never alike. Copies are found by their runs
of words either way.

How the thresholds were set is told in docs/methods.md, with the figures. A report left alone
is a smaller fault than two events made one, since the number of independent origins rests on this.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import mul

from sources.ingest import traits

VERSION = "vector 2"
#: Items further apart in time report different events, or are for a person to join.
WINDOW = dt.timedelta(days=3)
#: Under this likeness of titles the library is not even asked.
LEAST_TITLE = 0.2
#: From this likeness of title and lead on, two items report the same event.
SAME_EVENT = 0.29
#: The same for titles alone, where a source's terms leave us no text.
SAME_TITLE = 0.4
#: A title of fewer words says nothing of an event, unless one is so long that it must be several.
LEAST_WORDS, LONG_RUN = 3, 12
#: What a name in common adds, at most five times; what a day in common adds, and what days that differ take away.
NAME, NAME_ABROAD, MOST_NAMES = 0.002, 0.006, 5
SAME_DAY, OTHER_DAY = 0.005, 0.02
#: What each day between the reports takes away.
DAY_APART = 0.005
#: What it takes away that one feed brought both: an outlet seldom reports one event twice, and often its next step.
SAME_FEED = 0.03
#: Share of the shorter text's four-word runs that stand in the longer one, from which it is a copy.
COPY = 0.8
#: How much of a text is looked at, in characters.
LEAD = 500
BODY = 2_000

_WORD = re.compile(r"[^\W_]+")
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Scale:
    """From which likeness of vectors on two reports are of one event: in one language, and in two. A model draws texts of
    one language together, and each has a scale of its own."""

    same: float
    abroad: float


#: Of the bundled model.
E5_SMALL = Scale(same=0.914, abroad=0.861)


#: From which likeness on, of the bundled model, a join across languages is sure enough to corroborate (``sources.weigh``):
#: the wrong one among the sample's has 0.876 (before stories had to bear a report out, 0.865 too), the right ones 0.861 to
#: 0.911.
#: Another model has another scale; where its own is lower, nothing across languages corroborates without a person.
SURE_ABROAD = 0.89


@dataclass(frozen=True, slots=True)
class Report:
    """One item as clustering sees it. ``text`` is its beginning; "" where the terms allow none. ``vector`` is of unit
    length and, as that of every report compared with it, of one model; None where there is none yet."""

    item_id: int
    feed_id: int
    title: str
    text: str
    reported_at: dt.datetime
    language: str = ""
    vector: tuple[float, ...] | None = None


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A report that stands in a story already. ``cosine``: of its vector and the candidate's, where whoever found it has
    that already; then neither report needs a vector."""

    report: Report
    story_id: int
    cosine: float | None = None


@dataclass(frozen=True, slots=True)
class Placement:
    """The story an item belongs to, None for a new one, and how alike it is to the nearest report in it."""

    story_id: int | None
    score: float


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two reports are, and from what likeness on they report the same event. Both from 0 to 1, on a scale that
    depends on what was compared."""

    score: float
    least: float
    is_by_vectors: bool = False

    @property
    def margin(self) -> float:
        """From 0, just the same event, to 1, the same text; below 0 another event. On one scale for all comparisons."""
        return (self.score - self.least) / (1 - self.least)


def place(candidate: Report, neighbours: Iterable[Neighbour], *, scale: Scale = E5_SMALL) -> Placement:
    """Where the candidate belongs. Of equally near stories the oldest; the neighbours' order does not matter."""
    in_order = sorted(neighbours, key=lambda other: (other.story_id, other.report.item_id))
    near: list[tuple[Likeness, Neighbour]] = []
    for neighbour in in_order:
        found = compare(candidate, neighbour.report, scale, cosine=neighbour.cosine)
        if found is not None and found.margin >= 0:
            near.append((found, neighbour))
    near.sort(key=lambda pair: -pair[0].margin)  # keeps the order of equals
    refused: set[int] = set()
    for found, nearest in near:
        if nearest.story_id in refused:
            continue
        if not found.is_by_vectors or _is_borne_out(candidate, nearest, in_order, scale):
            return Placement(nearest.story_id, round(found.score, 4))
        refused.add(nearest.story_id)
    return Placement(None, 0.0)


def _is_borne_out(candidate: Report, nearest: Neighbour, neighbours: Iterable[Neighbour], scale: Scale) -> bool:
    """Whether the candidate is near enough, on average, to what the story has in the language of the nearest report
    (average linkage). Across languages margins are less sure, and a story often has but one report in each."""
    language = _primary(nearest.report.language)
    margins = [
        found.margin
        for other in neighbours
        if other.story_id == nearest.story_id and _primary(other.report.language) == language
        if (found := compare(candidate, other.report, scale, cosine=other.cosine, is_thorough=True)) is not None
    ]
    return sum(margins) >= 0


def is_same_event(one: Report, other: Report, *, scale: Scale = E5_SMALL) -> bool:
    """Whether these two report the same event; the same whichever comes first."""
    found = compare(one, other, scale)
    return found is not None and found.margin >= 0


def compare(
    one: Report, other: Report, scale: Scale = E5_SMALL, *, cosine: float | None = None, is_thorough: bool = False
) -> Likeness | None:
    """How alike two reports are; None where nothing could make them one event. ``cosine``: of their vectors, where it is
    known. ``is_thorough``: texts are read even where that cannot make them one event, so that the score is exact."""
    if abs(one.reported_at - other.reported_at) > WINDOW or is_series(one, other):
        return None
    if is_copy(one.text, other.text):
        return Likeness(1.0, SAME_EVENT)
    if not (one.text and other.text) and (is_bare(one.title) or is_bare(other.title) or names_differ(one, other)):
        return None
    if cosine is None and one.vector is not None and other.vector is not None:
        cosine = _cosine(one.vector, other.vector)
    if cosine is None:
        return _by_trigrams(one, other)
    if one.text and other.text:
        return _by_vectors(one, other, scale, cosine, is_thorough)
    found = (_by_trigrams(one, other), _by_vectors(one, other, scale, cosine, is_thorough))
    return max(found, key=lambda each: each.margin)


def _by_trigrams(one: Report, other: Report) -> Likeness:
    titles = similarity(one.title, other.title)
    if not one.text or not other.text:
        return Likeness(titles, SAME_TITLE)
    leads = similarity(f"{one.title} {one.text[:LEAD]}", f"{other.title} {other.text[:LEAD]}")
    says_nothing = is_bare(one.title) or is_bare(other.title)
    return Likeness(leads if says_nothing else (titles + leads) / 2, SAME_EVENT)


def _by_vectors(one: Report, other: Report, scale: Scale, cosine: float, is_thorough: bool) -> Likeness:
    """The cosine, raised by what the openings share and lowered by days that differ, by the time between them and by a feed
    in common. Texts are read only where that can turn the scale, which it cannot for most neighbours."""
    is_one_language = _primary(one.language) == _primary(other.language)
    least, name = (scale.same, NAME) if is_one_language else (scale.abroad, NAME_ABROAD)
    apart = abs(one.reported_at - other.reported_at) / dt.timedelta(days=1)
    score = cosine - apart * DAY_APART - (SAME_FEED if one.feed_id == other.feed_id else 0)
    if is_thorough or score + MOST_NAMES * name + SAME_DAY >= least:
        looked_at = LEAD if is_one_language else BODY  # across languages names are the bridge, and worth a longer look
        ours, theirs = (traits.read(f"{each.title}. {each.text[:looked_at]}") for each in (one, other))
        score += _evidence(ours, theirs, name)
    return Likeness(max(0.0, min(1.0, score)), least, is_by_vectors=True)


def _evidence(ours: traits.Traits, theirs: traits.Traits, name: float) -> float:
    """What names and days in common add, and days that differ take away."""
    found = name * min(traits.shared_names(ours, theirs), MOST_NAMES)
    if ours.days & theirs.days:
        return found + SAME_DAY
    return found - OTHER_DAY if ours.days and theirs.days else found


def _cosine(one: Sequence[float], other: Sequence[float]) -> float:
    """Of vectors of unit length. 0 where they are none of one model."""
    found = sum(map(mul, one, other)) if len(one) == len(other) else 0.0
    return found if math.isfinite(found) else 0.0


def _primary(language: str) -> str:
    return language.partition("-")[0].lower()


def is_series(one: Report, other: Report) -> bool:
    """Numbered reports of one source ("Situation report 5", "… 6") are as many events, and so are titles that name
    different days."""
    if one.title == other.title:
        return False
    ours, theirs = traits.days(one.title), traits.days(other.title)
    if ours and theirs and not ours & theirs:
        return True
    return one.feed_id == other.feed_id and _DIGITS.sub("#", one.title) == _DIGITS.sub("#", other.title)


def is_bare(title: str) -> bool:
    """Whether a title says too little to tell an event by: "Situation report", "Sudan". Scripts without spaces may say much in
    one run of letters."""
    words = title.split()
    return len(words) < LEAST_WORDS and all(len(word) < LONG_RUN for word in words)


def names_differ(one: Report, other: Report) -> bool:
    """Whether titles in one language name people and places, and none in common: "12 killed in Nyala", "12 killed in Zalingei".
    For titles alone: texts name more."""
    if _primary(one.language) != _primary(other.language):
        return False
    ours, theirs = traits.read(one.title), traits.read(other.title)
    return ours.is_cased and theirs.is_cased and bool(ours.names and theirs.names) and not ours.names & theirs.names


def is_copy(one: str, other: str) -> bool:
    """Whether one text is next to wholly contained in the other: a reprint, with or without a line of its own."""
    shorter, longer = sorted((_runs(one), _runs(other)), key=len)
    if len(shorter) < 10:
        return False
    # Where so many are shared, one of any so few is: nearly all pairs are told apart by these.
    few = len(shorter) - math.ceil(COPY * len(shorter)) + 1
    if longer.isdisjoint(itertools.islice(shorter, few)):
        return False
    return len(shorter & longer) >= COPY * len(shorter)


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
