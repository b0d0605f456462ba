"""Events as data sets of events name them. Country-blind: codes stand as the source gives them. Written by
``sources.events``."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sources.querysets import EventQuerySet


class EventDataset(models.TextChoices):
    """Data sets that can be read."""

    UCDP_GED = "ucdp_ged", _("UCDP Georeferenced Event Dataset")
    ACLED = "acled", _("ACLED, the operator's own copy")

    @property
    def licence(self) -> str:
        return "CC BY 4.0" if self is EventDataset.UCDP_GED else "ACLED terms of use: not to be passed on"

    @property
    def may_be_exported(self) -> bool:
        return self is EventDataset.UCDP_GED


class EventImport(models.Model):
    """One file that was read, all of it, and what it brought. Never changes."""

    dataset = models.CharField(_("data set"), max_length=12, choices=EventDataset)
    version = models.CharField(_("version"), max_length=40, blank=True, help_text=_("empty: each event has its own"))
    filename = models.CharField(_("file"), max_length=200)
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField(_("imported"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
        help_text=_("empty: by the command"),
    )
    new_events = models.PositiveIntegerField(_("new"), default=0)
    revised_events = models.PositiveIntegerField(_("revised"), default=0)
    unchanged_events = models.PositiveIntegerField(_("unchanged"), default=0)

    class Meta:
        verbose_name = _("import of events")
        verbose_name_plural = _("imports of events")

    def __str__(self) -> str:
        return f"{self.get_dataset_display()} {self.version} {self.at:%Y-%m-%d}"


class EventRecord(models.Model):
    """What one version of a data set says of one event. Only ``is_current`` ever changes.

    A newer version that comes makes a row of its own; the old one stands, so that "as of version 23.1" can always be
    said. ``is_current`` is the row of the newest version that has the event.
    """

    dataset = models.CharField(_("data set"), max_length=12, choices=EventDataset)
    external_id = models.CharField(_("event"), max_length=60)
    version = models.CharField(_("version"), max_length=40, help_text=_("UCDP: of the data set. ACLED: of the event"))
    version_key = models.CharField(max_length=80, editable=False, help_text=_("the version, in a form that sorts"))
    digest = models.CharField(max_length=64, editable=False, help_text=_("SHA-256 of everything that it says"))
    is_current = models.BooleanField(_("newest"), default=False, editable=False)

    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    date_precision = models.PositiveSmallIntegerField(
        _("precision of the date"), null=True, help_text=_("the source's code: 1 is the day, more is less sure")
    )
    country = models.CharField(_("country"), max_length=120, help_text=_("as the source names it"))
    country_code = models.CharField(
        _("country code"), max_length=20, blank=True, help_text=_("UCDP: Gleditsch and Ward. ACLED: ISO 3166-1 numeric")
    )
    admin1 = models.CharField(_("first level"), max_length=200, blank=True)
    admin2 = models.CharField(_("second level"), max_length=200, blank=True)
    place = models.CharField(_("place"), max_length=500, blank=True)
    latitude = models.FloatField(_("latitude"), null=True)
    longitude = models.FloatField(_("longitude"), null=True)
    place_precision = models.PositiveSmallIntegerField(
        _("precision of the place"),
        null=True,
        help_text=_("the source's code: 1 is the place itself, more is less sure"),
    )
    kind = models.CharField(_("kind"), max_length=100, help_text=_("as the source names it"))
    subkind = models.CharField(_("kind in detail"), max_length=200, blank=True)
    actor_a = models.CharField(_("actor A"), max_length=500, blank=True)
    actor_b = models.CharField(_("actor B"), max_length=500, blank=True)
    deaths_low = models.PositiveIntegerField(_("deaths, low"), null=True)
    deaths_best = models.PositiveIntegerField(_("deaths, best"), null=True)
    deaths_high = models.PositiveIntegerField(_("deaths, high"), null=True)
    deaths_civilians = models.PositiveIntegerField(_("civilian deaths"), null=True)
    text = models.TextField(_("what the source writes"), blank=True)
    sources = models.TextField(_("its own sources"), blank=True)

    licence = models.CharField(_("licence"), max_length=100)
    may_be_exported = models.BooleanField(_("may be passed on"), default=False)
    imported_at = models.DateTimeField(_("imported"))
    imported_by = models.ForeignKey(EventImport, models.PROTECT, related_name="events", verbose_name=_("import"))

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["dataset", "external_id", "version", "digest"], name="event_once_per_version"
            ),
            models.UniqueConstraint(
                fields=["dataset", "external_id"], name="event_one_current", condition=Q(is_current=True)
            ),
            models.CheckConstraint(
                name="event_acled_is_not_passed_on",
                condition=~Q(dataset=EventDataset.ACLED) | Q(may_be_exported=False),
            ),
            models.CheckConstraint(name="event_starts_before_it_ends", condition=Q(starts_on__lte=F("ends_on"))),
            models.CheckConstraint(
                name="event_is_on_earth",
                condition=Q(latitude=None, longitude=None) | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["-starts_on", "-id"], name="event_recent"),
            models.Index(fields=["country_code", "starts_on"], name="event_by_country", condition=Q(is_current=True)),
        ]

    def __str__(self) -> str:
        return f"{self.dataset} {self.external_id}"
