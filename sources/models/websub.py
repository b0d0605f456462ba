"""Feeds that a hub tells us about (WebSub). Written by ``ingest.subscribe`` only."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from sources.models.feeds import Feed


class SubscriptionState(models.TextChoices):
    """Where a subscription stands with its hub."""

    WANTED = "wanted", _("to be asked for")
    ASKED = "asked", _("asked for; the hub has not confirmed yet")
    ACTIVE = "active", _("active")
    DENIED = "denied", _("refused by the hub")
    ENDING = "ending", _("to be ended")
    ENDED = "ended", _("ended")


class WebSubSubscription(models.Model):
    """What one feed has at its hub, and what became of it (WebSub, W3C Recommendation of 23 January 2018). ``hub`` and
    ``topic`` are those that were asked for; what the feed offers now stands in its own row."""

    feed = models.OneToOneField(Feed, models.CASCADE, related_name="websub", verbose_name=_("feed"))
    hub = models.URLField(_("hub"), max_length=1000)
    topic = models.URLField(_("topic"), max_length=1000)
    token = models.CharField(
        max_length=64, unique=True, editable=False, help_text=_("the secret part of the address that the hub calls")
    )
    secret = models.CharField(max_length=100, editable=False, help_text=_("what the hub signs its messages with"))
    state = models.CharField(_("state"), max_length=10, choices=SubscriptionState, default=SubscriptionState.WANTED)
    lease_ends_at = models.DateTimeField(_("runs until"), null=True, blank=True)
    is_awaited = models.BooleanField(default=False, help_text=_("the hub was asked, and its question back is awaited"))
    next_step_at = models.DateTimeField(
        _("next step"), help_text=_("when the hub is asked, asked again, or asked to go on")
    )
    attempts = models.PositiveSmallIntegerField(_("attempts without success"), default=0)
    last_error = models.CharField(_("last error"), max_length=500, blank=True)
    changed_at = models.DateTimeField(_("since"), help_text=_("when it came into this state"))
    last_push_at = models.DateTimeField(_("last message"), null=True, blank=True)
    last_ignored_at = models.DateTimeField(_("last message without a valid signature"), null=True, blank=True)

    class Meta:
        verbose_name = _("subscription at a hub")
        verbose_name_plural = _("subscriptions at hubs")
        indexes: ClassVar = [models.Index(fields=["next_step_at"], name="websub_next_step")]

    def __str__(self) -> str:
        return f"{self.feed_id} {self.hub} {self.state}"

    def runs(self, at: dt.datetime) -> bool:
        """Whether the hub tells us of news at that time."""
        return self.lease_ends_at is not None and at < self.lease_ends_at
