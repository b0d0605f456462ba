"""What the queue shows of one item: its paragraphs, cut where the evidence of a suggestion stands. Plain Python."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of characters, and whether it is evidence."""

    text: str
    is_evidence: bool


def segments(text: str, spans: Sequence[tuple[int, int]], *, offset: int = 0) -> tuple[Segment, ...]:
    """``text`` cut at ``spans`` (code points, counted from ``offset`` before it). Spans outside are ignored."""
    found: list[Segment] = []
    position = 0
    for first, last in sorted(spans):
        start, end = max(first - offset, position), min(last - offset, len(text))
        if start >= end:
            continue
        if start > position:
            found.append(Segment(text[position:start], is_evidence=False))
        found.append(Segment(text[start:end], is_evidence=True))
        position = end
    if position < len(text):
        found.append(Segment(text[position:], is_evidence=False))
    return tuple(found)


def paragraphs(text: str, spans: Sequence[tuple[int, int]], *, offset: int) -> Iterator[tuple[Segment, ...]]:
    """The paragraphs of ``text`` (parted by blank lines), each cut at ``spans``."""
    for match in re.finditer(r"(?s)\S.*?(?=\n\s*\n|\Z)", text):
        yield segments(match.group().rstrip(), spans, offset=offset + match.start())
