"""Likelihoods that were printed, in the desk: those that are due are resolved here by somebody who did not write them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.read_only import ReadOnly
from briefings import judgements
from briefings.models import Resolution, Statement
from countries.clock import edition_now

_PROBLEMS = {
    judgements.WithoutReason: _("Say why, with what was reported and by whom."),
    judgements.NotDue: _("It is not due yet: its horizon has not passed."),
    judgements.OwnStatement: _("You wrote in that edition. Somebody else says whether it came true."),
}
_LABELS = dict(Resolution.Outcome.choices)


class StandingFilter(admin.SimpleListFilter):
    """Those that wait for a person come first."""

    title = _("standing")
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("due", _("to be resolved")), ("open", _("not due yet")), ("resolved", _("resolved"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Statement]) -> QuerySet[Statement]:
        today = edition_now().date()
        if self.value() == "due":
            return queryset.filter(review_date__lte=today, resolutions=None)
        if self.value() == "open":
            return queryset.filter(review_date__gt=today)
        return queryset.exclude(resolutions=None).distinct() if self.value() == "resolved" else queryset


@admin.register(Statement)
class StatementAdmin(ReadOnly, admin.ModelAdmin[Statement]):
    change_form_template = "admin/briefings/statement/resolve.html"
    list_display = ("text", "edition", "horizon", "review_date", "standing")
    list_filter = (StandingFilter, ("edition__situation", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("edition__situation",)
    list_per_page = 50
    search_fields = ("text", "rule")
    ordering = ("review_date", "id")
    fields = ("edition", "text", "confidence", "horizon", "review_date", "rule")

    def get_queryset(self, request: HttpRequest) -> Any:
        return Statement.objects.with_outcome().select_related("edition__situation").defer("edition__document")

    @admin.display(description=_("standing"))
    def standing(self, statement: Any) -> Any:
        if statement.outcome:
            return _LABELS[statement.outcome]
        return _("to be resolved") if statement.review_date <= edition_now().date() else _("not due yet")

    def get_urls(self) -> list[URLPattern]:
        resolve = require_POST(self.admin_site.admin_view(self.resolve_view))
        return [path("<int:pk>/resolve/", resolve, name="briefings_statement_resolve"), *super().get_urls()]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        statement: Statement = kwargs.get("obj") or context["original"]
        context |= {
            "title": _("Did it come true?"),
            "subtitle": None,
            "is_due": statement.review_date <= edition_now().date(),
            "may_resolve": request.user.has_perm("briefings.add_resolution"),
            "resolutions": statement.resolutions.select_related("by").order_by("-at", "-id"),
            "choices": Resolution.Outcome.choices,
        }
        return super().render_change_form(request, context, *args, **kwargs)

    def resolve_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        statement = get_object_or_404(Statement, pk=pk)
        outcome = request.POST.get("outcome", "")
        if not isinstance(request.user, User) or not request.user.has_perm("briefings.add_resolution"):
            raise PermissionDenied
        here = HttpResponseRedirect(reverse("admin:briefings_statement_change", args=[pk]))
        if outcome not in Resolution.Outcome.values:
            self.message_user(request, _("Choose what became of it."), messages.ERROR)
            return here
        at, reason = edition_now(), request.POST.get("reason", "")
        try:
            judgements.resolve(statement, outcome=outcome, reason=reason, by=request.user, at=at, today=at.date())
        except tuple(_PROBLEMS) as error:
            self.message_user(request, _PROBLEMS[type(error)], messages.ERROR)
        else:
            self.message_user(request, _("Kept. The public record counts it from now on."), messages.SUCCESS)
        return here
