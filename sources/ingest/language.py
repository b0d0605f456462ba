"""In what language a text is: a BCP 47 primary tag and how sure that is. Pure; models are loaded at first use.

Three readings. py3langid, of which this is the one door, knows 139 languages; those outside our catalogue weigh little.
What it takes for something that it knows is read again by the Universal Declaration (``declaration``), and near languages
are parted by their own words (``twins``). What the feed claims of itself makes a language likelier, no more: headlines
need it, and feeds of several languages are common. A language that no reading knows is answered only where it is claimed.
"""

from __future__ import annotations

import math
import re
import threading
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from typing import Protocol

from py3langid.langid import LanguageIdentifier

from sources.ingest import declaration, twins

#: Languages of the catalogue's feeds and situations, and their near neighbours, that py3langid knows.
CANDIDATES = frozenset(
    {
        *("am", "ar", "as", "az", "bn", "ckb", "crh", "de", "en", "es", "fa", "fr", "ff", "ha", "he", "hi", "ht", "hy"),
        *("id", "ig", "it", "ka", "kk", "ku", "ky", "lg", "ln", "mg", "my", "nl", "om", "pa", "pcm", "ps", "pt", "ru"),
        *("rw", "sn", "so", "sw", "ta", "tg", "tr", "ug", "uk", "ur", "uz", "xh", "yo", "zh"),
    }
)
#: Languages of the catalogue that only the Declaration knows.
SECOND = frozenset(
    {
        *("bm", "bo", "din", "dje", "dyu", "fvr", "guc", "kr", "lua", "man", "miq", "mos", "rn", "sg", "shn", "sus"),
        *("ti", "tiv", "vmw"),
    }
)
VERSION = f"py3langid {version('py3langid')} 2"
UNDETERMINED = "und"

#: py3langid's tags that are not ours: Nigerian Fulfulde is Fula; Kurdish in Arabic letters is Central Kurdish far more often
#: than Southern, which is hardly written; what is no language is undetermined.
_OURS = {"fuv": "ff", "sdh": "ckb", "zxx": UNDETERMINED}
#: How much likelier a language is because the feed claims it.
_CLAIM_WEIGHT = 4.0
#: How likely a language outside the catalogue is, beside one in it.
_ELSEWHERE = 0.02
#: How likely a language of the second reading is beside what py3langid says, where the feed claims neither.
_RARE = 0.02
#: How likely they are where py3langid's answer says nothing about which of two it is. Kirundi is of the catalogue and
#: Kinyarwanda is not; nor is Dzongkha, beside Tibetan.
_TAKEN_FOR = {("ti", "am"): 1.0, ("rn", "rw"): 1.5, ("bo", "dz"): 10.0}
_BY_WORDS = (("rw", "rn"), ("en", "pcm"))
#: What languages that no reading knows are taken for.
_MISTAKEN_FOR = {
    **{"rki": "my", "ksw": "my", "mni": "bn", "shu": "ar", "apd": "ar", "pga": "ar", "pmy": "id", "wes": "pcm"},
    **{"bal": "ur", "sd": "ur", "nus": "din"},
}
_UNSURE = 0.6
#: Confidence where only the feed's claim speaks for a language, and where a text is in two languages.
_ONLY_CLAIMED = _MIXED = 0.5
#: Characters of a text that are looked at; of a longer one than ``_LONG`` two pieces of so many letters are enough.
LOOKED_AT = 2_000
_ENOUGH = 250
_LONG = 300
_LEAST = 3
_LATIN = re.compile("[A-Za-zÀ-ɏḀ-ỿ]")
_ADDRESS = re.compile(r"https?://\S+")


@dataclass(frozen=True, slots=True)
class Identified:
    """A BCP 47 tag and how sure that is, from 0 to 1."""

    tag: str
    confidence: float


class _Model(Protocol):
    def rank(self, text: str) -> list[tuple[str, float]]: ...


