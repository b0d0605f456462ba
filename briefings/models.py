"""Editions, their claims, the passages claims rest on, and who wrote and approved.

A published edition never changes: triggers in the database refuse it (``migrations/0002``). Written by ``assemble``,
``writing`` and ``workflow`` only.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from briefings.querysets import CommentQuerySet, EditionQuerySet, StatementQuerySet
from countries.models import Situation
from sources.models import EvidenceLabel, Item, Revision, Story


class EditionKind(models.TextChoices):
    ROUTINE = "routine", _("routine")
    FLASH = "flash", _("flash")
    QUIET = "quiet", _("quiet day")


class EditionStatus(models.TextChoices):
    DRAFT = "draft", _("draft")
    IN_REVIEW = "in_review", _("in review")
    APPROVED = "approved", _("approved")
    PUBLISHED = "published", _("published")
    CORRECTED = "corrected", _("corrected by a later version")
    WITHDRAWN = "withdrawn", _("withdrawn")


#: An edition in one of these has been issued and is frozen.
FROZEN = (EditionStatus.PUBLISHED, EditionStatus.CORRECTED, EditionStatus.WITHDRAWN)


class Tlp(models.TextChoices):
    """Traffic Light Protocol 2.0 (FIRST, 2022). Never translated."""

    CLEAR = "CLEAR", "TLP:CLEAR"
    GREEN = "GREEN", "TLP:GREEN"
    AMBER = "AMBER", "TLP:AMBER"
    AMBER_STRICT = "AMBER+STRICT", "TLP:AMBER+STRICT"
    RED = "RED", "TLP:RED"


class Trend(models.TextChoices):
    WORSENING = "worsening", _("worsening")
    UNCHANGED = "unchanged", _("unchanged")
    EASING = "easing", _("easing")


class Edition(models.Model):
    """One brief of one situation for one day, in one language and version. Frozen once published.

    What people write in it is in these fields and in its claims and calendar; ``compose`` makes the Document from them.
    """

    situation = models.ForeignKey(Situation, models.PROTECT, related_name="editions", verbose_name=_("situation"))
    date = models.DateField(_("date"))
    kind = models.CharField(_("kind"), max_length=10, choices=EditionKind, default=EditionKind.ROUTINE)
    sequence = models.PositiveSmallIntegerField(default=1, help_text=_("of that kind on that day"))
    language = models.CharField(_("language"), max_length=35, default="en")
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    translation_of = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="translations",
        verbose_name=_("translation of"),
        help_text=_("the edition in its source language; empty where this is it"),
    )
    status = models.CharField(
        _("status"), max_length=10, choices=EditionStatus, default=EditionStatus.DRAFT, editable=False
    )
    tlp = models.CharField(_("handling"), max_length=12, choices=Tlp, default=Tlp.CLEAR)

    period_start = models.DateTimeField(_("period from"))
    period_end = models.DateTimeField(_("period to"))

    bottom_line = models.TextField(_("bottom line"), blank=True, help_text=_("One judgement, at most 45 words."))
    trend = models.CharField(_("trend"), max_length=10, choices=Trend, default=Trend.UNCHANGED)
    level = models.PositiveSmallIntegerField(
        _("level"), default=0, help_text=_("The desk's phase, 0 to 3: set by people, never computed.")
    )
    level_since = models.DateField(_("level since"), null=True, blank=True)
    likelihood = models.TextField(
        _("likelihood"),
        blank=True,
        help_text=_("One sentence with one term of the ICD 203 scale; no confidence in it."),
    )
    confidence = models.TextField(
        _("confidence"), blank=True, help_text=_("A separate sentence: high, moderate or low, and why.")
    )
    assessment = models.TextField(_("assessment and outlook"), blank=True)
    alternative = models.TextField(_("alternative view"), blank=True, help_text=_("At most 40 words."))
    signs = ArrayField(
        models.CharField(max_length=300), default=list, blank=True, verbose_name=_("signs that would change our mind")
    )
    unknown = models.TextField(_("what we do not know"), blank=True, help_text=_("At most 60 words."))
    correction_note = models.TextField(_("what was wrong"), blank=True)
    trend_reason = models.TextField(_("why the trend changed"), blank=True)
    level_reason = models.TextField(_("why the level changed"), blank=True)
    likelihood_reason = models.TextField(_("why the likelihood changed"), blank=True)
    horizon = models.DateField(_("horizon"), null=True, blank=True, help_text=_("Until when the likelihood speaks."))
    resolution_rule = models.TextField(
        _("comes true if"), blank=True, help_text=_("What must be reported, and by whom, for it to have come true.")
    )
    waiver = models.CharField(
        _("reason for exceeding a limit"),
        max_length=300,
        blank=True,
        help_text=_("Over-length is refused without one."),
    )

    assembled_at = models.DateTimeField(_("assembled"))
    submitted_at = models.DateTimeField(null=True, blank=True, editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    approved_at = models.DateTimeField(null=True, blank=True, editable=False)
    approved_hash = models.CharField(max_length=64, blank=True, editable=False)
    published_at = models.DateTimeField(_("published"), null=True, blank=True, editable=False)
    #: Whose approval must be in Participation: a foreign key over these columns is in migrations/0002.
    approver_part = models.GeneratedField(
        expression=models.Case(
            models.When(approved_by__isnull=False, then=models.Value("approved")),
            default=models.Value(None),
            output_field=models.CharField(max_length=10),
        ),
        output_field=models.CharField(max_length=10),
        db_persist=True,
    )
    document = models.JSONField(
        null=True, blank=True, editable=False, help_text=_("the frozen Document, once published")
    )
    measured = models.JSONField(
        null=True,
        blank=True,
        editable=False,
        help_text=_("counts and coverage as they stood when it was sent for review; live until then"),
    )

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        permissions: ClassVar = [
            ("approve_edition", "Can approve and publish an edition"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["situation", "date", "kind", "sequence", "language", "version"], name="edition_once"
            ),
            # A routine and a quiet edition of one day would share their public id.
            models.UniqueConstraint(
                fields=["situation", "date", "language", "version"],
                name="edition_one_a_day",
                condition=~Q(kind=EditionKind.FLASH),
            ),
            models.CheckConstraint(name="edition_sequence", condition=Q(kind=EditionKind.FLASH) | Q(sequence=1)),
            models.CheckConstraint(name="edition_not_its_own_translation", condition=~Q(translation_of=F("id"))),
            models.CheckConstraint(name="edition_level", condition=Q(level__lte=3)),
            models.CheckConstraint(name="edition_period", condition=Q(period_start__lt=F("period_end"))),
            models.CheckConstraint(
                name="edition_published_is_clear",
                condition=~Q(status__in=[s.value for s in FROZEN]) | Q(tlp=Tlp.CLEAR),
            ),
            models.CheckConstraint(
                name="edition_published_is_approved",
                condition=~Q(status__in=[s.value for s in (EditionStatus.APPROVED, *FROZEN)])
                | Q(approved_by__isnull=False, approved_at__isnull=False) & ~Q(approved_hash=""),
            ),
            models.CheckConstraint(
                name="edition_published_has_document",
                condition=~Q(status__in=[s.value for s in FROZEN])
                | Q(document__isnull=False, published_at__isnull=False),
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["situation", "-date", "-version"], name="edition_by_date")]

    def __str__(self) -> str:
        return self.public_id

    @property
    def public_id(self) -> str:
        """The same id everywhere: ``SDN-2026-09-14-v1``; with the kind, sequence or language where they are not the usual."""
        parts = [self.situation.code, self.date.isoformat()]
        if self.kind == EditionKind.FLASH:
            parts.append(f"flash{self.sequence}")
        if self.language != "en":
            parts.append(self.language)
        return "-".join([*parts, f"v{self.version}"])

    @property
    def is_frozen(self) -> bool:
        return self.status in FROZEN


class Part(models.TextChoices):
    WROTE = "wrote", _("wrote in it")
    APPROVED = "approved", _("approved it")


class Participation(models.Model):
    """Who wrote in an edition and who approved it. One person cannot be in both parts: the database refuses it."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="participations")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    part = models.CharField(max_length=10, choices=Part)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("participation")
        verbose_name_plural = _("participations")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["edition", "user", "part"], name="participation_once"),
            ExclusionConstraint(
                name="nobody_approves_own_writing",
                expressions=[("edition", "="), ("user", "="), ("part", "<>")],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.part} {self.edition_id}"


