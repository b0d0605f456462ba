"""What each feed brought day by day, and when it fell silent. Written by ``ingest.store`` and ``sources.health``."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sources.models.feeds import Feed


class FeedDay(models.Model):
    """One feed on one day (UTC): how often it was looked at, how often it answered, and what was new. Written with each look,
    so that nobody has to count items."""

    feed = models.ForeignKey(Feed, models.CASCADE, related_name="days", db_index=False)
    date = models.DateField()
    looks = models.PositiveIntegerField(default=0)
    successes = models.PositiveIntegerField(default=0)
    items = models.PositiveIntegerField(default=0, help_text=_("new items, and others' that it carried"))

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["feed", "date"], name="feed_day_once"),
        ]

    def __str__(self) -> str:
        return f"{self.feed_id} {self.date}"


class Silence(models.Model):
    """A feed that says nothing, though it should: since when, why we think so, and when it spoke again. Opened and closed by
    ``sources.health``, once an hour; operators are told of it once a day (``delivery``)."""

    class Reason(models.TextChoices):
        NOTHING_NEW = "nothing_new", _("it answers, but brings nothing new")
        NO_ANSWER = "no_answer", _("it does not answer")

    feed = models.ForeignKey(Feed, models.CASCADE, related_name="silences", verbose_name=_("feed"))
    reason = models.CharField(_("why"), max_length=12, choices=Reason)
    since = models.DateTimeField(_("silent since"), help_text=_("the last time it brought something, or answered"))
    noticed_at = models.DateTimeField(_("noticed"))
    ended_at = models.DateTimeField(_("spoke again"), null=True, blank=True)

    class Meta:
        verbose_name = _("silence")
        verbose_name_plural = _("silences")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["feed"], name="silence_one_open", condition=Q(ended_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.feed_id} {self.since:%Y-%m-%d %H:%M}"
