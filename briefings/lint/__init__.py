"""What must be mended before an edition is signed, and what deserves a second look. Pure: a Document in, codes out.

Rules of the daily brief: every fact cited; every number, date and name in its passage; likelihood by one scale and apart from
confidence; names of crimes attributed; limits kept. The edges phrase each code and say what to do (``phrases``).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping

from briefings.lint import evidence, figures, head, names, wording
from briefings.lint.finding import MAY_BE_OVERRIDDEN, Finding, prose, short
from briefings.lint.lengths import lengths, page_one_words, short_form, words
from briefings.render.document import Document
from countries.places.desk import DeskNames

__all__ = ["MAY_BE_OVERRIDDEN", "Finding", "findings", "page_one_words", "prose", "short", "words"]


def findings(
    document: Document, *, waiver: str = "", overrides: Mapping[str, str] | None = None, desk: DeskNames | None = None
) -> tuple[Finding, ...]:
    """Everything found, what blocks first.

    ``waiver`` is the reason given for exceeding a limit: then limits warn. ``overrides`` holds reasons by ``Finding.key``:
    what may be overridden and was no longer blocks, and stays in the list with its reason. ``desk`` is the desk's own names.
    """
    found = [finding for rule in _RULES for finding in rule(document)]
    found += names.names(document, desk or DeskNames())
    if not document.translated_from:  # limits hold for the source language: translations are longer by nature
        found += lengths(document, is_waived=bool(waiver.strip()))
    subjects = dict(prose(document))
    placed = (dataclasses.replace(each, subject=subjects.get(each.where, "")) for each in found)
    answered = (_answered(each, overrides or {}) for each in dict.fromkeys(placed))
    return tuple(sorted(answered, key=lambda each: (not each.is_blocking, bool(each.reason))))


def _answered(finding: Finding, overrides: Mapping[str, str]) -> Finding:
    reason = overrides.get(finding.key, "") if finding.may_be_overridden else ""
    return dataclasses.replace(finding, is_blocking=False, reason=reason) if reason else finding


_RULES: tuple[Callable[[Document], Iterator[Finding]], ...] = (
    head.handling,
    head.head,
    head.likelihood,
    head.moves,
    wording.likelihood_apart,
    evidence.citations,
    figures.figures,
    evidence.labels,
    wording.hedges,
    wording.crimes,
    short_form,
)
