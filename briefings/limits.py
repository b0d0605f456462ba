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
#: What cannot run over to page 2: bottom line, likelihood, confidence, what changed, headlines of developments.
PAGE_ONE = 350
#: The whole brief by kind, without the annex of sources.
WHOLE = {"routine": 900, "flash": 200, "quiet": 120}
