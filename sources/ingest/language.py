"""In what language a text is, by py3langid, of which this is the one door. Pure; the model is loaded at first use.

Only the languages of the feeds and countries we follow can be answered: fewer choices, fewer mistakes. What the feed
claims about itself counts, not much: short headlines need it, and feeds of several languages are common. Languages that
the model does not know (Tigrinya, Kirundi, Sango …) are answered only where a feed claims them.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from typing import Protocol

from py3langid.langid import LanguageIdentifier

#: Languages of the catalogue's feeds and situations that the model knows.
CANDIDATES = (
    *("am", "ar", "az", "bn", "de", "en", "es", "fa", "fr", "ha", "he", "hi", "ht", "hy", "id", "ig", "it", "ka", "kk"),
    *("ku", "ky", "ln", "mg", "my", "nl", "om", "ps", "pt", "ru", "rw", "so", "sw", "ta", "tg", "tr", "ug", "uk", "ur"),
    *("uz", "yo", "zh"),
)
VERSION = f"py3langid {version('py3langid')} 1"
UNDETERMINED = "und"

#: How much likelier a language is because the feed claims it.
_CLAIM_WEIGHT = 4.0
#: What the model answers for languages that it does not know (measured on MasakhaNEWS).
_MISTAKEN_FOR = {"ti": {"am"}, "rn": {"rw"}}
_UNSURE = 0.6
#: Confidence where only the feed's claim speaks for a language.
_ONLY_CLAIMED = 0.5
_ENOUGH = 1_000
_NO_LETTERS = re.compile(r"https?://\S+|[\W\d_]+")


@dataclass(frozen=True, slots=True)
class Identified:
    """A BCP 47 tag and how sure that is, from 0 to 1."""

    tag: str
    confidence: float


class _Model(Protocol):
    def rank(self, text: str) -> list[tuple[str, float]]: ...


def identify(text: str, *, claims: tuple[str, ...] = ()) -> Identified:
    """The language of a text; ``und`` where there is nothing to read. ``claims`` are primary tags, as ``read_claims``
    gives them."""
    words = _NO_LETTERS.sub(" ", text[: _ENOUGH * 2]).strip()[:_ENOUGH]
    if len(words) < 3:
        return Identified(UNDETERMINED, 0.0)
    with _lock:
        ranking = _model().rank(words)
    weighed = {tag: chance * (_CLAIM_WEIGHT if tag in claims else 1.0) for tag, chance in ranking}
    best = max(weighed, key=weighed.__getitem__)
    confidence = weighed[best] / (sum(weighed.values()) or 1.0)
    for claim in claims:
        if claim not in CANDIDATES and (best in _MISTAKEN_FOR.get(claim, ()) or confidence < _UNSURE):
            return Identified(claim, _ONLY_CLAIMED)
    return Identified(best, round(confidence, 4))


def read_claims(value: str) -> tuple[str, ...]:
    """Primary tags of what a feed says of itself: "fr;ha;dje", "en-GB", "fa-AF"."""
    tags = (part.partition("-")[0].strip().lower() for part in re.split(r"[;,\s]+", value))
    return tuple(dict.fromkeys(tag for tag in tags if re.fullmatch(r"[a-z]{2,3}", tag)))


_lock = threading.Lock()  # the model says nothing about threads


@lru_cache(maxsize=1)
def _model() -> _Model:
    model: LanguageIdentifier = LanguageIdentifier.from_model_file("data/model.npz.xz", norm_probs=True)
    model.set_languages(list(CANDIDATES))
    ranking: _Model = model
    return ranking
