"""The evidence label that the sources themselves bear out. Plain Python: reads no database.

"Confirmed" is never derived: it takes a person who saw primary evidence. A person may choose another label and says why.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Voice:
    """Who reported: the kind of publisher, the owner (one owner is one origin), and whether it speaks for a party."""

    kind: str
    owner: str
    is_party: bool


def derive(voices: Iterable[Voice], *, origins: int | None = None) -> str:
    """The label's code.

    ``corroborated``: at least two independent origins of different kind. ``claimed_by_party``: nobody but parties.
    ``single_source``: anything else. ``origins`` is the story's own count, which knows copies from reports; without
    it the distinct owners are counted.
    """
    heard = list(voices)
    independent = [voice for voice in heard if not voice.is_party]
    if heard and not independent:
        return "claimed_by_party"
    count = len({voice.owner for voice in independent})
    if origins is not None:
        count = min(count, origins)
    kinds = {voice.kind for voice in independent}
    return "corroborated" if count >= 2 and len(kinds) >= 2 else "single_source"
