"""What must be mended before an edition is signed, and what deserves a second look. Pure: a Document in, codes out.

Rules of the daily brief: every fact cited, every number in its passage, likelihood by one scale and apart from
confidence, names of crimes attributed, limits kept. The edges phrase each code and say what to do (``phrases``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from briefings import numbers, scales
from briefings.limits import ENTRIES, LIMITS, PAGE_ONE, SECTIONS, WHOLE, WORDS
from briefings.render.document import Claim, Document
from briefings.sentences import count_words, sentences
from sources import evidence

#: Sections in which nothing stands without a passage.
_MUST_CITE = ("what_changed", "key_developments", "local_perspective", "actors", "engaged")
#: Sections that may carry "unverified, circulating".
_MAY_BE_UNVERIFIED = ("local_perspective",)
_CLAIM_SECTIONS = ("what_changed", "key_developments", "local_perspective", "actors", "engaged", "options")
#: A source published on one day speaks of that day and the few before it.
_DAYS_SPOKEN_OF = 6


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: its code, where (a section, or section/claim id), and the values its sentence needs."""

    code: str
    where: str
    is_blocking: bool = True
    values: tuple[tuple[str, str | int], ...] = ()


def findings(document: Document, *, waiver: str = "") -> tuple[Finding, ...]:
    """Everything found, what blocks first. ``waiver`` is the reason given for exceeding a limit: then limits warn."""
    found = [finding for rule in _RULES for finding in rule(document)]
    if not document.translated_from:  # limits hold for the source language: translations are longer by nature
        found += _lengths(document, is_waived=bool(waiver.strip()))
    return tuple(sorted(found, key=lambda finding: not finding.is_blocking))


# ------------------------------------------------------------------------------------------------ the head


def _head(document: Document) -> Iterator[Finding]:
    if document.tlp != "CLEAR":
        yield Finding("tlp_not_clear", "tlp", values=(("tlp", document.tlp),))
    if not document.bottom_line.strip():
        yield Finding("bottom_line_missing", "bottom_line")
    if document.version > 1 and not any(_leads_to(document, each.edition_id) for each in document.corrections):
        yield Finding("correction_unexplained", "correction_note")
    if document.is_quiet:
        yield from _quiet(document)
    elif not document.key_developments and not document.what_changed:
        yield Finding("nothing_reported", "key_developments")


def _leads_to(document: Document, edition_id: str) -> bool:
    return edition_id == f"{document.id.rsplit('-v', 1)[0]}-v{document.version - 1}"


def _quiet(document: Document) -> Iterator[Finding]:
    if document.what_changed or document.key_developments:
        yield Finding("quiet_with_news", "kind")
    if document.level_since is None:
        yield Finding("quiet_without_date", "level_since")


def _likelihood(document: Document) -> Iterator[Finding]:
    text = document.likelihood
    if not text.strip():
        if not document.is_quiet:
            yield Finding("likelihood_missing", "likelihood")
    elif scales.is_known(document.language):
        terms = scales.likelihood_terms(text, document.language)
        if not terms:
            yield Finding("likelihood_without_term", "likelihood")
        elif len(terms) > 1:
            yield Finding("likelihood_mixed", "likelihood", values=(("terms", ", ".join(terms)),))
    if not document.confidence.strip() and text.strip():
        yield Finding("confidence_missing", "confidence")


def _moves(document: Document) -> Iterator[Finding]:
    """A judgement that changed says why (ICD 203); a likelihood that is to be judged says until when and by what."""
    for move in document.moves:
        if not move.reason.strip():
            yield Finding(
                f"{move.what}_unexplained",
                f"{move.what}_reason",
                is_blocking=move.what != "likelihood",
                values=(("edition", document.moved_since),),
            )
    if document.likelihood.strip() and not (document.horizon and document.resolution_rule.strip()):
        yield Finding("likelihood_not_testable", "horizon", is_blocking=False)
    if document.horizon is not None and document.horizon < document.date:
        yield Finding("horizon_past", "horizon")


def _likelihood_apart(document: Document) -> Iterator[Finding]:
    """Likelihood and confidence are never in one sentence (ICD 203)."""
    for where, text in _prose(document):
        for sentence in sentences(text):
            terms = scales.likelihood_terms(sentence, document.language)
            if terms and scales.speaks_of_confidence(sentence, document.language):
                yield Finding("likelihood_with_confidence", where, values=(("sentence", sentence),))


