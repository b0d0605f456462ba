"""How publications came that no feed brought: by mail, or handed in by a person. Written by ``sources.doors``."""

from __future__ import annotations

from bisect import bisect_right
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sources.models.feeds import Feed
from sources.models.items import DatePrecision, Item, Revision
from sources.models.snapshots import Snapshot


class Door(models.TextChoices):
    """By which way a revision came."""

    MAIL = "mail", _("by mail")
    ENTRY = "entry", _("entered by hand")
    UPLOAD = "upload", _("uploaded")


class SenderCheck(models.TextChoices):
    """What is known of a mail's sender, since anybody can write any From."""

    VERIFIED = "verified", _("the mail server confirmed the sender")
    UNCHECKED = "unchecked", _("nobody confirmed the sender")
    BY_PERSON = "by_person", _("the mail server did not confirm the sender; a person let it in")


class Arrival(models.Model):
    """How one revision came, by whom or from where, and what it was taken from. Never changes."""

    revision = models.OneToOneField(Revision, models.CASCADE, related_name="arrival")
    door = models.CharField(_("came"), max_length=8, choices=Door)
    at = models.DateTimeField(_("received"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    note = models.CharField(_("note"), max_length=1000, blank=True)
    sender_domain = models.CharField(_("sender's domain"), max_length=253, blank=True)
    sender_check = models.CharField(_("sender"), max_length=10, choices=SenderCheck, blank=True)
    original = models.ForeignKey(
        Snapshot, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("original")
    )
    original_sha256 = models.CharField(
        max_length=64, blank=True, db_index=True, help_text=_("of the bytes as they came, also where they are not kept")
    )
    page_starts = models.JSONField(
        default=list, blank=True, help_text=_("where each page of the original begins in the full text")
    )
    published_at = models.DateTimeField(null=True, blank=True, help_text=_("as it was stated then"))
    published_precision = models.CharField(max_length=10, choices=DatePrecision, default=DatePrecision.INFERRED)

    class Meta:
        verbose_name = _("arrival")
        verbose_name_plural = _("arrivals")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="arrival_by_mail_or_person",
                condition=Q(door=Door.MAIL, by=None) | (~Q(door=Door.MAIL) & Q(by__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.revision_id} {self.door}"

    def page_at(self, offset: int) -> int | None:
        """On which page of the original the character at ``offset`` of the full text stands, from 1; None without pages."""
        return bisect_right(self.page_starts, offset) or None


class HandEntry(Item):
    """An item that a person entered or uploaded, for the pages of the desk that do so."""

    class Meta:
        proxy = True
        verbose_name = _("report by hand")
        verbose_name_plural = _("reports by hand")


class Mailbox(models.Model):
    """How far one folder of one mail account has been read. Written by ``doors.mailbox`` in the transaction that stores
    what was read, so that after a crash nothing is missing and nothing comes twice."""

    key = models.CharField(max_length=64, unique=True, help_text=_("SHA-256 of account, server and folder"))
    name = models.CharField(_("mailbox"), max_length=300, help_text=_("server and folder, without the account"))
    uid_validity = models.BigIntegerField(default=0)
    last_uid = models.BigIntegerField(default=0)
    senders_hash = models.CharField(max_length=64, blank=True, help_text=_("of the senders that had feeds then"))
    last_look_at = models.DateTimeField(_("last look"), null=True, blank=True)
    next_look_at = models.DateTimeField(_("next look"), null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(_("last error"), max_length=500, blank=True)
    consecutive_failures = models.PositiveIntegerField(_("failures in a row"), default=0)

    class Meta:
        verbose_name = _("mailbox")
        verbose_name_plural = _("mailboxes")

    def __str__(self) -> str:
        return self.name


class LeftOut(models.TextChoices):
    """Why a message became no item."""

    UNASSIGNED = "unassigned", _("sender not assigned")
    UNCONFIRMED = "unconfirmed", _("sender not confirmed")
    UNREADABLE = "unreadable", _("not readable")


class MailLeftOut(models.Model):
    """A message on the server that became no item, and why: of its sender the domain is kept and nothing else. Each message
    up to ``Mailbox.last_uid`` either came in or has a row here. Settled by a person or by a feed for its sender."""

    mailbox = models.ForeignKey(Mailbox, models.CASCADE, related_name="left_out", verbose_name=_("mailbox"))
    uid = models.BigIntegerField()
    sender_domain = models.CharField(_("sender's domain"), max_length=253, blank=True)
    reason = models.CharField(_("why"), max_length=12, choices=LeftOut)
    feed = models.ForeignKey(
        Feed, models.CASCADE, null=True, blank=True, related_name="mail_left_out", verbose_name=_("feed")
    )
    message = models.CharField(_("what was found"), max_length=500, blank=True)
    seen_at = models.DateTimeField(_("seen"))
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    is_wanted = models.BooleanField(_("let in"), null=True)

    class Meta:
        verbose_name = _("message left out")
        verbose_name_plural = _("messages left out")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["mailbox", "uid"], name="mail_left_out_once"),
            models.CheckConstraint(
                name="mail_left_out_of_a_feed", condition=Q(reason=LeftOut.UNASSIGNED) ^ Q(feed__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mailbox_id}/{self.uid}"
