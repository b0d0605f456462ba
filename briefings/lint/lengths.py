"""Rules of length: each section, page 1 and the whole brief within its limit. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from briefings.limits import ENTRIES, LIMITS, PAGE_ONE, SECTIONS, WHOLE, WORDS
from briefings.lint.finding import CLAIM_SECTIONS, Finding, claims_of
from briefings.render.document import Document
from briefings.sentences import count_words


def short_form(document: Document) -> Iterator[Finding]:
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


def lengths(document: Document, *, is_waived: bool) -> Iterator[Finding]:
    for section, limit in LIMITS.items():
        entries = _entries(document, section)
        each = [count_words(text) for text in entries]
        if limit.entries and len(entries) > limit.entries:
            yield _over("too_many_entries", section, len(entries), limit.entries, is_waived)
        if limit.words and sum(each) > limit.words:
            yield _over("section_too_long", section, sum(each), limit.words, is_waived)
        for position, count in enumerate(each):
            if limit.words_each and count > limit.words_each:
                where = f"{section}/{claims_of(document, section)[position].id}"
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
    sections = ("head", *CLAIM_SECTIONS, "triggers", "calendar", "assessment", "signs", "unknown")
    return sum(count_words(text) for section in sections for text in _entries(document, section))


def _entries(document: Document, section: str) -> list[str]:
    """The texts of a section, one per entry."""
    if section in CLAIM_SECTIONS:
        return [
            " ".join((claim.name, claim.role, claim.headline, claim.text, claim.risk))
            for claim in claims_of(document, section)
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
