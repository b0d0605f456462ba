"""What the machine said of items before it said something else, and how far stages that walk through rows have come."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sources.models.items import Item, Revision


class EarlierReading(models.Model):
    """What one version of a reader said of an item in one revision, until it, or another, said something else.

    Append-only. What is said now stands in its own place (``Item.language``, ``TagSuggestion``), so an item that is read once
    has no row here. Of languages a trigger on items writes it (migration 0016), whoever changes them; of situations
    ``countries.tagging.queue``. What people decide is never here: nothing replaces it.
    """

    class Reads(models.TextChoices):
        """What it was read for."""

        LANGUAGE = "language", _("language")
        SITUATIONS = "situations", _("situations")

    item = models.ForeignKey(Item, models.CASCADE, related_name="earlier_readings")
    revision = models.ForeignKey(Revision, models.CASCADE, null=True, related_name="+", db_index=False)
    reads = models.CharField(_("what"), max_length=12, choices=Reads)
    version = models.CharField(_("by version"), max_length=40)
    said = models.JSONField(
        _("said"),
        help_text=_(
            "of a language {language, confidence}; of a situation {suggestion, situation, score, is_focus, is_current, "
            "evidence, created_at}, as the suggestion's row had them"
        ),
    )
    replaced_at = models.DateTimeField(_("replaced"))

    class Meta:
        verbose_name = _("earlier reading")
        verbose_name_plural = _("earlier readings")

    def __str__(self) -> str:
        return f"{self.item_id} {self.reads} by {self.version}"


class Bookmark(models.Model):
    """How far a stage has come that walks through rows in the order in which they changed. Written by that stage only."""

    stage = models.CharField(max_length=40, primary_key=True)
    reached_at = models.DateTimeField(help_text=_("rows that changed earlier are done"))
    reached_id = models.BigIntegerField(default=0, help_text=_("and of those that changed then, up to this one"))
    until = models.DateTimeField(
        null=True, help_text=_("where it stopped within the next row; empty where it has not begun with it")
    )

    class Meta:
        verbose_name = _("bookmark")
        verbose_name_plural = _("bookmarks")

    def __str__(self) -> str:
        return f"{self.stage}: {self.reached_at:%Y-%m-%d %H:%M:%S}"
