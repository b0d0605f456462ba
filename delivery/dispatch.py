"""The state machine of outgoing mail: queued, inflight, then sent, retry or failed. The only caller of a mail server.

At most once: an attempt is committed as ``inflight`` before the server is spoken to, and what is found inflight after a
crash is never sent again by itself. Operators are told once (``report_stuck``) and may send it again by hand
(``resend``). Digests and all other mail go through the same steps. See docs/decisions/0004-at-most-once-mail.md.
"""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from delivery import mail as messages
from delivery import refusals, schedule, subscribe
from delivery.models import Digest, Mail, MailState, OutgoingMail
from delivery.refusals import Pace, Refusal

logger = logging.getLogger(__name__)

#: A batch lasts a while, so it reads the time more than once.
Clock = Callable[[], dt.datetime]

#: An attempt whose end was not written down by then was cut off: longer than any attempt can take.
STUCK_AFTER = dt.timedelta(minutes=15)
#: A daily mail that could not be handed over for a day is no longer worth handing over.
GIVE_UP_AFTER = dt.timedelta(hours=24)
_WAITS = {
    Pace.QUICK: [dt.timedelta(minutes=m) for m in (1, 2, 5, 10, 20, 40, 60)],
    Pace.SLOW: [dt.timedelta(minutes=m) for m in (15, 30, 60, 120, 240)],
}


@dataclass(slots=True)
class Tally:
    """What a batch came to."""

    sent: int = 0
    retried: int = 0
    failed: int = 0
    unknown: int = 0

    @property
    def total(self) -> int:
        return self.sent + self.retried + self.failed + self.unknown


class NotResendable(Exception):
    """The mail is neither failed nor stuck: sending it again could deliver it twice."""


class Line:
    """One connection to the mail server, opened when first needed and kept for the batch."""

    def __init__(self) -> None:
        self._connection = get_connection(fail_silently=False)
        self._is_open = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def open(self) -> Refusal | None:
        """None where the connection stands."""
        if self._is_open:
            return None
        try:
            self._connection.open()
        except OSError as error:
            self.close()
            return refusals.sort_open(error)
        self._is_open = True
        return None

    def send(self, message: EmailMessage) -> Refusal | None:
        """None where the server took the message."""
        try:
            self._connection.send_messages([message])
        except OSError as error:
            self.close()  # a server that refused once may have hung up; a fresh connection is cheap
            return refusals.sort_send(error)
        return None

    def close(self) -> None:
        self._is_open = False
        try:
            self._connection.close()
        except OSError:
            logger.info("the mail server hung up first")


def send_due(*, clock: Clock, edition_clock: Clock, limit: int, within: dt.timedelta) -> Tally:
    """Up to ``limit`` mails that are due were attempted, none begun later than ``within`` after the start."""
    tally, end = Tally(), clock() + within
    with Line() as line:
        for kind in (OutgoingMail, Digest):
            while tally.total < limit and clock() < end:
                mail = claim(kind, at=clock(), edition_at=edition_clock())
                if mail is None:
                    break
                if not _attempt(mail, line, clock=clock, tally=tally):
                    return tally  # no mail server: the rest stay queued for the next look
    return tally


def claim(
    kind: type[Digest] | type[OutgoingMail], *, at: dt.datetime, edition_at: dt.datetime
) -> Digest | OutgoingMail | None:
    """The next mail that is due, now inflight and committed so, or None. Two workers never get the same one."""
    while True:
        with transaction.atomic():
            due = kind.objects.due(at).select_for_update(skip_locked=True).order_by("next_attempt_at", "id")
            mail: Digest | OutgoingMail | None = due.first()
            if mail is None:
                return None
            if (reason := _reason_to_cancel(mail)) is not None:
                mail.state, mail.last_error = MailState.CANCELLED, reason
                mail.save(update_fields=["state", "last_error"])
                continue
            if isinstance(mail, Digest):
                schedule.replace_fallen(mail, edition_at=edition_at)
            mail.state, mail.inflight_at, mail.attempts = MailState.INFLIGHT, at, mail.attempts + 1
            mail.message_id = mail.message_id or f"<{uuid.uuid4().hex}@{urlsplit(settings.SITE_URL).hostname}>"
            mail.save(update_fields=["state", "inflight_at", "attempts", "message_id"])
        return mail


def report_stuck(*, at: dt.datetime) -> int:
    """Operators have one mail about every attempt that was cut off and that they were not told of. Returns how many."""
    with transaction.atomic():
        stuck: list[Mail] = []
        for kind in (Digest, OutgoingMail):
            found = kind.objects.stuck(at - STUCK_AFTER).filter(reported_at=None)
            stuck += found.select_for_update(skip_locked=True).order_by("id")
        # A cut-off message to operators is seen on the desk; a message about it would only follow it.
        told = [mail for mail in stuck if not _is_for_operators(mail)]
        if told:
            _tell_operators(told, at=at)
        for mail in stuck:
            mail.reported_at = at
            mail.save(update_fields=["reported_at"])
    return len(told)


