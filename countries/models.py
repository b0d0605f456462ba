"""What items are about: situations, vocabularies, the machine's suggestions and people's decisions on them.

A suggestion and a decision are never the same row: ``tagging.suggest`` proposes, ``tagging.decide`` is the only
writer of Tag.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from countries.querysets import SituationQuerySet, TagQuerySet, TagSuggestionQuerySet
from sources.models import Feed, Item, Revision


class VerificationStatus(models.TextChoices):
    """Whether somebody compared the row with its source."""

    VERIFIED = "verified", _("verified")
    MEMORY = "memory", _("from memory, not verified")
    EDITORIAL = "editorial", _("editorial, to be reviewed")


class Scheme(models.Model):
    """One version of one vocabulary. Loaded by ``load_reference``; a new version is a new row."""

    code = models.SlugField(max_length=40)
    version = models.CharField(max_length=20)
    title = models.CharField(_("title"), max_length=200)
    source_url = models.URLField(_("source"), blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    is_current = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("vocabulary")
        verbose_name_plural = _("vocabularies")
        constraints: ClassVar = [models.UniqueConstraint(fields=["code", "version"], name="scheme_version_once")]

    def __str__(self) -> str:
        return f"{self.title} ({self.version})"


class Term(models.Model):
    """One term of a vocabulary. Loaded by ``load_reference``."""

    scheme = models.ForeignKey(Scheme, models.CASCADE, related_name="terms")
    code = models.CharField(_("code"), max_length=40)
    label = models.CharField(_("label"), max_length=300)
    definition = models.TextField(_("definition"), blank=True)
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="children")
    scope = models.CharField(_("scope"), max_length=40, blank=True)
    status = models.CharField(max_length=12, choices=VerificationStatus, default=VerificationStatus.MEMORY)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("term")
        verbose_name_plural = _("terms")
        constraints: ClassVar = [models.UniqueConstraint(fields=["scheme", "code"], name="term_code_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.label}"


class Tier(models.TextChoices):
    """How closely the desk follows a situation."""

    INTENSIVE = "intensive", _("intensive")
    DAILY = "daily", _("daily")
    WATCH = "watch", _("watch")


class Situation(models.Model):
    """One country at risk, or several countries in one. Loaded by ``load_reference``, then kept by the desk."""

    code = models.CharField(
        _("code"),
        max_length=8,
        unique=True,
        validators=[RegexValidator(r"^[A-Z]{2,8}$")],
        help_text=_("the ISO 3166-1 alpha-3 code where there is one country"),
    )
    name = models.CharField(_("name"), max_length=100)
    iso2 = ArrayField(models.CharField(max_length=2), default=list, blank=True)
    iso3 = ArrayField(models.CharField(max_length=3), default=list, blank=True)
    languages = ArrayField(models.CharField(max_length=35), default=list, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=40, help_text=_("IANA name"))
    cut_off = models.TimeField(_("cut-off"), help_text=_("local time at which a day's edition closes"))
    tier = models.CharField(_("tier"), max_length=10, choices=Tier, default=Tier.DAILY)
    un_group = models.CharField(max_length=60, blank=True)
    regional_bodies = models.CharField(max_length=100, blank=True)
    un_presence = models.CharField(max_length=60, blank=True)
    suggested_phase = models.CharField(
        max_length=10,
        blank=True,
        help_text=_("a placeholder computed from risk lists; unreviewed until a desk sets one"),
    )
    coverage_note = models.TextField(
        _("blind spots"), blank=True, help_text=_("languages, regions or shutdowns that no source of ours covers")
    )
    naming_note = models.CharField(max_length=300, blank=True)
    reference_version = models.CharField(max_length=20, blank=True)

    objects = SituationQuerySet.as_manager()

    class Meta:
        verbose_name = _("situation")
        verbose_name_plural = _("situations")

    def __str__(self) -> str:
        return self.name


class RiskListEntry(models.Model):
    """What one published risk list says of one situation: dated, never averaged with another list."""

    situation = models.ForeignKey(Situation, models.CASCADE, related_name="risk_list_entries")
    list_name = models.CharField(max_length=100)
    edition = models.CharField(max_length=40)
    value = models.CharField(max_length=60)
    unit = models.CharField(max_length=60)
    status = models.CharField(max_length=12, choices=VerificationStatus, default=VerificationStatus.MEMORY)

    class Meta:
        verbose_name = _("risk list entry")
        verbose_name_plural = _("risk list entries")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["situation", "list_name", "edition", "unit"], name="risk_list_entry_once")
        ]

    def __str__(self) -> str:
        return f"{self.list_name} {self.edition}: {self.value} {self.unit}"


class Phase(models.Model):
    """The desk's judgement of how far a situation has gone. Set and dated by people, never computed; append-only."""

    situation = models.ForeignKey(Situation, models.CASCADE, related_name="phases")
    level = models.PositiveSmallIntegerField(
        _("level"),
        choices=[
            (0, _("0 early signs")),
            (1, _("1 lead-up")),
            (2, _("2 growing violence")),
            (3, _("3 height of the crisis")),
        ],
        validators=[MaxValueValidator(3)],
    )
    since = models.DateField(_("since"))
    reason = models.TextField(_("reason"))
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        verbose_name = _("phase")
        verbose_name_plural = _("phases")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["situation", "since"], name="phase_once_a_day"),
            models.CheckConstraint(name="phase_level", condition=Q(level__lte=3)),
        ]

    def __str__(self) -> str:
        return f"{self.situation_id}: {self.level} since {self.since}"


