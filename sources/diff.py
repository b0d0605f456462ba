"""What changed between two texts, word by word, in any script. Pure.

Words are runs of letters with their marks; where a script writes no spaces between words (Burmese, Thai, Khmer, Lao,
Chinese, Japanese …) each letter with its marks is taken for one. Words that occur once in both texts are the anchors (as in
Bram Cohen's patience diff), and difflib compares what lies between, as long as the work for the whole stays within a
bound: what would take longer is shown as replaced. So texts of 200,000 characters take a second or two at most, whoever
wrote them.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from functools import lru_cache
from itertools import accumulate

from sources.display import HIDDEN

#: Comparisons of two words that one diff may cost at most, counted so that it is never more.
_MOST_WORK = 8_000_000
#: What stays the same between two changes is taken for changed too where it is shorter than both and than this: one
#: sentence that was written anew is not a dozen words with the same commas between.
_SHORT = 40


class Kind(StrEnum):
    SAME = "same"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Run:
    """Some text that is in both, only in the older or only in the newer one."""

    kind: Kind
    text: str


@dataclass(slots=True)
class _Change:
    """``a[i:j]`` became ``b[k:m]``."""

    i: int
    j: int
    k: int
    m: int


def diff(older: str, newer: str) -> tuple[Run, ...]:
    """Runs in reading order, what went before what came. Those that are not new make up the older text exactly, those
    that are not gone the newer."""
    a, b = words(older), words(newer)
    return tuple(_runs(a, b, _tidied(a, b, _changes(a, b))))


def words(text: str) -> list[str]:
    """The text in pieces that are compared as wholes; joined they are the text."""
    return _pieces().findall(text)


@lru_cache(maxsize=1)
def _pieces() -> re.Pattern[str]:
    """A letter of an unspaced script with its marks, a run of other letters and marks, white space, or one other."""
    marks = _ranges(code for code in range(0x300, 0x1F000) if unicodedata.category(chr(code))[0] == "M")
    joiners = "\u00ad\u200c\u200d\u2060"
    unspaced = (
        "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1950-\u19ff\u1a20-\u1aaf\uaa60-\uaa7f"
        "\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
    )
    inside = rf"(?:(?![{unspaced}])[\w{marks}{joiners}]|['’ʼ](?=\w))"
    return re.compile(
        rf"[{unspaced}](?:[{marks}{joiners}]|(?<=\u1039)[{unspaced}])*|\w{inside}*|\s+|(?:{HIDDEN}|.)[{marks}]*",
        re.DOTALL,
    )


def _ranges(codes: Iterator[int]) -> str:
    """Code points as the inside of a character class."""
    parts: list[list[int]] = []
    for code in codes:
        if parts and parts[-1][1] == code - 1:
            parts[-1][1] = code
        else:
            parts.append([code, code])
    return "".join(f"{re.escape(chr(first))}-{re.escape(chr(last))}" for first, last in parts)


# ------------------------------------------------------------------------------------------------ what changed
def _changes(a: Sequence[str], b: Sequence[str]) -> list[_Change]:
    """In reading order. A stretch is split at its anchors until none is left, then compared."""
    found: list[_Change] = []
    work = _MOST_WORK
    stretches = [_Change(0, len(a), 0, len(b))]
    while stretches:
        stretch = _trimmed(a, b, stretches.pop())
        olds, news = a[stretch.i : stretch.j], b[stretch.k : stretch.m]
        if not olds and not news:
            continue
        work -= len(olds) + len(news)
        anchors = _anchors(olds, news, most=work) if olds and news else []
        if anchors:
            stretches += reversed(_split(stretch, anchors))
            continue
        cost = _cost(olds, news)
        if cost <= work:
            work -= cost
            found += _compared(olds, news, stretch)
        else:
            found.append(stretch)
    return found


def _trimmed(a: Sequence[str], b: Sequence[str], stretch: _Change) -> _Change:
    """Without what both begin and end with."""
    i, j, k, m = stretch.i, stretch.j, stretch.k, stretch.m
    while i < j and k < m and a[i] == b[k]:
        i, k = i + 1, k + 1
    while i < j and k < m and a[j - 1] == b[m - 1]:
        j, m = j - 1, m - 1
    return _Change(i, j, k, m)


def _anchors(olds: Sequence[str], news: Sequence[str], *, most: int) -> list[tuple[int, int]]:
    """Where both are the same for certain: at words, else at three words in a row, that occur once in each."""
    if most < 0:
        return []
    if found := _in_order(olds, news):
        return found
    return _in_order(_threes(olds), _threes(news)) if _cost(olds, news) > most else []


def _threes(of: Sequence[str]) -> list[str]:
    """Each word with the two that follow, and what stands between."""
    return ["\0".join(of[place : place + 5]) for place in range(len(of) - 4)]


def _in_order(olds: Sequence[str], news: Sequence[str]) -> list[tuple[int, int]]:
    """Places of what occurs once in each, of them the longest row that is in the same order in both."""
    old_counts, new_counts = Counter(olds), Counter(news)
    places = {word: place for place, word in enumerate(news) if new_counts[word] == 1}
    pairs = [(place, places[word]) for place, word in enumerate(olds) if old_counts[word] == 1 and word in places]
    ends: list[int] = []  # the smallest place in ``news`` at which a row of that length ends
    lengths = []
    for _, new in pairs:
        length = bisect_left(ends, new)
        ends[length : length + 1] = [new]
        lengths.append(length)
    row: list[tuple[int, int]] = []
    wanted = len(ends) - 1
    for pair, length in zip(reversed(pairs), reversed(lengths), strict=True):
        if length == wanted and (not row or pair[1] < row[-1][1]):
            row.append(pair)
            wanted -= 1
    return row[::-1]


def _split(stretch: _Change, anchors: Sequence[tuple[int, int]]) -> list[_Change]:
    parts = []
    i, k = stretch.i, stretch.k
    for old, new in anchors:
        parts.append(_Change(i, stretch.i + old, k, stretch.k + new))
        i, k = stretch.i + old + 1, stretch.k + new + 1
    return [*parts, _Change(i, stretch.j, k, stretch.m)]


def _cost(olds: Sequence[str], news: Sequence[str]) -> int:
    """What difflib may need at most: each pair of equal words, in each of its searches."""
    counts = Counter(news)
    pairs = sum(counts[word] for word in olds)
    return (pairs + len(olds)) * (2 * min(len(olds), len(news)) + 1)


def _compared(olds: Sequence[str], news: Sequence[str], stretch: _Change) -> Iterator[_Change]:
    codes = SequenceMatcher(None, olds, news, autojunk=False).get_opcodes()
    for tag, i, j, k, m in codes:
        if tag != "equal":
            yield _Change(stretch.i + i, stretch.i + j, stretch.k + k, stretch.k + m)


# ------------------------------------------------------------------------------------------------ for reading
def _tidied(a: Sequence[str], b: Sequence[str], changes: Sequence[_Change]) -> list[_Change]:
    """Fewer and longer changes, where little stayed the same in between."""
    old_at = list(accumulate(map(len, a), initial=0))
    new_at = list(accumulate(map(len, b), initial=0))

    def size(change: _Change) -> int:
        return max(old_at[change.j] - old_at[change.i], new_at[change.m] - new_at[change.k])

    kept: list[_Change] = []
    for change in changes:
        now = change
        while kept:
            same = old_at[now.i] - old_at[kept[-1].j]
            if same >= _SHORT or same > min(size(kept[-1]), size(now)):
                break
            last = kept.pop()
            now = _Change(last.i, now.j, last.k, now.m)
        kept.append(now)
    return kept


def _runs(a: Sequence[str], b: Sequence[str], changes: Sequence[_Change]) -> Iterator[Run]:
    at = 0
    for change in [*changes, _Change(len(a), len(a), len(b), len(b))]:
        for kind, text in (
            (Kind.SAME, "".join(a[at : change.i])),
            (Kind.GONE, "".join(a[change.i : change.j])),
            (Kind.NEW, "".join(b[change.k : change.m])),
        ):
            if text:
                yield Run(kind, text)
        at = change.j
