"""One finding of the lint, what may be overridden, and the texts that rules read. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from briefings.render.document import Claim, Document
from briefings.sentences import sentences

#: Sections that hold claims.
CLAIM_SECTIONS = ("what_changed", "key_developments", "local_perspective", "actors", "engaged", "options")
#: Sections in which nothing stands without a passage.
MUST_CITE = ("what_changed", "key_developments", "local_perspective", "actors", "engaged")
#: The one list of what a person with a reason may let stand. Everything else is mended, or nobody signs.
MAY_BE_OVERRIDDEN = frozenset(
    {
        "number_not_in_passage", "figures_summed", "name_not_in_passage", "crime_without_attribution", "hedge_alone",
        "label_beyond_sources", "too_many_entries", "section_too_long", "entry_too_long", "page_one_too_long",
        "brief_too_long",
    }
)  # fmt: skip
_PROSE = ("bottom_line", "likelihood", "confidence", "assessment", "alternative", "unknown")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: its code, where (a section, or section/claim id), and the values its sentence needs.

    ``subject`` is the exact text that it was found in; ``reason`` is why a person let it stand, empty where nobody did.
    """

    code: str
    where: str
    is_blocking: bool = True
    values: tuple[tuple[str, str | int], ...] = ()
    subject: str = ""
    reason: str = ""

    @property
    def may_be_overridden(self) -> bool:
        return self.code in MAY_BE_OVERRIDDEN

    @property
    def key(self) -> str:
        """The same for the same finding in the same words; a changed text is another finding. SHA-256 (hex)."""
        said = repr((self.code, self.where, self.values, self.subject))
        return hashlib.sha256(said.encode()).hexdigest()


def claims_of(document: Document, section: str) -> tuple[Claim, ...]:
    claims: tuple[Claim, ...] = getattr(document, section)
    return claims


def words_of(claim: Claim) -> str:
    return f"{claim.headline}\n\n{claim.text}"


def is_judgement(claim: Claim, sentence: str) -> bool:
    """Whether that sentence of the claim's text is a judgement of ours: the whole group is one, or the sentence is marked."""
    return claim.kind == "judgement" or " ".join(sentence.split()) in claim.judgements


def facts(claim: Claim) -> list[str]:
    """The sentences of its text that claim something to be so, and so need a passage."""
    return [sentence for sentence in sentences(claim.text) if not is_judgement(claim, sentence)]


def prose(document: Document) -> Iterator[tuple[str, str]]:
    """Every text of our own words, with where it stands."""
    for name in _PROSE:
        yield name, getattr(document, name)
    for section in CLAIM_SECTIONS:
        for claim in claims_of(document, section):
            yield f"{section}/{claim.id}", words_of(claim)


def short(text: str) -> str:
    """At most 60 characters of a text, to name it by."""
    text = " ".join(text.split())
    return text if len(text) <= 60 else f"{text[:59].rstrip()}…"


def name_of(claim: Claim) -> str:
    return short(claim.headline or claim.text)
