"""Items that report the same event. Grouped by ``ingest.assign``; merged and split by people (``sources.stories``)."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from sources.querysets import StoryQuerySet


class EvidenceLabel(models.TextChoices):
    """How well a report is supported (docs/methods.md)."""

    CONFIRMED = "confirmed", _("Confirmed")
    CORROBORATED = "corroborated", _("Corroborated")
    SINGLE_SOURCE = "single_source", _("Single source")
    CLAIMED_BY_PARTY = "claimed_by_party", _("Claimed by a party")
    DISPUTED = "disputed", _("Disputed")
    UNVERIFIED = "unverified", _("Unverified, circulating")


class Story(models.Model):
    """Items that report the same event. Grouped by ``ingest.assign``; merged and split by people (``stories``)."""

    title = models.CharField(_("title"), max_length=500)
    first_reported_at = models.DateTimeField(_("first reported"))
    last_reported_at = models.DateTimeField(_("last reported"))
    item_count = models.PositiveIntegerField(_("reports"), default=0)
    origin_count = models.PositiveIntegerField(
        _("independent origins"), default=0, help_text=_("party sources and copies are not counted")
    )
    origin_note = models.CharField(_("why"), max_length=500, blank=True)
    label = models.CharField(
        _("derived label"),
        max_length=20,
        choices=EvidenceLabel,
        blank=True,
        db_default="",
        help_text=_("what the sources themselves bear out"),
    )
    label_by_person = models.CharField(
        _("label chosen instead"),
        max_length=20,
        choices=EvidenceLabel,
        blank=True,
        db_default="",
        help_text=_("a person's word; empty: the derived label holds"),
    )
    merged_into = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="merged_stories", verbose_name=_("merged into")
    )

    objects = StoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("story")
        verbose_name_plural = _("stories")
        indexes: ClassVar = [
            models.Index(fields=["-last_reported_at", "-id"], name="story_recent"),
            GinIndex(fields=["title"], name="story_title_trgm", opclasses=["gin_trgm_ops"]),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def evidence(self) -> str:
        """The code of the label that holds."""
        return self.label_by_person or self.label

    @property
    def evidence_name(self) -> str:
        """The label that holds, for readers; "" before it was derived."""
        return str(EvidenceLabel(self.evidence).label) if self.evidence else ""


class StoryDecision(models.Model):
    """A person merged or split stories, or chose a label and said why. Append-only; the machine never undoes it."""

    story = models.ForeignKey(Story, models.CASCADE, related_name="decisions")
    act = models.CharField(max_length=10, choices=[("merge", _("merge")), ("split", _("split")), ("label", _("label"))])
    item_ids = models.JSONField(default=list)
    label = models.CharField(
        _("label"), max_length=20, choices=EvidenceLabel, blank=True, help_text=_("empty: back to the derived one")
    )
    reason = models.CharField(_("why"), max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.act} {self.story_id}"
