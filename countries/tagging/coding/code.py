"""From a text and its language to coded terms, each with the sentences it rests on. Pure.

A term's score is a noisy-or of its cues: each raises what is left to certainty by its weight, more in the title and the
lead. What is denied says nothing; what is feared or recalled says less.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from countries.tagging.coding.actors import perpetrators, targets
from countries.tagging.coding.assertion import Assertion, Context
from countries.tagging.coding.harm import figures
from countries.tagging.coding.lexicon import LANGUAGES, Hit, load
from countries.tagging.coding.sentences import Sentence, sentences
from countries.tagging.coding.values import Coded, Passage, Scheme

VERSION = "lexicon-1"

_TERMS = {"indicator": Scheme.INDICATOR, "event": Scheme.EVENT, "frame": Scheme.FRAME}
#: A term that one sentence of the body mentions is not what the text is about; who did it and to whom stands anywhere.
_PLACE = {"title": 1.0, "lead": 0.95, "body": 0.65}
_PLACE_OF_ACTORS = {**_PLACE, "body": 0.8}
_ASSERTED = {Assertion.AFFIRMED: 1.0, Assertion.HYPOTHETICAL: 0.4, Assertion.PAST: 0.4}
#: Indicators that are about the past: recalling is what they say.
_OF_THE_PAST = frozenset({"2.2", "2.6", "2.7", "4.8", "4.9", "8.11", "8.12", "9.3"})
_LEAST = 0.15
_MOST_PASSAGES = 5
_MOST_FIGURES = 16


def code(title: str, text: str, language: str, *, year: int | None = None) -> tuple[Coded, ...]:
    """What the text speaks of, best first within each scheme; nothing for a language without a lexicon.

    ``language`` is a BCP 47 tag; ``year`` that of the report, so that earlier years are read as the past.
    """
    primary = language.split("-")[0].lower()
    if primary not in LANGUAGES:
        return ()
    lexicon = load(primary)
    found: list[Coded] = []
    for sentence in sentences(title, text):
        hits = lexicon.matcher.find(sentence.folded)
        if not hits:
            continue
        context = Context(lexicon, sentence.folded, year)
        found.extend(_terms(sentence, hits, context))
        actors = (*perpetrators(lexicon, sentence, hits, context), *targets(lexicon, sentence, hits, context))
        found.extend(_placed(sentence, actors, _PLACE_OF_ACTORS))
        found.extend(figures(lexicon, sentence, hits, context))
    return _merged(found)


def _terms(sentence: Sentence, hits: Sequence[Hit], context: Context) -> Iterable[Coded]:
    """Indicators, event types and frames: each cue of the sentence once."""
    seen = set()
    for hit in hits:
        scheme = _TERMS.get(hit.cue.table)
        if scheme is None or hit.cue in seen:
            continue
        seen.add(hit.cue)
        assertion = context.of(hit.start, hit.end)
        if assertion is Assertion.PAST and hit.cue.code in _OF_THE_PAST:
            assertion = Assertion.AFFIRMED
        passage = Passage(sentence.start, sentence.end, sentence.exact, assertion)
        yield from _placed(sentence, [Coded(scheme, hit.cue.code, hit.cue.weight, (passage,))], _PLACE)


def _placed(sentence: Sentence, coded: Iterable[Coded], places: Mapping[str, float]) -> Iterable[Coded]:
    for each in coded:
        weight = each.score * places[sentence.place] * _ASSERTED.get(Assertion(each.passages[0].assertion), 0.0)
        if weight:
            yield dataclasses.replace(each, score=weight)


def _merged(found: Iterable[Coded]) -> tuple[Coded, ...]:
    """One value per term and words, and per figure; scores as a noisy-or, passages strongest first."""
    together: dict[tuple[object, ...], list[Coded]] = defaultdict(list)
    for each in found:
        words = each.words.casefold()
        together[each.scheme, each.code, words, each.low, each.best, each.high].append(each)
    merged = [_one(group) for group in together.values()]
    merged.sort(key=lambda each: (each.scheme, -each.score, each.code, each.words))
    kept = [each for each in merged if each.score >= _LEAST]
    harm = [each for each in kept if each.scheme is Scheme.HARM][:_MOST_FIGURES]
    return (*(each for each in kept if each.scheme is not Scheme.HARM), *harm)


def _one(group: Sequence[Coded]) -> Coded:
    ranked = sorted(group, key=lambda each: (-each.score, each.passages[0].start))
    left = 1.0
    for each in ranked[:6]:
        left *= 1.0 - each.score
    score = max(each.score for each in ranked) if ranked[0].scheme is Scheme.HARM else 1.0 - left
    passages = dict.fromkeys(each.passages[0] for each in ranked)
    return dataclasses.replace(ranked[0], score=round(min(score, 0.99), 2), passages=tuple(passages)[:_MOST_PASSAGES])
