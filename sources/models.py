"""The library's tables: publishers, feeds, fetches, items with their revisions and snapshots, stories.

Country-blind: nothing here knows what an item is about. Written by ``sources.ingest`` and ``sources.stories`` only.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sources.querysets import FeedQuerySet, ItemQuerySet, StoryQuerySet


class PublisherKind(models.TextChoices):
    """Kinds of publisher, as the catalogue of feeds names them."""

    LOCAL_MEDIA = "local_media", _("local media")
    CITIZEN_MEDIA = "citizen_media", _("citizen media")
    DIASPORA_MEDIA = "diaspora_media", _("exile and diaspora media")
    NGO = "ngo", _("NGO")
    ADVOCACY = "advocacy", _("advocacy organisation")
    UN = "un", _("United Nations")
    REGIONAL_ORG = "regional_org", _("regional organisation")
    INTERNATIONAL_ORG = "international_org", _("international organisation")
    COURT = "court", _("court")
    INTERNATIONAL_NEWS = "international_news", _("international news")
    AGGREGATOR = "aggregator", _("aggregator")
    THINK_TANK = "think_tank", _("think tank")
    SCHOLARLY = "scholarly", _("scholarly")
    FACT_CHECKER = "fact_checker", _("fact checker")
    GOVERNMENT_MEDIA = "government_media", _("government media")
    PARTY_MEDIA = "party_media", _("party media")
    OTHER = "other", _("other")


class ReusePolicy(models.TextChoices):
    """What a source's terms allow to be stored and shown."""

    METADATA_ONLY = "metadata_only", _("title, link and dates only")
    EXCERPT = "excerpt", _("the feed's own text; quoted passages")
    FULL_TEXT_INTERNAL = "full_text_internal", _("full text, for staff")
    FULL_TEXT_PUBLIC = "full_text_public", _("full text, for all")

    @property
    def stores_feed_text(self) -> bool:
        return self is not ReusePolicy.METADATA_ONLY

    @property
    def stores_full_text(self) -> bool:
        return self in {ReusePolicy.FULL_TEXT_INTERNAL, ReusePolicy.FULL_TEXT_PUBLIC}


class Publisher(models.Model):
    """Who speaks: one outlet, organisation or office. Written by the catalogue and by staff."""

    name = models.CharField(_("name"), max_length=200, unique=True)
    slug = models.SlugField(_("slug"), max_length=100, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=PublisherKind, default=PublisherKind.OTHER)
    ownership = models.CharField(_("ownership"), max_length=300, blank=True)
    owner_key = models.CharField(
        _("owner key"),
        max_length=100,
        blank=True,
        help_text=_("Publishers with the same key count as one origin."),
    )
    bias_note = models.CharField(_("standpoint"), max_length=500, blank=True)
    is_party = models.BooleanField(
        _("speaks for a party"),
        default=False,
        help_text=_("Valid for what that party says; never counts as corroboration."),
    )

    class Meta:
        verbose_name = _("publisher")
        verbose_name_plural = _("publishers")

    def __str__(self) -> str:
        return self.name


class FeedFormat(models.TextChoices):
    """Which adapter reads it; ``auto`` looks at the bytes."""

    AUTO = "auto", _("found out from the bytes")
    RSS = "rss", _("RSS or Atom")
    JSON_FEED = "json_feed", _("JSON Feed")
    RELIEFWEB = "reliefweb", _("ReliefWeb API")
    SITEMAP = "sitemap", _("sitemap of news")
    HTML_LIST = "html_list", _("links of a page, by a CSS selector")


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
    """One address that is looked at again and again. Its state fields are written by ``ingest.store`` only."""

    publisher = models.ForeignKey(Publisher, models.PROTECT, related_name="feeds", verbose_name=_("publisher"))
    name = models.CharField(_("name"), max_length=200)
    url = models.URLField(_("address"), max_length=1000, unique=True)
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
    last_state = models.CharField(_("last state"), max_length=20, choices=FetchState, blank=True, editable=False)
    last_fetch_at = models.DateTimeField(_("last fetch"), null=True, blank=True, editable=False)
    last_success_at = models.DateTimeField(_("last success"), null=True, blank=True, editable=False)
    last_error = models.CharField(_("last error"), max_length=500, blank=True, editable=False)
    consecutive_failures = models.PositiveIntegerField(_("failures in a row"), default=0, editable=False)
    oldest_entry_at = models.DateTimeField(null=True, blank=True, editable=False)
    usual_entries = models.PositiveIntegerField(_("usual number of entries"), default=0, editable=False)

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


