"""Trying feeds from the desk, and finding the feeds of a site whose address somebody has. Carried out by a task, since a site
may be slow; the page shows what was found once it is there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.contrib.admin.options import BaseModelAdmin
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from sources import probing
from sources.ingest import urls
from sources.ingest.probe import Why
from sources.models import Feed, Probe

_NUMBER = re.compile(r"[0-9]{1,18}")
#: Feeds that are tried at once.
_MOST = 50
WORDS = {
    Why.GIVEN.value: _("the address as it was given"),
    Why.NAMED.value: _("the site’s page names it"),
    Why.VARIANT.value: _("the same address with https or www"),
    Why.USUAL.value: _("a usual place for feeds"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One address that was tried."""

    url: str
    title: str
    entries: int
    newest: object
    why: object
    message: str
    add: str
    known: Feed | None


class ProbedFeeds(BaseModelAdmin[Feed]):
    """The action, and what the last probe found."""

    @admin.action(description=_("Probe: what does its address hold?"), permissions=["change"])
    def probe(self, request: HttpRequest, feeds: QuerySet[Feed]) -> None:
        if isinstance(request.user, AnonymousUser):
            raise PermissionDenied
        asked = 0
        for feed in feeds[:_MOST]:
            try:
                probing.ask_about(feed, by=request.user, at=timezone.now())
            except probing.CannotProbe as refusal:
                messages.warning(request, f"{feed.name}: {refusal}")
            else:
                asked += 1
        if asked:
            text = ngettext(
                "%d feed is tried; what it holds stands on its page in a minute.",
                "%d feeds are tried; what they hold stands on their pages in a minute.",
                asked,
            )
            messages.success(request, text % asked)

    @admin.display(description=_("last probe"))
    def last_probe(self, feed: Feed) -> str:
        found = feed.probes.order_by("-pk").first() if feed.pk else None
        if found is None:
            return "–"
        if found.finished_at is None:
            return gettext("waits to be carried out")
        when = date_format(found.finished_at, "DATETIME_FORMAT")
        if not found.found_url:
            return gettext("%(when)s UTC: nothing. %(message)s") % {"when": when, "message": found.message}
        newest = date_format(found.newest_at, "DATE_FORMAT") if found.newest_at else gettext("without dates")
        facts = gettext("%(when)s UTC: %(entries)d entries, the newest of %(newest)s; %(why)s") % {
            "when": when,
            "entries": found.entries,
            "newest": newest,
            "why": WORDS.get(found.why, found.why),
        }
        if found.found_url == feed.url:
            return facts
        return format_html("{}: <bdi>{}</bdi>", facts, found.found_url)


def find(request: HttpRequest) -> HttpResponseBase:
    """A POST has a site searched; ``?probe=`` shows what was found, or that it goes on."""
    user = request.user
    if not user.has_perm("sources.add_feed") or isinstance(user, AnonymousUser):
        raise PermissionDenied
    address = request.POST.get("address", "").replace("\0", "")[:1000]
    if request.method == "POST":
        try:
            asked = probing.ask_for_feeds_of(address, by=user, at=timezone.now())
        except probing.CannotProbe as refusal:
            messages.error(request, str(refusal))
        else:
            return HttpResponseRedirect(f"{reverse('admin:sources_feed_find')}?probe={asked.pk}")
    number = request.GET.get("probe", "")
    probe = Probe.objects.filter(pk=int(number), feed=None).first() if _NUMBER.fullmatch(number) else None
    context = {
        **admin.site.each_context(request),
        "title": gettext("Find the feeds of a site"),
        "probe": probe,
        "address": probe.url if probe else address,
        "is_waiting": probe is not None and probe.finished_at is None,
        "rows": _rows(probe) if probe is not None else [],
        "opts": Feed._meta,
    }
    return TemplateResponse(request, "admin/sources/feed/find.html", context)


def _rows(probe: Probe) -> list[Row]:
    """What holds items first."""
    known = {urls.canonical(feed.url): feed for feed in Feed.objects.filter(url__in=_forms(probe))}
    rows = [
        Row(
            url=one["url"],
            title=one["title"],
            entries=one["entries"],
            newest=parse_datetime(one["newest"]) if one["newest"] else None,
            why=WORDS.get(one["why"], one["why"]),
            message=one["message"],
            add=urlencode({"name": one["title"][:200], "url": one["url"], "language": one["language"][:35]}),
            known=known.get(urls.canonical(one["url"])),
        )
        for one in probe.tried
    ]
    return sorted(rows, key=lambda row: not row.entries)


def _forms(probe: Probe) -> list[str]:
    """Each address with http and https, with and without a closing slash."""
    bare = [one["url"].partition("://")[2].rstrip("/") for one in probe.tried]
    return [f"{scheme}://{each}{slash}" for each in bare for scheme in ("http", "https") for slash in ("", "/")]
