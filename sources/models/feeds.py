"""Addresses that are looked at again and again, and how each look ended. Written by ``ingest``."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.validators import URLValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sources.models.publishers import Publisher, ReusePolicy
from sources.models.snapshots import Snapshot
from sources.querysets import FeedQuerySet


class FeedFormat(models.TextChoices):
    """Which adapter reads it; ``auto`` looks at the bytes."""

    AUTO = "auto", _("found out from the bytes")
    RSS = "rss", _("RSS or Atom")
    JSON_FEED = "json_feed", _("JSON Feed")
    RELIEFWEB = "reliefweb", _("ReliefWeb API")
    SITEMAP = "sitemap", _("sitemap of news")
    HTML_LIST = "html_list", _("links of a page, by a CSS selector")
    MAILBOX = "mailbox", _("mail from one sender or list, in the operator's mailbox")
    BY_HAND = "by_hand", _("reports that people enter or upload")

    @property
    def is_fetched(self) -> bool:
        """Whether its address is on the web and looked at by the fetch client. What comes by other doors never is."""
        return self not in {FeedFormat.MAILBOX, FeedFormat.BY_HAND}


#: What the addresses of such feeds begin with. Nothing that is fetched does.
SCHEMES_OF_DOORS = {
    FeedFormat.MAILBOX: ("mailto:", "list-id:"),
    FeedFormat.BY_HAND: ("by-hand:",),
}


def check_feed_address(value: str) -> None:
    """An address on the web, or one of another door, which ``sources.doors`` reads. Raises ValidationError."""
    if not value.startswith(tuple(scheme for schemes in SCHEMES_OF_DOORS.values() for scheme in schemes)):
        URLValidator()(value)


def _at_the_door(format: FeedFormat) -> Q:
    """The condition that a feed's address begins as those of this format do."""
    condition = Q()
    for scheme in SCHEMES_OF_DOORS[format]:
        condition |= Q(url__startswith=scheme)
    return condition


class StarterPack(models.TextChoices):
    """Whether the catalogue switches a feed on."""

    YES = "yes", _("on from the start")
    AFTER_PROBE = "after_probe", _("on once a probe has found items")
    NEVER = "never", _("off: the publisher forbids automated collection")


class FetchState(models.TextChoices):
    """How a fetch ended. Every fetch ends in exactly one."""

    NEW = "new", _("new items")
    UNCHANGED = "unchanged", _("unchanged")
    EMPTY = "empty", _("answered with nothing in it")
    BLOCKED = "blocked", _("blocked")
    FAILED = "failed", _("failed")
    SUSPICIOUS_DROP = "suspicious_drop", _("far fewer items than usual")
    QUARANTINED = "quarantined", _("set aside for a person")

    @property
    def is_success(self) -> bool:
        """Whether the source was seen: it answered and had something to read."""
        return self in {FetchState.NEW, FetchState.UNCHANGED}


