"""Who says so, as a sentence names them: "according to the ministry", "residents said". Pure."""

from __future__ import annotations

import re

from countries.tagging.coding.lexicon import Lexicon
from countries.tagging.coding.sentences import Sentence

#: Longer names are cut off whole: they are a clause, not a name.
_MOST_WORDS = 8
MAX_LENGTH = 120
_STOP = re.compile(r"[,;:.!?()«»\"“”\n،؛؟]|\s[-–—]\s")


def source_of(lexicon: Lexicon, sentence: Sentence) -> str:
    """The words that name who says so; empty where nobody is named, or only a pronoun."""
    folded = sentence.folded
    for match in lexicon.words["according_to"].finditer(folded):
        found = _until_stop(lexicon, sentence, match.end())
        if found:
            return found
    for match in lexicon.words["said"].finditer(folded):
        before = folded[: match.start()].rstrip()
        comes_first = lexicon.language == "ar" or not before or before[-1] in ',»”"،'
        found = _until_stop(lexicon, sentence, match.end()) if comes_first else ""
        found = found or _before(lexicon, sentence, match.start())
        if found:
            return found
    return ""


def _until_stop(lexicon: Lexicon, sentence: Sentence, start: int) -> str:
    rest = sentence.folded[start:]
    ends = [match.start() for match in _STOP.finditer(rest)]
    end = min([*ends, len(rest)])
    cut = lexicon.words["end_of_name"].search(rest[:end])
    return _name(lexicon, sentence, start, start + (cut.start() if cut else end))


def _before(lexicon: Lexicon, sentence: Sentence, end: int) -> str:
    """Back from "said" to the comma before it, or to the beginning: "..., a local official said"."""
    before = sentence.folded[:end]
    stops = [match.end() for match in _STOP.finditer(before.rstrip(" ,"))]
    return _name(lexicon, sentence, max([0, *stops]), end)


def _name(lexicon: Lexicon, sentence: Sentence, start: int, end: int) -> str:
    words = sentence.within(start, end).strip(" \t-–—'’\"“”«»,")
    if not words or len(words) > MAX_LENGTH or len(words.split()) > _MOST_WORDS:
        return ""
    return (
        "" if lexicon.words["pronoun"].fullmatch(" ".join(sentence.folded[start:end].split()).strip(" ,'-")) else words
    )
