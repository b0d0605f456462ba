"""Named queries over situations, suggestions and tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef

if TYPE_CHECKING:
    from countries.models import Situation, Tag, TagSuggestion  # noqa: F401


class SituationQuerySet(models.QuerySet["Situation"]):
    def by_name(self) -> SituationQuerySet:
        return self.order_by("name", "id")


class TagQuerySet(models.QuerySet["Tag"]):
    def current(self) -> TagQuerySet:
        """The newest decision per item, situation and term."""
        return self.filter(is_current=True)

    def standing(self) -> TagQuerySet:
        """Current decisions that say yes to a situation."""
        return self.current().filter(verdict__in=["accepted", "added"])

    def situations(self) -> TagQuerySet:
        """Decisions on the situation itself, not on a term within it."""
        return self.filter(term=None)


class TagSuggestionQuerySet(models.QuerySet["TagSuggestion"]):
    def current(self) -> TagSuggestionQuerySet:
        """What the latest look at an item suggests."""
        return self.filter(is_current=True)

    def undecided(self) -> TagSuggestionQuerySet:
        """What the latest look at an item suggests, where nobody has decided on it for this situation yet."""
        tags = apps.get_model("countries", "Tag").objects  # models import this module
        decided = tags.filter(
            item=OuterRef("item"),
            situation=OuterRef("situation"),
            term=None,
            is_current=True,
            verdict__in=["accepted", "added", "rejected"],
        )
        return self.current().filter(~Exists(decided))
