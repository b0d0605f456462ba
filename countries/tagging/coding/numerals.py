"""Numbers of people as a report writes them: digits, words, ranges, "at least", "dozens". Pure.

A vague word has the bounds that its language's file gives it: the least that its plural allows ("dozens" is at least 24,
"hundreds" at least 200).
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import dataclass

from countries.tagging.coding.lexicon import Lexicon

#: No event counts more people than this: what is larger is money, or a mistake.
MOST = 50_000_000
_JOIN = r"[\s\u00a0-]"
#: A number in digits that is no part of a date, a sum of money, a share, a time or a telephone number.
_DIGITS = re.compile(
    r"(?<![\w.,/:$€£#-])"
    r"(?:\d{1,3}(?:[.,'\u00a0\u202f\u2009\u066c ]\d{3})+(?!\d)|\d+(?:[.,\u066b]\d+)?)"
    rf"(?![\w%:/]|{_JOIN}?%|[.,]\d|-\d{{3}})"
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A count between two offsets of folded text. Bounds that the text does not give are None."""

    start: int
    end: int
    low: int | None
    best: int | None
    high: int | None
    is_vague: bool = False


def quantities(lexicon: Lexicon, folded: str) -> list[Quantity]:
    """All counts of a sentence in order: hedges, ranges and steps ("from 10 to 14") taken together."""
    plain = list(_plain(lexicon, folded))
    joined: list[Quantity] = []
    for quantity in plain:
        before = joined[-1] if joined else None
        pair = _range(lexicon, folded, before, quantity) if before else None
        if pair:
            joined[-1] = pair
        else:
            joined.append(quantity)
    return [_hedged(lexicon, folded, quantity) for quantity in joined]


def _plain(lexicon: Lexicon, folded: str) -> Iterator[Quantity]:
    """Digits, number words and vague words, none overlapping."""
    reached = 0
    found = [
        *_in_digits(lexicon, folded),
        *_vague(lexicon, folded),
        *_in_words(lexicon, folded),
        *_single(lexicon, folded),
    ]
    for quantity in sorted(found, key=lambda each: (each.start, -each.end)):
        if quantity.start >= reached:
            reached = quantity.end
            yield quantity


def _in_digits(lexicon: Lexicon, folded: str) -> Iterator[Quantity]:
    for match in _DIGITS.finditer(folded):
        value = _value(match.group())
        end = match.end()
        following = re.match(rf"{_JOIN}+(\w+)", folded[end : end + 24])
        factor = lexicon.numbers.get(following[1], 0) if following else 0
        if following and factor >= 1000:
            value *= factor
            end += following.end()
        if value == int(value) and 0 < value <= MOST:
            yield Quantity(match.start(), end, None, int(value), None)


def _value(digits: str) -> float:
    parts = re.split(r"[.,'\u00a0\u202f\u2009\u066b\u066c ]", digits)
    if len(parts) > 1 and all(len(part) == 3 for part in parts[1:]):
        return float("".join(parts))
    return float(".".join(parts[:2]))


def _in_words(lexicon: Lexicon, folded: str) -> Iterator[Quantity]:
    """Runs of number words: "twenty-five", "quatre-vingt-dix", "treinta y cinco", "خمسة وعشرين"."""
    run: list[tuple[int, int, int]] = []
    for match in re.finditer(r"[^\W\d_]+", folded):
        value = _word_value(lexicon, match.group())
        apart = folded[run[-1][1] : match.start()] if run else ""
        is_joined = bool(run) and re.fullmatch(rf"{_JOIN}*(?:{_JOIN}(?:and|et|y){_JOIN})?{_JOIN}*", apart) is not None
        if value is not None and is_joined and _fits([each[2] for each in run], value):
            run.append((match.start(), match.end(), value))
            continue
        if run and not (value is None and match.group() in {"and", "et", "y"}):
            yield Quantity(run[0][0], run[-1][1], None, _composed([each[2] for each in run]), None)
            run = []
        if value is not None:
            run = [(match.start(), match.end(), value)]
    if run:
        yield Quantity(run[0][0], run[-1][1], None, _composed([each[2] for each in run]), None)


