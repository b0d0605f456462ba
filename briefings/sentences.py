"""Sentences and words of plain text in any of the catalogue's scripts. Plain Python: reads no database.

Good enough to quote a lead and to count words; it does not try to be a linguist.
"""

from __future__ import annotations

import re

#: A full stop of some script with the quotation marks that close behind it, then white space or the end.
_END = re.compile(r"[.!?؟۔።။।。！？]+[\"'”’»)\]]*(?=\s|$)")
#: What ends in a full stop without ending a sentence.
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:[A-ZÀ-Þ]|Mr|Mrs|Ms|Dr|Gen|Col|Lt|Capt|Sgt|St|No|vs|etc|approx|M|MM|Mme|Mlle|env|art|p)\.$"
)
_WORD = re.compile(r"\w", re.UNICODE)
#: A dateline such as "Bangui, 5 December." is no lead.
_LEAST_LEAD = 40


def count_words(text: str) -> int:
    """Words as a reader counts them: runs without white space that hold a letter or a digit."""
    return sum(1 for run in text.split() if _WORD.search(run))


def spans(text: str) -> list[tuple[int, int]]:
    """Where each sentence begins and ends, without the white space between them. Line breaks in pairs end one too."""
    found: list[tuple[int, int]] = []
    for paragraph in re.finditer(r"(?:(?!\n\s*\n).)+", text, re.DOTALL):
        start = paragraph.start()
        for end in _END.finditer(text, paragraph.start(), paragraph.end()):
            if not _ABBREVIATION.search(text[start : end.start() + 1]):
                found.append((start, end.end()))
                start = end.end()
        found.append((start, paragraph.end()))
    return [_trimmed(text, start, end) for start, end in found if text[start:end].strip()]


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in spans(text)]


def lead(text: str, *, most_words: int) -> tuple[int, int, bool]:
    """Where the first sentence worth quoting stands, and whether it had to be cut to ``most_words``.

    Raises ValueError where the text has no word in it.
    """
    found = spans(text)
    if not found or not count_words(text):
        raise ValueError("no word to quote")
    start, end = next(((s, e) for s, e in found if e - s >= _LEAST_LEAD), found[0])
    words = list(re.finditer(r"\S+", text[start:end]))
    if len(words) <= most_words:
        return start, end, False
    # Cut behind a comma or the like in the second half, where there is one.
    for word in reversed(words[most_words // 2 : most_words]):
        if word.group()[-1] in ",;:،؛":
            return start, start + word.end() - 1, True
    return start, start + words[most_words - 1].end(), True


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
