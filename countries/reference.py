"""Loads the versioned reference data that ships with the project: vocabularies, situations, names, risk lists, feeds.

Idempotent: what is there is brought in line, what people changed or added is left alone, nothing is deleted.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from countries.models import (
    FeedScope,
    Name,
    NameKind,
    RiskListEntry,
    Scheme,
    Situation,
    Term,
    Tier,
    VerificationStatus,
)
from sources import catalogue

VERSION = "2026-11"
_DATA = Path(__file__).parent / "data"


class BadReferenceData(Exception):
    """A row of the reference data cannot be used; the message names file, line and field."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many rows of each kind stand after loading."""

    terms: int
    situations: int
    names: int
    feeds: int
    scopes: int


@transaction.atomic
def load(*, activate_feeds: bool) -> Loaded:
    """Brings reference data in line. ``activate_feeds`` switches the starter pack on. Raises BadReferenceData."""
    _load_vocabularies()
    _load_framework()
    _load_event_types()
    situations = _load_situations()
    _load_names(situations)
    scopes = catalogue.load_feeds(version=VERSION, activate=activate_feeds)
    _load_scopes(scopes, situations)
    return Loaded(
        terms=Term.objects.count(),
        situations=Situation.objects.count(),
        names=Name.objects.count(),
        feeds=len(scopes),
        scopes=FeedScope.objects.count(),
    )


