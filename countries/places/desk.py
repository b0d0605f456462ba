"""A desk's own names, as it curates them, ready to be found. Plain Python: who keeps them is told elsewhere.

A name of the desk's takes the place of what the world says of the same words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick

from countries.places.boundaries import stands_alone, with_article
from countries.places.fold import fold_name
from countries.places.inflect import forms
from countries.places.senses import Found, Kind, Referent, Senses
from countries.places.world import is_cased, world

_KINDS = {
    "country": Kind.COUNTRY,
    "people": Kind.PEOPLE,
    "capital": Kind.CAPITAL,
    "place": Kind.REGION,
    "person": Kind.PERSON,
    "group": Kind.GROUP,
}
#: A desk's name is as sure of its meaning as the name of a country.
_DESK_SIZE = 200


@dataclass(frozen=True, slots=True)
class DeskName:
    """A name that a desk curates. ``subject`` is what it points to; empty for a name that shields its words."""

    text: str
    subject: str
    kind: str
    language: str = ""
    is_ambiguous: bool = False


class DeskNames:
    """An automaton over a desk's names. Built once, read by many; some milliseconds for each thousand names."""

    def __init__(self, names: Iterable[DeskName] = ()) -> None:
        self._entries: dict[str, set[tuple[Referent, str]]] = {}
        for name in filter(_says_something_new, names):
            kind = _KINDS.get(name.kind, Kind.REGION)
            referent = Referent(name.subject, "", _DESK_SIZE, kind, name.is_ambiguous)
            for form in forms(name.text.strip(), language=name.language, kind=name.kind):
                for folded in filter(None, with_article(fold_name(form), is_people=kind == Kind.PEOPLE)):
                    self._entries.setdefault(folded, set()).add((referent, _how_written(form, kind)))
        self._patterns = list(self._entries)
        self._automaton = AhoCorasick(self._patterns) if self._patterns else None

    def find(self, kept: str, folded: str) -> Iterator[Found]:
        """Each of the desk's names that stands alone, overlaps included."""
        if self._automaton is None:
            return
        length = len(folded)
        for number, start, end in self._automaton.find_matches_as_indexes(folded, overlapping=True):
            if end < length and folded[end].isascii() and folded[end].isalpha():
                continue  # most are part of a longer word
            if stands_alone(folded, start, end):
                entries = self._entries[self._patterns[number]]
                fitting = {
                    referent
                    for referent, written in entries
                    if kept.startswith(written, start) or (written == "A" and kept[start].isupper())
                }
                if fitting:
                    yield Found(start, end, Senses(tuple(sorted(fitting))))


def _says_something_new(name: DeskName) -> bool:
    """Whether the world's names leave it unsaid. They know more: that Chad is a given name, that Georgia is a state too."""
    known = world().senses(fold_name(name.text))
    if known is None or known.whole is None or name.is_ambiguous or name.kind not in {"country", "people"}:
        return True
    first = known.whole.referents[0]
    return (first.country, first.kind) != (name.subject, _KINDS.get(name.kind))


def _how_written(name: str, kind: Kind) -> str:
    """What a name must look like in a text: an abbreviation as it is, a proper name with a capital ("A"), else any way."""
    if name.isupper() and len(name) < 6 and is_cased(name[0]):
        return name
    return "A" if name[:1].isupper() and is_cased(name[0]) and kind != Kind.PEOPLE else ""
