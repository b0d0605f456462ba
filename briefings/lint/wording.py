"""Rules of words: likelihood apart from confidence, no hedge alone, crimes named by somebody. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from briefings import scales
from briefings.lint.finding import Finding, prose
from briefings.render.document import Document
from briefings.sentences import sentences


def likelihood_apart(document: Document) -> Iterator[Finding]:
    """Likelihood and confidence are never in one sentence (ICD 203)."""
    for where, text in prose(document):
        for sentence in sentences(text):
            terms = scales.likelihood_terms(sentence, document.language)
            if terms and scales.speaks_of_confidence(sentence, document.language):
                yield Finding("likelihood_with_confidence", where, values=(("sentence", sentence),))


def hedges(document: Document) -> Iterator[Finding]:
    for where, text in prose(document):
        for sentence in sentences(text):
            hedges = scales.hedges(sentence, document.language)
            if hedges and not scales.likelihood_terms(sentence, document.language):
                yield Finding("hedge_alone", where, is_blocking=False, values=(("word", hedges[0]),))


def crimes(document: Document) -> Iterator[Finding]:
    for where, text in prose(document):
        for sentence in sentences(text):
            for name in scales.crimes(sentence, document.language)[:1]:
                if not scales.is_attributed(sentence, document.language):
                    yield Finding("crime_without_attribution", where, values=(("name", name),))
