"""The evidence label that the sources themselves bear out. Pure.

"Confirmed" is never derived: it takes a person who saw primary evidence or an investigation. A person may choose another
label and says why (``sources.stories.label``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

#: A kind of publisher that only passes on what others say.
_PASSES_ON = "aggregator"
#: Titles that deny what others report: verbs and nouns of denial, not of doubt.
_DENIAL = re.compile(
    r"(?<!\w)(?:den(?:y|ies|ied|ying)|denial|refut(?:e|es|ed)|rejects? (?:claims?|reports?|accusations?)|"
    r"dément(?:i|ent|ir)?|nie(?:nt)? (?:avoir|toute?|les|la|le|être)|réfute(?:nt)?|"
    r"niega[n]?|negó|desmiente[n]?|desmintió|nega[m]?|negou|desmente[m]?|desmentiu|"
    r"dementier(?:t|en)|bestreite[nt]|smentisce|smentita|yalanladı|"
    r"опроверг(?:ла|ли|ло|ает|ают)?|отрица(?:ет|ют|л|ла|ли)|отверг(?:ла|ли|ает|ают)?|"
    r"\w{1,4}kanusha|ya musanta|sun musanta|"
    r"(?:و)?(?:ينفي|تنفي|نفى|نفت|ينفون|تكذب|يكذب))(?!\w)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Voice:
    """Who reported: the kind of publisher, the owner (one owner is one origin), and whether it speaks for a party."""

    kind: str
    owner: str
    is_party: bool


def derive(voices: Iterable[Voice], *, is_disputed: bool = False) -> str:
    """The label's code, of voices that are origins: copies and what repeats another are left out before (``sources.weigh``).

    ``claimed_by_party``: nobody but parties. ``disputed``: some report it and others deny it. ``corroborated``: at least two
    independent origins of different kind. ``unverified``: nobody but those that pass on what others say and do not say who;
    beside others they corroborate nothing, since they may have it from them. ``single_source``: anything else.
    """
    heard = list(voices)
    independent = [voice for voice in heard if not voice.is_party]
    if heard and not independent:
        return "claimed_by_party"
    if is_disputed:
        return "disputed"
    firsthand = [voice for voice in independent if voice.kind != _PASSES_ON]
    if len({voice.owner for voice in firsthand}) >= 2 and len({voice.kind for voice in firsthand}) >= 2:
        return "corroborated"
    return "unverified" if independent and not firsthand else "single_source"


def is_disputed(titles: Iterable[str]) -> bool:
    """Whether some of a story's titles deny and others do not: there is somebody to deny, and something denied."""
    found = {_DENIAL.search(title) is not None for title in titles}
    return found == {True, False}
