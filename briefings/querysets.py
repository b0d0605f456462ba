"""Named queries over editions."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from django.apps import apps
from django.db import models
from django.db.models.functions import Coalesce

if TYPE_CHECKING:
    from briefings.models import Comment, Edition, Statement  # noqa: F401 - ruff reads no name in a subscript

ISSUED = ("published", "corrected", "withdrawn")
UNFINISHED = ("draft", "in_review", "approved")

#: ``SDN-2026-09-14-v1``, ``SDN-2026-09-14-flash2-fr-v3``: what ``Edition.public_id`` makes.
_PUBLIC_ID = re.compile(
    r"(?P<code>[A-Z]{2,8})-(?P<date>\d{4}-\d{2}-\d{2})(?:-flash(?P<flash>\d{1,3}))?"
    r"(?:-(?P<language>[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*))?-v(?P<version>\d{1,3})"
)


def language_in(public_id: str) -> str:
    """The language of the edition that a public id names; "" where it is none."""
    match = _PUBLIC_ID.fullmatch(public_id)
    return (match["language"] or "en") if match else ""


class EditionQuerySet(models.QuerySet["Edition"]):
    def issued(self) -> EditionQuerySet:
        """Published at some time, whatever became of it."""
        return self.filter(status__in=ISSUED)

    def standing(self) -> EditionQuerySet:
        """Published, and neither corrected by a later version nor withdrawn; nor is the source of a translation."""
        return self.filter(status="published").exclude(translation_of__status__in=("corrected", "withdrawn"))

    def in_source_language(self) -> EditionQuerySet:
        """No translations."""
        return self.filter(translation_of=None)

    def unfinished(self) -> EditionQuerySet:
        return self.filter(status__in=UNFINISHED)

    def newest_first(self) -> EditionQuerySet:
        return self.order_by("-date", "-published_at", "-version", "-id")

    def latest_per_situation(self) -> EditionQuerySet:
        """The newest standing edition of each situation in its source language."""
        return (
            self.standing()
            .in_source_language()
            .order_by("situation_id", "-date", "-published_at", "-id")
            .distinct("situation_id")
            .select_related("situation")
        )

    def daily(self) -> EditionQuerySet:
        """The editions of a day, routine or quiet; no flashes."""
        return self.exclude(kind="flash")

    def before(self, edition: Edition) -> EditionQuerySet:
        """The standing editions of the same situation and language that cover an earlier time, the latest first."""
        return (
            self.standing()
            .filter(situation=edition.situation_id, language=edition.language, period_end__lt=edition.period_end)
            .order_by("-period_end", "-version", "-id")
        )

    def with_public_id(self, public_id: str) -> EditionQuerySet:
        """At most one: a routine and a quiet edition of one day share no version number."""
        match = _PUBLIC_ID.fullmatch(public_id)
        if match is None:
            return self.none()
        try:
            date = dt.date.fromisoformat(match["date"])
        except ValueError:
            return self.none()
        found = self.filter(
            situation__code=match["code"],
            date=date,
            language=match["language"] or "en",
            version=int(match["version"]),
        ).select_related("situation")
        if match["flash"]:
            return found.filter(kind="flash", sequence=int(match["flash"]))
        return found.daily()

    def versions_of(self, edition: Edition) -> EditionQuerySet:
        """Every version of the same edition, itself included."""
        same = self.filter(
            situation=edition.situation_id, date=edition.date, sequence=edition.sequence, language=edition.language
        )
        return same.filter(kind="flash") if edition.kind == "flash" else same.daily()


class StatementQuerySet(models.QuerySet["Statement"]):
    def with_outcome(self) -> StatementQuerySet:
        """``outcome``: what the last resolution says, "" where there is none."""
        resolutions = apps.get_model("briefings", "Resolution").objects.filter(statement=models.OuterRef("pk"))
        last = models.Subquery(resolutions.order_by("-at", "-id").values("outcome")[:1])
        found: StatementQuerySet = self.annotate(outcome=Coalesce(last, models.Value("")))
        return found

    def due(self, on: dt.date) -> StatementQuerySet:
        """To be resolved: the day has come and nobody has."""
        return self.filter(review_date__lte=on, resolutions=None)


class CommentQuerySet(models.QuerySet["Comment"]):
    def open_in(self, edition: Edition) -> CommentQuerySet:
        """Comments on the edition that nobody has resolved, in the order in which they were made; answers go with them."""
        return self.filter(edition=edition, answers=None, resolved_at=None).order_by("at", "id")
