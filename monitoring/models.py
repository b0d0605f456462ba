"""Daily counts with their exposure, and what the desk could see that day. Written by ``counts`` and ``coverage``."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from countries.models import Situation


class Series(models.TextChoices):
    """What is counted. Four different series that must never be mixed."""

    ITEMS = "items", _("items")
    STORIES = "stories", _("stories")
    INDEPENDENT_REPORTS = "independent_reports", _("independent reports")


class DailyCount(models.Model):
    """How many of one series on one local day, with the exposure it was counted under. Recomputed freely."""

    situation = models.ForeignKey(Situation, models.CASCADE, related_name="daily_counts")
    series = models.CharField(max_length=20, choices=Series)
    date = models.DateField()
    value = models.PositiveIntegerField()
    feeds_active = models.PositiveIntegerField(help_text=_("expected feeds that answered with success that day"))
    feeds_expected = models.PositiveIntegerField()
    is_complete = models.BooleanField(help_text=_("the day is over and every expected feed has been looked at since"))
    computed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("daily count")
        verbose_name_plural = _("daily counts")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["situation", "series", "date"], name="daily_count_once"),
        ]

    def __str__(self) -> str:
        return f"{self.situation_id} {self.series} {self.date}: {self.value}"


class CoverageDay(models.Model):
    """What the desk could see of one situation on one day: sources expected, seen and silent. Recomputed freely."""

    situation = models.ForeignKey(Situation, models.CASCADE, related_name="coverage_days")
    date = models.DateField()
    expected = models.PositiveIntegerField()
    seen = models.PositiveIntegerField()
    groups = models.JSONField(default=list, help_text=_("list of {kind, expected, seen, silent: [feed name, …]}"))
    computed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("coverage of a day")
        verbose_name_plural = _("coverage by day")
        constraints: ClassVar = [models.UniqueConstraint(fields=["situation", "date"], name="coverage_once")]

    def __str__(self) -> str:
        return f"{self.situation_id} {self.date}: {self.seen}/{self.expected}"