# ------------------------------------------------------------------------------------------------ claims


def _citations(document: Document) -> Iterator[Finding]:
    for section in _MUST_CITE:
        for claim in _claims(document, section):
            if claim.kind == "claim" and not claim.passages:
                yield Finding("claim_without_passage", f"{section}/{claim.id}", values=(("text", _short(claim)),))


def _numbers(document: Document) -> Iterator[Finding]:
    for section in _MUST_CITE:
        for claim in _claims(document, section):
            if claim.passages:
                for number in _unsupported(document, claim):
                    yield Finding(
                        "number_not_in_passage",
                        f"{section}/{claim.id}",
                        values=(("number", number), ("text", _short(claim))),
                    )


def _unsupported(document: Document, claim: Claim) -> Iterator[str]:
    """Numbers and days of the claim that none of its passages bears out."""
    passages = " \n".join(passage.exact for passage in claim.passages)
    supported = numbers.in_passage(passages)
    text, days = numbers.without_dates(_without_publishers(document, claim))
    _, quoted_days = numbers.without_dates(passages)
    for normal, as_written in numbers.in_digits(text).items():
        if normal not in supported and not _is_year_of_source(document, claim, normal):
            yield as_written
    for day in days:
        if not any(_is_same_day(day, quoted) for quoted in quoted_days) and not _is_spoken_of(document, claim, day):
            yield day.words


def _without_publishers(document: Document, claim: Claim) -> str:
    """The claim's words, without the names of the publishers it cites: "Radio 4" is no number."""
    text = f"{claim.headline}\n{claim.text}"
    for number in claim.citations:
        text = text.replace(document.source(number).publisher, " ")
    return text


def _is_same_day(day: numbers.DayName, quoted: numbers.DayName) -> bool:
    years = {day.year, quoted.year} - {None}
    return (day.day, day.month) == (quoted.day, quoted.month) and len(years) <= 1


def _is_spoken_of(document: Document, claim: Claim, day: numbers.DayName) -> bool:
    """Whether a cited source was published on that day or a few days after it: "on Monday" is a date to its readers."""
    for number in claim.citations:
        published = document.source(number).published_at
        if published is None:
            continue
        for back in range(-1, _DAYS_SPOKEN_OF + 1):
            date = published.date() - dt.timedelta(days=back)
            if (date.day, date.month) == (day.day, day.month) and day.year in {None, date.year}:
                return True
    return False


def _is_year_of_source(document: Document, claim: Claim, number: str) -> bool:
    published = (document.source(source).published_at for source in claim.citations)
    return any(number == str(moment.year) for moment in published if moment is not None)


def _evidence(document: Document) -> Iterator[Finding]:
    for claim in document.key_developments:
        if claim.kind == "claim" and not claim.label:
            yield Finding("label_missing", f"key_developments/{claim.id}", values=(("text", _short(claim)),))
    for section in _CLAIM_SECTIONS:
        for claim in _claims(document, section):
            yield from _label(document, section, claim)


def _label(document: Document, section: str, claim: Claim) -> Iterator[Finding]:
    where, values = f"{section}/{claim.id}", (("text", _short(claim)),)
    if claim.label == "unverified" and section not in _MAY_BE_UNVERIFIED and claim.mark != "downgraded":
        yield Finding("unverified_out_of_place", where, values=values)
    if claim.label == "corroborated" and claim.passages:
        entries = [document.source(number) for number in claim.citations]
        voices = [evidence.Voice(entry.kind, entry.publisher, entry.is_party) for entry in entries]
        if evidence.derive(voices) != "corroborated":
            yield Finding("label_beyond_sources", where, is_blocking=False, values=values)


# ------------------------------------------------------------------------------------------------ words


def _hedges(document: Document) -> Iterator[Finding]:
    for where, text in _prose(document):
        for sentence in sentences(text):
            hedges = scales.hedges(sentence, document.language)
            if hedges and not scales.likelihood_terms(sentence, document.language):
                yield Finding("hedge_alone", where, is_blocking=False, values=(("word", hedges[0]),))


def _crimes(document: Document) -> Iterator[Finding]:
    for where, text in _prose(document):
        for sentence in sentences(text):
            for name in scales.crimes(sentence, document.language)[:1]:
                if not scales.is_attributed(sentence, document.language):
                    yield Finding("crime_without_attribution", where, is_blocking=False, values=(("name", name),))


