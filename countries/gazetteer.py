"""Finds names that point to situations in a text. Plain Python: no Django, no database, no clock.

Word boundaries hold in every script that has them; Arabic proclitics (wa-, fa-, bi-, ka-, li-, al-) may stand before a
name; Burmese, Thai, Lao, Khmer and Chinese are matched without boundaries. Where names overlap the longest wins, so that
"South Sudan" is not "Sudan" and a name that points elsewhere ("Equatorial Guinea") shields the words in it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick


@dataclass(frozen=True, slots=True)
class NameEntry:
    """One name. ``situation`` is None for a name that points elsewhere."""

    text: str
    situation: str | None
    kind: str
    is_ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class Mention:
    """A name found: offsets are code points in the text that was searched."""

    start: int
    end: int
    exact: str
    situation: str
    kind: str
    is_ambiguous: bool


def _folding() -> dict[str, str]:
    """One character to one character: lower case, Latin letters without marks, Arabic letters without variants."""
    table: dict[str, str] = {}
    for code in (*range(0x00C0, 0x0250), *range(0x1E00, 0x1F00)):
        base = unicodedata.normalize("NFD", chr(code))[0].lower()
        if len(base) == 1:
            table[chr(code)] = base
    table.update(
        {
            "’": "'",
            "‘": "'",
            "ʼ": "'",
            "‐": "-",
            "‑": "-",
            "\u00a0": " ",
            "\n": " ",
            "أ": "ا",
            "إ": "ا",
            "آ": "ا",
            "ٱ": "ا",
            "ى": "ي",
            "ی": "ي",
            "ة": "ه",
            "ک": "ك",
        }
    )
    return table


_SURROGATE = re.compile("[\ud800-\udfff]")
_FOLD = _folding()
#: Characters without weight in a name: combining marks of Latin and Arabic, tatweel, zero-width and bidi controls.
_DROPPED = {
    *map(chr, range(0x0300, 0x0370)),
    *map(chr, range(0x064B, 0x0660)),
    *map(chr, (0x0670, 0x0640, 0x00AD, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF)),
    *map(chr, range(0x202A, 0x202F)),
    *map(chr, range(0x2066, 0x206A)),
}
# Most letters fold to themselves: a compiled search for the others is several times faster than str.translate.
_FOLDED = re.compile(f"[{re.escape(''.join(_FOLD))}]")
_ANY_DROPPED = re.compile(f"[{re.escape(''.join(sorted(_DROPPED)))}]")
_PROCLITICS = {
    clitics + article
    for clitics in ("", "و", "ف", "ب", "ك", "ل", "وب", "ول", "وك", "فب", "فل")
    for article in ("", "ال")
} | {"لل", "ولل", "فلل"}


def fold(text: str) -> tuple[str, list[int] | None]:
    """The text as it is compared, and where each of its characters stood (None: nowhere else than here)."""
    if _ANY_DROPPED.search(text):
        offsets = [index for index, char in enumerate(text) if char not in _DROPPED]
        text = "".join(text[index] for index in offsets)
    else:
        offsets = None
    lowered = text.lower()
    if len(lowered) != len(text):  # "İ" and a few others grow; keep their length
        lowered = "".join(char.lower()[0] for char in text)
    return _FOLDED.sub(lambda match: _FOLD[match.group()], lowered), offsets


def _has_no_word_breaks(char: str) -> bool:
    code = ord(char)
    return (
        0x0E00 <= code <= 0x0EFF  # Thai, Lao
        or 0x1000 <= code <= 0x109F  # Burmese
        or 0x1780 <= code <= 0x17FF  # Khmer
        or 0x3040 <= code <= 0x30FF  # Kana
        or 0x3400 <= code <= 0x9FFF  # Chinese
    )


def _is_arabic(char: str) -> bool:
    return "\u0600" <= char <= "\u06ff"


def _in_word(char: str) -> bool:
    return char.isalnum() or unicodedata.category(char) in {"Mn", "Mc"}


class Gazetteer:
    """An automaton over all names. Built once, read by many; building costs about a millisecond per thousand names."""

    def __init__(self, names: Iterable[NameEntry]) -> None:
        self._entries: list[list[NameEntry]] = []
        patterns: dict[str, int] = {}
        for entry in names:
            pattern = fold(entry.text.strip())[0]
            if _is_arabic(pattern[:1] or " ") and pattern.startswith("ال") and len(pattern) > 4:
                pattern = pattern[2:]  # the article is one of the proclitics
            if not pattern:
                continue
            if pattern not in patterns:
                patterns[pattern] = len(self._entries)
                self._entries.append([])
            self._entries[patterns[pattern]].append(entry)
        self._automaton = AhoCorasick(list(patterns)) if patterns else None

    def find(self, text: str) -> tuple[Mention, ...]:
        """Mentions in order of appearance. A name that several situations share yields one mention for each."""
        if self._automaton is None or not text:
            return ()
        folded, offsets = fold(_SURROGATE.sub("\ufffd", text))
        hits = [
            hit
            for hit in self._automaton.find_matches_as_indexes(folded, overlapping=True)
            if self._stands_alone(folded, hit[1], hit[2])
        ]
        hits.sort(key=lambda hit: (hit[1], -hit[2]))
        mentions: list[Mention] = []
        reached = 0
        for pattern, start, end in hits:
            if start < reached:
                continue
            reached = end
            first, last = (start, end - 1) if offsets is None else (offsets[start], offsets[end - 1])
            mentions.extend(
                Mention(first, last + 1, text[first : last + 1], entry.situation, entry.kind, entry.is_ambiguous)
                for entry in self._entries[pattern]
                if entry.situation is not None
            )
        return tuple(mentions)

    @staticmethod
    def _stands_alone(text: str, start: int, end: int) -> bool:
        first, last = text[start], text[end - 1]
        if not _has_no_word_breaks(last) and end < len(text) and _in_word(text[end]):
            return False
        if _has_no_word_breaks(first) or start == 0 or not _in_word(text[start - 1]):
            return True
        if not _is_arabic(first):
            return False
        before = start
        while before > 0 and start - before < 5 and _in_word(text[before - 1]):
            before -= 1
        return text[before:start] in _PROCLITICS and (before == 0 or not _in_word(text[before - 1]))


def situations_of(mentions: Sequence[Mention]) -> tuple[str, ...]:
    """Situations mentioned, in order of first appearance."""
    return tuple(dict.fromkeys(mention.situation for mention in mentions))
