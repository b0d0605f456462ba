"""Numbers in a text, so that a claim can be held against its passages. Plain Python.

Digits of any script and any way of grouping thousands are read as the same number; small numbers written as words are
read in the languages that most sources use.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

#: Digits with separators between them. U+066B and U+066C are the Arabic decimal and thousands separators.
_NUMBER = re.compile(r"\d+(?:[.,'’\u066b\u066c\u00a0\u202f\u2009 ]\d+)*")
_GROUPED = re.compile(r"\d{1,3}(?:[.,'’\u066c\u00a0\u202f\u2009 ]\d{3})+")
_MONTHS = {
    "en": "january february march april may june july august september october november december",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "ar": "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
}
_MONTH_NUMBER = {name: number for names in _MONTHS.values() for number, name in enumerate(names.split(), start=1)}
_MONTH_NUMBER |= {name[:3]: number for number, name in enumerate(_MONTHS["en"].split(), start=1)}
_DATE = re.compile(
    r"(?P<day>\d{1,2})(?:er|st|nd|rd|th)?\s+(?:de\s+)?(?:[\w]+/)?(?P<month>"
    + "|".join(sorted(_MONTH_NUMBER, key=len, reverse=True))
    + r")\b\.?(?:\s+(?:de\s+)?(?P<year>\d{4}))?",
    re.IGNORECASE,
)
_WORDS = {
    "en": "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen twenty",
    "fr": "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit"
    " dix-neuf vingt",
    "es": "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete"
    " dieciocho diecinueve veinte",
    "pt": "zero um dois três quatro cinco seis sete oito nove dez onze doze treze catorze quinze dezesseis dezessete dezoito"
    " dezenove vinte",
}
_VALUES = {word: number for words in _WORDS.values() for number, word in enumerate(words.split())}
_VALUES |= {"une": 1, "una": 1, "uma": 1, "duas": 2, "a dozen": 12, "dozen": 12}
_VALUES |= {
    "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100,
    "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60, "soixante-dix": 70, "quatre-vingts": 80, "cent": 100,
    "trentaine": 30, "quarantaine": 40, "cinquantaine": 50, "centaine": 100, "dizaine": 10, "douzaine": 12, "vingtaine": 20,
    "treinta": 30, "cuarenta": 40, "cincuenta": 50, "cien": 100, "thousand": 1000, "mille": 1000, "mil": 1000,
}  # fmt: skip
_ARABIC = {
    1: "واحد واحدة", 2: "اثنان اثنين اثنتان اثنتين", 3: "ثلاثة ثلاث", 4: "أربعة أربع", 5: "خمسة خمس", 6: "ستة ست",
    7: "سبعة سبع", 8: "ثمانية ثمان ثماني", 9: "تسعة تسع", 10: "عشرة عشر", 20: "عشرون عشرين", 30: "ثلاثون ثلاثين",
    40: "أربعون أربعين", 50: "خمسون خمسين", 60: "ستون ستين", 70: "سبعون سبعين", 80: "ثمانون ثمانين",
    90: "تسعون تسعين", 100: "مئة مائة", 200: "مئتان مئتين", 1000: "ألف آلاف",
}  # fmt: skip
_VALUES |= {word: number for number, words in _ARABIC.items() for word in words.split()}
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class DayName:
    """A day named in a text: "23 December", with the year where it is given."""

    day: int
    month: int
    year: int | None
    words: str


def fold_digits(text: str) -> str:
    """Every decimal digit of any script as one of 0 to 9."""
    return "".join(str(unicodedata.decimal(mark)) if mark.isdecimal() else mark for mark in text)


def in_digits(text: str) -> dict[str, str]:
    """Numbers written in digits: normal form to the words as they stand."""
    folded = fold_digits(text)
    found: dict[str, str] = {}
    for match in _NUMBER.finditer(folded):
        for normal, start, end in _readings(match):
            found.setdefault(normal, text[start:end])
    return found


def in_passage(text: str) -> set[str]:
    """Numbers that a passage bears out: in digits, and small ones in words."""
    words = {word.lower() for word in _WORD.findall(text)}
    # "twenty-three" bears out 20, 3 and 23.
    spelt = {_VALUES[word] for word in words if word in _VALUES}
    for word in words:
        parts = [_VALUES[part] for part in word.split("-") if part in _VALUES]
        spelt.update(parts)
        if len(parts) == 2 and parts[0] > parts[1]:
            spelt.add(sum(parts))
    return set(in_digits(text)) | {str(number) for number in spelt}


def is_month(word: str) -> bool:
    """Whether a word in small letters names a month."""
    return word in _MONTH_NUMBER


def without_dates(text: str) -> tuple[str, tuple[DayName, ...]]:
    """The text with its dates taken out, and the dates."""
    folded = fold_digits(text)
    dates = tuple(
        DayName(
            int(match["day"]),
            _MONTH_NUMBER[match["month"].lower()],
            int(match["year"]) if match["year"] else None,
            text[match.start() : match.end()],
        )
        for match in _DATE.finditer(folded)
    )
    return _DATE.sub(lambda match: " " * len(match.group()), folded), dates


def _readings(match: re.Match[str]) -> list[tuple[str, int, int]]:
    """Normal forms of one run of digits: one number where it is grouped or has a fraction, else each part by itself."""
    run, offset = match.group(), match.start()
    if _GROUPED.fullmatch(run):
        return [(_plain(re.sub(r"\D", "", run)), offset, match.end())]
    fraction = re.fullmatch(r"(\d+(?:[' \u00a0\u202f]\d{3})*|\d{1,3}(?:[,.]\d{3})*)[.,\u066b](\d{1,2})", run)
    if fraction:
        whole = _plain(re.sub(r"\D", "", fraction[1]))
        part = fraction[2].rstrip("0")
        return [(f"{whole}.{part}" if part else whole, offset, match.end())]
    return [(_plain(part.group()), offset + part.start(), offset + part.end()) for part in re.finditer(r"\d+", run)]


def _plain(digits: str) -> str:
    return digits.lstrip("0") or "0"
