"""The words that were looked for, marked in a title and in the part of a text around them. Pure; nothing is escaped here."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sources.words import words

LENGTH = 200
_BEFORE = 60


@dataclass(frozen=True, slots=True)
class Part:
    """A run of characters, and whether it was looked for."""

    text: str
    is_match: bool = False


def mark(
    title: str, text: str, numbers: frozenset[int], grams: Sequence[str]
) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """Title and text, each cut where ``spans`` finds a word."""
    found, end = spans(f"{title}\n{text}", numbers, grams), len(title)
    in_text = [(start - end - 1, stop - end - 1) for start, stop in found if start > end]
    return tuple(_cut(title, [span for span in found if span[1] <= end])), tuple(_cut(text, in_text))


def spans(whole: str, numbers: frozenset[int], grams: Sequence[str]) -> list[tuple[int, int]]:
    """Where words stand whose number (from one) is among ``numbers``, and what is one of ``grams`` inside of others."""
    last = max(numbers, default=0)
    found: list[tuple[int, int]] = []
    for number, (word, start, end) in enumerate(words(whole), start=1):
        if number in numbers:
            found.append((start, end))
        elif grams:
            found += _inside(word, start, end, grams)
        elif number >= last:
            break
    return found


def around(parts: Sequence[Part]) -> tuple[Part, ...]:
    """At most about ``LENGTH`` characters around the first matches, cut at spaces where there are some; the beginning where
    nothing matches."""
    text = "".join(part.text for part in parts)
    if len(text) <= LENGTH:
        return tuple(parts)
    starts, position = [], 0
    for part in parts:
        if part.is_match:
            starts.append(position)
        position += len(part.text)
    start = _densest(starts) if starts else 0
    first = _after_space(text, max(0, start - _BEFORE), start)
    last = _before_space(text, first + LENGTH)
    shown = [*_window(parts, first, last)]
    before, after = [Part("…\u00a0")] if first else [], [Part("\u00a0…")] if last < len(text) else []
    return (*before, *shown, *after)


def _inside(word: str, start: int, end: int, grams: Iterable[str]) -> list[tuple[int, int]]:
    """Where the first of ``grams`` stands in a folded word; all of the word where folding changed its length."""
    for gram in grams:
        if (place := word.find(gram)) >= 0:
            is_same = len(word) == end - start
            return [(start + place, start + place + len(gram)) if is_same else (start, end)]
    return []


def _cut(text: str, spans: Iterable[tuple[int, int]]) -> Iterable[Part]:
    position = 0
    for start, end in spans:
        if start > position:
            yield Part(text[position:start])
        yield Part(text[start:end], is_match=True)
        position = end
    if position < len(text):
        yield Part(text[position:])


def _densest(starts: Sequence[int]) -> int:
    """The match from which on the most others are in view; the first of these."""
    return max(
        starts, key=lambda start: (bisect_right(starts, start + LENGTH - _BEFORE) - bisect_left(starts, start), -start)
    )


def _after_space(text: str, start: int, match: int) -> int:
    space = text.find(" ", start, match) if start else -1
    return start if space < 0 else space + 1


def _before_space(text: str, end: int) -> int:
    space = text.rfind(" ", end - 40, end) if end < len(text) else -1
    return min(end, len(text)) if space < 0 else space


def _window(parts: Iterable[Part], first: int, last: int) -> Iterable[Part]:
    position = 0
    for part in parts:
        start, end = max(first - position, 0), min(last - position, len(part.text))
        if start < end:
            yield Part(part.text[start:end], part.is_match)
        position += len(part.text)
