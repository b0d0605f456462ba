"""Named queries over situations, suggestions and tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

if TYPE_CHECKING:
    from countries.models import Situation, Tag, TagSuggestion, TermSuggestion, Threshold  # noqa: F401

#: From which score terms are shown where nobody has set a threshold: what one weak word suggests is not.
LEAST_OF_TERMS = 0.5
_BOUNDS = ("low", "best", "high")
_Value = Value | OuterRef
_DECIDED = ["accepted", "added", "rejected", "corrected", "replaced"]


class SituationQuerySet(models.QuerySet["Situation"]):
    def by_name(self) -> SituationQuerySet:
        return self.order_by("name", "id")


class TagQuerySet(models.QuerySet["Tag"]):
    def current(self) -> TagQuerySet:
        """The newest decision per item, situation and term."""
        return self.filter(is_current=True)

    def standing(self) -> TagQuerySet:
        """Current decisions that say yes."""
        return self.current().filter(verdict__in=["accepted", "added", "corrected"])

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

    def shown(self) -> TagSuggestionQuerySet:
        """Those that reach the threshold of their language and situation."""
        least = _least(Value("situation"), OuterRef("item__language"), OuterRef("situation"))
        return self.filter(score__gte=Coalesce(least, 0.0))


class TermSuggestionQuerySet(models.QuerySet["TermSuggestion"]):
    def newest(self) -> TermSuggestionQuerySet:
        """What the version that read the item's standing text last says of it."""
        screenings = apps.get_model("countries", "Screening").objects
        read = screenings.filter(revision=OuterRef("revision"), reads="terms").order_by("-screened_at", "-id")
        return self.filter(revision=F("item__current"), version=Subquery(read.values("version")[:1]))

    def shown(self, situation: Situation) -> TermSuggestionQuerySet:
        """Those that reach the threshold of their kind, language and the situation in whose queue they would stand."""
        least = _least(OuterRef("term__scheme__code"), OuterRef("item__language"), Value(situation.pk))
        return self.filter(score__gte=Coalesce(least, LEAST_OF_TERMS))

    def undecided(self, situation: Situation) -> TermSuggestionQuerySet:
        """Nobody has decided on this value of the item within the situation yet, whichever version suggested it."""
        bounds = {f"{bound}_or_none": Coalesce(bound, -1) for bound in _BOUNDS}
        tags = apps.get_model("countries", "Tag").objects.alias(**bounds)
        decided = tags.filter(
            **{f"{bound}_or_none": Coalesce(OuterRef(bound), -1) for bound in _BOUNDS},
            item=OuterRef("item"),
            situation=situation,
            term=OuterRef("term"),
            words=OuterRef("words"),
            is_current=True,
            verdict__in=_DECIDED,
        )
        return self.filter(~Exists(decided))


class ThresholdQuerySet(models.QuerySet["Threshold"]):
    def current(self) -> ThresholdQuerySet:
        """The newest per suggester, language and situation."""
        return self.filter(is_current=True)


def _least(suggester: _Value, language: OuterRef, situation: _Value) -> Subquery:
    """The narrowest threshold that fits: of the situation and language, of the situation, of the language, of all."""
    thresholds = apps.get_model("countries", "Threshold").objects
    fitting = thresholds.filter(
        Q(language="") | Q(language=language),
        Q(situation=None) | Q(situation=situation),
        suggester=suggester,
        is_current=True,
    )
    return Subquery(fitting.order_by(F("situation").asc(nulls_last=True), "-language").values("least")[:1])
