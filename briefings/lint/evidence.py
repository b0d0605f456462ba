"""Rules of evidence: every fact rests on a passage, and no label says more than its sources do. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from briefings.lint.finding import CLAIM_SECTIONS, MUST_CITE, Finding, claims_of, facts, name_of, short
from briefings.render.document import Claim, Document
from sources import evidence

#: Sections that may carry "unverified, circulating".
_MAY_BE_UNVERIFIED = ("local_perspective",)


def citations(document: Document) -> Iterator[Finding]:
    """Each sentence that is no judgement rests on a passage of its claim."""
    for section in MUST_CITE:
        for claim in claims_of(document, section):
            for sentence in () if claim.passages else facts(claim):
                yield Finding("claim_without_passage", f"{section}/{claim.id}", values=(("text", short(sentence)),))


def labels(document: Document) -> Iterator[Finding]:
    for claim in document.key_developments:
        if claim.kind == "claim" and not claim.label:
            yield Finding("label_missing", f"key_developments/{claim.id}", values=(("text", name_of(claim)),))
    for section in CLAIM_SECTIONS:
        for claim in claims_of(document, section):
            yield from _label(document, section, claim)


def _label(document: Document, section: str, claim: Claim) -> Iterator[Finding]:
    where, values = f"{section}/{claim.id}", (("text", name_of(claim)),)
    if claim.label == "unverified" and section not in _MAY_BE_UNVERIFIED and claim.mark != "downgraded":
        yield Finding("unverified_out_of_place", where, values=values)
    if claim.label == "corroborated" and claim.passages:
        entries = [document.source(number) for number in claim.citations]
        voices = [evidence.Voice(entry.kind, entry.publisher, entry.is_party) for entry in entries]
        if evidence.derive(voices) != "corroborated":
            yield Finding("label_beyond_sources", where, is_blocking=False, values=values)
