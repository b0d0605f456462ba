"""What the desk does with feeds that were set aside, and what it shows of where a feed has been. For ``FeedAdmin``."""

from __future__ import annotations

from django.contrib import admin, messages
from django.contrib.admin.options import BaseModelAdmin
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from sources.ingest import holds
from sources.models import Feed


class HeldFeeds(BaseModelAdmin[Feed]):
    """Two ways out for a feed that was set aside; only a person takes either."""

    @admin.action(description=_("Set aside: this is right, go on"), permissions=["change"])
    def accept_change(self, request: HttpRequest, feeds: QuerySet[Feed]) -> None:
        self._settle(request, feeds, is_right=True)

    @admin.action(description=_("Set aside: go on as before"), permissions=["change"])
    def go_on_as_before(self, request: HttpRequest, feeds: QuerySet[Feed]) -> None:
        self._settle(request, feeds, is_right=False)

    def _settle(self, request: HttpRequest, feeds: QuerySet[Feed], *, is_right: bool) -> None:
        if isinstance(request.user, AnonymousUser):
            raise PermissionDenied
        settled = 0
        for pk in feeds.values_list("pk", flat=True):
            try:
                holds.settle(pk, is_right=is_right, by=request.user, at=timezone.now())
            except holds.NothingHeld:
                continue
            settled += 1
        text = ngettext("%d feed goes on.", "%d feeds go on.", settled) % settled
        if not settled:
            text = str(_("None of these feeds is set aside."))
        messages.add_message(request, messages.SUCCESS if settled else messages.WARNING, text)

    @admin.display(description=_("why it is set aside"))
    def held_because(self, feed: Feed) -> str:
        found = feed.holds.filter(settled_at=None).first() if feed.pk else None
        return found.reason if found else "–"

    @admin.display(description=_("earlier addresses"))
    def earlier_addresses(self, feed: Feed) -> str | SafeString:
        moves = list(feed.moves.order_by("-at")[:10]) if feed.pk else []
        if not moves:
            return "–"
        # No links: what stands at an address that was left is anybody's.
        lines = ((move.old_url, date_format(move.at, "DATE_FORMAT")) for move in moves)
        return format_html("<ul>{}</ul>", format_html_join("", "<li><bdi>{}</bdi> ({})</li>", lines))
