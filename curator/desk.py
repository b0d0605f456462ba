"""The curators' desk: Django's admin under our name, entered through the site's own sign-in page."""

from __future__ import annotations

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

_QUEUES = 8


class Desk(AdminSite):
    site_header = _("Curator desk")
    site_title = _("Curator desk")
    index_title = _("Today")
    site_url = "/"
    enable_nav_sidebar = True

    def login(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        """Sign-in (with its rate limits and second factor) is allauth's, never the admin's own form."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied  # signed in, but not one of the desk: asking again would go round in circles
        target = request.GET.get("next") or reverse("admin:index")
        return redirect_to_login(target, reverse("account_login"))

    def index(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> TemplateResponse:
        """The first page of the day: what waits for a decision, which editions are open, which sources are silent."""
        return super().index(request, {**_today(), **(extra_context or {})})


def _today() -> dict[str, object]:
    # The admin site is made before the apps' models are ready.
    from briefings.models import Edition
    from countries.models import Situation, TagSuggestion
    from sources.models import Feed, FetchState

    counts = TagSuggestion.objects.undecided().shown().order_by().values_list("situation")
    waiting = dict(counts.annotate(n=Count("item", distinct=True)))
    situations = Situation.objects.in_bulk(sorted(waiting, key=lambda pk: -waiting[pk])[:_QUEUES])
    seen = [state.value for state in FetchState if state.is_success]
    silent = Feed.objects.to_watch().exclude(last_state__in=["", *seen]).select_related("publisher")
    return {
        "queues": [(situations[pk], waiting[pk]) for pk in sorted(situations, key=lambda pk: -waiting[pk])],
        "open_editions": Edition.objects.unfinished().select_related("situation").order_by("-date", "situation__name"),
        "silent_feeds": silent.order_by("-consecutive_failures", "name")[:_QUEUES],
    }
