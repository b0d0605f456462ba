"""Brings the addresses that items were stored under in line with today's rules for canonical addresses (``urls``, ``copies``),
so that what another feed carries tomorrow is known again as an item of last year.

Only items that own their address are touched, and none goes: where the address that an item should have is another's
already, the article came in twice. Then the older one keeps its key, since its feed brings the article to the newer one now;
it is marked as its copy, and its feed is a sighting of it. Tags, claims and texts stay where they are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction

from sources.ingest import rows
from sources.ingest.dedupe import address_key, key_of_url
from sources.ingest.urls import canonical
from sources.models import FullText, Item, Sighting

_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Rekeyed:
    """How many items have another key, how many are marked as copies, and how many pages' own addresses were rewritten."""

    items: int = 0
    copies: int = 0
    pages: int = 0

    def __add__(self, other: Rekeyed) -> Rekeyed:
        return Rekeyed(self.items + other.items, self.copies + other.copies, self.pages + other.pages)


def rekey() -> Iterator[Rekeyed]:
    """Everything is known by today's rules; what was done, a batch at a time. Safe to break off and to repeat, and safe
    beside workers: a batch into which somebody writes is done anew."""
    last = 0
    while batch := list(Item.objects.filter(owns_address=True, pk__gt=last).order_by("pk")[:_BATCH]):
        last = batch[-1].pk
        yield _redone(batch)
    last = 0
    while pages := list(FullText.objects.filter(pk__gt=last).only("declared_url").order_by("pk")[:_BATCH]):
        last = pages[-1].pk
        yield _pages(pages)


def _redone(batch: Sequence[Item]) -> Rekeyed:
    wanted = {item.pk: new for item in batch if (new := canonical(item.canonical_url)) != item.canonical_url}
    if not wanted:
        return Rekeyed()
    try:
        return _items(wanted)
    except IntegrityError:  # a worker has stored the same article at this moment: now it is seen
        return _items(wanted)


def _items(wanted: dict[int, str]) -> Rekeyed:
    changed: list[Item] = []
    copies = 0
    with transaction.atomic():
        items = Item.objects.select_for_update().filter(pk__in=wanted, owns_address=True).order_by("pk")
        owners, taken = _standing(wanted.values(), feeds={item.feed_id for item in items})
        for item in items:
            url = wanted[item.pk]
            if (owner := owners.get(url)) is not None:
                copies += _mark(item, owner)
            elif taken.isdisjoint({(item.feed_id, url), (item.feed_id, key_of_url(url))}):
                _give(item, url)
                owners[url] = item
                changed.append(item)
        rows.update(changed, ("canonical_url", "address_key", "external_id"))
    return Rekeyed(len(changed), copies)


def _standing(addresses: Collection[str], *, feeds: Collection[int]) -> tuple[dict[str, Item], set[tuple[int, str]]]:
    """Who owns these addresses already, and what each feed has there or under the key of one: two of one feed at one address
    would make it an address that says nothing."""
    there = list(Item.objects.filter(address_key__in=[address_key(url) for url in addresses]).order_by("pk"))
    keys = [key_of_url(url) for url in addresses]
    named = Item.objects.filter(feed__in=feeds, external_id__in=keys).values_list("feed_id", "external_id")
    owners = {item.canonical_url: item for item in there if item.owns_address}
    return owners, {*named, *((item.feed_id, item.canonical_url) for item in there)}


def _give(item: Item, url: str) -> None:
    """It is known by this address from now on."""
    if item.external_id == key_of_url(item.canonical_url):
        item.external_id = key_of_url(url)
    item.canonical_url, item.address_key = url, UUID(address_key(url))


def _mark(item: Item, owner: Item) -> int:
    """Returns 1 where it was not marked before."""
    if item.copy_of_id is not None or owner.copy_of_id is not None:
        return 0
    Item.objects.filter(pk=item.pk).update(copy_of=owner)
    if item.feed_id != owner.feed_id:
        seen = {"url": item.url, "title": item.title, "published_at": item.published_at, "seen_at": item.first_seen_at}
        Sighting.objects.get_or_create(item=owner, feed_id=item.feed_id, defaults=seen)
    return 1


def _pages(pages: Sequence[FullText]) -> Rekeyed:
    changed = []
    for page in pages:
        if page.declared_url and (new := canonical(page.declared_url)) != page.declared_url:
            page.declared_url = new
            changed.append(page)
    with transaction.atomic():
        rows.update(changed, ("declared_url",))
    return Rekeyed(pages=len(changed))
