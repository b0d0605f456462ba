"""Texts as vectors: the bundled model and a configured endpoint, each behind a door of its own. No Django but in ``chosen``.

A vector is 384 numbers of unit length, so that a dot product is the cosine. An embedder's ``name`` says model, version and
what was made of the text; vectors of different names are never compared.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

#: How many numbers a vector has, whoever makes it: the column is as wide.
DIMENSIONS = 384
#: How much of a text is embedded behind its title, in characters. More costs time and tells less of one event.
LEAD = 500

Vector = tuple[float, ...]


class Unusable(Exception):
    """The embedder cannot be used now. The message is fit for staff."""


@dataclass(frozen=True, slots=True)
class Passage:
    """What is embedded of an item: its title and the beginning of its text, "" where the terms allow none."""

    title: str
    text: str

    @property
    def says_something(self) -> bool:
        """Whether there is a letter in it. Vectors of what has none lie close together, and are of no one event."""
        return any(character.isalpha() for character in str(self))

    def __str__(self) -> str:
        return f"{self.title}. {self.text[:LEAD]}" if self.text else self.title


class Embedder(Protocol):
    """Makes vectors of passages."""

    @property
    def name(self) -> str:
        """Of the model with its version, at most 120 characters."""
        ...

    def embed(self, passages: Sequence[Passage]) -> list[Vector | None]:
        """One vector for each, in their order; None where the model has no answer. Raises Unusable."""
        ...


def unit(numbers: Sequence[float]) -> Vector | None:
    """The vector at unit length; None where it is of another size or has none."""
    length = math.sqrt(sum(number * number for number in numbers)) if len(numbers) == DIMENSIONS else 0.0
    if not length or not math.isfinite(length):
        return None
    return tuple(number / length for number in numbers)
