"""Text from outside as it may be shown: without characters that nobody sees and that change how the rest reads. Pure.

What is stored keeps them (``ingest.text``); they go where text becomes a page, a mail or a PDF (``curator.templates``).
Embeddings, overrides and isolates (Unicode Standard Annex 9) go: pages set foreign text apart by markup. Direction marks
stay, since Arabic and Hebrew headlines are written with them and they reach no further than their neighbours. A joiner or
a zero-width space stays beside letters of a script that is written with it, as in Persian "می‌خواهم" or Burmese, one at a
place; between other letters, where it only makes two different words look the same, it goes.
"""

from __future__ import annotations

import re

_ZWSP, _ZWNJ, _ZWJ = "\u200b", "\u200c", "\u200d"
#: Characters that are never seen. Names as the Unicode Standard abbreviates them.
_NAMES = {
    "\u00ad": "SHY",
    "\u034f": "CGJ",
    "\u115f": "HANGUL FILLER",
    "\u1160": "HANGUL FILLER",
    "\u17b4": "KHMER VOWEL INHERENT",
    "\u17b5": "KHMER VOWEL INHERENT",
    "\u180e": "MVS",
    _ZWSP: "ZWSP",
    _ZWNJ: "ZWNJ",
    _ZWJ: "ZWJ",
    "\u202a": "LRE",
    "\u202b": "RLE",
    "\u202c": "PDF",
    "\u202d": "LRO",
    "\u202e": "RLO",
    "\u2060": "WJ",
    "\u2061": "INVISIBLE FUNCTION",
    "\u2062": "INVISIBLE TIMES",
    "\u2063": "INVISIBLE SEPARATOR",
    "\u2064": "INVISIBLE PLUS",
    "\u2066": "LRI",
    "\u2067": "RLI",
    "\u2068": "FSI",
    "\u2069": "PDI",
    "\u3164": "HANGUL FILLER",
    "\ufeff": "ZWNBSP",
    "\uffa0": "HANGUL FILLER",
}
_CLASS = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200d\u202a-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f"
)
#: One of them; for whoever looks for words in stored text that were read on a page.
HIDDEN = f"[{_CLASS}]"
_RUN = re.compile(f"[{_CLASS}]+")
_DIRECTION = {"\u061c": "ALM", "\u200e": "LRM", "\u200f": "RLM"}
_MARKABLE = re.compile(f"[{_CLASS}]+|[{''.join(_DIRECTION)}]")
#: Scripts in which a joiner changes how neighbours are drawn: Arabic, Syriac, N'Ko, those of India and around, Mongolian …
_JOINING = "\u0600-\u07ff\u0840-\u08ff\u0900-\u0dff\u0f00-\u0fff\u1000-\u109f\u1780-\u18af\ufb50-\ufdff\ufe70-\ufefe"
#: Scripts without spaces between words, which may be broken where a zero-width space stands.
_UNSPACED = "\u0e00-\u109f\u1780-\u17ff\u1950-\u19ff\u1a20-\u1aaf\uaa60-\uaa7f"
_EMOJI = "\u2190-\u2bff\ufe0f\U0001f000-\U0001faff"
#: Beside which characters one of them is at home.
_HOMES = {
    _ZWSP: re.compile(f"[{_UNSPACED}]"),
    _ZWNJ: re.compile(f"[{_JOINING}]"),
    _ZWJ: re.compile(f"[{_JOINING}{_EMOJI}]"),
}


def neutral(text: str) -> str:
    """The text without what is hidden in it. Idempotent; most texts come back as they are."""
    return text if text.isascii() else _RUN.sub(_at_home, text)


def marked(text: str) -> str:
    """The text with everything hidden in it, and direction marks, as visible marks: ⟨RLO⟩. Joiners and spaces that belong
    where they stand stay as they are."""
    return text if text.isascii() else _MARKABLE.sub(_with_names, text)


def _at_home(run: re.Match[str]) -> str:
    """The one character of a run of hidden ones that belongs there, or nothing."""
    neighbours = run.string[max(0, run.start() - 1) : run.start()] + run.string[run.end() : run.end() + 1]
    for character in run.group():
        home = _HOMES.get(character)
        if home is not None and home.search(neighbours):
            return character
    return ""


def _with_names(run: re.Match[str]) -> str:
    kept = _at_home(run)
    before, _, after = run.group().partition(kept) if kept else (run.group(), "", "")
    return "".join((*map(_mark, before), kept, *map(_mark, after)))


def _mark(character: str) -> str:
    known = _NAMES.get(character) or _DIRECTION.get(character)
    return f"⟨{known or f'U+{ord(character):04X}'}⟩"
