"""What a person typed into the search, as words to look for. Pure; every text is understood as something.

Words stand for all of them; ``"a phrase"`` for words next to each other, ``-word`` for its absence, ``OR`` between two for
one of them, ``*part*`` for a part of a word in languages that have no stemmer.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum

from sources import words

MAX_LENGTH = 500
MAX_WORDS = 16
#: A trigram needs three characters; of two, every entry of the stretch would have to be read.
_LEAST_PART = 3
PAGE = 30

_TERM = re.compile(r'(-?)(?:"([^"]*)("?)|([^\s"]+))')


class Note(StrEnum):
    """What of a query was left out, or understood in a way that may surprise."""

    CUT = "cut"
    TOO_MANY_WORDS = "too_many_words"
    UNCLOSED = "unclosed"
    NO_WORDS = "no_words"
    ONLY_ABSENT = "only_absent"
    COMMON_WORDS = "common_words"
    CURSOR = "cursor"


class State(StrEnum):
    """Where an item stands in the library."""

    FULL_TEXT = "full_text"
    FAILED = "failed"
    REVISED = "revised"
    COPY = "copy"
    IN_STORY = "in_story"


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for. ``text`` is as a person types it; what is empty or None filters nothing.
    ``source`` is a part of a publisher's or a feed's name. ``since`` and, not included, ``until`` bound when an item was
    reported. ``cursor`` is a page's ``older`` or ``newer``."""

    text: str = ""
    source: str = ""
    feed: int | None = None
    kind: str = ""
    language: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    states: frozenset[State] = frozenset()
    cursor: str = ""
    size: int = PAGE


@dataclass(frozen=True, slots=True)
class Term:
    """One word, or several that stand next to each other. ``is_part``: its one word may be inside of a longer one."""

    words: tuple[str, ...]
    is_absent: bool = False
    is_part: bool = False

    @property
    def is_stemmed(self) -> bool:
        return not self.is_part and all(words.is_stemmed(word) for word in self.words)

    def __str__(self) -> str:
        text = " ".join(self.words)
        text = f"*{text}*" if self.is_part else f"“{text}”" if len(self.words) > 1 else text
        return f"−{text}" if self.is_absent else text


@dataclass(frozen=True, slots=True)
class Asked:
    """Alternatives, each of terms that all have to hold."""

    alternatives: tuple[tuple[Term, ...], ...] = ()
    notes: tuple[Note, ...] = ()

    def __str__(self) -> str:
        return " OR ".join(" ".join(str(term) for term in terms) for terms in self.alternatives)

    @property
    def words(self) -> tuple[str, ...]:
        """The words that are looked for, each once."""
        terms = [term for terms in self.alternatives for term in terms if not term.is_absent]
        return tuple(dict.fromkeys(word for term in terms for word in term.words))

    @property
    def grams(self) -> tuple[str, ...]:
        """The words that are looked for by their trigrams."""
        terms = [term for terms in self.alternatives for term in terms if not term.is_absent and not term.is_stemmed]
        return tuple(dict.fromkeys(word for term in terms for word in term.words))

    @property
    def is_stemmed(self) -> bool:
        """Whether words alone answer it, without trigrams."""
        return all(term.is_stemmed for terms in self.alternatives for term in terms)


def understand(text: str) -> Asked:
    """The query, whatever was typed: what cannot be looked for is left out and noted."""
    notes: list[Note] = [Note.CUT] if len(text) > MAX_LENGTH else []
    alternatives: list[list[Term]] = [[]]
    number = 0
    for match in _TERM.finditer(text[:MAX_LENGTH]):
        minus, phrase, closing, bare = match.groups()
        if bare in {"OR", "|"} and not minus:
            alternatives.append([])
            continue
        if phrase is not None and not closing:
            notes.append(Note.UNCLOSED)
        term = _term(bare if phrase is None else phrase, is_absent=bool(minus), is_bare=phrase is None)
        if term is None:
            continue
        number += len(term.words)
        if number > MAX_WORDS:
            notes.append(Note.TOO_MANY_WORDS)
            break
        alternatives[-1].append(term)
    return _with_notes(text, [tuple(terms) for terms in alternatives if terms], notes)


def _with_notes(text: str, alternatives: list[tuple[Term, ...]], notes: list[Note]) -> Asked:
    present = [terms for terms in alternatives if not all(term.is_absent for term in terms)]
    if alternatives and len(present) < len(alternatives) and len(alternatives) > 1:
        notes.append(Note.ONLY_ABSENT)
        alternatives = present
    if not alternatives and text.strip():
        notes.append(Note.NO_WORDS)
    return Asked(tuple(alternatives), tuple(dict.fromkeys(notes)))


def _term(text: str, *, is_absent: bool, is_bare: bool) -> Term | None:
    found = tuple(words.folded(text).split())
    if not found:
        return None
    is_part = is_bare and len(found) == 1 and "*" in (text[0], text[-1]) and len(found[0]) >= _LEAST_PART
    return Term(found, is_absent=is_absent, is_part=is_part)
