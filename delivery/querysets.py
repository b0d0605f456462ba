"""Named queries over subscribers and outgoing mail."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, TypeVar

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from delivery.models import Mail, Subscriber  # noqa: F401

Kind = TypeVar("Kind", bound="Mail")


class SubscriberQuerySet(models.QuerySet["Subscriber"]):
    def mailable(self) -> SubscriberQuerySet:
        """Confirmed, still here, and the address takes mail."""
        return self.filter(confirmed_at__isnull=False, left_at=None, suppressed_at=None)


class MailQuerySet(models.QuerySet[Kind]):
    def waiting(self) -> MailQuerySet[Kind]:
        """Not yet handed to a mail server, and to be."""
        return self.filter(state__in=["queued", "retry"])

    def due(self, at: dt.datetime) -> MailQuerySet[Kind]:
        return self.waiting().filter(Q(next_attempt_at=None) | Q(next_attempt_at__lte=at))

    def stuck(self, since: dt.datetime) -> MailQuerySet[Kind]:
        """An attempt began before ``since`` and nobody wrote down how it ended."""
        return self.filter(state="inflight", inflight_at__lt=since)
