"""The editor: one edition on one page, its sections in their order, everything by keyboard.

The admin finds and validates; ``writing``, ``passages`` and ``workflow`` change. Saving what did not change writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied
from django.db import transaction
from django.forms import BaseModelFormSet, ModelForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts.models import User
from briefings import assemble, compose, languages, lint, reading, seal, translate, workflow, writing
from briefings.admin import acts, keeping, page, talk, translating, unsaved
from briefings.admin.forms import ClaimFormSet, EditionForm
from briefings.admin.inlines import SECTIONS, ClaimInline, DateInline, TriggerInline
from briefings.limits import PAGE_ONE, WHOLE
from briefings.models import Comment, Edition, EditionKind, TriggerRow
from briefings.render.document import content_hash
from briefings.scales import LIKELIHOOD
from countries.clock import edition_now, newest_edition_date
from countries.models import Situation

_CHANGE_URL = "admin:briefings_edition_change"


@admin.register(Edition)
class EditionAdmin(admin.ModelAdmin[Edition]):
    """Editions: found in a list, written on one page, signed by a second person."""

    form = EditionForm
    inlines = (*SECTIONS, TriggerInline, DateInline)
    fieldsets = ((None, {"fields": sorted(writing.EDITION_FIELDS)}),)
    change_form_template = "admin/briefings/edition/editor.html"
    list_display = ("edition_id", "situation", "kind", "standing", "judgement", "published")
    list_display_links = ("edition_id",)
    list_filter = ("status", "kind", ("situation", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("situation",)
    list_per_page = 50
    date_hierarchy = "date"
    search_fields = ("situation__name", "situation__code", "bottom_line")
    ordering = ("-date", "situation__name", "-version")
    actions = None

    class Media:
        css: ClassVar = {"all": ["css/components/desk-list.css"]}

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("situation").defer("document")

    def has_change_permission(self, request: HttpRequest, obj: Edition | None = None) -> bool:
        may_write = obj is None or not (obj.is_frozen or obj.translation_of_id)
        return super().has_change_permission(request, obj) and may_write

    def has_delete_permission(self, request: HttpRequest, obj: Edition | None = None) -> bool:
        return False

    def get_inlines(self, request: HttpRequest, obj: Edition | None) -> Any:
        return self.inlines if obj is not None and self.has_change_permission(request, obj) else ()

    def get_formset_kwargs(self, request: HttpRequest, obj: Any, inline: Any, prefix: str) -> dict[str, Any]:
        kwargs: dict[str, Any] = super().get_formset_kwargs(request, obj, inline, prefix)
        if isinstance(inline, ClaimInline):
            kwargs["form_kwargs"] = {"items": _quotable(request, obj)}
        return kwargs

    # ------------------------------------------------------------------------------------------ the list

    @admin.display(description=_("edition"), ordering="date")
    def edition_id(self, edition: Edition) -> str:
        return format_html('<span class="desk-list-id">{}</span>', edition.public_id)

    @admin.display(description=_("status"), ordering="status")
    def standing(self, edition: Edition) -> str:
        return str(page.standing(edition))

    @admin.display(description=_("bottom line"))
    def judgement(self, edition: Edition) -> str:
        return Truncator(edition.bottom_line).words(24, truncate=" …")

    @admin.display(description=_("published"), ordering="published_at")
    def published(self, edition: Edition) -> str:
        return date_format(edition.published_at, "j M Y H:i") if edition.published_at else ""

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return super().changelist_view(request, {"title": _("Editions"), **(extra_context or {})})

    # ------------------------------------------------------------------------------------------ pages

    def get_urls(self) -> list[URLPattern]:
        act = require_POST(self.admin_site.admin_view(self.act_view))
        live = require_POST(self.admin_site.admin_view(self.live_view))
        say = require_POST(self.admin_site.admin_view(self.say_view))
        beside = self.admin_site.admin_view(self.translate_view)
        return [
            path("<int:pk>/translate/", beside, name="briefings_edition_translate"),
            path("<int:pk>/live/", live, name="briefings_edition_live"),
            path("<int:pk>/say/<str:name>/", say, name="briefings_edition_say"),
            path("<int:pk>/act/<str:name>/", act, name="briefings_edition_act"),
            *super().get_urls(),
        ]

    def translate_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return translating.translate_view(request, self.admin_site.each_context(request), pk)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Opens the day's edition of a situation, or a flash."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            return self._open(request)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Open an edition"),
            "situations": Situation.objects.by_name(),
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/briefings/edition/open.html", context)

    def _open(self, request: HttpRequest) -> HttpResponse:
        wanted = request.POST.get("situation", "")
        situation = get_object_or_404(Situation, pk=int(wanted) if wanted.isdecimal() else None)
        at = edition_now()
        if request.POST.get("kind") == EditionKind.FLASH:
            edition = assemble.open_flash(situation, at=at, by=_user(request))
        else:
            date = newest_edition_date(at, time_zone=situation.time_zone, cut_off=situation.cut_off)
            edition = assemble.assemble(situation, date=date, at=at)
        return HttpResponseRedirect(reverse(_CHANGE_URL, args=[edition.pk]))

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        try:
            with transaction.atomic():
                if request.method == "POST":  # whoever saves second waits here, and then sees what the first one saved
                    get_object_or_404(Edition.objects.select_for_update(no_key=True), pk=object_id)
                return super().changeform_view(request, object_id, form_url, extra_context)
        except (writing.OwnWriting, writing.Issued) as error:
            self.message_user(request, acts.problem(error), messages.ERROR)
            return HttpResponseRedirect(reverse(_CHANGE_URL, args=[object_id]))

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        edition: Edition = kwargs.get("obj") or context["original"]
        if _is_autosave(request):
            is_overtaken = context["adminform"].form.has_error(NON_FIELD_ERRORS, "overtaken")
            return JsonResponse({"problems": page.problems(context), "is_overtaken": is_overtaken}, status=409)
        document = compose.document_of(edition)
        items = _quotable(request, edition)
        may_write = self.has_change_permission(request, edition)
        context |= {
            "title": edition.public_id,
            "subtitle": None,
            "document": document,
            "seen": content_hash(document),
            "may_write": may_write,
            "panes": page.panes(context["adminform"].form, context["inline_admin_formsets"]) if may_write else [],
            "found": [] if edition.is_frozen else page.found(workflow.findings(edition)),
            "standing": page.standing(edition),
            "is_changed": seal.changed_after_approval(edition),
            "remarks": page.remarks(edition),
            "open_comments": Comment.objects.open_in(edition).count(),
            "places": page.places(edition),
            "overrides": edition.overrides.select_related("by").order_by("at", "id"),
            "acts": page.offered(edition, _user(request)),
            "history": page.history(edition),
            "sources": page.sources(items, edition),
            "words": lint.words(document),
            "words_limit": WHOLE[edition.kind],
            "page_one": PAGE_ONE,
            "likelihoods": LIKELIHOOD.get(edition.language.split("-")[0], ()),
            "files": reading.files_of(edition) if edition.is_frozen else [],
            "open_languages": [(code, languages.own_name(code)) for code in translate.open_languages(edition)],
            "renderings": edition.renderings.order_by("form") if edition.is_frozen else (),
        }
        return super().render_change_form(request, context, *args, **kwargs)

    # ------------------------------------------------------------------------------------------ writing

    def save_model(self, request: HttpRequest, obj: Edition, form: ModelForm[Edition], change: bool) -> None:
        fields = {name: form.cleaned_data[name] for name in form.changed_data if name in writing.EDITION_FIELDS}
        writing.write(obj, by=_user(request), at=edition_now(), **fields)

    def save_formset(self, request: HttpRequest, form: Any, formset: BaseModelFormSet[Any, Any], change: bool) -> None:
        formset.save(commit=False)  # the admin's log reads what it finds
        keep: Callable[..., dict[str, int]] = (
            keeping.keep_claims if isinstance(formset, ClaimFormSet) else keeping.keep_dates
        )
        if formset.model is TriggerRow:
            keep = keeping.keep_triggers
        made = keep(formset, form.instance, by=_user(request))
        vars(request).setdefault("made", {}).update(made)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Autosaving leaves no line in the admin's log for every few words: Participation says who wrote."""
        return None if _is_autosave(request) else super().log_change(request, obj, message)

    def response_change(self, request: HttpRequest, obj: Edition) -> HttpResponse:
        if _is_autosave(request):
            said = _("Saved %(time)s") % {"time": date_format(edition_now(), "H:i")}
            return JsonResponse({"said": said, "state": writing.state_of(obj), "made": vars(request).get("made", {})})
        here = HttpResponseRedirect(reverse(_CHANGE_URL, args=[obj.pk]))
        if "_submit" not in request.POST:
            self.message_user(request, _("Saved."), messages.SUCCESS)
            return here
        try:
            workflow.submit(obj, by=_user(request), at=edition_now())
        except acts.REFUSALS as error:
            self.message_user(request, acts.problem(error), messages.WARNING)
        else:
            self.message_user(
                request, _("Sent for review. Somebody who wrote nothing in it approves it."), messages.SUCCESS
            )
        return here

    def live_view(self, request: HttpRequest, pk: int) -> JsonResponse:
        """What the rules say of the form as it stands, how long it is, and the page it would make. Saves nothing."""
        edition = get_object_or_404(Edition.objects.select_related("situation"), pk=pk)
        if not self.has_change_permission(request, edition):
            raise PermissionDenied
        dropped = {
            name.removesuffix("-drop"): request.POST.getlist(name) for name in request.POST if name.endswith("-drop")
        }
        document = unsaved.document_with(compose.compose(edition), request.POST.dict(), dropped)
        edition.waiver = request.POST.get("waiver", edition.waiver)
        found = page.found(workflow.findings_in(document, edition))
        findings = render_to_string(
            "admin/briefings/edition/_findings.html", {"found": found, "original": edition}, request
        )
        shown = render_to_string("briefings/edition.html", {"document": document, "is_preview": True}, request)
        return JsonResponse({"findings": findings, "words": lint.words(document), "page": shown})

    def say_view(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        """A comment, an answer, or a reason for letting a finding stand."""
        edition = get_object_or_404(Edition.objects.select_related("situation"), pk=pk)
        if name not in talk.SAID:
            raise Http404
        try:
            talk.SAID[name](request, edition, _user(request))
        except acts.REFUSALS as error:
            self.message_user(request, acts.problem(error), messages.ERROR)
        anchor = "desk-found" if name == "override" else "desk-comments"
        return HttpResponseRedirect(f"{reverse(_CHANGE_URL, args=[pk])}#{anchor}")

    def act_view(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        """Does one act and goes back to the edition, or to the version that the act began."""
        edition = get_object_or_404(Edition.objects.select_related("situation"), pk=pk)
        act = acts.ACTS.get(name)
        if act is None or not _user(request).has_perm(act.permission):
            raise PermissionDenied
        note = request.POST.get("note", "").strip()
        if act.asks and not note and name != "send_back":
            self.message_user(request, _("Say why first: “%(asked)s”.") % {"asked": act.asks}, messages.ERROR)
            return HttpResponseRedirect(reverse(_CHANGE_URL, args=[pk]))
        try:
            edition = act.run(edition, _user(request), edition_now(), note)
        except acts.REFUSALS as error:
            self.message_user(request, acts.problem(error), messages.ERROR)
        else:
            self.message_user(request, act.done, messages.SUCCESS)
            if name == "translate":
                return HttpResponseRedirect(translating.page_url(edition))
        return HttpResponseRedirect(reverse(_CHANGE_URL, args=[edition.pk]))


def _is_autosave(request: HttpRequest) -> bool:
    return request.method == "POST" and "_autosave" in request.POST


def _user(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def _quotable(request: HttpRequest, edition: Edition) -> list[Any]:
    """Once per request, though seven formsets ask."""
    kept: list[Any] | None = vars(request).get("quotable_items")
    if kept is None:
        kept = vars(request)["quotable_items"] = page.quotable(edition)
    return kept
