"""Items with everything they ever said, and the bytes that prove it."""

from __future__ import annotations

from tempfile import SpooledTemporaryFile
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import InlineModelAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.read_only import ReadOnly
from sources import snapshots, stories, warc
from sources.admin import arrivals, revisions
from sources.admin.lists import KindFilter, LanguageFilter, ShortPaginator, StateFilter, narrowed
from sources.display import marked
from sources.models import EarlierReading, FullText, Item, Revision, Sighting, Snapshot

#: Items in one file from the desk.
_MOST_EXPORTED = 100


class RevisionInline(ReadOnly, admin.StackedInline[Revision, Item]):
    """What the item said, newest first."""

    model = Revision
    fields = (
        *("number", "seen_at", "how_it_came", "title_as_stored", "text_as_stored", "page_text", "snapshot"),
        "content_hash",
    )
    readonly_fields = fields
    ordering = ("-number",)
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Revision]:
        return (
            super()
            .get_queryset(request)
            .select_related("full_text__snapshot__blob", "arrival__original__blob", "arrival__by")
        )

    @admin.display(description=_("how it came"))
    def how_it_came(self, revision: Revision) -> str:
        return arrivals.in_words(revision)

    @admin.display(description=_("title"))
    def title_as_stored(self, revision: Revision) -> str:
        return marked(revision.title)

    @admin.display(description=_("feed’s own text"))
    def text_as_stored(self, revision: Revision) -> str:
        return marked(revision.text)

    @admin.display(description=_("text of the page"))
    def page_text(self, revision: Revision) -> str:
        full = _full_text(revision)
        return arrivals.with_pages(revision, full.text) if full else "–"

    @admin.display(description=_("snapshot"))
    def snapshot(self, revision: Revision) -> str:
        full = _full_text(revision)
        if full is None:
            return "–"
        return format_html(
            '<a href="{}">{}</a> · {} UTC · sha256 {}',
            reverse("admin:sources_snapshot_bytes", args=[full.snapshot_id]),
            _("the bytes as they came"),
            f"{full.snapshot.retrieved_at:%Y-%m-%d %H:%M}",
            full.snapshot.blob.sha256,
        )


class SightingInline(ReadOnly, admin.TabularInline[Sighting, Item]):
    """Who else carried it, and since when."""

    model = Sighting
    fields = ("feed", "seen_at", "published_at", "title", "text", "original")
    readonly_fields = fields
    ordering = ("seen_at", "pk")
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Sighting]:
        return super().get_queryset(request).select_related("feed")

    @admin.display(description=_("address"))
    def original(self, sighting: Sighting) -> str:
        return format_html('<a href="{0}" rel="noreferrer noopener external">{0}</a>', sighting.url)


class EarlierReadingInline(ReadOnly, admin.TabularInline[EarlierReading, Item]):
    """What the machine said of it before it said something else."""

    model = EarlierReading
    fields = ("reads", "in_words", "version", "replaced_at")
    readonly_fields = fields
    ordering = ("-replaced_at", "-pk")
    extra = 0

    @admin.display(description=_("said"))
    def in_words(self, reading: EarlierReading) -> str:
        said = reading.said
        if reading.reads == EarlierReading.Reads.LANGUAGE:
            return f"{said['language']} ({said['confidence'] or 0:.2f})"
        words = dict.fromkeys(each["exact"] for each in said["evidence"])
        return format_html("{} ({}): <bdi>{}</bdi>", said["situation"], f"{said['score']:.2f}", ", ".join(words))


def _full_text(revision: Revision) -> FullText | None:
    full = getattr(revision, "full_text", None)
    return full if isinstance(full, FullText) else None