class Feed(models.Model):
    """One address that is looked at again and again. Its state fields are written by ``ingest.store`` only; a hub's message
    brings the next look forward (``ingest.subscribe``)."""

    publisher = models.ForeignKey(Publisher, models.PROTECT, related_name="feeds", verbose_name=_("publisher"))
    name = models.CharField(_("name"), max_length=200)
    url = models.CharField(_("address"), max_length=1000, unique=True, validators=[check_feed_address])
    format = models.CharField(_("format"), max_length=20, choices=FeedFormat, default=FeedFormat.AUTO)
    selector = models.CharField(
        _("CSS selector"),
        max_length=300,
        blank=True,
        help_text=_("Only for a page's links: which of them lead to articles, for example “main h2 a”."),
    )
    language = models.CharField(_("language"), max_length=35, blank=True, help_text=_("BCP 47, as the feed claims"))
    reuse_policy = models.CharField(_("reuse policy"), max_length=20, choices=ReusePolicy, default=ReusePolicy.EXCERPT)
    terms_read_on = models.DateField(_("terms read on"), null=True, blank=True)
    reuse_note = models.CharField(_("note on terms"), max_length=500, blank=True)
    starter_pack = models.CharField(
        _("starter pack"), max_length=12, choices=StarterPack, default=StarterPack.AFTER_PROBE
    )
    evidence = models.CharField(
        _("evidence"), max_length=2, blank=True, help_text=_("How its address was verified: A parsed … D from memory")
    )
    catalogue_version = models.CharField(_("catalogue version"), max_length=20, blank=True)
    is_active = models.BooleanField(_("is fetched"), default=False)
    is_switched_by_person = models.BooleanField(
        default=False, editable=False, help_text=_("the catalogue and the probe leave it as it is")
    )

    next_check_at = models.DateTimeField(_("next look"), null=True, blank=True)
    claimed_until = models.DateTimeField(_("being fetched until"), null=True, blank=True, editable=False)
    etag = models.CharField(max_length=500, blank=True, editable=False)
    last_modified = models.CharField(max_length=100, blank=True, editable=False)
    document_hash = models.CharField(
        max_length=64, blank=True, editable=False, help_text=_("SHA-256 of the document that was last taken in")
    )
    entries_hash = models.CharField(
        max_length=64, blank=True, editable=False, help_text=_("SHA-256 of what its entries said last, in any order")
    )
    last_state = models.CharField(_("last state"), max_length=20, choices=FetchState, blank=True, editable=False)
    last_fetch_at = models.DateTimeField(_("last fetch"), null=True, blank=True, editable=False)
    last_success_at = models.DateTimeField(_("last success"), null=True, blank=True, editable=False)
    last_error = models.CharField(_("last error"), max_length=500, blank=True, editable=False)
    consecutive_failures = models.PositiveIntegerField(_("failures in a row"), default=0, editable=False)
    oldest_entry_at = models.DateTimeField(null=True, blank=True, editable=False)
    idle_looks = models.PositiveIntegerField(
        default=0, editable=False, help_text=_("looks in a row that brought nothing new")
    )
    stays_for = models.PositiveIntegerField(
        _("asks to be left alone for"),
        default=0,
        editable=False,
        help_text=_("seconds, as its document or server said last"),
    )
    publication_gap = models.PositiveIntegerField(
        _("usual time between entries"), null=True, blank=True, editable=False, help_text=_("seconds")
    )
    usual_entries = models.PositiveIntegerField(_("usual number of entries"), default=0, editable=False)

    hub = models.URLField(
        _("hub"), max_length=1000, blank=True, editable=False, help_text=_("that its document offers for WebSub")
    )
    hub_topic = models.URLField(
        max_length=1000, blank=True, editable=False, help_text=_("under which that hub knows it")
    )

    usual_title = models.CharField(_("usual title"), max_length=300, blank=True, editable=False)
    usual_language = models.CharField(_("usual language"), max_length=35, blank=True, editable=False)
    usual_domains = models.JSONField(_("usual domains"), default=list, blank=True, editable=False)
    held_at = models.DateTimeField(_("set aside"), null=True, blank=True, editable=False)
    moved_to = models.CharField(_("says that it moved to"), max_length=1000, blank=True, editable=False)
    moved_looks = models.PositiveSmallIntegerField(default=0, editable=False)
    retired_at = models.DateTimeField(_("withdrawn by its publisher"), null=True, blank=True, editable=False)

    objects = FeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("feed")
        verbose_name_plural = _("feeds")
        indexes: ClassVar = [
            models.Index(F("next_check_at"), name="feed_due", condition=Q(is_active=True)),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="feed_forbidden_is_off", condition=~Q(starter_pack=StarterPack.NEVER) | Q(is_active=False)
            ),
            models.CheckConstraint(
                name="feed_list_has_selector", condition=~Q(format=FeedFormat.HTML_LIST) | ~Q(selector="")
            ),
            models.CheckConstraint(
                name="feed_of_mail_has_a_sender",
                condition=(Q(format=FeedFormat.MAILBOX) & _at_the_door(FeedFormat.MAILBOX))
                | (~Q(format=FeedFormat.MAILBOX) & ~_at_the_door(FeedFormat.MAILBOX)),
            ),
            models.CheckConstraint(
                name="feed_by_hand_is_never_fetched",
                condition=(Q(format=FeedFormat.BY_HAND, is_active=False) & _at_the_door(FeedFormat.BY_HAND))
                | (~Q(format=FeedFormat.BY_HAND) & ~_at_the_door(FeedFormat.BY_HAND)),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class FeedMove(models.Model):
    """A feed got another address: its publisher said so for long enough, or a person wrote it. Never changes; the
    catalogue finds a moved feed by its old address."""

    feed = models.ForeignKey(Feed, models.CASCADE, related_name="moves", verbose_name=_("feed"))
    old_url = models.URLField(_("old address"), max_length=1000, db_index=True)
    new_url = models.URLField(_("new address"), max_length=1000)
    at = models.DateTimeField(_("moved"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
        help_text=_("empty: the publisher's redirect"),
    )

    class Meta:
        verbose_name = _("move of a feed")
        verbose_name_plural = _("moves of feeds")

    def __str__(self) -> str:
        return f"{self.old_url} → {self.new_url}"


class FeedHold(models.Model):
    """A feed that no longer looked like itself and waits for a person: why, and what was seen. Written by ``ingest.store``;
    settled once, by a person (``ingest.holds``). While one is open, nothing of the feed is stored."""

    feed = models.ForeignKey(Feed, models.CASCADE, related_name="holds", verbose_name=_("feed"))
    at = models.DateTimeField(_("set aside"))
    reason = models.CharField(_("why"), max_length=500)
    title = models.CharField(max_length=300, blank=True)
    language = models.CharField(max_length=35, blank=True)
    links = models.JSONField(default=list, blank=True, help_text=_("domains with how many entries led there"))
    moves_to = models.CharField(max_length=1000, blank=True, help_text=_("the address that another feed has"))
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    is_right = models.BooleanField(_("the change is right"), null=True)

    class Meta:
        verbose_name = _("feed set aside")
        verbose_name_plural = _("feeds set aside")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["feed"], name="hold_one_open", condition=Q(settled_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.feed_id} {self.at:%Y-%m-%d %H:%M}"


class Fetch(models.Model):
    """One look at one feed and how it ended. Never changes once written."""

    # No index of its own: ``fetch_by_feed`` begins with it.
    feed = models.ForeignKey(Feed, models.CASCADE, related_name="fetches", db_index=False)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    state = models.CharField(max_length=20, choices=FetchState)
    http_status = models.PositiveSmallIntegerField(null=True)
    final_url = models.URLField(max_length=2000, blank=True)
    size = models.PositiveIntegerField(default=0, help_text=_("bytes received"))
    entries = models.PositiveIntegerField(default=0)
    new_items = models.PositiveIntegerField(default=0)
    changed_items = models.PositiveIntegerField(default=0)
    carried_items = models.PositiveIntegerField(default=0, help_text=_("new here, but another feed had them before"))
    skipped_entries = models.PositiveIntegerField(default=0)
    oldest_entry_at = models.DateTimeField(
        null=True, help_text=_("how far back the document reached: it shows every day since")
    )
    message = models.CharField(max_length=500, blank=True, help_text=_("what went wrong, in plain words"))
    snapshot = models.ForeignKey(Snapshot, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("fetch")
        verbose_name_plural = _("fetches")
        indexes: ClassVar = [models.Index(fields=["feed", "-started_at"], name="fetch_by_feed")]

    def __str__(self) -> str:
        return f"{self.feed_id} {self.started_at:%Y-%m-%d %H:%M} {self.state}"