class Section(models.TextChoices):
    """The sections that hold claims, in reading order."""

    WHAT_CHANGED = "what_changed", _("What changed")
    KEY_DEVELOPMENTS = "key_developments", _("Key developments")
    LOCAL_PERSPECTIVE = "local_perspective", _("Local perspective")
    ACTORS = "actors", _("Actors and alleged perpetrators")
    ENGAGED = "engaged", _("Who is engaged")
    OPTIONS = "options", _("Options, not recommendations")


class ChangeMark(models.TextChoices):
    NEW = "new", _("New")
    UPDATED = "updated", _("Updated")
    CORRECTED = "corrected", _("Corrected")
    DOWNGRADED = "downgraded", _("Downgraded")


class Attribution(models.TextChoices):
    CLAIMED = "claimed", _("claimed by itself")
    ALLEGED = "alleged", _("alleged by others")
    ASSESSED = "assessed", _("assessed by us")
    DISPUTED = "disputed", _("disputed")
    UNKNOWN = "unknown", _("unknown")


class ClaimKind(models.TextChoices):
    CLAIM = "claim", _("claim")
    JUDGEMENT = "judgement", _("judgement")


class Claim(models.Model):
    """One sentence group of an edition. Drafted by ``assemble`` or written by a person; frozen with its edition."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="claims")
    section = models.CharField(_("section"), max_length=20, choices=Section, default=Section.KEY_DEVELOPMENTS)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    kind = models.CharField(_("kind"), max_length=10, choices=ClaimKind, default=ClaimKind.CLAIM)
    headline = models.CharField(_("headline"), max_length=300, blank=True, help_text=_("a bold judgement sentence"))
    text = models.TextField(_("text"))
    judgements = ArrayField(
        models.TextField(),
        default=list,
        blank=True,
        verbose_name=_("judgements among its sentences"),
        help_text=_(
            "sentences of the text, single-spaced, that need no passage; a sentence that changes is a claim again"
        ),
    )
    label = models.CharField(_("evidence"), max_length=20, choices=EvidenceLabel, blank=True)
    label_reason = models.CharField(
        _("why another label"), max_length=300, blank=True, help_text=_("needed where the label is not the derived one")
    )
    mark = models.CharField(_("change"), max_length=12, choices=ChangeMark, blank=True)
    story = models.ForeignKey(Story, models.PROTECT, null=True, blank=True, related_name="+")
    is_drafted = models.BooleanField(
        _("drafted by the machine"),
        default=False,
        help_text=_("nobody has touched it; assembling again may replace it"),
    )
    name = models.CharField(_("actor"), max_length=120, blank=True)
    role = models.CharField(_("role"), max_length=120, blank=True)
    attribution = models.CharField(_("attribution"), max_length=12, choices=Attribution, blank=True)
    risk = models.CharField(_("risk of harm"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        indexes: ClassVar = [models.Index(fields=["edition", "section", "position"], name="claim_in_order")]

    def __str__(self) -> str:
        return (self.headline or self.text)[:80]


class Passage(models.Model):
    """The stored words a claim rests on (W3C Web Annotation: text-quote and text-position selectors).

    Offsets are code points in the stored text named by ``place``, whose SHA-256 is kept. Made by ``passages.quote``.
    """

    class Place(models.TextChoices):
        TITLE = "title", _("title")
        FEED = "feed", _("feed's own text")
        PAGE = "page", _("full text")

    claim = models.ForeignKey(Claim, models.CASCADE, related_name="passages")
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="+")
    place = models.CharField(max_length=6, choices=Place)
    text_sha256 = models.CharField(max_length=64)
    exact = models.TextField(_("passage"))
    prefix = models.CharField(max_length=200, blank=True)
    suffix = models.CharField(max_length=200, blank=True)
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("passage")
        verbose_name_plural = _("passages")
        constraints: ClassVar = [
            models.CheckConstraint(name="passage_has_words", condition=Q(end__gt=F("start"))),
        ]

    def __str__(self) -> str:
        return self.exact[:80]


class CalendarDate(models.Model):
    """A dated event in the next 14 days, entered by hand."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="calendar")
    date = models.DateField(_("date"))
    text = models.CharField(_("event"), max_length=200)

    class Meta:
        verbose_name = _("date to come")
        verbose_name_plural = _("calendar")

    def __str__(self) -> str:
        return f"{self.date}: {self.text}"


