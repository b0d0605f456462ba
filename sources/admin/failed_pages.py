"""Article pages that could not be read, however often: they stepped aside, and here they are seen and tried again."""

from __future__ import annotations

import re

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sources.ingest import full_text, turns
from sources.models import Item
from sources.querysets import ItemQuerySet

_PER_PAGE = 100
#: Beyond this nobody counts: it would cost more the more there are.
MOST_COUNTED = 1000
_NUMBER = re.compile(r"[0-9]{1,18}")


def failed() -> ItemQuerySet:
    """Newest first; an index of its own holds them."""
    return Item.objects.filter(extract_state="failed").order_by("-id")


def count() -> int:
    """How many there are, at most one more than is counted."""
    return len(failed().values_list("pk")[: MOST_COUNTED + 1])


def page(request: HttpRequest) -> HttpResponseBase:
    """``?before=id`` shows older ones; a POST has the ticked ones tried again."""
    if not request.user.has_perm("sources.view_item"):
        raise PermissionDenied
    if request.method == "POST":
        return _try_again(request)
    before = request.GET.get("before", "")
    items = failed().select_related("feed__publisher")
    if _NUMBER.fullmatch(before):
        items = items.filter(pk__lt=int(before))
    shown = list(items[: _PER_PAGE + 1])
    context = {
        **admin.site.each_context(request),
        "title": _("Pages that could not be read"),
        "items": shown[:_PER_PAGE],
        "older": shown[_PER_PAGE - 1].pk if len(shown) > _PER_PAGE else None,
        "most_attempts": turns.MOST_ATTEMPTS,
        "may_change": request.user.has_perm("sources.change_feed"),
        "opts": Item._meta,
    }
    return TemplateResponse(request, "admin/sources/feed/pages.html", context)


def _try_again(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm("sources.change_feed"):
        raise PermissionDenied
    pks = [int(number) for number in request.POST.getlist("item") if _NUMBER.fullmatch(number)]
    count = full_text.try_again(pks[: 2 * _PER_PAGE])
    text = ngettext("%d page is tried again.", "%d pages are tried again.", count) % count
    messages.add_message(request, messages.SUCCESS if count else messages.WARNING, text)
    return HttpResponseRedirect(reverse("admin:sources_feed_pages"))
