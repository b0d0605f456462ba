"""Reads the editions that the demo's desk writes (``desk/*.toml``) into frozen values. Knows nothing of Django.

Each claim rests on quotations: the exact words of an article of the sample.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent / "desk"

_FILE_NAME = re.compile(r"[A-Z]{2,8}-\d{4}-\d{2}-\d{2}\.toml")
_PLAIN = ("situation", "kind", "trend", "bottom_line", "likelihood", "confidence")
#: Sections of claims, with the keys that a claim there may have beside its quotations.
_SECTIONS: Mapping[str, tuple[str, ...]] = {
    "what_changed": ("mark", "text"),
    "key_developments": ("headline", "text", "label", "label_reason"),
    "local_perspective": ("text",),
    "actors": ("name", "role", "attribution", "text"),
    "engaged": ("text",),
    "options": ("title", "text", "risk"),
}
#: What an edition may leave out: why a judgement changed, and what makes the likelihood one that can be judged.
_REASONS = ("trend_reason", "level_reason", "likelihood_reason", "resolution_rule")
_OTHERS = {*_PLAIN, *_REASONS, "horizon", "date", "level", "calendar", "assessment", "unknown", "covers"}


class EditionError(Exception):
    """A file of the desk cannot be used; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Quotation:
    """Exact words of one article."""

    article: str
    exact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenClaim:
    """One claim as the desk words it. Codes are those of ``briefings.models``."""

    section: str
    text: str
    headline: str = ""
    label: str = ""
    label_reason: str = ""
    mark: str = ""
    name: str = ""
    role: str = ""
    attribution: str = ""
    risk: str = ""
    quotations: tuple[Quotation, ...] = ()


@dataclass(frozen=True, slots=True)
class WrittenDate:
    """A dated event to come."""

    date: dt.date
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenEdition:
    """One edition as the desk writes it."""

    situation: str
    date: dt.date
    kind: str
    trend: str
    level: int
    bottom_line: str
    likelihood: str
    confidence: str
    assessment: str
    alternative: str
    signs: tuple[str, ...]
    unknown: str
    calendar: tuple[WrittenDate, ...]
    claims: tuple[WrittenClaim, ...]
    covers: tuple[str, ...]  # ids of articles
    trend_reason: str = ""
    level_reason: str = ""
    likelihood_reason: str = ""
    resolution_rule: str = ""
    horizon: dt.date | None = None

    @property
    def articles(self) -> frozenset[str]:
        """Ids of all articles that it quotes."""
        return frozenset(quotation.article for claim in self.claims for quotation in claim.quotations)


def load(folder: Path = FOLDER) -> tuple[WrittenEdition, ...]:
    """Every edition, oldest first. Raises EditionError on the first file that cannot be used."""
    editions = [_read(path) for path in sorted(folder.glob("*.toml"))]
    return tuple(sorted(editions, key=lambda edition: (edition.date, edition.situation)))


def _read(path: Path) -> WrittenEdition:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        edition = _edition(data)
    except (tomllib.TOMLDecodeError, ValueError, TypeError) as error:
        raise EditionError(f"{path.name}: {error}") from error
    except KeyError as error:
        raise EditionError(f"{path.name}: {error} is missing") from error
    if not _FILE_NAME.fullmatch(path.name) or path.stem != f"{edition.situation}-{edition.date}":
        raise EditionError(f"{path.name}: the file is not called {edition.situation}-{edition.date}.toml")
    return edition


def _edition(data: Mapping[str, Any]) -> WrittenEdition:
    unknown_keys = set(data) - _OTHERS - set(_SECTIONS)
    if unknown_keys:
        raise ValueError(f"not a key: {', '.join(sorted(unknown_keys))}")
    assessment = data.get("assessment", {})
    return WrittenEdition(
        **{key: str(data[key]) for key in _PLAIN},
        date=data["date"],
        level=int(data["level"]),
        assessment=assessment.get("text", ""),
        alternative=assessment.get("alternative", ""),
        signs=tuple(assessment.get("signs", ())),
        unknown=data["unknown"]["text"],
        calendar=tuple(WrittenDate(row["date"], row["text"]) for row in data.get("calendar", ())),
        claims=tuple(_claims(data)),
        covers=tuple(row["article"] for row in data.get("covers", ())),
        **{key: str(data[key]) for key in _REASONS if key in data},
        horizon=data.get("horizon"),
    )


def _claims(data: Mapping[str, Any]) -> Iterator[WrittenClaim]:
    for section, keys in _SECTIONS.items():
        for row in data.get(section, ()):
            wrong = set(row) - set(keys) - {"passages"}
            if wrong:
                raise ValueError(f"{section}: not a key: {', '.join(sorted(wrong))}")
            words = {key: str(row[key]) for key in keys if key in row}
            if "title" in words:
                words["headline"] = words.pop("title")
            if "mark" in words:
                words["mark"] = words["mark"].lower()
            if "attribution" in words:
                words["attribution"] = words["attribution"].split()[0]
            yield WrittenClaim(section=section, quotations=tuple(_quotations(row.get("passages", ()))), **words)


def _quotations(rows: Sequence[Mapping[str, str]]) -> Iterator[Quotation]:
    for row in rows:
        yield Quotation(row["article"], row["quote"])