def _rows(name: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Rows of a CSV file, each with where it stands."""
    with (_DATA / name).open(encoding="utf-8", newline="") as file:
        for line, row in enumerate(csv.DictReader(file), start=2):
            if None in row or None in row.values():
                raise BadReferenceData(f"{name}, line {line}: wrong number of fields")
            yield f"{name}, line {line}", {key: value.strip() for key, value in row.items()}


def _scheme(code: str, version: str, title: str, source_url: str, note: str = "") -> Scheme:
    scheme, _ = Scheme.objects.update_or_create(
        code=code,
        version=version,
        defaults={"title": title, "source_url": source_url, "note": note, "is_current": True},
    )
    Scheme.objects.filter(code=code).exclude(pk=scheme.pk).update(is_current=False)
    return scheme


def _load_vocabularies() -> None:
    for position, (_, row) in enumerate(_rows("vocabularies.csv")):
        scheme = _scheme(row["scheme"], row["version"], row["title"], row["source_url"])
        Term.objects.update_or_create(
            scheme=scheme,
            code=row["code"],
            defaults={
                "label": row["label"],
                "definition": row["definition"],
                "status": row["status"],
                "position": position,
            },
        )


def _load_framework() -> None:
    scheme = _scheme(
        "un-framework",
        "2014",
        "UN Framework of Analysis for Atrocity Crimes",
        "https://undocs.org/A/70/741-S/2016/71",
        "Paraphrases. Rows from memory are not verified against the document and must not be cited by number.",
    )
    factors: dict[str, Term] = {}
    for position, (where, row) in enumerate(_rows("un_framework.csv")):
        is_factor = row["level"] == "risk_factor"
        factor = row["code"].split(".")[0]
        if not is_factor and factor not in factors:
            raise BadReferenceData(f"{where}: indicator {row['code']} comes before its risk factor")
        status = VerificationStatus.VERIFIED if row["status"] == "verified" else VerificationStatus.MEMORY
        term, _ = Term.objects.update_or_create(
            scheme=scheme,
            code=row["code"],
            defaults={
                "label": row["short_text"],
                "parent": None if is_factor else factors[factor],
                "scope": row["crime_scope"],
                "status": status,
                "position": position,
            },
        )
        if is_factor:
            factors[row["code"]] = term


def _load_event_types() -> None:
    """Our own types of event, coarse and fine. Whoever knows ACLED's will find their way; labels and definitions are ours."""
    scheme = _scheme("event-type", "1", "Types of event", "")
    terms: dict[str, Term] = {}
    for position, (where, row) in enumerate(_rows("event_types.csv")):
        if row["parent"] and row["parent"] not in terms:
            raise BadReferenceData(f"{where}: {row['code']} comes before its parent {row['parent']!r}")
        terms[row["code"]], _ = Term.objects.update_or_create(
            scheme=scheme,
            code=row["code"],
            defaults={
                "label": row["label"],
                "definition": row["definition"],
                "parent": terms.get(row["parent"]),
                "status": VerificationStatus.EDITORIAL,
                "position": position,
            },
        )


def _load_situations() -> dict[str, Situation]:
    """Situations by code. What a desk may change (cut-off, tier, coverage note) is set once and then left alone."""
    for where, row in _rows("situations.csv"):
        try:
            cut_off = dt.time.fromisoformat(row["cut_off"])
        except ValueError as error:
            raise BadReferenceData(f"{where}: cut_off {row['cut_off']!r} is not a time") from error
        facts = {
            "iso2": row["iso2"].split(";"),
            "iso3": row["iso3"].split(";"),
            "languages": row["main_languages_bcp47"].split(),
            "un_group": row["un_group"],
            "regional_bodies": row["regional_bodies"],
            "un_presence": row["un_presence"],
            "suggested_phase": row["suggested_phase_unreviewed"],
            "reference_version": VERSION,
        }
        kept_by_desk = {"name": row["name"], "time_zone": row["time_zone"], "cut_off": cut_off, "tier": Tier.DAILY}
        situation, _ = Situation.objects.update_or_create(
            code=row["code"], defaults=facts, create_defaults={**facts, **kept_by_desk}
        )
        _load_risk_lists(situation, row)
    return {situation.code: situation for situation in Situation.objects.all()}


def _load_risk_lists(situation: Situation, row: dict[str, str]) -> None:
    lists = (
        ("Early Warning Project", "2025-26", "rank of 168", row["ewp_2025_26_rank_of_168"]),
        ("Early Warning Project", "2025-26", "per cent in two years", row["ewp_risk_2yr_pct"]),
        ("Early Warning Project", "2024 coding", "ongoing mass killing", _yes_no(row["ewp_ongoing_mass_killing_2024"])),
        ("GCR2P Populations at Risk", "March 2025", "listed", _yes_no(row["gcr2p_mar_2025"])),
    )
    for name, edition, unit, value in lists:
        RiskListEntry.objects.update_or_create(
            situation=situation,
            list_name=name,
            edition=edition,
            unit=unit,
            defaults={"value": value, "status": VerificationStatus.VERIFIED},
        )


def _yes_no(value: str) -> str:
    return "yes" if value == "1" else "no"


def _load_names(situations: dict[str, Situation]) -> None:
    """Adds names that are missing; never changes one, since the desk curates them. The world's are in ``places``."""
    Name.objects.bulk_create(_curated_names(situations), ignore_conflicts=True)


def _curated_names(situations: dict[str, Situation]) -> Iterator[Name]:
    for where, row in _rows("names.csv"):
        if row["code"] and row["code"] not in situations:
            raise BadReferenceData(f"{where}: no situation has the code {row['code']!r}")
        if row["kind"] not in NameKind.values:
            raise BadReferenceData(f"{where}: {row['kind']!r} is no kind of name")
        for text in dict.fromkeys(row["names"].split("|")):
            yield Name(
                situation=situations[row["code"]] if row["code"] else None,
                text=text,
                language=row["language"],
                kind=row["kind"],
                is_ambiguous=row["ambiguous"] == "yes",
            )


def _load_scopes(feeds: catalogue.Scopes, situations: dict[str, Situation]) -> None:
    by_iso2 = {iso2: situation for situation in situations.values() for iso2 in situation.iso2}
    FeedScope.objects.bulk_create(
        [
            FeedScope(feed_id=feed_id, situation=situation)
            for feed_id, countries in feeds.items()
            for situation in {by_iso2[iso2].pk: by_iso2[iso2] for iso2 in countries if iso2 in by_iso2}.values()
        ],
        ignore_conflicts=True,
    )
