"""Entering and uploading reports at the desk. The form parses; ``doors.by_hand`` writes."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, ClassVar, cast

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.widgets import AutocompleteSelect
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from sources.admin import arrivals
from sources.doors import by_hand
from sources.ingest import document, urls
from sources.ingest.dates import TOLERANCE, Precision
from sources.ingest.text import MAX_TEXT, MAX_TITLE
from sources.models import DatePrecision, Feed, FeedFormat, HandEntry, Publisher, ReusePolicy

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
_EARLIEST = dt.date(1945, 1, 1)
_MAX_NOTE = 1_000


class HandEntryForm(forms.ModelForm[HandEntry]):
    """What a person states of a report, and the file that it is in."""

    publisher = forms.ModelChoiceField(
        Publisher.objects.all(),
        label=_("Publisher"),
        widget=AutocompleteSelect(Feed._meta.get_field("publisher"), admin.site),
        help_text=_("Who published it. A publisher that is missing here is added under Publishers."),
    )
    title = forms.CharField(
        label=_("Title"),
        max_length=MAX_TITLE,
        widget=forms.TextInput(attrs={"dir": "auto", "class": "vLargeTextField"}),
    )
    published_on = forms.DateField(
        label=_("Published on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Empty where nobody knows: it then counts from today."),
    )
    published_time = forms.TimeField(
        label=_("At (UTC)"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=_("Only if the report states it."),
    )
    language = forms.CharField(
        label=_("Language"),
        max_length=35,
        required=False,
        help_text=_("As a tag: fr, sw, ar, pt-BR. Empty: it is found out from the text."),
    )
    url = forms.CharField(
        label=_("Link to the source"),
        max_length=urls.MAX_URL,
        required=False,
        widget=forms.URLInput(attrs={"class": "vURLField", "placeholder": "https://"}),
        help_text=_("Where anybody can find it on the web, if anywhere."),
    )
    file = forms.FileField(
        label=_("PDF or Word document"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".pdf,.docx"}),
    )
    text = forms.CharField(
        label=_("Text"),
        max_length=MAX_TEXT,
        required=False,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 12, "dir": "auto", "class": "vLargeTextField"}),
        help_text=_("The report’s own words. Of a document its text is taken out by itself; this may stay empty then."),
    )
    note = forms.CharField(
        label=_("How it came"),
        max_length=_MAX_NOTE,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto", "class": "vLargeTextField"}),
        help_text=_("For the desk: from which page, mailing list or meeting. Name no person who did not publish it."),
    )

    class Meta:
        model = HandEntry
        fields = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.upload: by_hand.Upload | None = None
        limit = filesizeformat(settings.UPLOAD_MAX_BYTES)
        self.fields["file"].help_text = _("Up to %s. The file is kept as it is, for the desk to download.") % limit
        if self.instance.pk is not None:
            self._fill()

    def _fill(self) -> None:
        """What the report says now."""
        item, arrival = self.instance, arrivals.of(self.instance.current)
        day, time = item.published_at, item.published_at
        publisher = cast("forms.ModelChoiceField[Publisher]", self.fields["publisher"])
        publisher.disabled, publisher.widget = True, forms.Select()
        publisher.queryset = Publisher.objects.filter(pk=item.feed.publisher_id)
        publisher.help_text = _("A report cannot go over to another publisher.")
        self.initial = {
            **self.initial,
            "publisher": item.feed.publisher_id,
            "title": item.title,
            "published_on": day.date() if day else None,
            "published_time": time.time() if time and item.published_precision != DatePrecision.DAY else None,
            "language": item.language if item.language_version == by_hand.LANGUAGE_VERSION else "",
            "url": item.url,
            "text": item.current.text if item.current else "",
            "note": arrival.note if arrival else "",
        }

    def clean_title(self) -> str:
        return self._in_own_words("title")

    def clean_text(self) -> str:
        return self._in_own_words("text")

    def _in_own_words(self, name: str) -> str:
        value = str(self.cleaned_data[name])
        if "\0" in value or any(0xD800 <= ord(character) <= 0xDFFF for character in value):
            raise ValidationError(_("This holds characters that are no text."))
        return value

    def clean_language(self) -> str:
        value = str(self.cleaned_data["language"]).strip()
        if value and not _LANGUAGE.fullmatch(value):
            raise ValidationError(_("This is no language tag. For example fr, sw, ar or pt-BR."))
        return value

    def clean_url(self) -> str:
        value = str(self.cleaned_data["url"]).strip()
        found = urls.followable(value)
        if value and not found:
            raise ValidationError(_("This is no http or https address that can be followed."))
        return found

    def clean_file(self) -> UploadedFile[bytes] | None:
        """The file is read here, so that what is wrong with it stands beside it."""
        file = self.cleaned_data["file"]
        if not isinstance(file, UploadedFile):
            return None
        if (file.size or 0) > settings.UPLOAD_MAX_BYTES:
            raise ValidationError(
                _("The file has %(size)s; it may have %(limit)s.")
                % {"size": filesizeformat(file.size or 0), "limit": filesizeformat(settings.UPLOAD_MAX_BYTES)}
            )
        body = file.read()
        try:
            found = document.read(body)
        except document.Unreadable as error:
            if not error.is_scan or not self.data.get(self.add_prefix("text"), "").strip():
                raise ValidationError(str(error)) from error
            self.upload = by_hand.Upload(body, document.recognise(body).value, None)
        else:
            self.upload = by_hand.Upload(body, found.kind.value, found)
        return file

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        self._check_date()
        if self.errors:
            return cleaned
        has_file = self.upload is not None or (self.instance.pk and self.instance.external_id.startswith("file:"))
        if not self.cleaned_data["text"] and not has_file:
            self.add_error("text", _("Enter the report’s text, or upload the document."))
            return cleaned
        there = by_hand.standing(self.report(), self.upload, besides=self.instance if self.instance.pk else None)
        if there is not None:
            self.add_error("file" if self.upload else "url" if self.cleaned_data["url"] else "title", _already(there))
        return cleaned

    def _check_date(self) -> None:
        day, time = self.cleaned_data.get("published_on"), self.cleaned_data.get("published_time")
        if time and not day:
            self.add_error("published_on", _("A time needs its day."))
        if day and day < _EARLIEST:
            self.add_error("published_on", _("This is long before anything that belongs here."))
        elif day and self._published()[0] > timezone.now() + TOLERANCE:
            self.add_error("published_on", _("This is in the future."))

    def _published(self) -> tuple[dt.datetime, Precision]:
        day, time = self.cleaned_data["published_on"], self.cleaned_data.get("published_time")
        precision = Precision.MINUTE if time else Precision.DAY
        return dt.datetime.combine(day, time or dt.time(), tzinfo=dt.UTC), precision

    def report(self) -> by_hand.Report:
        """What was entered, once it is valid."""
        values = self.cleaned_data
        published = self._published() if values.get("published_on") else (None, Precision.INFERRED)
        return by_hand.Report(
            publisher=values["publisher"],
            title=values["title"],
            text=values["text"],
            published_at=published[0],
            precision=published[1],
            language=values["language"],
            url=values["url"],
            note=values["note"],
        )


def _already(item: Any) -> str | SafeString:
    address = reverse("admin:sources_item_change", args=[item.pk])
    return format_html('{} <a href="{}"><bdi>{}</bdi></a>', _("The library has this already:"), address, item.title)


@admin.register(HandEntry)
class HandEntryAdmin(admin.ModelAdmin[HandEntry]):
    """Reports that people entered or uploaded, and the form for it."""

    form = HandEntryForm
    list_display = ("title", "publisher", "published_at", "language", "first_seen_at", "came")
    list_filter = ("current__arrival__door", "language", "feed__publisher__kind")
    list_select_related = ("feed__publisher", "current__arrival__by")
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("title", "feed__publisher__name")
    ordering = ("-first_seen_at", "-id")
    readonly_fields = ("came", "revisions_link")
    fieldsets: ClassVar = (
        (None, {"fields": ("publisher", "title", ("published_on", "published_time"), "language", "url")}),
        (_("What it says"), {"fields": ("file", "text")}),
        (_("For the desk"), {"fields": ("note",)}),
    )
    change_form_template = "admin/sources/handentry/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[HandEntry]:
        mine = super().get_queryset(request).filter(feed__format=FeedFormat.BY_HAND)
        return mine.select_related("feed__publisher", "current__arrival__by", "current__arrival__original__blob")

    def get_fieldsets(self, request: HttpRequest, obj: HandEntry | None = None) -> Any:
        if obj is None:
            return self.fieldsets
        return (*self.fieldsets, (_("How it stands"), {"fields": ("came", "revisions_link")}))

    @admin.display(description=_("publisher"), ordering="feed__publisher__name")
    def publisher(self, item: HandEntry) -> str:
        return item.feed.publisher.name

    @admin.display(description=_("came"))
    def came(self, item: HandEntry) -> str | SafeString:
        return arrivals.in_words(item.current)

    @admin.display(description=_("all revisions"))
    def revisions_link(self, item: HandEntry) -> str | SafeString:
        address = reverse("admin:sources_item_change", args=[item.pk])
        return format_html('<a href="{}">{}</a>', address, _("everything that it ever said, with its text by pages"))

    def save_model(self, request: HttpRequest, obj: HandEntry, form: forms.ModelForm[HandEntry], change: bool) -> None:
        entry, by, at = cast(HandEntryForm, form), cast(AbstractBaseUser, request.user), timezone.now()
        report = entry.report()
        if change:
            item = by_hand.revise(obj, report, upload=entry.upload, by=by, at=at)
        else:
            item = by_hand.enter(report, upload=entry.upload, by=by, at=at)
        obj.pk, obj.title = item.pk, item.title
        self._tell(request, entry.upload, ReusePolicy(item.feed.reuse_policy))

    def _tell(self, request: HttpRequest, upload: by_hand.Upload | None, policy: ReusePolicy) -> None:
        """What was kept and what was not: nothing is left out in silence."""
        if not policy.stores_feed_text:
            self.message_user(
                request,
                _("This publisher’s terms allow title, link and dates only; no text was kept."),
                messages.WARNING,
            )
        elif upload is not None and not policy.stores_full_text:
            text = _("This publisher’s terms allow no full text; neither the file nor its text was kept.")
            self.message_user(request, text, messages.WARNING)
        elif upload is not None and upload.document is None:
            self.message_user(
                request, _("The file is a scan: it was kept, and your text stands for its words."), messages.WARNING
            )
        elif upload is not None and upload.document is not None and (empty := upload.document.empty_pages):
            pages = ", ".join(map(str, empty[:20])) + (" …" if len(empty) > 20 else "")
            self.message_user(request, _("No text was found on these pages: %s.") % pages, messages.WARNING)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except by_hand.AlreadyThere as error:  # somebody else stored it between the check and the writing
            self.message_user(request, _already(error.item), messages.ERROR)
            return redirect("admin:sources_handentry_changelist")

    def has_delete_permission(self, request: HttpRequest, obj: HandEntry | None = None) -> bool:
        return False  # claims may rest on it
