"""Whether the characters of a name found in a text are that name, or part of another word. Plain Python.

Prefixes that are written together with a name are taken off where the script has them: Arabic and Hebrew proclitics,
Ethiopic prepositions. Burmese, Thai, Lao, Khmer, Tibetan and Chinese are written without word breaks; Korean particles,
and the case endings of the scripts of India and Georgia follow a name without one.
"""

from __future__ import annotations

import unicodedata

_ARABIC = {"و", "ف", "ب", "ك", "ل", "وب", "ول", "وك", "فب", "فل"}
_SHORT = 3
_HEBREW = {
    first + second for first in ("", "ו", "ש", "כש", "וש") for second in ("", "ב", "ל", "מ", "ה", "כ", "מה", "שב")
}
_ETHIOPIC = {"በ", "የ", "ለ", "ከ", "ወደ", "ስለ", "እና", "ብ", "ን", "ካብ", "ናብ", "ናይ", "ኣብ", "ዘ", "እንደ", "የተ", "በተ", "ከተ"}
_ETHIOPIC_ENDINGS = {"ን", "ና", "ም", "ስ", "ው", "ዊ", "ዊው", "ዊት", "ዊቷ", "ውያን", "ውያንን", "ያን", "ያዊ", "ያዊው", "ያውያን", "ዋ", "ያ"}
_LONGEST_PREFIX = 5
_LONGEST_ENDING = 4


def has_no_word_breaks(char: str) -> bool:
    """Whether the character's script is written without spaces between words."""
    return (
        "\u0e00" <= char <= "\u109f"  # Thai, Lao, Tibetan, Burmese
        or "\u1780" <= char <= "\u17ff"  # Khmer
        or "\u3040" <= char <= "\u30ff"  # Kana
        or "\u3400" <= char <= "\u9fff"  # Chinese
    )


def _takes_endings(char: str) -> bool:
    return "\u0900" <= char <= "\u0d7f" or "\u10a0" <= char <= "\u10ff"  # Devanagari to Malayalam, Georgian


def _is_hangul(char: str) -> bool:
    return "\uac00" <= char <= "\ud7a3"


def in_word(char: str) -> bool:
    """Whether the character is part of a word: a letter, a figure, a mark that belongs to a letter."""
    return char.isalnum() or unicodedata.category(char) in {"Mn", "Mc"}


def stands_alone(folded: str, start: int, end: int) -> bool:
    """Whether ``folded[start:end]`` is a word (or words) of its own."""
    return _ends_well(folded, start, end) and _begins_well(folded, start, end)


def with_article(folded: str, *, is_people: bool) -> tuple[str, ...]:
    """The forms that the article gives an Arabic name: السودان and للسودان, "to Sudan"; a people's has it or not."""
    if not "\u0600" <= folded[:1] <= "\u06ff":
        return (folded,)
    if folded.startswith("ال") and len(folded) > _SHORT + 1:
        return folded, "ل" + folded[1:]
    return (folded, "ال" + folded, "لل" + folded) if is_people else (folded,)


def _ends_well(folded: str, start: int, end: int) -> bool:
    if end == len(folded) or not in_word(folded[end]) or has_no_word_breaks(folded[end - 1]):
        return True
    if _is_hangul(folded[end - 1]):
        return end - start > 1
    last = end
    while last < len(folded) and last - end <= _LONGEST_ENDING and in_word(folded[last]):
        last += 1
    ending = last - end
    if _takes_endings(folded[end]):
        return end - start > 3 and ending <= _LONGEST_ENDING
    return folded[end:last] in _ETHIOPIC_ENDINGS


def _begins_well(folded: str, start: int, end: int) -> bool:
    first = folded[start]
    if start == 0 or not in_word(folded[start - 1]) or has_no_word_breaks(first):
        return True
    if "\u0600" <= first <= "\u06ff":
        prefixes = _ARABIC
    elif "\u0590" <= first <= "\u05ff":
        prefixes = _HEBREW
    elif "\u1200" <= first <= "\u139f":
        prefixes = _ETHIOPIC
    else:
        return False
    before = start
    while before > 0 and start - before < _LONGEST_PREFIX and in_word(folded[before - 1]):
        before -= 1
    if prefixes is _ARABIC and end - start <= _SHORT:
        return False  # too many words of four letters are one of these with a prefix
    return folded[before:start] in prefixes and (before == 0 or not in_word(folded[before - 1]))
