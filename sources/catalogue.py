"""Loads the catalogue of publishers and feeds that ships with the project. Idempotent.

What the catalogue says of a feed is brought in line; whether it is fetched is a person's affair after the first time.
A feed's countries are handed back to the caller, since this app does not know what a country is.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.utils.text import slugify

from sources.models import Feed, Publisher, PublisherKind, ReusePolicy, StarterPack

_FILE = Path(__file__).parent / "data" / "feeds.csv"

#: Feed id -> ISO 3166-1 alpha-2 codes of the countries it usually reports on.
Scopes = dict[int, tuple[str, ...]]

#: What the catalogue's ownership column says where it names no owner.
_UNNAMED_OWNERS = {"", "independent", "private", "exile", "non-profit"}

#: France Médias Monde's notice forbids automated collection and storage.
_FORBIDDEN = ("france24.com", "rfi.fr")


class BadCatalogue(Exception):
    """A row of the catalogue cannot be used; the message names line and field."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the catalogue, checked."""

    name: str
    url: str
    kind: PublisherKind
    language: str
    countries: tuple[str, ...]
    ownership: str
    bias_note: str
    is_party: bool
    reuse_note: str
    evidence: str
    starter_pack: StarterPack


def rows() -> Iterator[Row]:
    """The catalogue's rows in the file's order. Raises BadCatalogue."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        for line, row in enumerate(csv.DictReader(file), start=2):
            try:
                yield _row(row)
            except (KeyError, ValueError) as error:
                raise BadCatalogue(f"feeds.csv, line {line}: {error}") from error


def _row(row: dict[str, str]) -> Row:
    url = row["feed_url"].strip()
    if not url.startswith(("http://", "https://")):
        raise ValueError(f"feed_url {url!r} is no web address")
    is_forbidden = any(host in url for host in _FORBIDDEN)
    return Row(
        name=row["name"].strip(),
        url=url,
        kind=PublisherKind(row["source_type"]),
        language=row["language"].strip(),
        countries=tuple(code for code in row["countries"].split(";") if code),
        ownership=row["ownership"].strip()[:300],
        bias_note=row["bias_note"].strip()[:500],
        is_party=row["party_source"].strip() == "yes",
        reuse_note=row["reuse_note"].strip()[:500],
        evidence=row["evidence"].strip()[:2],
        starter_pack=StarterPack.NEVER if is_forbidden else StarterPack(row["starter_pack"]),
    )


@transaction.atomic
def load_feeds(*, version: str, activate: bool) -> Scopes:
    """Afterwards every feed of the catalogue stands; returns their countries.

    ``activate`` switches the starter pack on for feeds that are new here. A feed that is already there keeps its
    switch, its reuse policy and its address. Raises BadCatalogue.
    """
    scopes: Scopes = {}
    for row in rows():
        publisher, _ = Publisher.objects.update_or_create(
            slug=slugify(row.name)[:100],
            defaults={
                "name": row.name,
                "kind": row.kind,
                "ownership": row.ownership,
                "owner_key": "" if row.ownership in _UNNAMED_OWNERS else slugify(row.ownership)[:100],
                "bias_note": row.bias_note,
                "is_party": row.is_party,
            },
        )
        facts = {
            "publisher": publisher,
            "name": row.name,
            "language": row.language,
            "reuse_note": row.reuse_note,
            "evidence": row.evidence,
            "starter_pack": row.starter_pack,
            "catalogue_version": version,
        }
        feed, _ = Feed.objects.update_or_create(
            url=row.url,
            defaults=facts,
            create_defaults={
                **facts,
                "reuse_policy": ReusePolicy.EXCERPT,
                "is_active": activate and row.starter_pack == StarterPack.YES,
            },
        )
        scopes[feed.pk] = row.countries
    return scopes
