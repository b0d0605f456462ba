"""How long each section may be. One place for the lint, the editor's counters and the method page. Plain Python."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """Most entries of a section, most words of one entry, most words of the whole section; 0 is no limit."""

    entries: int = 0
    words_each: int = 0
    words: int = 0


LIMITS = {
    "bottom_line": Limit(words=45),
    "what_changed": Limit(entries=5, words_each=30),
    "key_developments": Limit(entries=4, words_each=70),
    "triggers": Limit(entries=6),
    "calendar": Limit(entries=5),
    "assessment": Limit(words=120),
    "alternative": Limit(words=40),
    "signs": Limit(entries=3),
    "local_perspective": Limit(words=80),
    "actors": Limit(entries=5),
    "engaged": Limit(entries=5),
    "options": Limit(entries=3, words_each=60),
    "unknown": Limit(words=60),
}
_ALL = frozenset(LIMITS) | {"triggers", "likelihood", "confidence"}
#: The sections that an edition of each kind has. A flash is short: bottom line, one development, a short assessment, what
#: we do not know, sources.
SECTIONS = {
    "routine": _ALL,
    "quiet": _ALL,
    "flash": frozenset({"bottom_line", "likelihood", "confidence", "key_developments", "assessment", "unknown"}),
}
#: Most entries of a section where the kind allows fewer than usual, and most words of a section.
ENTRIES: dict[str, dict[str, int]] = {"routine": {}, "quiet": {}, "flash": {"key_developments": 1}}
WORDS: dict[str, dict[str, int]] = {"routine": {}, "quiet": {}, "flash": {"assessment": 60}}
#: What cannot run over to page 2: bottom line, likelihood, confidence, what changed, headlines of developments.
PAGE_ONE = 350
#: The whole brief by kind, without the annex of sources.
WHOLE = {"routine": 900, "flash": 200, "quiet": 120}
