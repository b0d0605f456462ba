"""What operators see of the mail: states, counts, errors; never an address. Everything is read-only but sending again.

Django's own log keeps who sent what again. Subscribers themselves are not shown: the desk has no business with them.
"""

from __future__ import annotations

from typing import Generic, TypeVar, cast

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.read_only import ReadOnly
from delivery import dispatch
from delivery.models import Digest, Dispatch, MailState, OutgoingMail, Subscription

Kind = TypeVar("Kind", Digest, Dispatch, OutgoingMail, Subscription)
Sendable = TypeVar("Sendable", Digest, OutgoingMail)


class ReadOnlyAdmin(ReadOnly, admin.ModelAdmin[Kind], Generic[Kind]):
    """Seen, never written by hand."""

    show_full_result_count = False


class MailAdmin(ReadOnlyAdmin[Sendable], Generic[Sendable]):
    """A list of mails with their states, and the way to send again by hand."""

    change_list_template = "admin/delivery/mail_list.html"
    actions = ("send_again",)

    def has_resend_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(f"delivery.change_{self.opts.model_name}"))

    @admin.action(description=_("Send again by hand (failed, or in doubt)"), permissions=["resend"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Sendable]) -> None:
        again, refused = [], 0
        for mail in queryset.order_by("pk"):
            try:
                dispatch.resend(mail, at=timezone.now())
                again.append(mail)
            except dispatch.NotResendable:
                refused += 1
        if again:
            by = cast(User, request.user)
            LogEntry.objects.log_actions(by.pk, again, CHANGE, change_message=_now("Sent again by hand."))
            text = ngettext("%(count)d mail is queued again.", "%(count)d mails are queued again.", len(again))
            self.message_user(request, text % {"count": len(again)})
        if refused:
            text = ngettext(
                "%(count)d mail was left alone: it is neither failed nor in doubt.",
                "%(count)d mails were left alone: they are neither failed nor in doubt.",
                refused,
            )
            self.message_user(request, text % {"count": refused}, messages.WARNING)


@admin.register(Digest)
class DigestAdmin(MailAdmin[Digest]):
    list_display = ("date", "reader", "state", "editions", "attempts", "last_error", "sent_at")
    list_filter = ("state",)
    date_hierarchy = "date"
    ordering = ("-date", "-id")
    fields = (
        *("date", "reader", "state", "editions", "attempts", "created_at", "next_attempt_at", "inflight_at", "sent_at"),
        *("last_error", "reported_at", "message_id"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Digest]:
        return (
            super()
            .get_queryset(request)
            .select_related("subscriber")
            .prefetch_related("dispatches__edition__situation", "dispatches__subscription__situation")
        )

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        return super().changelist_view(request, {**(extra_context or {}), "summary": delivered_line()})

    @admin.display(description=_("subscriber"))
    def reader(self, digest: Digest) -> str:
        return str(digest.subscriber)

    @admin.display(description=_("editions"))
    def editions(self, digest: Digest) -> str:
        return ", ".join(
            row.edition.public_id if row.edition else _now("%(code)s: none") % {"code": row.subscription.situation.code}
            for row in digest.dispatches.all()
        )


@admin.register(OutgoingMail)
class OutgoingMailAdmin(MailAdmin[OutgoingMail]):
    list_display = ("kind", "subject", "state", "attempts", "last_error", "created_at", "sent_at")
    list_filter = ("state", "kind")
    ordering = ("-id",)
    fields = (
        *("kind", "subject", "body", "state", "attempts", "created_at", "next_attempt_at", "inflight_at", "sent_at"),
        *("last_error", "reported_at", "message_id"),
    )


@admin.register(Dispatch)
class DispatchAdmin(ReadOnlyAdmin[Dispatch]):
    list_display = ("day", "reader", "situation", "edition", "state")
    list_filter = ("digest__state", "subscription__situation")
    list_select_related = ("digest__subscriber", "subscription__situation", "edition__situation")
    ordering = ("-id",)
    fields = ("day", "reader", "situation", "edition", "state")

    @admin.display(description=_("edition date"), ordering="digest__date")
    def day(self, row: Dispatch) -> str:
        return row.digest.date.isoformat()

    @admin.display(description=_("subscriber"))
    def reader(self, row: Dispatch) -> str:
        return str(row.digest.subscriber)

    @admin.display(description=_("situation"))
    def situation(self, row: Dispatch) -> str:
        return row.subscription.situation.name

    @admin.display(description=_("state"), ordering="digest__state")
    def state(self, row: Dispatch) -> str:
        return row.digest.get_state_display()


@admin.register(Subscription)
class SubscriptionAdmin(ReadOnlyAdmin[Subscription]):
    list_display = ("reader", "situation", "created_at", "ended_at")
    list_filter = ("situation",)
    list_select_related = ("subscriber", "situation")
    ordering = ("-id",)
    fields = ("reader", "situation", "created_at", "ended_at")

    @admin.display(description=_("subscriber"))
    def reader(self, row: Subscription) -> str:
        return str(row.subscriber)


def delivered_line() -> str:
    """ "412 of 418 delivered; 3 waiting, 2 failed, 1 in doubt": the newest day's digests in one line."""
    newest = Digest.objects.order_by("-date").values_list("date", flat=True).first()
    if newest is None:
        return _now("No digest has been made yet.")
    rows = Digest.objects.filter(date=newest).order_by().values_list("state").annotate(count=Count("pk"))
    counts = {state: count for state, count in rows if state != MailState.CANCELLED}
    waiting = counts.get(MailState.QUEUED, 0) + counts.get(MailState.RETRY, 0)
    return _now(
        "%(date)s: %(sent)d of %(all)d delivered; %(waiting)d waiting, %(failed)d failed, %(doubt)d in doubt."
    ) % {
        "date": newest.isoformat(),
        "sent": counts.get(MailState.SENT, 0),
        "all": sum(counts.values()),
        "waiting": waiting,
        "failed": counts.get(MailState.FAILED, 0),
        "doubt": counts.get(MailState.INFLIGHT, 0),
    }