# ------------------------------------------------------------------------------------------------ the kind


def _short_form(document: Document) -> Iterator[Finding]:
    """What an edition of this kind has no place for, or less of."""
    for section in LIMITS:
        if section not in SECTIONS[document.kind] and any(_entries(document, section)):
            yield Finding("not_in_this_kind", section)
    for section, most in ENTRIES[document.kind].items():
        if (count := len(_entries(document, section))) > most:
            yield Finding("too_many_entries", section, values=(("count", count), ("limit", most)))
    for section, most in WORDS[document.kind].items():
        if (count := sum(map(count_words, _entries(document, section)))) > most:
            yield Finding("section_too_long", section, values=(("count", count), ("limit", most)))


# ------------------------------------------------------------------------------------------------ lengths


def _lengths(document: Document, *, is_waived: bool) -> Iterator[Finding]:
    for section, limit in LIMITS.items():
        entries = _entries(document, section)
        each = [count_words(text) for text in entries]
        if limit.entries and len(entries) > limit.entries:
            yield _over("too_many_entries", section, len(entries), limit.entries, is_waived)
        if limit.words and sum(each) > limit.words:
            yield _over("section_too_long", section, sum(each), limit.words, is_waived)
        for position, count in enumerate(each):
            if limit.words_each and count > limit.words_each:
                where = f"{section}/{_claims(document, section)[position].id}"
                yield _over("entry_too_long", where, count, limit.words_each, is_waived)
    if (count := page_one_words(document)) > PAGE_ONE:
        yield _over("page_one_too_long", "page", count, PAGE_ONE, is_waived)
    if (count := words(document)) > WHOLE[document.kind]:
        yield _over("brief_too_long", "whole", count, WHOLE[document.kind], is_waived)


def _over(code: str, where: str, count: int, limit: int, is_waived: bool) -> Finding:
    return Finding(code, where, is_blocking=not is_waived, values=(("count", count), ("limit", limit)))


def page_one_words(document: Document) -> int:
    """Words that cannot run over to page 2: sections 1 and 2, and the headlines of section 3."""
    texts = [
        *(text for section in ("head", "what_changed") for text in _entries(document, section)),
        *(claim.headline for claim in document.key_developments),
    ]
    return sum(count_words(text) for text in texts)


def words(document: Document) -> int:
    """Words of the whole brief, without the annex of sources."""
    sections = ("head", *_CLAIM_SECTIONS, "triggers", "calendar", "assessment", "signs", "unknown")
    return sum(count_words(text) for section in sections for text in _entries(document, section))


def _entries(document: Document, section: str) -> list[str]:
    """The texts of a section, one per entry."""
    if section in _CLAIM_SECTIONS:
        return [
            " ".join((claim.name, claim.role, claim.headline, claim.text, claim.risk))
            for claim in _claims(document, section)
        ]
    texts: dict[str, Callable[[], list[str]]] = {
        "head": lambda: [document.bottom_line, document.likelihood, document.confidence],
        "triggers": lambda: [f"{row.code} {row.text}" for row in document.triggers],
        "calendar": lambda: [entry.text for entry in document.calendar],
        "signs": lambda: list(document.signs),
        # The alternative view is part of the assessment and of its limit.
        "assessment": lambda: [document.assessment, document.alternative],
    }
    if section in texts:
        return texts[section]()
    text: str = getattr(document, section)
    return [text] if text.strip() else []


def _claims(document: Document, section: str) -> tuple[Claim, ...]:
    claims: tuple[Claim, ...] = getattr(document, section)
    return claims


def _prose(document: Document) -> Iterator[tuple[str, str]]:
    """Every text of our own words, with where it stands."""
    for name in ("bottom_line", "likelihood", "confidence", "assessment", "alternative", "unknown"):
        yield name, getattr(document, name)
    for section in _CLAIM_SECTIONS:
        for claim in _claims(document, section):
            yield f"{section}/{claim.id}", f"{claim.headline}\n\n{claim.text}"


def _short(claim: Claim) -> str:
    text = claim.headline or claim.text
    return text if len(text) <= 60 else f"{text[:59].rstrip()}…"


_RULES: tuple[Callable[[Document], Iterator[Finding]], ...] = (
    _head,
    _likelihood,
    _likelihood_apart,
    _moves,
    _citations,
    _numbers,
    _evidence,
    _hedges,
    _crimes,
    _short_form,
)
