"""Brings the sample's outlets into the library, as staff would: publishers, feeds, what each feed covers. Idempotent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from countries.models import FeedScope, Situation, Tier
from sample.outlets import Outlet
from sources.models import Feed, FeedFormat, Publisher, PublisherKind, ReusePolicy, StarterPack

#: The situations that the sample is about.
SITUATIONS = ("CAF", "SSD")
CATALOGUE = "sample"


class NoReference(Exception):
    """The situations of the sample are not there: reference data has not been loaded."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What stands now."""

    feeds: int
    new: int


@transaction.atomic
def load(outlets: Sequence[Outlet], *, base: str, at: dt.datetime) -> Loaded:
    """Afterwards every outlet has its publisher and its feed, active and due at ``at``, at the address below ``base``.

    A feed whose server has moved to another port moves along. Raises NoReference.
    """
    situations = {situation.code: situation for situation in Situation.objects.filter(code__in=SITUATIONS)}
    missing = sorted(set(SITUATIONS) - set(situations))
    if missing:
        raise NoReference(f"There is no situation {', '.join(missing)}: run `manage.py load_reference` first.")
    Situation.objects.filter(code__in=SITUATIONS).update(tier=Tier.INTENSIVE)
    new = 0
    for outlet in outlets:
        feed, is_new = _feed(outlet, _publisher(outlet), base=base, at=at)
        new += is_new
        for code in outlet.scopes:
            FeedScope.objects.get_or_create(feed=feed, situation=situations[code])
        feed.scopes.exclude(situation__code__in=outlet.scopes).delete()
    return Loaded(feeds=len(outlets), new=new)


def _publisher(outlet: Outlet) -> Publisher:
    publisher, _ = Publisher.objects.update_or_create(
        slug=outlet.slug,
        defaults={
            "name": outlet.name,
            "kind": PublisherKind(outlet.kind),
            "ownership": outlet.ownership,
            "owner_key": outlet.owner_key,
            "bias_note": f"Invented outlet of the sample. {outlet.standpoint}",
            "is_party": outlet.is_party,
        },
    )
    return publisher


def _feed(outlet: Outlet, publisher: Publisher, *, base: str, at: dt.datetime) -> tuple[Feed, bool]:
    return Feed.objects.update_or_create(
        publisher=publisher,
        catalogue_version=CATALOGUE,
        defaults={
            "name": outlet.name,
            "url": base + outlet.known_feed_path,
            "format": FeedFormat.AUTO,
            "language": outlet.language,
            "reuse_policy": ReusePolicy(outlet.reuse_policy),
            "reuse_note": "Written for this project; see sample/README.md.",
            "starter_pack": StarterPack.YES,
            "evidence": "A",
            "is_active": True,
            "next_check_at": at,
        },
    )
