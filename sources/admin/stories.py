"""Stories: which items are one event, and what people decided about that."""

from __future__ import annotations

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

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
    fields = ("at", "act", "by", "items")
    readonly_fields = fields
    ordering = ("-at",)
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[StoryDecision]:
        return super().get_queryset(request).select_related("by")

    @admin.display(description=_("items"))
    def items(self, decision: StoryDecision) -> str | SafeString:
        links = ((reverse("admin:sources_item_change", args=[pk]), pk) for pk in decision.item_ids)
        return format_html_join(", ", '<a href="{}">{}</a>', links)


@admin.register(Story)
class StoryAdmin(admin.ModelAdmin[Story]):
    """Read here; changed by merging, or by splitting from the list of its items."""

    list_display = ("title", "item_count", "origin_count", "origin_note", "first_reported_at", "last_reported_at")
    list_per_page = 50
    paginator = ShortPaginator
    show_full_result_count = False
    search_fields = ("title",)
    ordering = ("-last_reported_at", "-id")
    actions = ("merge",)
    inlines = (ItemInline, DecisionInline)
    fields = (
        *("title", "item_count", "origin_count", "origin_note", "first_reported_at", "last_reported_at"),
        *("merged_into", "regroup"),
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Story]:
        stories_shown = super().get_queryset(request)
        match = request.resolver_match
        is_list = match is not None and match.url_name == "sources_story_changelist"
        return stories_shown.filter(merged_into=None) if is_list else stories_shown.select_related("merged_into")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """Without buttons that would save nothing."""
        context = {"show_save": False, "show_save_and_continue": False, "show_close": True, **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Story | None = None) -> bool:
        return False

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