def identify(text: str, *, claims: tuple[str, ...] = ()) -> Identified:
    """The language of a text; ``und`` where there is nothing to read. ``claims`` are primary tags, as ``read_claims``
    gives them. Only the beginning is read, so length costs nothing; no text is an error."""
    pieces = _pieces(_ADDRESS.sub(" ", text[:LOOKED_AT]).strip())
    if not pieces:
        return Identified(UNDETERMINED, 0.0)
    chances, is_mixed = _first_reading(pieces, claims)
    chances = _second_reading(chances, " ".join(pieces).lower(), claims)
    best = max(chances, key=chances.__getitem__)
    confidence = min(chances[best], _MIXED) if is_mixed else chances[best]
    for claim in claims:
        unknown = claim not in CANDIDATES and claim not in SECOND
        if unknown and (confidence < _UNSURE or (_MISTAKEN_FOR.get(claim) == best and best not in claims)):
            return Identified(claim, _ONLY_CLAIMED)
    return Identified(best, round(confidence, 4))


def read_claims(value: str) -> tuple[str, ...]:
    """Primary tags of what a feed says of itself: "fr;ha;dje", "en-GB", "fa-AF"."""
    tags = (part.partition("-")[0].strip().lower() for part in re.split(r"[;,\s]+", value))
    return tuple(dict.fromkeys(tag for tag in tags if re.fullmatch(r"[a-z]{2,3}", tag)))


def _pieces(text: str) -> list[str]:
    """The letters of a short text, or of the beginning and the middle of a longer one; only where there are three."""
    starts = [0] if len(text) < _LONG else [0, len(text) // 2]
    pieces = [declaration.letters(text[start : start + 2 * _ENOUGH]).strip()[:_ENOUGH] for start in starts]
    return [piece for piece in pieces if len(piece.replace(" ", "")) >= _LEAST]


def _first_reading(pieces: list[str], claims: tuple[str, ...]) -> tuple[dict[str, float], bool]:
    """What py3langid says, and whether a text is in two languages: its pieces contradict each other, or much of it is in
    Latin letters and much is not."""
    with _lock:
        rankings = [_model().rank(piece) for piece in pieces]
    chances: dict[str, float] = {}
    for ranking in rankings:
        for tag, chance in ranking:
            tag = _OURS.get(tag, tag)
            chances[tag] = chances.get(tag, 0.0) + chance / len(rankings)
    weighed = {
        tag: chance * (_CLAIM_WEIGHT if tag in claims else 1.0 if tag in CANDIDATES else _ELSEWHERE)
        for tag, chance in chances.items()
    }
    is_split = len({ranking[0][0] for ranking in rankings}) > 1
    latin = sum(len(_LATIN.findall(piece)) for piece in pieces) / sum(map(len, pieces))
    return _shares(weighed), is_split or 0.25 < latin < 0.6


def _second_reading(chances: dict[str, float], words: str, claims: tuple[str, ...]) -> dict[str, float]:
    """The same with the languages that py3langid does not know, and near ones parted by their words."""
    best = max(chances, key=chances.__getitem__)
    chances = dict(chances)
    reading = declaration.reading()
    if best in reading.tags:
        evidence = reading.evidence(words)
        for tag in SECOND:
            prior = _CLAIM_WEIGHT if tag in claims else _TAKEN_FOR.get((tag, best), _RARE)
            chances[tag] = chances[best] * prior * math.exp(max(-50.0, min(50.0, evidence[tag] - evidence[best])))
    for one, other in _BY_WORDS:
        if one in chances and other in chances and best in (one, other):
            chances[other] *= math.exp(twins.lean(words, other, one))
    return _shares(chances)


def _shares(weights: dict[str, float]) -> dict[str, float]:
    total = sum(weights.values()) or 1.0
    return {tag: weight / total for tag, weight in weights.items()}


_lock = threading.Lock()  # the model says nothing about threads


@lru_cache(maxsize=1)
def _model() -> _Model:
    model: LanguageIdentifier = LanguageIdentifier.from_model_file("data/model.npz.xz", norm_probs=True)
    ranking: _Model = model
    return ranking
