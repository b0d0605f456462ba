"""How text is cut into words, and each word folded, so that spellings of one word meet. Pure; both sides of a search use it.

Case, accents, vowel points, Arabic's letter forms and article, and Ethiopic's letters of one sound are folded; signs that
make another word (the vowels of Indic and Burmese scripts) stay. What PostgreSQL's parser then sees is words and single
spaces, so that its n-th word is ours.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

#: Longer "words" are addresses, hashes and runs of a script that parts no words: they are cut. PostgreSQL refuses 2 kB.
MAX_WORD = 200

#: BCP 47 primary tag to PostgreSQL's configuration, for those that PostgreSQL 15 has too.
CONFIGURATIONS = {
    **{
        "ar": "arabic",
        "ca": "catalan",
        "da": "danish",
        "de": "german",
        "el": "greek",
        "en": "english",
        "es": "spanish",
    },
    **{
        "eu": "basque",
        "fi": "finnish",
        "fr": "french",
        "ga": "irish",
        "hi": "hindi",
        "hu": "hungarian",
        "hy": "armenian",
    },
    **{"id": "indonesian", "it": "italian", "lt": "lithuanian", "ne": "nepali", "nl": "dutch", "no": "norwegian"},
    **{"pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish", "ta": "tamil"},
    **{"tr": "turkish"},
}
#: No stemmer and no stop words: what every other language gets.
PLAIN = "simple"

# The scripts of these languages. A word in any other script has no configuration and is looked for by its trigrams.
_STEMMED_SIGNS = "0-9A-Za-zª-ʯͰ-ԯԱ-֏ؠ-ۿݐ-ݿऀ-ॿ஀-௿Ḁ-ỿἀ-῿ﭐ-﷿ﹰ-ﻼ"
_STEMMED = re.compile(f"[{_STEMMED_SIGNS}]")
_UNSTEMMED = re.compile(rf"(?:(?<= )|^)[^ {_STEMMED_SIGNS}][^ ]*")
_ARABIC_SCRIPT = re.compile("[ؠ-ۿݐ-ݿ]")
_ARABIC_ARTICLE = re.compile("(?:[وف]?(?:[بك]?ال|لل))(?=.{3})")
_ARABIC_FORMS = {
    **dict.fromkeys("آأإٱ", "ا"),
    **dict.fromkeys("ىئیې", "ي"),
    **{"ؤ": "و", "ک": "ك", "ہ": "ه", "ۀ": "ه", "ھ": "ه"},
}
#: First letters of rows of seven that are read alike in Amharic, each with the row that stands for it.
_ETHIOPIC_ROWS = {"ሐ": "ሀ", "ኀ": "ሀ", "ሠ": "ሰ", "ዐ": "አ", "ጸ": "ፀ"}
_ETHIOPIC_FORMS = {
    chr(ord(row) + order): chr(ord(same) + order) for row, same in _ETHIOPIC_ROWS.items() for order in range(7)
}
#: In the rows of h and of the glottal stop the first and the fourth letter are read alike too.
_ETHIOPIC_FORMS |= dict.fromkeys("ሃሓኃ", "ሀ") | dict.fromkeys("ኣዓ", "አ")
_FORMS = str.maketrans(_ARABIC_FORMS | _ETHIOPIC_FORMS)
_INVISIBLE = "\u00ad\u061c\u0640\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"  # 0640: tatweel
#: Marks that change how a word is spelt out, not which word it is: accents, Hebrew and Arabic points.
_POINTS = re.compile(
    f"[\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed{_INVISIBLE}]"
)


def _marks() -> str:
    """Every combining mark, as ranges of a character class: Python's ``\\w`` knows none of them."""
    ranges: list[list[int]] = []
    for code in range(0x300, min(sys.maxunicode, 0x1FFFF)):
        if unicodedata.category(chr(code))[0] == "M":
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)


#: Scripts whose commonest words are of two characters: Han, kana, Hangul. A run of theirs is a word of its own.
_PAIRED = "\u3041-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
_SIGNS = f"{_marks()}{_INVISIBLE}"
_WORD = re.compile(rf"[{_PAIRED}]{{1,{MAX_WORD}}}|[^\W_{_PAIRED}](?:[^\W_{_PAIRED}]|[{_SIGNS}]){{0,{MAX_WORD - 1}}}")
#: The same without an end, and most words by the shortest way, in a third of the time. What is too long is cut by the other.
_RUN = re.compile(rf"[0-9A-Za-z]++(?![^\x00-\x7f])|[{_PAIRED}]+|[^\W_{_PAIRED}]+(?:[{_SIGNS}]+[^\W_{_PAIRED}]*)*")


