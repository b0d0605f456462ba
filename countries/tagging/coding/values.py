"""What coding a text yields. Pure values; a scheme and a code name a term of our vocabularies."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Scheme(StrEnum):
    """The vocabularies that texts are coded with, by the code of their Scheme row."""

    INDICATOR = "un-framework"
    EVENT = "event-type"
    PERPETRATOR = "perpetrator-kind"
    TARGET = "target-basis"
    HARM = "harm-kind"
    FRAME = "frame"


@dataclass(frozen=True, slots=True)
class Passage:
    """A whole sentence with its offsets in code points of ``title + "\\n" + text``, and what it asserts."""

    start: int
    end: int
    exact: str
    assertion: str


@dataclass(frozen=True, slots=True)
class Coded:
    """One term that a text speaks of, how sure the coder is (0 to 1, no probability), and the sentences that say so.

    ``words`` is the group as the source names it (TARGET) or who counted (HARM, empty: the source itself). Counts are of
    people; a bound that the text does not give is None.
    """

    scheme: Scheme
    code: str
    score: float
    passages: tuple[Passage, ...]
    words: str = ""
    low: int | None = None
    best: int | None = None
    high: int | None = None
