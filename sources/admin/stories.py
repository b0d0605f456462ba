"""Stories: which items are one event, and what people decided about that."""

from __future__ import annotations

from typing import ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.read_only import ReadOnly
from sources import stories
from sources.admin.lists import ShortPaginator
from sources.models import Item, Story, StoryDecision


class ItemInline(ReadOnly, admin.TabularInline[Item, Story]):
    model = Item
    fields = ("link", "publisher", "language", "reported_at", "story_by_person", "story_score")
    readonly_fields = fields
    ordering = ("reported_at", "id")
    extra = 0
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Item]:
        return super().get_queryset(request).select_related("feed__publisher")

    @admin.display(description=_("title"))
    def link(self, item: Item) -> str:
        address = reverse("admin:sources_item_change", args=[item.pk])
        return format_html('<a href="{}"><bdi>{}</bdi></a>', address, item.title)

    @admin.display(description=_("publisher"))
    def publisher(self, item: Item) -> str:
        return item.feed.publisher.name


class DecisionInline(ReadOnly, admin.TabularInline[StoryDecision, Story]):
    model = StoryDecision
    fields = ("at", "act", "by", "label", "reason", "items")
    readonly_fields = fields
    ordering = ("-at",)
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[StoryDecision]:
        return super().get_queryset(request).select_related("by")

    @admin.display(description=_("items"))
    def items(self, decision: StoryDecision) -> str | SafeString:
        links = ((reverse("admin:sources_item_change", args=[pk]), pk) for pk in decision.item_ids)
        return format_html_join(", ", '<a href="{}">{}</a>', links)


class StoryForm(forms.ModelForm[Story]):
    """Another label than the derived one, with the reason."""

    reason = forms.CharField(
        label=_("Why"), max_length=300, required=False, help_text=_("needed to change the label; kept for good")
    )

    class Meta:
        model = Story
        fields: ClassVar = ["label_by_person"]

    def clean(self) -> dict[str, object]:
        found = super().clean() or {}
        if "label_by_person" in self.changed_data and not str(found.get("reason", "")).strip():
            self.add_error("reason", _("Say why the label is another one."))
        return found


@admin.register(Story)
class StoryAdmin(admin.ModelAdmin[Story]):
    """Read here; changed by merging, by splitting from the list of its items, or by choosing a label and saying why."""

    form = StoryForm
    list_display = ("title", "counted", "evidence_name", "first_reported_at", "last_reported_at")
    list_filter = ("label",)
    list_per_page = 50
    paginator = ShortPaginator
    show_full_result_count = False
    search_fields = ("title",)
    ordering = ("-last_reported_at", "-id")
    actions = ("merge",)
    inlines = (ItemInline, DecisionInline)
    readonly_fields = (
        *("title", "counted", "origin_note", "first_reported_at", "last_reported_at", "label"),
        *("merged_into", "regroup"),
    )
    fieldsets = (
        (None, {"fields": readonly_fields}),
        (_("Evidence label"), {"fields": ("label_by_person", "reason")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Story]:
        stories_shown = super().get_queryset(request)
        match = request.resolver_match
        is_list = match is not None and match.url_name == "sources_story_changelist"
        return stories_shown.filter(merged_into=None) if is_list else stories_shown.select_related("merged_into")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Story | None = None) -> bool:
        """A story that was merged away has no items, and so no label to choose."""
        return (obj is None or obj.merged_into_id is None) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Story | None = None) -> bool:
        return False

    @admin.display(description=_("evidence"), ordering="label")
    def evidence_name(self, story: Story) -> str:
        return story.evidence_name + (" *" if story.label_by_person else "")

    @admin.display(description=_("reported by"), ordering="origin_count")
    def counted(self, story: Story) -> str:
        """As in "5 reports, 2 independent origins"."""
        reports = ngettext("%(n)d report", "%(n)d reports", story.item_count) % {"n": story.item_count}
        origins = ngettext("%(n)d independent origin", "%(n)d independent origins", story.origin_count)
        return f"{reports}, {origins % {'n': story.origin_count}}"

    def save_model(self, request: HttpRequest, obj: Story, form: forms.ModelForm[Story], change: bool) -> None:
        """Only the label is a person's to change here."""
        if isinstance(request.user, User) and "label_by_person" in form.changed_data:
            choice, reason = form.cleaned_data["label_by_person"], form.cleaned_data["reason"]
            try:
                stories.label(obj, choice, reason=reason, by=request.user, at=timezone.now())
            except stories.CannotLabel as error:  # merged while the page was open
                self.message_user(request, str(error), messages.ERROR)

    @admin.display(description=_("split"))
    def regroup(self, story: Story) -> str:
        address = reverse("admin:sources_item_changelist")
        text = _("choose items to take out")
        return format_html('<a href="{}?story__id__exact={}">{}</a>', address, story.pk, text)

    @admin.action(description=_("Merge into the one reported first"), permissions=["change"])
    def merge(self, request: HttpRequest, chosen: QuerySet[Story]) -> None:
        user = request.user
        if not isinstance(user, User):
            raise PermissionDenied
        into, *others = chosen.order_by("first_reported_at", "pk")
        try:
            for story in others:
                into = stories.merge(story, into=into, by=user, at=timezone.now())
        except stories.CannotMerge as error:
            self.message_user(request, str(error), messages.ERROR)
            return
        if not others:
            self.message_user(request, _("Choose at least two stories."), messages.WARNING)
            return
        self.message_user(request, _("Merged into: %s") % into.title, messages.SUCCESS)
