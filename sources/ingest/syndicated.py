"""Recognises syndicated copies: pages that name another item's address as the original (``rel=canonical``, RFC 6596) and say
the same. Both are needed: a page may name any address it likes, and must not hide behind somebody else's article.

A copy stays an item with its own address, text and snapshot; it is marked, and its feed is a sighting of the original.
Called after a page was read, by ``full_text``.
"""

from __future__ import annotations

from django.db import transaction

from sources.ingest.cluster import BODY, is_copy
from sources.ingest.dedupe import address_key
from sources.models import FullText, Item, Sighting


def recognise(item_id: int) -> int:
    """The item is marked as a copy where it is one, and so are those read before it that name it. Returns how many were
    marked. Safe to repeat."""
    item = Item.objects.select_related("feed", "current__full_text").filter(pk=item_id).first()
    if item is None or item.current is None:
        return 0
    if _mark(item, _original(item)):
        return 1
    return sum(_mark(copy, item) for copy in _waiting(item))


def _original(item: Item) -> Item | None:
    """The item whose address this one's page names, where that is another's."""
    full = getattr(item.current, "full_text", None)
    declared = address_key(full.declared_url) if isinstance(full, FullText) and full.declared_url else None
    if declared is None or (item.address_key is not None and declared == item.address_key.hex):
        return None
    found = Item.objects.select_related("current__full_text").exclude(pk=item.pk)
    return found.filter(owns_address=True, address_key=declared).first()


def _waiting(item: Item) -> list[Item]:
    """Items read before this one whose pages name its address."""
    if not item.owns_address or not item.canonical_url:
        return []
    found = Item.objects.select_related("feed", "current__full_text").exclude(pk=item.pk)
    return list(found.filter(current__full_text__declared_url=item.canonical_url, copy_of=None)[:100])


def _mark(copy: Item, original: Item | None) -> int:
    if original is None or copy.copy_of_id is not None or original.copy_of_id is not None:
        return 0
    if not is_copy(_reading(copy), _reading(original)):
        return 0
    with transaction.atomic():
        Item.objects.filter(pk=copy.pk).update(copy_of=original)
        Sighting.objects.get_or_create(
            item=original,
            feed=copy.feed,
            defaults={
                "url": copy.url,
                "title": copy.title,
                "published_at": copy.published_at,
                "seen_at": copy.first_seen_at,
            },
        )
    return 1


def _reading(item: Item) -> str:
    return item.current.reading_text[:BODY] if item.current is not None else ""
