"""Publications and everything they ever said. Written by ``ingest``."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex, HashIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sources.models.feeds import Feed
from sources.models.snapshots import Snapshot
from sources.models.stories import Story
from sources.querysets import ItemQuerySet

#: Raised when ``ingest.index`` writes entries in another way; the migration then makes every item wait for it.
INDEX_VERSION = 1


class DatePrecision(models.TextChoices):
    """How well a publication time is known."""

    SECOND = "second", _("to the second")
    MINUTE = "minute", _("to the minute")
    DAY = "day", _("to the day")
    INFERRED = "inferred", _("inferred from when it was first seen")


class ExtractState(models.TextChoices):
    """Where the item's full text stands."""

    PENDING = "pending", _("waiting")
    DONE = "done", _("extracted")
    NOT_ALLOWED = "not_allowed", _("not allowed by the source")
    FAILED = "failed", _("failed")


class Item(models.Model):
    """One publication, whoever carried it. Written by ``ingest``; its text lives in its revisions.

    It belongs to the feed it was first seen in, or to its own publisher's feed once that carries it (``ingest.dedupe``);
    other feeds that carry it are sightings.
    """

    # No index of its own: the unique constraint begins with it.
    feed = models.ForeignKey(Feed, models.PROTECT, related_name="items", db_index=False, verbose_name=_("feed"))
    external_id = models.CharField(max_length=2000, editable=False)
    url = models.URLField(_("address"), max_length=2000)
    canonical_url = models.URLField(max_length=2000, editable=False)
    address_key = models.UUIDField(
        null=True,
        db_index=True,
        editable=False,
        help_text=_("of the canonical address; the whole is too long to index"),
    )
    owns_address = models.BooleanField(
        default=False, editable=False, help_text=_("this address is this item and no other; at most one item has it")
    )
    copy_of = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="copies",
        db_index=False,
        editable=False,
        verbose_name=_("copy of"),
        help_text=_("its page names that item's address as the original and says the same"),
    )
    title = models.CharField(_("title"), max_length=500)
    author = models.CharField(_("author"), max_length=300, blank=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    published_precision = models.CharField(
        max_length=10, choices=DatePrecision, default=DatePrecision.INFERRED, editable=False
    )
    is_dated_by_page = models.BooleanField(
        default=False, editable=False, help_text=_("the feed gave no date; its page gave this day")
    )
    first_seen_at = models.DateTimeField(_("first seen"))
    reported_at = models.DateTimeField(
        _("reported"), help_text=_("when it was published, or first seen where that is unknown or in the future")
    )
    # No index: nobody asks which item a revision is current in, and revisions are not deleted.
    current = models.ForeignKey("Revision", models.PROTECT, null=True, related_name="+", db_index=False, editable=False)

    language = models.CharField(_("language"), max_length=35, blank=True)
    language_confidence = models.FloatField(null=True, blank=True, editable=False)
    language_version = models.CharField(max_length=40, blank=True, editable=False)

    index_version = models.PositiveSmallIntegerField(
        default=0, editable=False, help_text=_("of ``ingest.index`` that made it findable; 0: it waits")
    )

    extract_state = models.CharField(
        _("full text"), max_length=12, choices=ExtractState, default=ExtractState.PENDING, editable=False
    )
    extract_attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    extract_after = models.DateTimeField(null=True, blank=True, editable=False)
    last_error = models.CharField(_("last error"), max_length=500, blank=True, editable=False)

    story = models.ForeignKey(Story, models.SET_NULL, null=True, blank=True, related_name="items", db_index=False)
    story_by_person = models.BooleanField(default=False, editable=False)
    story_score = models.FloatField(null=True, blank=True, editable=False)
    story_version = models.CharField(max_length=40, blank=True, editable=False)

    objects = ItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("item")
        verbose_name_plural = _("items")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["feed", "external_id"], name="item_once_per_feed"),
            models.UniqueConstraint(
                fields=["address_key"], name="item_one_per_address", condition=Q(owns_address=True)
            ),
            models.CheckConstraint(
                name="item_owns_an_address", condition=Q(owns_address=False) | Q(address_key__isnull=False)
            ),
            models.CheckConstraint(name="item_no_copy_of_itself", condition=~Q(copy_of=F("id"))),
        ]
        indexes: ClassVar = [
            models.Index(fields=["-reported_at", "-id"], name="item_recent"),
            models.Index(
                fields=["feed", "-reported_at", "id"], name="item_to_extract", condition=Q(extract_state="pending")
            ),
            models.Index(F("id").desc(), name="item_page_failed", condition=Q(extract_state="failed")),
            models.Index(F("id"), name="item_without_language", condition=Q(language_version="")),
            models.Index(F("id"), name="item_without_story", condition=Q(story=None)),
            models.Index(fields=["story"], name="item_of_story", condition=Q(story__isnull=False)),
            models.Index(fields=["copy_of"], name="item_copies", condition=Q(copy_of__isnull=False)),
            # What stands in a story is what others are compared with; new items are stored without waiting for it.
            GinIndex(
                fields=["title"],
                name="item_title_trgm",
                opclasses=["gin_trgm_ops"],
                condition=Q(story__isnull=False),
            ),
            models.Index(
                F("id"), name="item_to_index", condition=Q(index_version__lt=INDEX_VERSION) & ~Q(language_version="")
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Sighting(models.Model):
    """Another feed carried an item too: which, and since when. What it said differently is kept. Never changes."""

    item = models.ForeignKey(Item, models.CASCADE, related_name="sightings", db_index=False, verbose_name=_("item"))
    feed = models.ForeignKey(Feed, models.PROTECT, related_name="sightings", verbose_name=_("feed"))
    url = models.URLField(_("address"), max_length=2000, help_text=_("as that feed gave it"))
    title = models.CharField(_("title"), max_length=500)
    text = models.TextField(
        _("feed's own text"), blank=True, help_text=_("where it differs from the item's, and the terms allow it")
    )
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    seen_at = models.DateTimeField(_("seen"))

    class Meta:
        verbose_name = _("sighting")
        verbose_name_plural = _("sightings")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["item", "feed"], name="sighting_once_per_feed"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} in {self.feed_id}"


class Revision(models.Model):
    """What an item said at one time. Never changes; a changed text is a new revision."""

    item = models.ForeignKey(Item, models.CASCADE, related_name="revisions", db_index=False)
    number = models.PositiveIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=500)
    text = models.TextField(
        _("feed's own text"), blank=True, help_text=_("plain text; empty where the terms allow metadata only")
    )
    content_hash = models.CharField(max_length=64, help_text=_("SHA-256 of what was compared"))
    seen_at = models.DateTimeField(_("seen"))

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["item", "number"], name="revision_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id}/{self.number}"

    @property
    def reading_text(self) -> str:
        """The best text there is: the page's, else the feed's own."""
        full = getattr(self, "full_text", None)
        return full.text if full is not None else self.text


class FullText(models.Model):
    """The text of the article page of one revision, with the snapshot it was taken from. Never changes.

    Title, author and date are empty where the feed said them itself; where they are not, the item has them from here.
    """

    revision = models.OneToOneField(Revision, models.CASCADE, related_name="full_text")
    snapshot = models.ForeignKey(Snapshot, models.PROTECT, related_name="+")
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    declared_url = models.CharField(
        max_length=2000, blank=True, help_text=_("what the page gives as its own address, in canonical form")
    )
    title = models.CharField(max_length=500, blank=True, help_text=_("the page's, where the feed gave none"))
    author = models.CharField(max_length=300, blank=True, help_text=_("the page's, where the feed named none"))
    published_date = models.DateField(null=True, help_text=_("the page's, where the feed gave none"))
    extractor = models.CharField(max_length=60)
    extracted_at = models.DateTimeField()

    class Meta:
        verbose_name = _("full text")
        verbose_name_plural = _("full texts")
        indexes: ClassVar = [
            HashIndex(fields=["declared_url"], name="full_text_declares", condition=~Q(declared_url="")),
        ]

    def __str__(self) -> str:
        return f"{self.revision_id} {self.sha256[:12]}"
