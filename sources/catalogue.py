"""Loads the catalogue of feeds that ships with the project (``data/feeds.csv``) and switches feeds on and off.

Idempotent. Facts about a feed are brought in line; what people decide (whether it is fetched, what its terms allow, who
publishes it) is set once and then left alone. Knows nothing of countries: the column is handed to the caller as it is.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from django.db import transaction
from django.utils.text import slugify

from sources.models import Feed, FeedMove, Publisher, PublisherKind, ReusePolicy, StarterPack

DATA = Path(__file__).parent / "data" / "feeds.csv"

#: What the catalogue says a feed covers, by the feed's id: ISO 3166 codes.
Scopes = Mapping[int, tuple[str, ...]]

#: France Médias Monde's legal notice forbids automated collection.
_FORBIDDEN_OWNER = "france medias monde"
#: Owners that say what kind of owner it is, not who: two "independent" papers are two origins.
_NO_NAME = ("independent", "private", "exile", "diaspora", "non-profit", "state-owned", "small team", "public")
#: Words in the note on terms that allow no more than a link.
_LINK_ONLY = ("metadata only", "link-only", "link-out only", "headlines only")


C = TypeVar("C", PublisherKind, StarterPack)


class BadCatalogue(Exception):
    """A row of the catalogue cannot be used; the message names line and field."""


@dataclass(frozen=True, slots=True)
class Row:
    """One feed of the catalogue, checked."""

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

    @property
    def publisher(self) -> str:
        """Who speaks, from the feed's name: "UN News (all, French)" and "ReliefWeb - Sudan" are two feeds of two."""
        return speaker(self.name)

    @property
    def owner_key(self) -> str:
        """The owner's name as a key, so that its outlets count as one origin; "" where the owner is not named."""
        if not self.ownership or self.ownership.lower().startswith(_NO_NAME):
            return ""
        return slugify(self.ownership)[:100]

    @property
    def reuse_policy(self) -> ReusePolicy:
        """What may be kept until a person has read the terms."""
        note = self.reuse_note.lower()
        return ReusePolicy.METADATA_ONLY if any(words in note for words in _LINK_ONLY) else ReusePolicy.EXCERPT


def speaker(feed_name: str) -> str:
    """Who speaks, from a feed's name."""
    return feed_name.partition(" (")[0].partition(" - ")[0].strip()


def rows(path: Path = DATA) -> tuple[Row, ...]:
    """The catalogue, checked. Raises BadCatalogue."""
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(_row(line, raw) for line, raw in enumerate(csv.DictReader(file), start=2))


def load_feeds(*, version: str, activate: bool, catalogue: Iterable[Row] | None = None) -> Scopes:
    """The catalogue's publishers and feeds stand. Returns what each feed covers.

    ``activate`` switches the starter pack on: feeds marked so, unless a person has switched them. Raises BadCatalogue.
    """
    scopes: dict[int, tuple[str, ...]] = {}
    with transaction.atomic():
        for row in rows() if catalogue is None else catalogue:
            feed = _feed(row, _publisher(row), version)
            if activate and row.starter_pack is StarterPack.YES:
                switch_on(feed)
            scopes[feed.pk] = row.countries
    return scopes


def switch_on(feed: Feed) -> bool:
    """Fetched from now on, unless a person has switched it, or its publisher forbids it or has withdrawn it. Whether that
    changed anything."""
    changed = (
        Feed.objects.filter(pk=feed.pk, is_active=False, is_switched_by_person=False, retired_at=None)
        .exclude(starter_pack=StarterPack.NEVER)
        .update(is_active=True, next_check_at=None)
    )
    return bool(changed)


def _publisher(row: Row) -> Publisher:
    publisher, _ = Publisher.objects.get_or_create(
        slug=slugify(row.publisher)[:100],
        defaults={
            "name": row.publisher,
            "kind": row.kind,
            "ownership": row.ownership,
            "owner_key": row.owner_key,
            "bias_note": row.bias_note,
            "is_party": row.is_party,
        },
    )
    return publisher


def _feed(row: Row, publisher: Publisher, version: str) -> Feed:
    facts: dict[str, object] = {
        "evidence": row.evidence,
        "starter_pack": row.starter_pack,
        "catalogue_version": version,
    }
    if row.starter_pack is StarterPack.NEVER:
        facts["is_active"] = False
    once = {
        "publisher": publisher,
        "name": row.name,
        "language": row.language,
        "reuse_policy": row.reuse_policy,
        "reuse_note": row.reuse_note,
    }
    moved = None if Feed.objects.filter(url=row.url).exists() else _moved_from(row.url)
    if moved is None:
        feed, _ = Feed.objects.update_or_create(url=row.url, defaults=facts, create_defaults={**facts, **once})
        return feed
    feed, _ = Feed.objects.update_or_create(pk=moved, defaults=facts)
    return feed


def _moved_from(url: str) -> int | None:
    """The feed that had this address and has another one now."""
    return FeedMove.objects.filter(old_url=url).order_by("-at", "-pk").values_list("feed", flat=True).first()


def _row(line: int, raw: dict[str, str | None]) -> Row:
    values = {key: (value or "").strip() for key, value in raw.items() if key}
    if None in raw or None in raw.values():
        raise BadCatalogue(f"feeds.csv, line {line}: wrong number of fields")
    if not values["name"] or not values["feed_url"].startswith(("https://", "http://")):
        raise BadCatalogue(f"feeds.csv, line {line}: a name and an http address are needed")
    forbidden = _FORBIDDEN_OWNER in values["ownership"].lower()
    return Row(
        name=values["name"],
        url=values["feed_url"],
        kind=_choice(PublisherKind, values["source_type"], line, "source_type"),
        language=values["language"],
        countries=tuple(_words(values["countries"])),
        ownership=values["ownership"],
        bias_note="" if values["bias_note"] in {"as above", "as English"} else values["bias_note"],
        is_party=values["party_source"] == "yes",
        reuse_note=values["reuse_note"],
        evidence=values["evidence"],
        starter_pack=StarterPack.NEVER
        if forbidden
        else _choice(StarterPack, values["starter_pack"], line, "starter_pack"),
    )


def _choice(kind: type[C], value: str, line: int, field: str) -> C:
    try:
        return kind(value)
    except ValueError as error:
        raise BadCatalogue(f"feeds.csv, line {line}: {field} cannot be {value!r}") from error


def _words(value: str) -> Iterator[str]:
    return (word.strip() for word in value.split(";") if word.strip())
