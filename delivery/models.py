"""Subscribers, what they follow, the mails made for them and the ledger of what was sent.

Addresses live only here, encrypted, found again by a keyed hash; they never enter a log or a queue message.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from briefings.models import Edition
from countries.models import Situation
from delivery.querysets import MailQuerySet, SubscriberQuerySet


class Subscriber(models.Model):
    """Somebody who asked for the daily mail. Written by ``subscribe`` only."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    address_cipher = models.BinaryField(editable=False, help_text=_("empty once the address was forgotten"))
    address_digest = models.CharField(max_length=64, unique=True, editable=False)
    language = models.CharField(_("language"), max_length=10, default="en")
    time_zone = models.CharField(_("time zone"), max_length=40, default="UTC")
    send_at = models.TimeField(_("daily mail at"), help_text=_("in the reader's own time zone"))
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    left_at = models.DateTimeField(_("left"), null=True, blank=True)
    suppressed_at = models.DateTimeField(null=True, blank=True, help_text=_("the address refuses mail"))
    consent_version = models.CharField(
        max_length=20, blank=True, help_text=_("which wording of the sign-up page was agreed to")
    )

    objects = SubscriberQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscriber")
        verbose_name_plural = _("subscribers")

    def __str__(self) -> str:
        return str(self.public_id)[:8]


class Subscription(models.Model):
    """One subscriber follows one situation."""

    subscriber = models.ForeignKey(Subscriber, models.CASCADE, related_name="subscriptions")
    situation = models.ForeignKey(Situation, models.CASCADE, related_name="+")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subscriber", "situation"], name="subscription_once"),
        ]

    def __str__(self) -> str:
        return f"{self.subscriber_id} → {self.situation_id}"


class MailState(models.TextChoices):
    """Where an outgoing mail stands. ``inflight`` is committed before SMTP, so a crash leaves it visible."""

    QUEUED = "queued", _("queued")
    INFLIGHT = "inflight", _("being sent")
    SENT = "sent", _("sent")
    RETRY = "retry", _("waiting to be tried again")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


class Mail(models.Model):
    """One outgoing message as a state machine. Only ``dispatch`` moves it from state to state.

    ``last_error`` holds our own words and status codes, never what a server said: that may quote the address.
    """

    state = models.CharField(_("state"), max_length=10, choices=MailState, default=MailState.QUEUED)
    message_id = models.CharField(max_length=200, blank=True, help_text=_("fixed at the first attempt"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    inflight_at = models.DateTimeField(_("last attempt"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    last_error = models.CharField(_("last error"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("made"))
    reported_at = models.DateTimeField(
        null=True, blank=True, help_text=_("when operators were told that nobody knows whether it was sent")
    )

    objects = MailQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints: ClassVar = [
            models.CheckConstraint(
                name="%(class)s_sent_has_time", condition=~Q(state="sent") | Q(sent_at__isnull=False)
            ),
            models.CheckConstraint(
                name="%(class)s_inflight_has_time", condition=~Q(state="inflight") | Q(inflight_at__isnull=False)
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_attempt_at"], name="%(class)s_due", condition=Q(state__in=["queued", "retry"])),
        ]


class Digest(Mail):
    """One mail of one day to one subscriber, however many situations they follow. Made by ``schedule``."""

    subscriber = models.ForeignKey(Subscriber, models.CASCADE, related_name="digests")
    date = models.DateField(_("edition date"))

    class Meta(Mail.Meta):
        verbose_name = _("digest")
        verbose_name_plural = _("digests")
        constraints: ClassVar = [
            *Mail.Meta.constraints,
            models.UniqueConstraint(fields=["subscriber", "date"], name="digest_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.state}"


class Dispatch(models.Model):
    """The ledger: this edition went to this subscription, in this digest. A row without an edition said so."""

    digest = models.ForeignKey(Digest, models.CASCADE, related_name="dispatches")
    subscription = models.ForeignKey(Subscription, models.CASCADE, related_name="dispatches")
    edition = models.ForeignKey(Edition, models.PROTECT, null=True, blank=True, related_name="dispatches")

    class Meta:
        verbose_name = _("dispatch")
        verbose_name_plural = _("dispatches")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subscription", "edition"], name="dispatch_once", condition=Q(edition__isnull=False)
            ),
            models.UniqueConstraint(fields=["digest", "subscription"], name="dispatch_once_in_digest"),
        ]

    def __str__(self) -> str:
        return f"{self.digest_id} {self.edition_id}"


class OutgoingMail(Mail):
    """A mail that is no digest: a request to confirm a subscription, a message to operators.

    ``choices`` is what was asked for and takes effect only when the link in the mail is confirmed.
    """

    class Kind(models.TextChoices):
        CONFIRM = "confirm", _("confirmation of a subscription")
        OPERATOR = "operator", _("message to operators")

    kind = models.CharField(max_length=10, choices=Kind)
    subscriber = models.ForeignKey(Subscriber, models.CASCADE, null=True, blank=True, related_name="mails")
    key = models.CharField(max_length=120, unique=True, help_text=_("what it is about; a second one is refused"))
    choices = models.JSONField(default=dict, blank=True)
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField(blank=True)

    class Meta(Mail.Meta):
        verbose_name = _("other mail")
        verbose_name_plural = _("other mail")
        constraints: ClassVar = [
            *Mail.Meta.constraints,
            models.CheckConstraint(
                name="confirmation_has_subscriber", condition=~Q(kind="confirm") | Q(subscriber__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"
