"""What an embedding model made of items: vectors, kept by model."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from pgvector.django import HalfVectorField, HnswIndex

from sources.embedders import DIMENSIONS
from sources.models.items import Item, Revision


class Embedding(models.Model):
    """An item's title and first paragraph as one model sees them, as they stood in one revision. Written once by
    ``ingest.embed`` and never changed: another model, or another version of it, writes a row of its own beside."""

    # No index of its own: the unique constraint begins with it.
    item = models.ForeignKey(Item, models.CASCADE, related_name="embeddings", db_index=False)
    revision = models.ForeignKey(Revision, models.CASCADE, null=True, related_name="+", db_index=False)
    model = models.CharField(max_length=120, help_text=_("with its version"))
    vector = HalfVectorField(dimensions=DIMENSIONS, null=True, help_text=_("empty where the model had no answer"))
    reported_at = models.DateTimeField(
        help_text=_("the item's, so that one index finds what was reported at about a time")
    )
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("embedding")
        verbose_name_plural = _("embeddings")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["item", "model"], name="embedding_once_per_model"),
        ]
        indexes: ClassVar = [
            # A short window is read whole; a long one is searched by nearness. PostgreSQL chooses.
            models.Index(fields=["model", "reported_at"], name="embedding_when"),
            HnswIndex(fields=["vector"], name="embedding_near", opclasses=["halfvec_cosine_ops"]),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} by {self.model}"
