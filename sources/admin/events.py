"""Events of data sets: what was imported, a form to import more, and a file to take along of what may be passed on."""

from __future__ import annotations

from typing import IO, Any, cast

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.helpers import AdminForm
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.read_only import ReadOnly
from sources.events import export
from sources.events.reading import BadFile
from sources.events.take import take
from sources.models import EventDataset, EventImport, EventRecord
from sources.querysets import EventQuerySet


@admin.register(EventRecord)
class EventRecordAdmin(ReadOnly, admin.ModelAdmin[EventRecord]):
    list_display = (*("days", "country", "place", "kind", "actor_a", "actor_b", "deaths", "said_by"),)
    list_filter = ("is_current", "dataset", "imported_by__version", "may_be_exported", "kind", "country")
    date_hierarchy = "starts_on"
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("=external_id", "place", "admin1", "actor_a", "actor_b")
    ordering = ("-starts_on", "-id")
    actions = ("export_csv",)

    @admin.display(description=_("when"), ordering="starts_on")
    def days(self, event: EventRecord) -> str:
        first, last = (date_format(day, "j M Y") for day in (event.starts_on, event.ends_on))
        return first if first == last else f"{first} – {last}"

    @admin.display(description=_("data set"), ordering="version_key")
    def said_by(self, event: EventRecord) -> str:
        """ACLED's versions are times of change, which say nothing to a person."""
        name = f"UCDP GED {event.version}" if event.dataset == EventDataset.UCDP_GED else "ACLED"
        return name if event.is_current else _("%s, superseded") % name

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"title": _("Events"), **(extra_context or {})})

    @admin.display(description=_("deaths"), ordering="deaths_best")
    def deaths(self, event: EventRecord) -> str:
        if event.deaths_best is None:
            return "–"
        if event.deaths_low is None or event.deaths_high is None or event.deaths_low == event.deaths_high:
            return str(event.deaths_best)
        return f"{event.deaths_best} ({event.deaths_low}–{event.deaths_high})"

    @admin.action(description=_("Take along as CSV (never ACLED)"), permissions=["view"])
    def export_csv(self, request: HttpRequest, events: QuerySet[EventRecord]) -> StreamingHttpResponse | None:
        try:
            lines = export.as_csv(cast(EventQuerySet, events))
        except export.NotPassedOn as error:
            text = _("Nothing was exported: the terms of %s do not let its events be passed on. Choose others.") % error
            self.message_user(request, text, messages.ERROR)
            return None
        headers = {"Content-Disposition": f'attachment; filename="events-{timezone.now():%Y-%m-%d}.csv"'}
        return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)


class EventImportForm(forms.Form):
    """A file of events and what it is of."""

    dataset = forms.ChoiceField(label=_("Data set"), choices=EventDataset.choices)
    file = forms.FileField(label=_("File"), widget=forms.FileInput(attrs={"accept": ".csv,.json,.zip"}))
    version = forms.CharField(
        label=_("Version"),
        max_length=40,
        required=False,
        help_text=_("Of UCDP GED, for example 23.1, where the file’s name does not state it. Empty for ACLED."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limit = filesizeformat(settings.UPLOAD_MAX_BYTES)
        self.fields["file"].help_text = (
            _("CSV, JSON (ACLED) or a zip of one of them, up to %s. Larger files: manage.py import_events.") % limit
        )

    def clean_file(self) -> UploadedFile[bytes]:
        file = cast("UploadedFile[bytes]", self.cleaned_data["file"])
        if (file.size or 0) > settings.UPLOAD_MAX_BYTES:
            limit = filesizeformat(settings.UPLOAD_MAX_BYTES)
            raise ValidationError(_("The file is larger than %s. Import it by manage.py import_events.") % limit)
        return file


@admin.register(EventImport)
class EventImportAdmin(ReadOnly, admin.ModelAdmin[EventImport]):
    list_display = ("at", "dataset", "version", "filename", "new_events", "revised_events", "unchanged_events", "by")
    list_filter = ("dataset",)
    list_select_related = ("by",)
    ordering = ("-id",)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm("sources.add_eventimport")

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A form of its own: an import is a file that is read, not a row that is filled in."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = EventImportForm(request.POST or None, request.FILES or None)
        if form.is_valid() and self._take(request, form):
            return redirect("admin:sources_eventimport_changelist")
        fields = [(None, {"fields": ["dataset", "file", "version"]})]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Import events"),
            "form": form,
            "adminform": AdminForm(cast(Any, form), fields, {}),
            "opts": self.opts,
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/sources/eventimport/add.html", context)

    def _take(self, request: HttpRequest, form: EventImportForm) -> bool:
        file = cast("UploadedFile[bytes]", form.cleaned_data["file"])
        try:
            taken = take(
                EventDataset(form.cleaned_data["dataset"]),
                cast(IO[bytes], file.file),
                filename=file.name or "",
                version=form.cleaned_data["version"].strip(),
                at=timezone.now(),
                by=cast(AbstractBaseUser, request.user),
            )
        except BadFile as error:
            form.add_error("file", f"{error} {_('Nothing of the file was taken in.')}")
            return False
        text = _("%(new)d events are new, %(revised)d revised, %(unchanged)d unchanged.")
        counts = {"new": taken.new_events, "revised": taken.revised_events, "unchanged": taken.unchanged_events}
        self.message_user(request, text % counts, messages.SUCCESS)
        return True
