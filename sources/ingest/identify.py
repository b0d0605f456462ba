"""Writes the language of items. Their full text has had its turn by then; recomputed freely for a new version."""

from __future__ import annotations

from django.db import transaction

from sources.ingest import language
from sources.models import Item


@transaction.atomic
def identify_languages(*, limit: int) -> int:
    """Items without a language have one afterwards. Returns how many. Rows that another worker holds are left to it."""
    waiting = Item.objects.without_language().with_text().select_for_update(of=("self",), skip_locked=True)
    items = list(waiting.order_by("id")[:limit])
    for item in items:
        text = item.current.reading_text if item.current else ""
        found = language.identify(f"{item.title}\n{text}", claims=language.read_claims(item.feed.language))
        item.language, item.language_confidence, item.language_version = found.tag, found.confidence, language.VERSION
        item.index_version = 0  # its words are read by the rules of its language
    fields = ["language", "language_confidence", "language_version", "index_version"]
    Item.objects.bulk_update(items, fields, batch_size=200)
    return len(items)