def resend(mail: Digest | OutgoingMail, *, at: dt.datetime) -> None:
    """The mail is queued again, with the same Message-ID so that a second copy can be told. Raises NotResendable."""
    kind = type(mail)
    is_over = Q(state=MailState.FAILED) | Q(state=MailState.INFLIGHT, inflight_at__lt=at - STUCK_AFTER)
    queued = kind.objects.filter(is_over, pk=mail.pk).update(
        state=MailState.QUEUED, next_attempt_at=None, reported_at=None, last_error=""
    )
    if not queued:
        raise NotResendable


def _attempt(mail: Digest | OutgoingMail, line: Line, *, clock: Clock, tally: Tally) -> bool:
    """Writes down how the attempt ended. False where there is no mail server to speak to."""
    try:
        message = messages.build(mail)
    except messages.CannotBuild as error:
        logger.warning("a mail could not be built", extra={"kind": type(mail).__name__, "mail": mail.pk})
        _settle(mail, Refusal(Pace.SLOW, str(error)), at=clock(), tally=tally)
        return True
    except Exception:
        # Nothing has been said to a mail server yet, so it is safe to try again; left in flight it never would be.
        logger.exception("a mail could not be built", extra={"kind": type(mail).__name__, "mail": mail.pk})
        _settle(mail, Refusal(Pace.SLOW, "could not be put together; the log says why"), at=clock(), tally=tally)
        return True
    closed = line.open()
    refusal = closed or line.send(message)
    if refusal is None:
        _write(mail, state=MailState.SENT, sent_at=clock(), last_error="", next_attempt_at=None)
        tally.sent += 1
    else:
        _settle(mail, refusal, at=clock(), tally=tally)
    return closed is None


def _settle(mail: Digest | OutgoingMail, refusal: Refusal, *, at: dt.datetime, tally: Tally) -> None:
    if refusal.pace is Pace.UNKNOWN:
        _write(mail, last_error=refusal.words)  # stays inflight: a person decides
        tally.unknown += 1
        return
    if refusal.address_is_gone and mail.subscriber_id is not None:
        subscribe.suppress(mail.subscriber_id, at=at)
    if refusal.pace is not Pace.NEVER:
        waits = _WAITS[refusal.pace]
        again = at + waits[min(mail.attempts, len(waits)) - 1]
        if again < mail.created_at + GIVE_UP_AFTER:
            _write(mail, state=MailState.RETRY, next_attempt_at=again, last_error=refusal.words)
            tally.retried += 1
            return
    _write(mail, state=MailState.FAILED, next_attempt_at=None, last_error=refusal.words)
    tally.failed += 1


def _write(mail: Digest | OutgoingMail, **fields: object) -> None:
    """Only the attempt that is still the current one may write how it ended."""
    type(mail).objects.filter(pk=mail.pk, state=MailState.INFLIGHT, attempts=mail.attempts).update(**fields)


def _reason_to_cancel(mail: Digest | OutgoingMail) -> str | None:
    if isinstance(mail, OutgoingMail):
        return (
            None if mail.kind != OutgoingMail.Kind.OPERATOR or settings.OPERATOR_EMAILS else "OPERATOR_EMAILS is empty"
        )
    subscriber = mail.subscriber
    if subscriber.confirmed_at is None or subscriber.left_at is not None:
        return "the subscriber left"
    if subscriber.suppressed_at is not None:
        return "the address takes no mail"
    if not mail.dispatches.filter(subscription__ended_at=None).exists():
        return "the subscriber no longer follows what was in it"
    return None


def _is_for_operators(mail: Mail) -> bool:
    return isinstance(mail, OutgoingMail) and mail.kind == OutgoingMail.Kind.OPERATOR


def _tell_operators(stuck: list[Mail], *, at: dt.datetime) -> None:
    digests = [mail.pk for mail in stuck if isinstance(mail, Digest)]
    lines = [
        ngettext(
            "%(count)d mail was being sent when its worker stopped. Nobody knows whether it arrived, so it is not sent again.",
            "%(count)d mails were being sent when their worker stopped. Nobody knows whether they arrived, so they are not "
            "sent again.",
            len(stuck),
        )
        % {"count": len(stuck)},
        _("Look into the mail server's log, then send again by hand those that did not arrive:"),
        f"{settings.SITE_URL}{reverse('admin:delivery_digest_changelist')}?state__exact={MailState.INFLIGHT}",
        _("Digests: %(numbers)s") % {"numbers": ", ".join(map(str, digests)) or "–"},
    ]
    OutgoingMail.objects.create(
        kind=OutgoingMail.Kind.OPERATOR,
        key=f"stuck:{type(stuck[0]).__name__.lower()}:{stuck[0].pk}:{stuck[0].attempts}",
        subject=_("Mail that may not have arrived"),
        body="\n\n".join(lines),
        created_at=at,
    )
