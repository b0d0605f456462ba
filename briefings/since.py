"""What one edition says that another did not: claims that are new, changed, gone. Pure: two Documents in, a value out.

Claims have other ids in every edition, so they are told again by what they rest on and by their words: first the same
words, then the most words in common among those of one section. A claim that says the same of other sources has changed.
"""

from __future__ import annotations

import dataclasses
import re
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from briefings.render.document import Claim, Document
from sources.diff import Run, diff

#: In reading order, as the brief prints them.
SECTIONS = ("what_changed", "key_developments", "local_perspective", "actors", "engaged", "options")
#: Texts that stand alone, in reading order.
TEXTS = ("bottom_line", "likelihood", "confidence", "assessment", "alternative", "unknown")
#: Values of a vocabulary: shown as they were and are.
VALUES = ("trend", "level")
#: Share of their words (Jaccard) that two claims must have in common to be one claim that was changed.
_ALIKE = 0.4


class State(StrEnum):
    SAME = "same"
    NEW = "new"
    CHANGED = "updated"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class ClaimChange:
    """One claim of either edition. ``now`` is None where it is gone, ``then`` where it is new."""

    section: str
    state: State
    now: Claim | None
    then: Claim | None
    runs: tuple[Run, ...] = ()

    @property
    def claim(self) -> Claim:
        return typing.cast(Claim, self.now or self.then)


@dataclass(frozen=True, slots=True)
class TextChange:
    """A text or value of the head or the assessment that is another now."""

    name: str
    then: str
    now: str
    runs: tuple[Run, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """``then`` and ``now`` side by side; ``claims`` holds all claims of both in the order of ``now``, gone ones last in
    their section; ``texts`` and ``values`` only what is different."""

    then: Document
    now: Document
    texts: tuple[TextChange, ...]
    values: tuple[TextChange, ...]
    claims: tuple[ClaimChange, ...]

    @property
    def changed_claims(self) -> tuple[ClaimChange, ...]:
        return tuple(each for each in self.claims if each.state is not State.SAME)

    @property
    def gone(self) -> tuple[ClaimChange, ...]:
        return tuple(each for each in self.claims if each.state is State.GONE)

    @property
    def is_same(self) -> bool:
        return not (self.texts or self.values or self.changed_claims)

    @property
    def is_of_one_edition(self) -> bool:
        """Whether both are versions of one edition: then each word that moved is of interest."""
        return (self.then.date, self.then.kind, self.then.sequence) == (self.now.date, self.now.kind, self.now.sequence)

    def count(self, state: State) -> int:
        return sum(each.state is state for each in self.claims)


def compare(then: Document, now: Document) -> Comparison:
    """What ``now`` says against ``then``."""
    return Comparison(
        then,
        now,
        texts=tuple(_texts(then, now)),
        values=tuple(
            TextChange(name, str(getattr(then, name)), str(getattr(now, name)))
            for name in VALUES
            if getattr(then, name) != getattr(now, name)
        ),
        claims=tuple(
            change for name in SECTIONS for change in _section(name, getattr(then, name), getattr(now, name), then, now)
        ),
    )


def marked(comparison: Comparison) -> Document:
    """``now`` with the change marks that hold against ``then`` instead of its own. For showing only: it is not signed."""
    marks = {
        each.now.id: each.state.value if each.state in {State.NEW, State.CHANGED} else ""
        for each in comparison.claims
        if each.now is not None
    }
    claims: dict[str, Any] = {
        name: tuple(dataclasses.replace(claim, mark=marks[claim.id]) for claim in getattr(comparison.now, name))
        for name in SECTIONS
    }
    return dataclasses.replace(comparison.now, **claims)


def _texts(then: Document, now: Document) -> Iterator[TextChange]:
    for name in TEXTS:
        old, new = getattr(then, name), getattr(now, name)
        if old != new:
            yield TextChange(name, old, new, diff(old, new))


def _section(
    name: str, olds: tuple[Claim, ...], news: tuple[Claim, ...], then: Document, now: Document
) -> Iterator[ClaimChange]:
    pairs = _paired(olds, news)
    for position, claim in enumerate(news):
        if position not in pairs:
            yield ClaimChange(name, State.NEW, claim, None)
            continue
        old = olds[pairs[position]]
        is_same = (
            _said(old) == _said(claim) and _rests_on(old, then) == _rests_on(claim, now) and old.label == claim.label
        )
        runs = () if is_same else diff(_words(old), _words(claim))
        yield ClaimChange(name, State.SAME if is_same else State.CHANGED, claim, old, runs)
    for position, claim in enumerate(olds):
        if position not in pairs.values():
            yield ClaimChange(name, State.GONE, None, claim)


def _paired(olds: tuple[Claim, ...], news: tuple[Claim, ...]) -> dict[int, int]:
    """Position of the older claim by that of the newer, the likest pairs first, each claim in one pair."""
    likeness = [
        (_alike(old, new), -j, -i)
        for i, old in enumerate(olds)
        for j, new in enumerate(news)
        if _alike(old, new) >= _ALIKE
    ]
    pairs: dict[int, int] = {}
    for _, j, i in sorted(likeness, reverse=True):
        if -j not in pairs and -i not in pairs.values():
            pairs[-j] = -i
    return pairs


def _alike(old: Claim, new: Claim) -> float:
    if _words(old) == _words(new):
        return 2.0  # before all that is only alike
    a, b = _bag(old), _bag(new)
    return len(a & b) / len(a | b) if a | b else 0.0


def _bag(claim: Claim) -> set[str]:
    return set(re.findall(r"\w+", _words(claim).casefold()))


def _words(claim: Claim) -> str:
    return "\n".join(part for part in (claim.name, claim.headline, claim.text, claim.risk) if part)


def _said(claim: Claim) -> tuple[str, ...]:
    return (claim.name, claim.role, claim.attribution, claim.headline, claim.text, claim.risk)


def _rests_on(claim: Claim, document: Document) -> frozenset[tuple[str, str]]:
    """The passages of a claim, by the hash of their text and their words: numbers of sources differ between editions."""
    return frozenset((document.source(passage.source).sha256, passage.exact) for passage in claim.passages)
