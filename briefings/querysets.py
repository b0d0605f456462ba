"""Named queries over editions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from briefings.models import Edition  # noqa: F401

ISSUED = ("published", "corrected", "withdrawn")


class EditionQuerySet(models.QuerySet["Edition"]):
    def issued(self) -> EditionQuerySet:
        """Published at some time, whatever became of it."""
        return self.filter(status__in=ISSUED)

    def standing(self) -> EditionQuerySet:
        """Published, and neither corrected by a later version nor withdrawn."""
        return self.filter(status="published")

    def newest_first(self) -> EditionQuerySet:
        return self.order_by("-date", "-published_at", "-version", "-id")

    def latest_per_situation(self) -> EditionQuerySet:
        """The newest standing edition of each situation in its source language."""
        return (
            self.standing()
            .order_by("situation_id", "-date", "-published_at", "-id")
            .distinct("situation_id")
            .select_related("situation")
        )

    def unfinished(self) -> EditionQuerySet:
        return self.filter(status__in=["draft", "in_review", "approved"])
