"""Names that no bound passage contains, nor its near context, in any form by which places and people are known. Pure.

A name is what begins with a capital inside a sentence, or what the gazetteer and the desk's own list know. It is borne out
by the same words, by the same words with another ending, by its initials, or by another name of the same place in any
language (``countries.places``). Across languages a name may be spelt in ways that nobody listed: there it only warns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from babel import Locale, UnknownLocaleError

from briefings.lint.finding import MUST_CITE, Finding, claims_of, facts, name_of
from briefings.numbers import is_month
from briefings.render.document import Claim, Document
from countries.places.desk import DeskNames
from countries.places.find import find
from countries.places.fold import drop_marks, fold
from countries.places.senses import CITY_KINDS, Kind, Referent

#: A word with a capital, and those that follow it; small words join them ("Ministry of Defence").
_CAPITAL = re.compile(r"[^\W\d_]['’]?[^\W_]*(?:[-’'][^\W_]+)*")
_JOINS = frozenset(
    {"of", "the", "de", "du", "des", "la", "le", "les", "al", "el", "da", "do", "dos", "van", "von", "bin", "ibn"}
)
#: Words with a capital that name nobody: titles, points of the compass, and in English the days.
_NO_NAMES = frozenset(
    {
        "president", "minister", "prime", "general", "colonel", "captain", "major", "lieutenant", "secretary", "mr", "mrs",
        "ms", "dr", "sir", "commander", "chief", "governor", "mayor", "bishop", "archbishop", "imam", "pastor", "father",
        "sister", "ambassador", "professor", "king", "queen", "prince", "monday", "tuesday", "wednesday", "thursday",
        "friday", "saturday", "sunday", "christmas", "eve", "easter", "ramadan", "eid", "i", "north", "south", "east",
        "west", "northern", "southern", "eastern", "western", "central",
    }
)  # fmt: skip
#: As many letters alike at the beginning bear out a name with another ending: Chadian by Chad, Malians by Malian.
_STEM = 4
#: Two lists give a place's people alike to a factor of four (sizes are 25 times the decimal logarithm).
_SIZES_ALIKE = 15
#: Kinds by which a country and its people stand for each other.
_OF_COUNTRY = (Kind.COUNTRY, Kind.PEOPLE, Kind.ABBREVIATION)


@dataclass(frozen=True, slots=True)
class _Named:
    """What a text names: its words, the initials of its runs of capitals, and what its names may mean."""

    words: frozenset[str]
    initials: frozenset[str]
    countries: frozenset[str]
    others: frozenset[Referent]


def names(document: Document, desk: DeskNames) -> Iterator[Finding]:
    at_home = _named(document.situation_name, desk)
    for section in MUST_CITE:
        for claim in claims_of(document, section):
            if claim.passages:
                yield from _of_claim(document, claim, f"{section}/{claim.id}", desk, at_home)


def _of_claim(document: Document, claim: Claim, where: str, desk: DeskNames, at_home: _Named) -> Iterator[Finding]:
    base = document.language.split("-")[0]
    is_blocking = all(passage.language.split("-")[0] == base for passage in claim.passages)
    borne_out = _borne_out(document, claim, desk)
    text = " \n\n".join(facts(claim))
    for name in dict.fromkeys(_candidates(_without(text, document, claim), desk)):
        asked = _named(name, desk)
        is_known = _is_borne_out(asked, borne_out) or (not is_blocking and _means_the_same(asked, borne_out))
        if not (is_known or asked.countries & at_home.countries or asked.words <= at_home.words):
            yield Finding(
                "name_not_in_passage", where, is_blocking=is_blocking, values=(("name", name), ("text", name_of(claim)))
            )


def _borne_out(document: Document, claim: Claim, desk: DeskNames) -> _Named:
    """What the words quoted name, with their near context, which readers see too, and the titles they stand under."""
    texts = [text for passage in claim.passages for text in (passage.prefix, passage.exact, passage.suffix)]
    titles = [document.source(number).title for number in claim.citations]
    return _named("\n".join((*texts, *titles)), desk)


def _without(text: str, document: Document, claim: Claim) -> str:
    """The text without what needs no passage: the publishers it cites, the languages they wrote in, and the actor that the
    row names."""
    languages = {_language(passage.language, document.language) for passage in claim.passages}
    known = [claim.name, *languages, *(document.source(number).publisher for number in claim.citations)]
    for name in filter(None, known):
        text = text.replace(name, " , ")
    return text


def _language(code: str, edition: str) -> str:
    """Its name in the edition's language (CLDR); empty where there is none."""
    try:
        return str(Locale.parse(edition, sep="-").languages.get(code.split("-")[0], ""))
    except (UnknownLocaleError, ValueError):
        return ""