def _word_value(lexicon: Lexicon, word: str) -> int | None:
    value = lexicon.numbers.get(word)
    if value is None and word[:1] in "وبلف" and len(word) > 3:
        value = lexicon.numbers.get(word[1:])
    return value


def _fits(before: list[int], value: int) -> bool:
    """Whether a number word carries on the number that those before it began."""
    total, last = _composed(before), before[-1]
    if value >= 100:
        return last < value or (value >= 1000 and total < value)
    rest = total % 100
    if (value == 20 and rest == 4) or (value == 12 and 0 < total < 10):
        return True  # quatre-vingts, two dozen
    if value == 10 and 0 < rest < 10:
        return True  # thalathata ashar
    if value >= 20 and value % 10 == 0:
        return 0 < rest < 10 or rest == 0
    return (
        rest == 0
        or (rest in {60, 80} and value < 20)
        or (rest >= 20 and rest % 10 == 0 and value < 10)
        or (rest in {10, 70, 90} and 0 < value < 10)
    )


def _composed(values: list[int]) -> int:
    total = current = 0
    for value in values:
        if value >= 1000:
            total += max(current, 1) * value
            current = 0
        elif value == 100 or (value == 12 and 0 < current < 10):
            current = (current % 10 or 1) * value if current < 10 else current + value
        elif value == 20 and current % 100 == 4:
            current += 76
        else:
            current += value
    return total + current


def _vague(lexicon: Lexicon, folded: str) -> Iterator[Quantity]:
    for match in lexicon.words["vague"].finditer(folded):
        low, best, high = lexicon.collectives[_key(lexicon, match.group())]
        yield Quantity(match.start(), match.end(), low, best, high, is_vague=True)


def _key(lexicon: Lexicon, words: str) -> str:
    key = re.sub(r"\W+", " ", words)
    while key not in lexicon.collectives and key[:1] in "وبلفكا" and len(key) > 3:
        key = key[1:]
    return key


def _single(lexicon: Lexicon, folded: str) -> Iterator[Quantity]:
    """One or two persons without a numeral: "a farmer", "جنديين"."""
    for count, name in ((1, "one_person"), (2, "two_persons")):
        for match in lexicon.words[name].finditer(folded):
            yield Quantity(match.start(), match.end(), None, count, None)


def _range(lexicon: Lexicon, folded: str, first: Quantity, second: Quantity) -> Quantity | None:
    """Two counts that are one: "10 to 15", "10-15", "entre 10 et 15"; or a toll that moved from one to the other."""
    if first.best is None or second.best is None:
        return None
    words = lexicon.words
    apart = folded[first.end : second.start].strip()
    lead = folded[max(0, first.start - 12) : first.start]
    has_moved = words["moved"].search(folded[max(0, first.start - 80) : first.start]) is not None
    is_pair = re.fullmatch("[-–—]", apart) or words["to"].fullmatch(apart)
    if is_pair and has_moved and words["from"].search(lead):
        return dataclasses.replace(second, start=first.start)
    if has_moved and words["from"].fullmatch(apart):
        return dataclasses.replace(first, end=second.end)
    if (is_pair or (words["between"].search(lead) and words["and"].fullmatch(apart))) and first.best < second.best:
        return Quantity(first.start, second.end, first.best, None, second.best)
    return None


def _hedged(lexicon: Lexicon, folded: str, quantity: Quantity) -> Quantity:
    if quantity.best is None:
        return quantity
    before = folded[max(0, quantity.start - 32) : quantity.start]
    words = lexicon.words
    if _ends_with(words["at_least"], before):
        return dataclasses.replace(quantity, low=quantity.best)
    if _ends_with(words["at_most"], before):
        return dataclasses.replace(quantity, high=quantity.best)
    after = folded[quantity.end : quantity.end + 24]
    if words["or_more"].match(after.lstrip(" ,")):
        return dataclasses.replace(quantity, low=quantity.best)
    return quantity


def _ends_with(pattern: re.Pattern[str], text: str) -> bool:
    return any(not text[match.end() :].strip(" '") for match in pattern.finditer(text))
