"""Who speaks, and what their terms allow. Written by the catalogue and by staff."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


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

    @property
    def owner(self) -> str:
        """One owner is one origin: the key that publishers share, else one of this publisher's own."""
        return self.owner_key or f"publisher:{self.pk}"