def words(text: str) -> Iterator[tuple[str, int, int]]:
    """The words of a text in order: each folded, with where it begins and ends in the text (code points). A sign that folds
    to nothing is no word."""
    for match in _WORD.finditer(text):
        if folded := fold(match.group()):
            yield folded, match.start(), match.end()


def folded(text: str) -> str:
    """The words of a text, folded, with one space between them. Idempotent for everything but Arabic's article."""
    runs = _RUN.findall(text)
    if max(map(len, runs), default=0) > MAX_WORD:
        runs = _WORD.findall(text)
    return " ".join(filter(None, map(fold, runs)))


def storable(text: str) -> str:
    """Without what PostgreSQL takes for no text: NUL and lone surrogates."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode()


@lru_cache(maxsize=50_000)
def fold(word: str) -> str:
    """One word in the spelling that all its spellings share; never with a space in it."""
    if word.isascii():
        return word.lower()
    word = _POINTS.sub("", unicodedata.normalize("NFKD", word).casefold())
    word = unicodedata.normalize("NFC", word).translate(_FORMS)
    if _ARABIC_SCRIPT.match(word):
        word = _ARABIC_ARTICLE.sub("", word, count=1) if _ARABIC_ARTICLE.match(word) else word
    return "".join(_WORD.findall(word))[:MAX_WORD]


def is_stemmed(word: str) -> bool:
    """Whether some language in the word's script has a configuration. Others are looked for by their trigrams."""
    return _STEMMED.match(word) is not None


def unstemmed(text: str) -> list[str]:
    """The words of a folded text of which ``is_stemmed`` is not true."""
    return _UNSTEMMED.findall(text)


def gram_text(found: Iterable[str]) -> str:
    """Folded words as they are kept for trigrams: a space around each, and Han, kana and Hangul in overlapping pairs, since
    a word of two characters has no trigram inside of a run."""
    return f" {' '.join([_pairs(word) for word in found])} "


def gram_pattern(found: Sequence[str]) -> str:
    """What LIKE finds these words by in ``gram_text``, next to each other. Folded words hold no sign that is a pattern.
    Anywhere in a longer word, except where they are too short to have a trigram there."""
    text = " ".join(_pairs(word) for word in found)
    if _IS_PAIRED(found[0]) and len(found[0]) > 1:
        return f"% {text} %"
    return f"% {text}%" if len(text) < 3 and not _UNPARTED.match(text) else f"%{text}%"


def _pairs(word: str) -> str:
    if len(word) < 2 or not _IS_PAIRED(word):
        return word
    return " ".join([word[place : place + 2] for place in range(len(word) - 1)])


def configuration(language: str) -> str:
    """PostgreSQL's text search configuration for a BCP 47 tag."""
    return CONFIGURATIONS.get(language.partition("-")[0].lower(), PLAIN)


def is_of_script(configuration: str, word: str) -> bool:
    """Whether a language with this configuration writes words like this one. ``simple`` writes all."""
    script = _SCRIPTS.get(configuration, _LATIN)
    return configuration == PLAIN or word[0].isdigit() or script.match(word) is not None


_IS_PAIRED = re.compile(f"[{_PAIRED}]").match
#: Thai, Lao, Burmese, Khmer: no space between words, so that a word begins anywhere.
_UNPARTED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
_LATIN = re.compile("[A-Za-zª-ʯḀ-ỿ]")
_SCRIPTS = {
    "arabic": re.compile("[ؠ-ۿݐ-ݿﭐ-﷿ﹰ-ﻼ]"),
    "armenian": re.compile("[Ա-֏]"),
    "greek": re.compile("[Ͱ-Ͽἀ-῿]"),
    "hindi": re.compile("[ऀ-ॿ]"),
    "nepali": re.compile("[ऀ-ॿ]"),
    "russian": re.compile("[Ѐ-ԯ]"),
    "serbian": re.compile("[A-Za-zª-ʯЀ-ԯ]"),
    "tamil": re.compile("[஀-௿]"),
}
