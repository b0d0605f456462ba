"""How many people were killed, injured, displaced, abducted, detained ..., and who counted. Pure.

A count belongs to the word of harm that stands nearest, each to one. A count of something else (houses, kilometres,
years, a part of those already counted) belongs to none. What is denied or feared is no figure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from countries.tagging.coding.assertion import Assertion, Context
from countries.tagging.coding.attribution import source_of
from countries.tagging.coding.lexicon import Hit, Lexicon
from countries.tagging.coding.numerals import Quantity, quantities
from countries.tagging.coding.sentences import Sentence
from countries.tagging.coding.values import Coded, Passage, Scheme

#: Distances are in words; an "and" or a comma between them counts for several.
_FARTHEST = 9.0
_CONJUNCTION = 5.0
_COMMA = 2.0
_NEXT_WORDS = re.compile(r"(?:[^\w.;!?]+\w{1,30}){0,4}")


def figures(lexicon: Lexicon, sentence: Sentence, hits: Sequence[Hit], context: Context) -> Iterator[Coded]:
    """Every figure of one sentence, with the sentence as its passage."""
    cues = [
        hit
        for hit in hits
        if hit.cue.table == "harm"
        and context.of(hit.start, hit.end) in {Assertion.AFFIRMED, Assertion.PAST}
        and not _ends(lexicon.words["part_of"], sentence.folded[max(0, hit.start - 30) : hit.start])  # "among the dead"
    ]
    if not cues:
        return
    counts = [count for count in quantities(lexicon, sentence.folded) if _counts_people(lexicon, sentence, count)]
    links = sorted(
        (distance, cue.start, number, count.start, cue, count)
        for number, cue in enumerate(cues)
        for count in counts
        if (distance := _distance(lexicon, sentence.folded, cue, count, counts)) is not None
    )
    taken_cues: set[int] = set()
    taken_counts: set[int] = set()
    counted_by = ""
    for distance, _, number, place, cue, count in links:
        if number in taken_cues or place in taken_counts:
            continue
        counted_by = counted_by or source_of(lexicon, sentence)
        taken_cues |= {number, *(n for n, other in enumerate(cues) if other.overlaps(cue))}
        taken_counts.add(place)
        yield _figure(lexicon, sentence, cue, count, context, distance, counted_by)


def _counts_people(lexicon: Lexicon, sentence: Sentence, count: Quantity) -> bool:
    folded = sentence.folded
    words = lexicon.words
    after = folded[count.end : count.end + 40]
    before = folded[max(0, count.start - 30) : count.start]
    following = re.match(r"(?:[^\w,.;!?]+\w+){1,2}", after)
    if following and words["not_people"].search(following.group()):
        return False
    if words["month"].match(after.lstrip(" ")) or _ends(words["month"], before) or _ends(words["part_of"], before):
        return False
    if _ends(words["not_a_count"], before):
        return False
    if count.best == 1 and not folded[count.start].isdigit() and not _is_of_people(lexicon, folded, count):
        return folded[count.start : count.end].count(" ") > 0  # "a farmer" names the person itself
    is_year = count.best is not None and 1900 <= count.best <= 2100 and folded[count.start : count.end].isdigit()
    return not (is_year and count.low is None and not words["people"].match(after.lstrip(" ")))


def _ends(pattern: re.Pattern[str], text: str) -> bool:
    return any(not text[match.end() :].strip() for match in pattern.finditer(text))


def _is_of_people(lexicon: Lexicon, folded: str, count: Quantity) -> bool:
    """Whether the next words name people: "twelve unarmed villagers"."""
    after = _NEXT_WORDS.match(folded, count.end)
    return after is not None and lexicon.words["people"].search(after.group()) is not None


def _distance(lexicon: Lexicon, folded: str, cue: Hit, count: Quantity, counts: Sequence[Quantity]) -> float | None:
    """How far apart, in words; None where they cannot belong together."""
    if count.start < cue.end and cue.start < count.end:
        return None
    first, last = (cue.end, count.start) if cue.end <= count.start else (count.end, cue.start)
    between = folded[first:last]
    if re.search(r"[;:!?]|\.\s", between) or any(
        first <= other.start and other.end <= last for other in counts if other is not count
    ):
        return None
    distance = float(len(re.findall(r"\w+", between)))
    if lexicon.words["and"].search(between):
        distance += _CONJUNCTION
    distance += _COMMA * len(re.findall("[,،]", between))
    if not _is_of_people(lexicon, folded, count):
        distance += 1.0 if last == cue.start or distance > 2 else 0.0
    return distance if distance <= _FARTHEST else None


def _figure(
    lexicon: Lexicon,
    sentence: Sentence,
    cue: Hit,
    count: Quantity,
    context: Context,
    distance: float,
    counted_by: str,
) -> Coded:
    assertion = context.of(cue.start, cue.end)
    score = 0.75 - 0.04 * distance
    score += 0.15 if _is_of_people(lexicon, sentence.folded, count) else 0.0
    score -= 0.1 if count.is_vague else 0.0
    score *= 0.4 if assertion is Assertion.PAST else 1.0
    return Coded(
        scheme=Scheme.HARM,
        code=cue.cue.code,
        score=round(min(max(score, 0.05), 0.95), 2),
        passages=(Passage(sentence.start, sentence.end, sentence.exact, assertion),),
        words=counted_by,
        low=count.low,
        best=count.best,
        high=count.high,
    )
