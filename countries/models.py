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
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from countries.querysets import (
    SituationQuerySet,
    TagQuerySet,
    TagSuggestionQuerySet,
    TermSuggestionQuerySet,
    ThresholdQuerySet,
)
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
    regions = ArrayField(
        models.CharField(max_length=10),
        verbose_name=_("regions"),
        default=list,
        blank=True,
        help_text=_(
            "first-level regions that it reports from (ISO 3166-2), as a person says; empty: none in particular"
        ),
    )

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


class Reads(models.TextChoices):
    """What a suggester reads a text for."""

    SITUATIONS = "situations", _("situations")
    TERMS = "terms", _("terms and figures")


class Screening(models.Model):
    """One revision was looked at by one version of a suggester, whether or not it suggested anything."""

    revision = models.ForeignKey(Revision, models.CASCADE, related_name="screenings")
    version = models.CharField(max_length=40)
    reads = models.CharField(max_length=10, choices=Reads, default=Reads.SITUATIONS)
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


#: Bounds that are given are in order.
_IN_ORDER = (
    (Q(low=None) | Q(best=None) | Q(low__lte=F("best")))
    & (Q(best=None) | Q(high=None) | Q(best__lte=F("high")))
    & (Q(low=None) | Q(high=None) | Q(low__lte=F("high")))
)


class Detail(models.Model):
    """What a term needs besides: of a group its name as the source has it, of a figure its bounds and who counted.

    Bounds count people; one that nobody gives is empty. Words are empty where the source itself counted.
    """

    words = models.CharField(_("in words"), max_length=200, blank=True)
    low = models.PositiveIntegerField(_("low"), null=True, blank=True)
    best = models.PositiveIntegerField(_("best"), null=True, blank=True)
    high = models.PositiveIntegerField(_("high"), null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def figure(self) -> str:
        """The bounds in words; empty where there are none."""
        low, best, high = self.low, self.best, self.high
        if low is not None and high is not None and low != high:
            span = f"{low:,}–{high:,}"
            return span if best is None else f"{best:,} ({span})"
        if low is not None and high is None:
            at_least = _("at least %(count)s") % {"count": f"{low:,}"}
            return str(at_least) if best in {None, low} else f"{best:,} ({at_least})"
        if high is not None and low is None:
            at_most = _("up to %(count)s") % {"count": f"{high:,}"}
            return str(at_most) if best in {None, high} else f"{best:,} ({at_most})"
        return "" if best is None else f"{best:,}"


class TermSuggestion(Detail):
    """The machine says that a text speaks of a term or counts harm, and on which sentences it rests. Never a decision.

    One row per revision, value and version: a newer version adds rows and changes none.
    """

    item = models.ForeignKey(Item, models.CASCADE, related_name="term_suggestions")
    revision = models.ForeignKey(Revision, models.CASCADE, related_name="+")
    term = models.ForeignKey(Term, models.CASCADE, related_name="suggestions")
    score = models.FloatField(_("score"), help_text=_("0 to 1, no probability"))
    evidence = models.JSONField(
        _("evidence"),
        default=list,
        help_text=_("list of {start, end, exact, assertion}, strongest first; code points in title, line break, text"),
    )
    version = models.CharField(_("suggester"), max_length=40)
    created_at = models.DateTimeField()

    objects = TermSuggestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("suggestion of a term")
        verbose_name_plural = _("suggestions of terms")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["revision", "term", "words", "low", "best", "high", "version"],
                name="term_suggestion_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(name="term_suggestion_score", condition=Q(score__gte=0, score__lte=1)),
            models.CheckConstraint(name="term_suggestion_bounds", condition=_IN_ORDER),
        ]
        indexes: ClassVar = [models.Index(fields=["item", "term"], name="term_suggestion_of_item")]

    def __str__(self) -> str:
        return f"{self.item_id} → {self.term_id} {self.score:.2f}"


class Verdict(models.TextChoices):
    ACCEPTED = "accepted", _("accepted")
    CORRECTED = "corrected", _("corrected")
    REJECTED = "rejected", _("rejected")
    REPLACED = "replaced", _("replaced by a correction")
    ADDED = "added", _("added")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Tag(Detail):
    """A person's decision that an item is (not) about a situation, or carries a term or a figure there. Append-only.

    The newest row per item, situation and value (term, words, figure) stands. Written by ``tagging.decide`` only.
    """

    item = models.ForeignKey(Item, models.PROTECT, related_name="tags")
    situation = models.ForeignKey(Situation, models.PROTECT, related_name="tags")
    term = models.ForeignKey(Term, models.PROTECT, null=True, blank=True, related_name="tags")
    verdict = models.CharField(_("verdict"), max_length=10, choices=Verdict)
    suggestion = models.ForeignKey(TagSuggestion, models.SET_NULL, null=True, blank=True, related_name="tags")
    term_suggestion = models.ForeignKey(TermSuggestion, models.SET_NULL, null=True, blank=True, related_name="tags")
    suggester = models.CharField(
        _("suggester"),
        max_length=40,
        blank=True,
        help_text=_("the version that suggested it, or had read the text and missed it"),
    )
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("decided"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    is_current = models.BooleanField(
        default=True, editable=False, help_text=_("the newest for its item, situation and value")
    )

    objects = TagQuerySet.as_manager()

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["item", "situation", "term", "words", "low", "best", "high"],
                name="tag_one_current",
                condition=Q(is_current=True),
                nulls_distinct=False,
            ),
            models.CheckConstraint(name="tag_bounds", condition=_IN_ORDER),
            models.CheckConstraint(
                name="tag_words_need_a_term",
                condition=Q(term__isnull=False) | Q(words="", low=None, best=None, high=None),
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["situation", "-decided_at"], name="tag_by_situation")]

    def __str__(self) -> str:
        return f"{self.item_id} {self.verdict} {self.situation_id}"


class Suggester(models.TextChoices):
    """What is suggested, each judged and given its threshold apart. Values but the first are codes of vocabularies."""

    SITUATION = "situation", _("situations")
    INDICATOR = "un-framework", _("indicators of the UN Framework")
    EVENT = "event-type", _("types of event")
    PERPETRATOR = "perpetrator-kind", _("kinds of perpetrator")
    TARGET = "target-basis", _("groups targeted")
    HARM = "harm-kind", _("figures of harm")
    FRAME = "frame", _("frames")


class Threshold(models.Model):
    """From which score a suggestion is shown. Set by people on the learning page; append-only, the newest counts.

    An empty language or situation stands for all; the narrowest that fits counts (``querysets``). Written by
    ``learning.set_threshold`` only.
    """

    suggester = models.CharField(_("suggester"), max_length=20, choices=Suggester)
    language = models.CharField(_("language"), max_length=35, blank=True)
    situation = models.ForeignKey(Situation, models.CASCADE, null=True, blank=True, related_name="thresholds")
    least = models.FloatField(_("shown from"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    set_at = models.DateTimeField(_("set"))
    is_current = models.BooleanField(default=True, editable=False)

    objects = ThresholdQuerySet.as_manager()

    class Meta:
        verbose_name = _("threshold")
        verbose_name_plural = _("thresholds")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["suggester", "language", "situation"],
                name="threshold_one_current",
                condition=Q(is_current=True),
                nulls_distinct=False,
            ),
            models.CheckConstraint(name="threshold_least", condition=Q(least__gte=0, least__lte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.suggester} {self.language or '*'} {self.situation_id or '*'} ≥ {self.least:.2f}"