class SituationDate(models.Model):
    """A date to come that the desk keeps for a situation: editions take it up once it is within 14 days."""

    situation = models.ForeignKey(Situation, models.CASCADE, related_name="dates_to_come", verbose_name=_("situation"))
    language = models.CharField(_("language"), max_length=35, default="en")
    date = models.DateField(_("date"))
    text = models.CharField(_("event"), max_length=200)

    class Meta:
        verbose_name = _("date kept for a situation")
        verbose_name_plural = _("dates kept for situations")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["situation", "language", "date", "text"], name="situation_date_once"),
        ]

    def __str__(self) -> str:
        return f"{self.date}: {self.text}"


class TriggerRow(models.Model):
    """A signal of the day that a person judged: what was counted, beside what is usual, and the verdict."""

    class Verdict(models.TextChoices):
        TRUE = "true", _("true")
        WATCH = "watch", _("watch")
        FALSE = "false", _("false")
        DUPLICATE = "duplicate", _("duplicate")

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="triggers")
    code = models.CharField(
        _("risk factor"), max_length=10, help_text=_("an indicator of the UN Framework, such as 8.3")
    )
    text = models.CharField(_("signal"), max_length=200)
    count = models.PositiveIntegerField(_("24 hours"), editable=False, help_text=_("reports of independent origin"))
    baseline = models.FloatField(
        _("28 days"), null=True, editable=False, help_text=_("mean for a day; empty where no day was counted")
    )
    verdict = models.CharField(_("verdict"), max_length=10, choices=Verdict, blank=True)

    class Meta:
        verbose_name = _("trigger")
        verbose_name_plural = _("triggers")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["edition", "code", "text"], name="trigger_once"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.verdict}"