class FeedScope(models.Model):
    """A feed is expected to report on a situation: the denominator of coverage, and a prior for suggestions."""

    feed = models.ForeignKey(Feed, models.CASCADE, related_name="scopes")
    situation = models.ForeignKey(Situation, models.CASCADE, related_name="feed_scopes")

    class Meta:
        verbose_name = _("feed's scope")
        verbose_name_plural = _("feeds' scopes")
        constraints: ClassVar = [models.UniqueConstraint(fields=["feed", "situation"], name="feed_scope_once")]

    def __str__(self) -> str:
        return f"{self.feed_id} → {self.situation_id}"


class NameKind(models.TextChoices):
    COUNTRY = "country", _("country")
    PEOPLE = "people", _("people")
    CAPITAL = "capital", _("capital")
    PLACE = "place", _("place")
    PERSON = "person", _("person")
    GROUP = "group", _("armed group or party")


class Name(models.Model):
    """A name that points to a situation, in one language. Loaded and curated; used by ``tagging.suggest``."""

    situation = models.ForeignKey(
        Situation,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="names",
        help_text=_("empty: a name that points elsewhere and shields its words, as Equatorial Guinea shields Guinea"),
    )
    text = models.CharField(_("name"), max_length=200)
    language = models.CharField(_("language"), max_length=35, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=NameKind)
    is_ambiguous = models.BooleanField(
        _("ambiguous"), default=False, help_text=_("counts only beside another name of the same situation")
    )

    changed_at = models.DateTimeField(auto_now=True, editable=False)

    class Meta:
        verbose_name = _("name")
        verbose_name_plural = _("names")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["situation", "text", "language"], name="name_once", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return self.text


class Screening(models.Model):
    """One revision was looked at by one version of the suggester, whether or not it suggested anything."""

    revision = models.ForeignKey(Revision, models.CASCADE, related_name="screenings")
    version = models.CharField(max_length=40)
    screened_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["revision", "version"], name="screening_once")]

    def __str__(self) -> str:
        return f"{self.revision_id} {self.version}"


class TagSuggestion(models.Model):
    """The machine says that an item is about a situation, and on which words it rests. Never a decision."""

    item = models.ForeignKey(Item, models.CASCADE, related_name="tag_suggestions")
    revision = models.ForeignKey(Revision, models.CASCADE, related_name="+")
    situation = models.ForeignKey(Situation, models.CASCADE, related_name="tag_suggestions")
    score = models.FloatField(_("score"), help_text=_("0 to 1"))
    is_focus = models.BooleanField(_("focus"), default=False)
    evidence = models.JSONField(
        _("evidence"),
        default=list,
        help_text=_("list of {start, end, exact, kind}; code points in title, line break, text"),
    )
    version = models.CharField(_("suggester"), max_length=40)
    created_at = models.DateTimeField()
    is_current = models.BooleanField(
        default=True,
        db_default=True,
        editable=False,
        help_text=_("from the latest look at the item; what earlier ones said is kept"),
    )

    objects = TagSuggestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("suggestion")
        verbose_name_plural = _("suggestions")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["item", "situation", "version"], name="suggestion_once"),
            models.CheckConstraint(name="suggestion_score", condition=Q(score__gte=0, score__lte=1)),
        ]
        indexes: ClassVar = [models.Index(fields=["situation", "-score"], name="suggestion_by_situation")]

    def __str__(self) -> str:
        return f"{self.item_id} → {self.situation_id} {self.score:.2f}"


class Verdict(models.TextChoices):
    ACCEPTED = "accepted", _("accepted")
    REJECTED = "rejected", _("rejected")
    ADDED = "added", _("added")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Tag(models.Model):
    """A person's decision that an item is (not) about a situation, or carries a term there. Append-only.

    The newest row per item, situation and term stands. Written by ``tagging.decide`` only.
    """

    item = models.ForeignKey(Item, models.PROTECT, related_name="tags")
    situation = models.ForeignKey(Situation, models.PROTECT, related_name="tags")
    term = models.ForeignKey(Term, models.PROTECT, null=True, blank=True, related_name="tags")
    verdict = models.CharField(_("verdict"), max_length=10, choices=Verdict)
    suggestion = models.ForeignKey(TagSuggestion, models.SET_NULL, null=True, blank=True, related_name="tags")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("decided"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    is_current = models.BooleanField(
        default=True, editable=False, help_text=_("the newest for its item, situation and term")
    )

    objects = TagQuerySet.as_manager()

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["item", "situation", "term"],
                name="tag_one_current",
                condition=Q(is_current=True),
                nulls_distinct=False,
            )
        ]
        indexes: ClassVar = [models.Index(fields=["situation", "-decided_at"], name="tag_by_situation")]

    def __str__(self) -> str:
        return f"{self.item_id} {self.verdict} {self.situation_id}"