class Blob(models.Model):
    """Bytes kept once, whoever served them: a compressed, content-addressed file behind Django's storage API."""

    sha256 = models.CharField(max_length=64, unique=True)
    path = models.CharField(max_length=200)
    size = models.PositiveIntegerField(help_text=_("bytes before compression"))

    def __str__(self) -> str:
        return self.sha256[:12]


class Snapshot(models.Model):
    """One retrieval: these bytes came from that address at that time. Never changes."""

    blob = models.ForeignKey(Blob, models.PROTECT, related_name="snapshots")
    url = models.URLField(max_length=2000)
    media_type = models.CharField(max_length=100, blank=True)
    headers = models.JSONField(default=dict, blank=True)
    retrieved_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.url} {self.retrieved_at:%Y-%m-%d %H:%M}"


class Fetch(models.Model):
    """One look at one feed and how it ended. Never changes once written."""

    feed = models.ForeignKey(Feed, models.CASCADE, related_name="fetches")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    state = models.CharField(max_length=20, choices=FetchState)
    http_status = models.PositiveSmallIntegerField(null=True)
    final_url = models.URLField(max_length=2000, blank=True)
    size = models.PositiveIntegerField(default=0, help_text=_("bytes received"))
    entries = models.PositiveIntegerField(default=0)
    new_items = models.PositiveIntegerField(default=0)
    changed_items = models.PositiveIntegerField(default=0)
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
    """One publication in one feed. Written by ``ingest``; its text lives in its revisions."""

    feed = models.ForeignKey(Feed, models.PROTECT, related_name="items", verbose_name=_("feed"))
    external_id = models.CharField(max_length=2000, editable=False)
    url = models.URLField(_("address"), max_length=2000)
    canonical_url = models.URLField(max_length=2000, db_index=True, editable=False)
    title = models.CharField(_("title"), max_length=500)
    author = models.CharField(_("author"), max_length=300, blank=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    published_precision = models.CharField(
        max_length=10, choices=DatePrecision, default=DatePrecision.INFERRED, editable=False
    )
    first_seen_at = models.DateTimeField(_("first seen"))
    reported_at = models.DateTimeField(
        _("reported"), help_text=_("when it was published, or first seen where that is unknown or in the future")
    )
    current = models.ForeignKey("Revision", models.PROTECT, null=True, related_name="+", editable=False)

    language = models.CharField(_("language"), max_length=35, blank=True)
    language_confidence = models.FloatField(null=True, blank=True, editable=False)
    language_version = models.CharField(max_length=40, blank=True, editable=False)

    extract_state = models.CharField(
        _("full text"), max_length=12, choices=ExtractState, default=ExtractState.PENDING, editable=False
    )
    extract_attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    extract_after = models.DateTimeField(null=True, blank=True, editable=False)
    last_error = models.CharField(_("last error"), max_length=500, blank=True, editable=False)

    story = models.ForeignKey(Story, models.SET_NULL, null=True, blank=True, related_name="items")
    story_by_person = models.BooleanField(default=False, editable=False)
    story_score = models.FloatField(null=True, blank=True, editable=False)
    story_version = models.CharField(max_length=40, blank=True, editable=False)

    objects = ItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("item")
        verbose_name_plural = _("items")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["feed", "external_id"], name="item_once_per_feed"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["-reported_at", "-id"], name="item_recent"),
            models.Index(F("id"), name="item_to_extract", condition=Q(extract_state="pending")),
            models.Index(F("id"), name="item_without_language", condition=Q(language_version="")),
            models.Index(F("id"), name="item_without_story", condition=Q(story=None)),
            GinIndex(fields=["title"], name="item_title_trgm", opclasses=["gin_trgm_ops"]),
        ]

    def __str__(self) -> str:
        return self.title


class Revision(models.Model):
    """What an item said at one time. Never changes; a changed text is a new revision."""

    item = models.ForeignKey(Item, models.CASCADE, related_name="revisions")
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
    """The text of the article page of one revision, with the snapshot it was taken from. Never changes."""

    revision = models.OneToOneField(Revision, models.CASCADE, related_name="full_text")
    snapshot = models.ForeignKey(Snapshot, models.PROTECT, related_name="+")
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    extractor = models.CharField(max_length=60)
    extracted_at = models.DateTimeField()

    class Meta:
        verbose_name = _("full text")
        verbose_name_plural = _("full texts")

    def __str__(self) -> str:
        return f"{self.revision_id} {self.sha256[:12]}"


class StoryDecision(models.Model):
    """A person merged or split stories. Append-only; the machine never undoes it."""

    story = models.ForeignKey(Story, models.CASCADE, related_name="decisions")
    act = models.CharField(max_length=10, choices=[("merge", _("merge")), ("split", _("split"))])
    item_ids = models.JSONField(default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.act} {self.story_id}"