class CoveredItem(models.Model):
    """An accepted item that an edition was assembled from."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="covered_items")
    item = models.ForeignKey(Item, models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["edition", "item"], name="covered_once")]

    def __str__(self) -> str:
        return f"{self.edition_id} {self.item_id}"


class Dismissal(models.Model):
    """A person removed what was drafted from this item in this section: assembling again does not bring it back."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="dismissals")
    section = models.CharField(max_length=20, choices=Section)
    item = models.ForeignKey(Item, models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["edition", "section", "item"], name="dismissed_once"),
        ]

    def __str__(self) -> str:
        return f"{self.edition_id} {self.section} {self.item_id}"


class Step(models.Model):
    """One act in an edition's way to publication, with who and when. Append-only; written by ``workflow`` and ``writing``."""

    class Act(models.TextChoices):
        OPENED = "opened", _("opened")
        SUBMITTED = "submitted", _("sent for review")
        SENT_BACK = "sent_back", _("sent back")
        APPROVED = "approved", _("approved")
        VOIDED = "voided", _("changed after approval: the approval is void")
        PUBLISHED = "published", _("published")
        WITHDRAWN = "withdrawn", _("withdrawn")

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="steps")
    act = models.CharField(max_length=10, choices=Act)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")

    def __str__(self) -> str:
        return f"{self.edition_id} {self.act}"


class Statement(models.Model):
    """A likelihood as it was printed, to be held against what happened. Written at publication; never changes.

    A correction that keeps term and horizon makes no second one, nor does a translation; one that changes them does, and
    both count: what was sent is judged.
    """

    edition = models.OneToOneField(Edition, models.PROTECT, related_name="statement")
    text = models.TextField(_("statement"))
    term = models.PositiveSmallIntegerField(_("term"), help_text=_("place in the scale of ICD 203, 0 to 6"))
    confidence = models.TextField(_("confidence"), blank=True)
    horizon = models.DateField(_("horizon"))
    review_date = models.DateField(_("due"))
    rule = models.TextField(_("comes true if"))
    recorded_at = models.DateTimeField()

    objects = StatementQuerySet.as_manager()

    class Meta:
        verbose_name = _("likelihood statement")
        verbose_name_plural = _("likelihood statements")
        constraints: ClassVar = [
            models.CheckConstraint(name="statement_term", condition=Q(term__lte=6)),
            models.CheckConstraint(name="statement_due_after_horizon", condition=Q(review_date__gt=F("horizon"))),
        ]
        indexes: ClassVar = [models.Index(fields=["review_date"], name="statement_by_due")]

    def __str__(self) -> str:
        return self.text[:80]


