"""Writes the language of items. Their full text has had its turn by then; recomputed freely for a new version."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Left

from sources.ingest import language, rows
from sources.models import Item

_WRITTEN = ("language", "language_confidence", "language_version", "index_version")


@transaction.atomic
def identify_languages(*, limit: int) -> int:
    """Items without a language have one afterwards. Returns how many. Rows that another worker holds are left to it."""
    opening = Left(Coalesce(F("current__full_text__text"), F("current__text")), language.LOOKED_AT)
    waiting = Item.objects.without_language().select_for_update(of=("self",), skip_locked=True, no_key=True)
    readable = waiting.annotate(opening=opening, claimed=F("feed__language")).only("title", *_WRITTEN)
    items = list(readable.order_by("id")[:limit])
    for item in items:
        claims = language.read_claims(getattr(item, "claimed", ""))
        found = language.identify(f"{item.title}\n{getattr(item, 'opening', None) or ''}", claims=claims)
        item.language, item.language_confidence, item.language_version = found.tag, found.confidence, language.VERSION
        item.index_version = 0  # its words are read by the rules of its language
    rows.update(items, _WRITTEN)
    return len(items)
