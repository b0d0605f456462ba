"""Whether a translation says what its source says. Pure: two Documents in, findings out.

The structure is the source's and not the translator's to change; checks of it are made once, in the source. Here: every
text is there, figures are those of the source or of the passages, the likelihood is the same step of the scale, and the rules
of words hold in the other language too. Word limits do not apply.
"""

from __future__ import annotations

from collections.abc import Iterator

from briefings import lint, numbers, scales
from briefings.lint import Finding
from briefings.render.document import Claim, Document

#: Findings of the lint that depend on the words and so are the translator's to mend.
_OF_WORDS = frozenset(
    {
        "tlp_not_clear",
        "bottom_line_missing",
        "likelihood_without_term",
        "likelihood_mixed",
        "likelihood_with_confidence",
        "hedge_alone",
        "crime_without_attribution",
    }
)
_TEXTS = ("bottom_line", "likelihood", "confidence", "assessment", "alternative", "unknown", "resolution_rule")
_SECTIONS = ("what_changed", "key_developments", "local_perspective", "actors", "engaged", "options")


def findings(document: Document, source: Document, *, is_note_missing: bool = False) -> tuple[Finding, ...]:
    """Everything found in the translation, what blocks first. ``is_note_missing``: only the source says what was wrong."""
    found = [finding for finding in lint.findings(document) if finding.code in _OF_WORDS]
    if is_note_missing:
        found.append(Finding("note_not_translated", "correction_note"))
    if _structure(document) != _structure(source):
        found.append(Finding("structure_differs", "whole"))
    else:
        found += _texts(document, source)
        found += _likelihood(document, source)
    return tuple(sorted(found, key=lambda finding: not finding.is_blocking))


def _structure(document: Document) -> tuple[object, ...]:
    """All that a translation shares with its source: claims in order on their passages, labels and dates."""
    return (
        document.kind,
        document.date,
        document.trend,
        document.level,
        document.level_since,
        [[_bones(claim) for claim in getattr(document, section)] for section in _SECTIONS],
        [entry.date for entry in document.calendar],
        [(signal.code, signal.count, signal.verdict) for signal in document.triggers],
        [(entry.number, entry.sha256) for entry in document.sources],
    )


def _bones(claim: Claim) -> tuple[object, ...]:
    passages = [(each.source, each.place, each.start, each.end, each.exact) for each in claim.passages]
    return claim.kind, claim.label, claim.mark, claim.attribution, passages


def _texts(document: Document, source: Document) -> Iterator[Finding]:
    for name in _TEXTS:
        yield from _text(name, getattr(source, name), getattr(document, name), "")
    yield from _text("signs", "\n".join(source.signs), "\n".join(document.signs), "")
    if len(source.signs) != len(document.signs):
        yield Finding("signs_differ", "signs", values=(("count", len(source.signs)),))
    for signal, own_signal in zip(source.triggers, document.triggers, strict=True):
        # A signal is copied with its words, which name it among those of one code: the same words are not a translation.
        text = "" if own_signal.text == signal.text else own_signal.text
        yield from _text("triggers", signal.text, text, "")
    for original, entry in zip(source.calendar, document.calendar, strict=True):
        yield from _text("calendar", original.text, entry.text, "")
    for section in _SECTIONS:
        for claim, own in zip(getattr(source, section), getattr(document, section), strict=True):
            quoted = "\n".join(passage.exact for passage in claim.passages)
            for part in ("name", "role", "headline", "text", "risk"):
                yield from _text(f"{section}/{own.id}", getattr(claim, part), getattr(own, part), quoted)


def _text(where: str, source: str, text: str, quoted: str) -> Iterator[Finding]:
    """One text beside its source: there, and with the same figures."""
    if source.strip() and not text.strip():
        yield Finding("not_translated", where, values=(("text", _short(source)),))
    elif text.strip() and not source.strip():
        yield Finding("not_in_source", where, values=(("text", _short(text)),))
    else:
        borne_out = numbers.in_passage(f"{source}\n{quoted}")
        for normal, as_written in numbers.in_digits(text).items():
            if normal not in borne_out:
                yield Finding("number_not_in_source", where, values=(("number", as_written), ("text", _short(source))))
        said = numbers.in_passage(text)
        for normal, as_written in numbers.in_digits(source).items():
            if normal not in said:
                yield Finding(
                    "number_lost", where, is_blocking=False, values=(("number", as_written), ("text", _short(source)))
                )


def _likelihood(document: Document, source: Document) -> Iterator[Finding]:
    """The same one of the seven steps, where both languages have the scale."""
    ours = _steps(document.likelihood, document.language)
    theirs = _steps(source.likelihood, source.language)
    if ours and theirs and ours != theirs:
        term = scales.LIKELIHOOD[document.language.split("-")[0]][theirs[0]]
        yield Finding("likelihood_differs", "likelihood", values=(("term", term),))


def _steps(text: str, language: str) -> list[int]:
    scale = scales.LIKELIHOOD.get(language.split("-")[0], ())
    return [scale.index(term) for term in scales.likelihood_terms(text, language) if term in scale]


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59].rstrip()}…"
