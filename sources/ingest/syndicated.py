"""Recognises syndicated copies: pages that name another item's address as the original (``rel=canonical``, RFC 6596) and say
the same. Both are needed: a page may name any address it likes, and must not hide behind somebody else's article.

A copy stays an item with its own address, text and snapshot; it is marked, and its feed is a sighting of the original.
Called after pages were read, by ``settle``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet

from sources.ingest.cluster import BODY, is_copy
from sources.ingest.dedupe import address_key
from sources.models import Item, Revision, Sighting

#: Pages that name one address and are compared with it at a time: whoever names somebody else's everywhere waits.
_MOST_WAITING = 100


def recognise(item_ids: Iterable[int]) -> int:
    """Those of the items that are copies are marked, and so are copies read before that name one of them. Returns how many
    were marked. Safe to repeat."""
    read = list(_light().filter(pk__in=item_ids, current__isnull=False).order_by("pk"))
    known = {item.pk: item for item in read}
    originals, waiting = _originals(read, known), _waiting(read, known)
    marked = 0
    for item in read:
        if _mark(item, originals.get(item.pk)):
            marked += 1
        else:
            marked += sum(_mark(copy, item) for copy in waiting[item.canonical_url] if copy.pk != item.pk)
    return marked


def _light() -> QuerySet[Item]:
    """Items without their texts, each with the address that its page gives as its own as ``declared``."""
    fields = ("feed_id", "current_id", "canonical_url", "address_key", "owns_address", "copy_of_id")
    return Item.objects.annotate(declared=F("current__full_text__declared_url")).only(*fields)


def _originals(read: Sequence[Item], known: dict[int, Item]) -> dict[int, Item]:
    """The item whose address one's page names, where that is another's, by the one."""
    named = {item.pk: key for item in read if (key := _named(item)) is not None}
    if not named:
        return {}
    found = _light().filter(owns_address=True, address_key__in=set(named.values()))
    owners = {item.address_key: known.setdefault(item.pk, item) for item in found}
    return {pk: owners[key] for pk, key in named.items() if key in owners and owners[key].pk != pk}


def _named(item: Item) -> UUID | None:
    """The key of the address that the page names, where it is not its own."""
    key = address_key(getattr(item, "declared", None) or "")
    named = UUID(key) if key else None
    return None if named == item.address_key else named


def _waiting(read: Sequence[Item], known: dict[int, Item]) -> dict[str, list[Item]]:
    """Items read before whose pages name an address of these, by the address."""
    waiting: defaultdict[str, list[Item]] = defaultdict(list)
    addresses = {item.canonical_url for item in read if item.owns_address and item.canonical_url}
    if addresses:
        found = _light().filter(current__full_text__declared_url__in=addresses, copy_of=None).order_by("pk")
        for item in found[: _MOST_WAITING * len(addresses)]:
            declared = waiting[getattr(item, "declared", "")]
            if len(declared) < _MOST_WAITING:
                declared.append(known.setdefault(item.pk, item))
    return waiting


def _mark(copy: Item, original: Item | None) -> int:
    if original is None or copy.copy_of_id is not None or original.copy_of_id is not None:
        return 0
    texts = _texts(copy, original)
    if not is_copy(texts.get(copy.current_id, ""), texts.get(original.current_id, "")):
        return 0
    with transaction.atomic():
        Item.objects.filter(pk=copy.pk).update(copy_of=original)
        Sighting.objects.get_or_create(
            item=original,
            feed_id=copy.feed_id,
            defaults=dict(zip(_SEEN, Item.objects.values_list(*_SEEN_OF).get(pk=copy.pk), strict=True)),
        )
    copy.copy_of_id = original.pk
    return 1


_SEEN = ("url", "title", "published_at", "seen_at")
_SEEN_OF = ("url", "title", "published_at", "first_seen_at")


def _texts(*items: Item) -> dict[int | None, str]:
    """The beginnings of their texts, by revision."""
    revisions = Revision.objects.select_related("full_text").filter(pk__in=[item.current_id for item in items])
    return {revision.pk: revision.reading_text[:BODY] for revision in revisions}
