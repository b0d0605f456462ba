"""Situations in the desk, each with its queue."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.read_only import ReadOnly
from countries import regions
from countries.admin import learning, library, queue, terms
from countries.models import FeedScope, Phase, RiskListEntry, Situation, Tag, TagSuggestion


class RiskListInline(admin.TabularInline[RiskListEntry, Situation]):
    model = RiskListEntry
    extra = 0
    can_delete = False
    fields = ("list_name", "edition", "value", "unit", "status")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest, obj: Situation | None = None) -> bool:
        return False


@admin.register(Situation)
class SituationAdmin(admin.ModelAdmin[Situation]):
    list_display = ("name", "code", "tier", "time_zone", "cut_off", "queue_link")
    list_filter = ("tier",)
    search_fields = ("name", "code")
    ordering = ("name",)
    inlines: ClassVar = [RiskListInline]
    readonly_fields = ("code", "iso2", "iso3", "suggested_phase", "reference_version")

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("library/", wrap(library.show), name="countries_library"),
            path("library/save/", wrap(library.save), name="countries_library_save"),
            path("library/saved/<int:pk>/open/", wrap(library.open_saved), name="countries_library_open"),
            path("library/saved/<int:pk>/forget/", wrap(library.forget), name="countries_library_forget"),
            path("queue/", wrap(queue.choose), name="countries_queue_choose"),
            path("queue/<slug:code>/", wrap(queue.show), name="countries_queue"),
            path("queue/<slug:code>/<int:item_id>/decide/", wrap(queue.decide_one), name="countries_queue_decide"),
            path("queue/<slug:code>/terms/<int:pk>/", wrap(terms.decide_one), name="countries_queue_term"),
            path("queue/<slug:code>/<int:item_id>/add/", wrap(terms.add), name="countries_queue_add"),
            path(
                "queue/<slug:code>/<int:item_id>/withdraw/<int:pk>/",
                wrap(terms.withdraw),
                name="countries_queue_withdraw",
            ),
            path("learning/", wrap(learning.show), name="countries_learning"),
            path("learning/threshold/", wrap(learning.set_threshold), name="countries_learning_threshold"),
            *super().get_urls(),
        ]

    @admin.display(description=_("queue"))
    def queue_link(self, situation: Situation) -> str:
        return format_html('<a href="{}">{}</a>', reverse("admin:countries_queue", args=[situation.code]), _("open"))


class FeedScopeForm(ModelForm[FeedScope]):
    """Which regions of its situation a feed reports from."""

    regions = forms.MultipleChoiceField(label=_("regions"), required=False, widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = FeedScope
        fields: ClassVar = ["regions"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = regions.of_countries(self.instance.situation.iso2)
        self.fields["regions"].choices = [(code, regions.name(code)) for code in codes]  # type: ignore[attr-defined]


@admin.register(FeedScope)
class FeedScopeAdmin(admin.ModelAdmin[FeedScope]):
    """Where in a situation a feed reports from; which feeds are expected at all comes with the catalogue."""

    form = FeedScopeForm
    list_display = ("feed", "situation", "in_regions")
    list_filter = ("situation",)
    list_select_related = ("feed", "situation")
    search_fields = ("feed__name", "feed__publisher__name")
    ordering = ("situation__name", "feed__name")

    @admin.display(description=_("regions"))
    def in_regions(self, scope: FeedScope) -> str:
        return ", ".join(map(regions.name, scope.regions))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: FeedScope | None = None) -> bool:
        return False


@admin.register(Phase)
class PhaseAdmin(admin.ModelAdmin[Phase]):
    list_display = ("situation", "level", "since", "set_by", "set_at")
    list_filter = ("situation",)
    list_select_related = ("situation", "set_by")
    fields = ("situation", "level", "since", "reason")
    ordering = ("-since", "-id")

    def has_change_permission(self, request: HttpRequest, obj: Phase | None = None) -> bool:
        return False  # a phase is set anew, never rewritten

    def has_delete_permission(self, request: HttpRequest, obj: Phase | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Phase, form: ModelForm[Phase], change: bool) -> None:
        obj.set_by = request.user  # type: ignore[assignment]
        obj.set_at = timezone.now()
        super().save_model(request, obj, form, change)


@admin.register(Tag)
class TagAdmin(ReadOnly, admin.ModelAdmin[Tag]):
    list_display = ("item", "situation", "term", "words", "figure", "verdict", "suggester", "decided_by", "decided_at")
    list_filter = ("verdict", "is_current", "situation")
    list_select_related = ("item", "situation", "term", "decided_by")
    ordering = ("-decided_at", "-id")


@admin.register(TagSuggestion)
class TagSuggestionAdmin(ReadOnly, admin.ModelAdmin[TagSuggestion]):
    list_display = ("item", "situation", "score", "is_focus", "version", "created_at")
    list_filter = ("situation", "version")
    list_select_related = ("item", "situation")
    ordering = ("-id",)  # as they were made; no other index stands for that
    show_full_result_count = False
