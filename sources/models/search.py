"""What makes items findable: one entry per item, the languages there are, and the searches that people keep."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sources.models.items import Item


class SearchEntry(models.Model):
    """An item as the search sees it: its folded words, the runs of scripts that have no stemmer, and marks of when it was
    reported, whose it is and in which language. Written by ``ingest.index`` only; written again when the item has changed.
    """

    item = models.OneToOneField(Item, models.CASCADE, primary_key=True, related_name="search_entry")
    reported_at = models.DateTimeField()
    arrived_at = models.DateTimeField(help_text=_("when it could first be found; never changes"))
    words = SearchVectorField()
    grams = models.TextField(null=True, help_text=_("folded text for trigrams; empty where words are enough"))  # noqa: DJ001 - an index holds no entry for NULL
    marks = ArrayField(models.CharField(max_length=40), help_text=_("sources.marks says what each means"))

    class Meta:
        verbose_name = _("search entry")
        verbose_name_plural = _("search entries")
        indexes: ClassVar = [
            models.Index(fields=["-reported_at", "-item"], name="search_recent"),
            # One index, so that words, time and source are intersected in it and only what has all of them is read. Marks
            # come first: the words are then looked up from the first entry of the stretch on, not from the library's.
            GinIndex(
                fields=["marks", "words", "grams"],
                name="search_words",
                opclasses=["array_ops", "tsvector_ops", "gin_trgm_ops"],
            ),
        ]

    def __str__(self) -> str:
        return str(self.item_id)


class SearchLanguage(models.Model):
    """A language that some entry has or had: a query is read by the rules of these. Written by ``ingest.index``."""

    tag = models.CharField(max_length=35, primary_key=True)

    class Meta:
        verbose_name = _("language of the library")
        verbose_name_plural = _("languages of the library")

    def __str__(self) -> str:
        return self.tag


class SavedSearch(models.Model):
    """A search that somebody keeps under a name, for themselves or for the whole desk. Written by ``saved_searches``."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_searches", verbose_name=_("owner")
    )
    name = models.CharField(_("name"), max_length=80)
    key = models.CharField(
        _("key"),
        max_length=1,
        blank=True,
        validators=[RegexValidator("^[1-9]$")],
        help_text=_("1 to 9: the key that opens it"),
    )
    is_shared = models.BooleanField(_("shared with the desk"), default=False)
    query = models.JSONField(_("search"), help_text=_("the fields of the search form that are filled in"))
    saved_at = models.DateTimeField(_("saved"))

    class Meta:
        verbose_name = _("saved search")
        verbose_name_plural = _("saved searches")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "name"], name="saved_search_name_once"),
            models.UniqueConstraint(fields=["owner", "key"], name="saved_search_key_once", condition=~Q(key="")),
        ]

    def __str__(self) -> str:
        return self.name


class SavedSearchLook(models.Model):
    """When a person last looked at a saved search: what arrived since is new to them. Written by ``saved_searches``."""

    search = models.ForeignKey(SavedSearch, models.CASCADE, related_name="looks")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    looked_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["search", "person"], name="saved_search_look_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.search_id}"
