"""Writes what the embedding model makes of items. The stage's only writer; it never holds up others.

Newest first: where more arrives than the model can take, the newest are in time to be placed by their vectors, and the rest
are placed without (``assign``). Only the newest are looked at, so that a tick costs the same however large the library is,
and only what came lately, which is what something new can still be compared with.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, QuerySet
from django.db.models.functions import Coalesce, Left

from sources.embedders import LEAD, Embedder, Passage
from sources.ingest.cluster import WINDOW
from sources.models import Embedding, Item

#: How many of the newest items are looked through for those without a vector.
_NEWEST = 50_000


def embed_items(embedder: Embedder, *, limit: int, at: dt.datetime) -> int:
    """Up to ``limit`` items have a vector of this embedder afterwards. Returns how many; 0 where none waits. Two at it at a
    time only do some work twice. Raises Unusable."""
    items = list(waiting(embedder.name, at=at)[:limit])
    passages = {item.pk: Passage(item.title, getattr(item, "opening", None) or "") for item in items}
    asked = [pk for pk, passage in passages.items() if passage.says_something]
    vectors = dict(zip(asked, embedder.embed([passages[pk] for pk in asked]), strict=True)) if asked else {}
    rows = [
        Embedding(
            item_id=item.pk,
            revision_id=item.current_id,
            model=embedder.name,
            vector=list(vector) if (vector := vectors.get(item.pk)) else None,
            reported_at=item.reported_at,
            made_at=at,
        )
        for item in items
    ]
    with transaction.atomic():
        Embedding.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def waiting(model: str, *, at: dt.datetime) -> QuerySet[Item]:
    """Items whose text is settled, that came lately, without a row of this model; the newest first."""
    newest = Item.objects.aggregate(Max("id"))["id__max"] or 0
    has_one = Embedding.objects.filter(item=OuterRef("pk"), model=model)
    settled = Item.objects.exclude(language_version="").exclude(extract_state="pending")
    recent = settled.filter(pk__gt=newest - _NEWEST, first_seen_at__gte=at - 2 * WINDOW).exclude(Exists(has_one))
    text = Coalesce(F("current__full_text__text"), F("current__text"))
    return recent.annotate(opening=Left(text, LEAD)).defer("current").order_by("-id")
