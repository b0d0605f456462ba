"""The curators' desk: Django's admin under our name, entered through the site's own sign-in page."""

from __future__ import annotations

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class Desk(AdminSite):
    site_header = _("Curator desk")
    site_title = _("Curator desk")
    index_title = _("Today")
    site_url = "/"
    enable_nav_sidebar = True

    def login(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        """Sign-in (with its rate limits and second factor) is allauth's, never the admin's own form."""
        if request.user.is_authenticated and not self.has_permission(request):
            return redirect_to_login(request.get_full_path(), reverse("account_login"))
        target = request.GET.get("next") or reverse("admin:index")
        return redirect_to_login(target, reverse("account_login"))