class Resolution(models.Model):
    """What became of a statement, by whose judgement and why. Append-only: the last one stands.

    Nobody who wrote in the statement's edition resolves it; the database refuses it (``migrations/0004``).
    """

    class Outcome(models.TextChoices):
        TRUE = "true", _("came true")
        FALSE = "false", _("did not come true")
        UNKNOWN = "unknown", _("cannot be resolved")

    statement = models.ForeignKey(Statement, models.PROTECT, related_name="resolutions")
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome)
    reason = models.CharField(_("why"), max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("resolution")
        verbose_name_plural = _("resolutions")
        constraints: ClassVar = [
            models.CheckConstraint(name="resolution_says_why", condition=~Q(reason="")),
        ]
        indexes: ClassVar = [models.Index(fields=["statement", "-at"], name="resolution_last")]

    def __str__(self) -> str:
        return f"{self.statement_id} {self.outcome}"


class Override(models.Model):
    """A finding of the lint that a person let stand, and why. Append-only; written by ``writing.override``.

    It holds for these words alone: ``key`` is ``lint.Finding.key``, so that a changed text asks anew.
    """

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="overrides")
    key = models.CharField(max_length=64)
    code = models.CharField(max_length=40)
    where = models.CharField(max_length=60)
    said = models.TextField(_("what was found"), help_text=_("the finding in words, as the person read it"))
    subject = models.TextField(_("text it was given for"), blank=True)
    reason = models.CharField(_("reason"), max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("override")
        verbose_name_plural = _("overrides")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["edition", "key"], name="override_once"),
            models.CheckConstraint(name="override_has_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.edition_id} {self.code}"


class Comment(models.Model):
    """A remark on a paragraph of an edition, or an answer to one. For the desk only: never in any output.

    Written by ``comments``. ``where`` is a field, or section/claim id as in ``lint.Finding``; it stays when the claim goes.
    """

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="comments")
    where = models.CharField(max_length=60)
    about = models.TextField(_("text it was made on"), blank=True)
    answers = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="replies")
    text = models.TextField(_("comment"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    resolved_at = models.DateTimeField(null=True, blank=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        constraints: ClassVar = [
            models.CheckConstraint(name="comment_has_words", condition=~Q(text="")),
            models.CheckConstraint(
                name="comment_resolved_by_somebody",
                condition=Q(resolved_by__isnull=True, resolved_at__isnull=True)
                | Q(resolved_by__isnull=False, resolved_at__isnull=False, answers__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.text[:80]


class Artefact(models.Model):
    """The bytes of one output of a published edition, made once and kept: PDF A4, PDF Letter, text, JSON."""

    class Form(models.TextChoices):
        PDF_A4 = "pdf-a4", _("PDF, A4")
        PDF_LETTER = "pdf-letter", _("PDF, Letter")
        TEXT = "text", _("plain text")
        JSON = "json", "JSON"

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="artefacts")
    form = models.CharField(max_length=12, choices=Form)
    name = models.CharField(max_length=120, unique=True, help_text=_("file name: SDN-2026-09-14-v1-en-A4.pdf"))
    media_type = models.CharField(max_length=60)
    path = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["edition", "form"], name="artefact_once")]

    def __str__(self) -> str:
        return self.name


class Rendering(models.Model):
    """An output of a published edition that is still to be made: who looks after it until when, and what went wrong.

    Written by ``publish``; goes when its Artefact is there. Where ``attempts`` are used up a person must look.
    """

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="renderings")
    form = models.CharField(max_length=12, choices=Artefact.Form)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    last_error = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("output to make")
        verbose_name_plural = _("outputs to make")
        constraints: ClassVar = [models.UniqueConstraint(fields=["edition", "form"], name="rendering_once")]

    def __str__(self) -> str:
        return f"{self.edition_id} {self.form}"
