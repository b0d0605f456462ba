"""How often words of likelihood came true. Pure: resolved statements in, figures out.

A term stands for a band of chances (ICD 203). Its band is kept where the share that came true lies in it; the interval
says how little a few cases prove. The Brier score is the mean squared difference between the chance said, the middle of
the band, and what happened, 1 or 0 (Brier 1950, doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2): 0 is perfect,
0.25 is what somebody gets who always says one half.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from countries.shares import wilson

#: The chances that each term stands for, least likely first: ICD 203, section D.6.e.(2)(a).
BANDS = ((0.01, 0.05), (0.05, 0.20), (0.20, 0.45), (0.45, 0.55), (0.55, 0.80), (0.80, 0.95), (0.95, 0.99))
#: With fewer resolved statements a share is not printed on an edition.
ENOUGH = 10


@dataclass(frozen=True, slots=True)
class Outcome:
    """One resolved statement: the place of its term in the scale, 0 to 6, and whether it came true."""

    term: int
    came_true: bool


@dataclass(frozen=True, slots=True)
class Score:
    """Figures of one term, or of all together (``term`` is None). Shares and chances are from 0 to 1."""

    term: int | None
    resolved: int
    came_true: int
    brier: float | None  # None without a resolved statement

    @property
    def share(self) -> float | None:
        return self.came_true / self.resolved if self.resolved else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """95 % score interval (Wilson) of the share; None without a resolved statement."""
        return wilson(self.came_true, self.resolved)

    @property
    def is_few(self) -> bool:
        return self.resolved < ENOUGH


def scores(outcomes: Iterable[Outcome]) -> tuple[Score, ...]:
    """One score for each of the seven terms, least likely first."""
    found = list(outcomes)
    return tuple(_score(term, [each for each in found if each.term == term]) for term in range(len(BANDS)))


def total(outcomes: Iterable[Outcome]) -> Score:
    """All terms together. Their shares differ by design, so what counts here is the Brier score."""
    return _score(None, list(outcomes))


def chance(term: int) -> float:
    """The middle of the term's band."""
    low, high = BANDS[term]
    return (low + high) / 2


def _score(term: int | None, outcomes: list[Outcome]) -> Score:
    squares = [(chance(each.term) - each.came_true) ** 2 for each in outcomes]
    brier = sum(squares) / len(squares) if squares else None
    return Score(term, len(outcomes), sum(each.came_true for each in outcomes), brier)