@admin.register(Item)
class ItemAdmin(ReadOnly, admin.ModelAdmin[Item]):
    list_display = ("title", "publisher", "language", "reported_at", "extract_state", "story_link", "last_error")
    list_filter = (StateFilter, LanguageFilter, KindFilter)
    list_select_related = ("feed__publisher", "story")
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = ShortPaginator
    sortable_by = ("reported_at",)
    search_fields = ("title",)  # the box is shown; ``get_search_results`` asks the library's search
    ordering = ("-reported_at", "-id")
    inlines = (SightingInline, RevisionInline, EarlierReadingInline)
    actions = ("split_out", "export_warc")
    fields = (
        *("title", "original", "feed", "author", "published_at", "published_precision", "first_seen_at", "reported_at"),
        *("language", "language_confidence", "extract_state", "extract_attempts", "last_error", "story_link"),
        *("story_by_person", "story_score", "changes"),
    )
    readonly_fields = fields

    def get_inlines(self, request: HttpRequest, obj: Item | None) -> tuple[type[InlineModelAdmin[Any, Any]], ...]:
        """What was said earlier only where there is something."""
        has_any = obj is not None and obj.earlier_readings.exists()
        return tuple(each for each in self.inlines if has_any or each is not EarlierReadingInline)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Item], search_term: str
    ) -> tuple[QuerySet[Item], bool]:
        return narrowed(queryset, request, search_term), False

    @admin.display(description=_("publisher"))
    def publisher(self, item: Item) -> str:
        return item.feed.publisher.name

    @admin.display(description=_("address"))
    def original(self, item: Item) -> str:
        if not item.url:
            return "–"
        return format_html('<a href="{0}" rel="noreferrer noopener external">{0}</a>', item.url)

    @admin.display(description=_("changes"))
    def changes(self, item: Item) -> str:
        count = item.revisions.count()
        if count < 2:
            return gettext("never changed")
        address = reverse("admin:sources_item_compare", args=[item.pk])
        text = gettext("what changed in %(count)d revisions") % {"count": count}
        return format_html('<a href="{}">{}</a>', address, text)

    @admin.display(description=_("story"))
    def story_link(self, item: Item) -> str:
        if item.story is None:
            return "–"
        address = reverse("admin:sources_story_change", args=[item.story_id])
        return format_html('<a href="{}"><bdi>{}</bdi></a>', address, item.story.title)

    def get_urls(self) -> list[URLResolver | URLPattern]:  # type: ignore[override]  # the stubs forget resolvers
        wrap = self.admin_site.admin_view
        own = [
            path("snapshot/<int:pk>/", wrap(self.snapshot_bytes), name="sources_snapshot_bytes"),
            path("<int:pk>/compare/", wrap(revisions.compare), name="sources_item_compare"),
        ]
        return [*own, *super().get_urls()]

    def snapshot_bytes(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The bytes as they came. Always a download, never shown: they are hostile."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        snapshot = Snapshot.objects.select_related("blob").filter(pk=pk).first()
        if snapshot is None:
            raise Http404
        try:
            body = snapshots.read(snapshot)
        except snapshots.DamagedSnapshot as error:
            return HttpResponse(str(error), status=410, content_type="text/plain; charset=utf-8")
        name = f"{snapshot.retrieved_at:%Y-%m-%d}-{snapshot.blob.sha256[:12]}.bin"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
        return HttpResponse(body, content_type="application/octet-stream", headers=headers)

    @admin.action(description=_("Export as WARC: what may leave"), permissions=["view"])
    def export_warc(self, request: HttpRequest, items: QuerySet[Item]) -> HttpResponseBase | None:
        """One file; of several items one behind the other, which is a WARC file too."""
        chosen = list(items.select_related("feed__publisher").order_by("pk")[: _MOST_EXPORTED + 1])
        if len(chosen) > _MOST_EXPORTED:
            text = gettext("Choose at most %d items; the command export_warc takes any number.") % _MOST_EXPORTED
            self.message_user(request, text, messages.WARNING)
            return None
        at = timezone.now()
        out = SpooledTemporaryFile(max_size=5_000_000)  # noqa: SIM115 - the response closes it
        for item in chosen:
            warc.write(item, out, at=at)
        out.seek(0)
        name = warc.file_name(chosen[0], at=at, is_internal=False)
        if len(chosen) > 1:
            name = f"curator-{len(chosen)}-items-{at:%Y%m%dT%H%M%SZ}.warc.gz"
        return FileResponse(out, as_attachment=True, filename=name, content_type="application/warc")

    def has_regroup_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("sources.change_story")

    @admin.action(description=_("Take out into a story of their own"), permissions=["regroup"])
    def split_out(self, request: HttpRequest, items: QuerySet[Item]) -> None:
        user = request.user
        if not isinstance(user, User):
            raise PermissionDenied
        try:
            story = stories.split(list(items), by=user, at=timezone.now())
        except stories.CannotSplit as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            self.message_user(request, _("New story: %s") % story.title, messages.SUCCESS)
