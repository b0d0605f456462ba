"""Rules of the head: handling, bottom line, likelihood, and what a quiet day or a correction must say. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from briefings import scales
from briefings.lint.finding import CLAIM_SECTIONS, Finding, claims_of, prose
from briefings.render.document import Claim, Document

#: Traffic Light Protocol 2.0 (FIRST, 2022), loosest first.
_TLP = ("CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED")
_MARK = re.compile(r"\bTLP\s*[:\-]\s*(CLEAR|WHITE|GREEN|AMBER\+STRICT|AMBER|RED)(?![\w+])", re.IGNORECASE)


def handling(document: Document) -> Iterator[Finding]:
    if document.tlp != "CLEAR":
        yield Finding("tlp_not_clear", "tlp", values=(("tlp", document.tlp),))
    allowed = _TLP.index(document.tlp)
    for where, text in _marked(document):
        for mark in dict.fromkeys(match[1].upper() for match in _MARK.finditer(text)):
            if mark in _TLP and _TLP.index(mark) > allowed:
                yield Finding("tlp_stricter_inside", where, values=(("tlp", mark), ("edition", document.tlp)))


def _marked(document: Document) -> Iterator[tuple[str, str]]:
    """Where a handling mark may stand: our own words, the words quoted with their near context, and titles of sources."""
    yield from prose(document)
    yield from (("calendar", entry.text) for entry in document.calendar)
    yield from (("signs", sign) for sign in document.signs)
    sections = {claim.id: where for where, claim in _claims(document)}
    for claim in document.claims:
        for passage in claim.passages:
            source = document.source(passage.source)
            words = (passage.prefix, passage.exact, passage.suffix, source.title)
            yield sections[claim.id], "\n".join(words)


def _claims(document: Document) -> Iterator[tuple[str, Claim]]:
    for section in CLAIM_SECTIONS:
        for claim in claims_of(document, section):
            yield f"{section}/{claim.id}", claim


def head(document: Document) -> Iterator[Finding]:
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


def likelihood(document: Document) -> Iterator[Finding]:
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


def moves(document: Document) -> Iterator[Finding]:
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
