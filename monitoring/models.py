"""Daily counts with their exposure, and what the desk could see that day. Written by ``counts`` and ``coverage``."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
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
    groups = models.JSONField(
        default=list,
        help_text=_(
            "list of {kind, expected, seen, silent: [feed name, …], places: [[region, …], …], quieter: [feed name, …]}"
        ),
    )
    languages = models.JSONField(
        default=list, help_text=_("languages of the situation in which no source was expected, BCP 47")
    )
    regions = models.JSONField(
        default=list, help_text=_("first-level regions that no source reports from, ISO 3166-2; see regions_of")
    )
    regions_of = models.PositiveIntegerField(
        default=0, help_text=_("of how many regions; 0 where nobody has said which regions any source reports from")
    )
    computed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("coverage of a day")
        verbose_name_plural = _("coverage by day")
        constraints: ClassVar = [models.UniqueConstraint(fields=["situation", "date"], name="coverage_once")]

    def __str__(self) -> str:
        return f"{self.situation_id} {self.date}: {self.seen}/{self.expected}"


class Shutdown(models.Model):
    """A network that somebody cut or closed: reports cannot come from there. Entered by hand, printed in every edition of
    its days."""

    class What(models.TextChoices):
        INTERNET = "internet", _("internet")
        TELEPHONE = "telephone", _("telephone")
        POWER = "power", _("power")
        ROADS = "roads", _("roads")

    situation = models.ForeignKey(Situation, models.CASCADE, related_name="shutdowns", verbose_name=_("situation"))
    place = models.CharField(
        _("place"), max_length=120, help_text=_("a region or town; never the exact site of people")
    )
    what = models.CharField(_("what is cut"), max_length=10, choices=What)
    began_on = models.DateField(_("from"))
    ended_on = models.DateField(_("to"), null=True, blank=True, help_text=_("empty as long as it lasts"))
    source_url = models.URLField(_("source"), max_length=500)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False, verbose_name=_("entered by")
    )
    entered_at = models.DateTimeField(_("entered"), editable=False)

    class Meta:
        verbose_name = _("shutdown")
        verbose_name_plural = _("shutdowns")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="shutdown_in_order", condition=Q(ended_on=None) | Q(ended_on__gte=F("began_on"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_what_display()}: {self.place}, {self.began_on}"
