"""What addresses were found to hold when somebody tried them. Written by ``sources.probing``."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sources.models.feeds import Feed


class Probe(models.Model):
    """An address was tried without storing anything of it: a feed's, or a site's whose feeds somebody looks for. Asked for by
    a person or the command, carried out once, and then never changed: the evidence, with its date, that a feed is one."""

    feed = models.ForeignKey(Feed, models.CASCADE, null=True, blank=True, related_name="probes", verbose_name=_("feed"))
    url = models.URLField(_("address"), max_length=1000, help_text=_("as it was asked for"))
    asked_at = models.DateTimeField(_("asked"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
        help_text=_("empty: the command"),
    )
    claimed_until = models.DateTimeField(null=True, blank=True, editable=False)
    finished_at = models.DateTimeField(_("tried"), null=True, blank=True)
    found_url = models.URLField(_("best address"), max_length=1000, blank=True, help_text=_("empty: none holds items"))
    why = models.CharField(_("how it was found"), max_length=20, blank=True)
    entries = models.PositiveIntegerField(_("entries"), default=0)
    newest_at = models.DateTimeField(_("newest entry"), null=True, blank=True)
    message = models.CharField(_("what went wrong"), max_length=500, blank=True)
    tried = models.JSONField(_("what was tried"), default=list, blank=True)

    class Meta:
        verbose_name = _("probe")
        verbose_name_plural = _("probes")
        indexes: ClassVar = [
            models.Index(F("id"), name="probe_waiting", condition=Q(finished_at=None)),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["feed"], name="probe_one_waiting", condition=Q(finished_at=None, feed__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.url} {self.asked_at:%Y-%m-%d %H:%M}"