def _is_borne_out(asked: _Named, passages: _Named) -> bool:
    if asked.countries & passages.countries:
        return True
    return all(
        word in passages.words or word in passages.initials or any(_is_alike(word, other) for other in passages.words)
        for word in asked.words
    )


def _means_the_same(asked: _Named, passages: _Named) -> bool:
    """Whether the passages name something of that country, kind and size: lists of two scripts do not say which are twins."""
    return any(
        one.country == other.country and _class(one) == _class(other) and abs(one.size - other.size) <= _SIZES_ALIKE
        for one in asked.others
        for other in passages.others
    )


def _class(referent: Referent) -> int:
    return Kind.CITY if referent.kind in CITY_KINDS else referent.kind


def _is_alike(word: str, other: str) -> bool:
    """Whether two words differ in their ending only."""
    shorter, longer = sorted((word, other), key=len)
    stem = max(_STEM, len(shorter) - 2)
    return len(shorter) >= _STEM and len(longer) - len(shorter) <= _STEM and longer.startswith(shorter[:stem])


# ------------------------------------------------------------------------------------------------ names in a text


def _candidates(text: str, desk: DeskNames) -> Iterator[str]:
    kept = drop_marks(text)[0]
    hits = find(kept, fold(kept), desk)
    yield from _runs(kept, {hit.start: hit.end for hit in hits})
    for hit in hits:
        name = kept[hit.start : hit.end]
        # A word with a capital is in a run already, unless the capital is the sentence's.
        if not _has_case(name) or hit.senses.whole is None:
            yield from [] if _has_case(name) else [name]
        elif not hit.senses.is_word and not hit.senses.is_surname and _begins_sentence(kept, hit.start):
            yield name


def _runs(text: str, known: Mapping[int, int] | None = None) -> Iterator[str]:
    """Runs of words with capitals. One that opens a sentence counts without its first word, which may have it for that,
    unless a name of several words is ``known`` to stand there (from where to where)."""
    words = list(_CAPITAL.finditer(text))
    position = 0
    while position < len(words):
        run = _run(text, words, position)
        if not run:
            position += 1
            continue
        position += len(run)
        start, first_end = run[0].span()
        is_whole = not _begins_sentence(text, start) or (known or {}).get(start, 0) > first_end
        named = run if is_whole else run[1:]
        while named and _is_common(named[0].group()):
            named = named[1:]
        while named and named[-1].group().lower() in _JOINS:
            named = named[:-1]
        if named:
            yield text[named[0].start() : named[-1].end()]


def _run(text: str, words: list[re.Match[str]], position: int) -> list[re.Match[str]]:
    run: list[re.Match[str]] = []
    for word in words[position:]:
        if run and text[run[-1].end() : word.start()].strip(" \u00a0"):
            break
        if not word.group()[0].isupper() and not (run and word.group().lower() in _JOINS):
            break
        run.append(word)
    while run and not run[-1].group()[0].isupper():
        run.pop()
    return run


def _is_common(word: str) -> bool:
    lowered = word.lower()
    return lowered in _NO_NAMES or lowered in _JOINS or is_month(lowered)


def _begins_sentence(text: str, start: int) -> bool:
    before = text[:start].rstrip(" \n\t\"'“‘«(")
    return not before or before[-1] in ".!?؟۔።။:;–—" or "\n" in text[len(before) : start]


def _has_case(name: str) -> bool:
    return name.lower() != name.upper()


def _named(text: str, desk: DeskNames) -> _Named:
    kept = drop_marks(text)[0]
    folded = fold(kept)
    meant = [
        referent for hit in find(kept, folded, desk) if hit.senses.whole for referent in hit.senses.whole.referents
    ]
    words = frozenset(
        word for word in re.findall(r"[^\W\d_]{2,}", folded) if word not in _JOINS and word not in _NO_NAMES
    )
    initials = frozenset(
        "".join(word[0] for word in re.findall(r"[^\W\d_]+", run) if word[0].isupper()).lower() for run in _runs(kept)
    )
    return _Named(
        words,
        initials,
        countries=frozenset(each.country for each in meant if each.kind in _OF_COUNTRY and each.country),
        others=frozenset(each for each in meant if each.kind not in _OF_COUNTRY),
    )
