"""The mailbox at the desk: how far it has been read, and what was left out, so that people can assign senders and let mail in."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib import admin, messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.read_only import ReadOnly
from sources.doors import left_out
from sources.models import LeftOut, Mailbox, MailLeftOut

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_DOMAINS = 50


@admin.register(Mailbox)
class MailboxAdmin(ReadOnly, admin.ModelAdmin[Mailbox]):
    """Nothing here names the account."""

    list_display = ("name", "last_look_at", "next_look_at", "consecutive_failures", "last_error")
    fields = ("name", "last_look_at", "next_look_at", "consecutive_failures", "last_error")
    ordering = ("name",)


@admin.register(MailLeftOut)
class MailLeftOutAdmin(ReadOnly, admin.ModelAdmin[MailLeftOut]):
    """Messages that became no items. The list begins with how many are nobody's, by domain."""

    list_display = ("seen", "sender_domain", "reason", "decision", "feed", "message")
    list_filter = ("reason", "is_wanted", ("settled_at", admin.EmptyFieldListFilter))
    list_select_related = ("feed",)
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("sender_domain", "feed__name")
    ordering = ("-seen_at", "-uid")
    actions = ("let_in", "leave_out")
    change_list_template = "admin/sources/mailleftout/change_list.html"

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        """Under one line on the mail of senders that nobody has assigned, and their domains."""
        waiting = MailLeftOut.objects.filter(reason=LeftOut.UNASSIGNED, settled_at=None).order_by()
        domains = (
            waiting.values_list("sender_domain").annotate(n=Count("pk")).order_by("-n", "sender_domain")[: _DOMAINS + 1]
        )
        context = {
            "title": _("Mail that was left out"),
            "unassigned": waiting.count(),
            "domains": list(domains[:_DOMAINS]),
            **(extra_context or {}),
        }
        return super().changelist_view(request, context)

    @admin.display(description=_("seen"), ordering="seen_at")
    def seen(self, row: MailLeftOut) -> str:
        return date_format(row.seen_at, "j M Y H:i")

    @admin.display(description=_("decision"), ordering="is_wanted")
    def decision(self, row: MailLeftOut) -> StrOrPromise:
        if row.is_wanted is None:
            return _("waits")
        if not row.is_wanted:
            return _("stays out")
        return _("came in") if row.settled_at else _("is read next")

    def has_settle_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("sources.change_mailleftout")

    @admin.action(description=_("Let in: it is genuine"), permissions=["settle"])
    def let_in(self, request: HttpRequest, rows: QuerySet[MailLeftOut]) -> None:
        by = cast(AbstractBaseUser, request.user)
        count = left_out.let_in(rows, by=by)
        text = ngettext("%d message is read at the next look.", "%d messages are read at the next look.", count) % count
        self.message_user(request, text, messages.SUCCESS if count else messages.WARNING)
        if count < rows.filter(settled_at=None).count():
            hint = _("Mail whose sender nobody has assigned comes in once a feed has that sender as its address.")
            self.message_user(request, hint, messages.WARNING)

    @admin.action(description=_("Leave out for good"), permissions=["settle"])
    def leave_out(self, request: HttpRequest, rows: QuerySet[MailLeftOut]) -> None:
        by = cast(AbstractBaseUser, request.user)
        count = left_out.leave_out(rows, by=by, at=timezone.now())
        text = ngettext("%d message stays out.", "%d messages stay out.", count) % count
        self.message_user(request, text, messages.SUCCESS if count else messages.WARNING)
