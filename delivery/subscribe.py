"""Signing up, confirming, changing and leaving. The only writer of Subscriber and Subscription.

Double opt-in: ``ask`` stores what was asked for with the mail that will carry the link, and changes nothing that
anybody receives; ``confirm`` makes it so. What a caller of ``ask`` learns is the same whether or not the address is
known, so that nobody can find out who subscribes. Nothing here sends mail: ``dispatch`` finds the rows.
"""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from dataclasses import dataclass

from django.db import transaction

from countries.models import Situation
from delivery import addresses, tokens
from delivery.models import MailState, OutgoingMail, Subscriber, Subscription

#: How long the link in a request to confirm works.
CONFIRM_WITHIN = dt.timedelta(hours=72)
#: Requests to confirm that one address gets at most in a day; at most one an hour besides.
ASKS_PER_DAY = 3
#: Names the wording of the sign-up page that a subscriber agreed to. Change it with the wording.
CONSENT_VERSION = "2026-11"
DEFAULT_SEND_AT = dt.time(7, 0)


@dataclass(frozen=True, slots=True)
class Choices:
    """What somebody wants to receive."""

    situations: tuple[str, ...]  # codes
    language: str = "en"
    time_zone: str = "UTC"  # IANA
    send_at: dt.time = DEFAULT_SEND_AT


class Confirmed(enum.Enum):
    """What confirming came to."""

    NOW = "now"
    ALREADY = "already"


class Expired(Exception):
    """The link is older than CONFIRM_WITHIN, or what it named is gone."""


class Left(Exception):
    """The subscriber has left; only asking again brings the mail back."""


def ask(address: str, *, choices: Choices, at: dt.datetime) -> None:
    """A mail asking to confirm is queued, at most one an hour and three a day per address. Tells nothing."""
    with transaction.atomic():
        subscriber = _find_or_make(address, choices=choices, at=at)
        asked = OutgoingMail.objects.filter(subscriber=subscriber, kind=OutgoingMail.Kind.CONFIRM)
        if asked.filter(created_at__gt=at - dt.timedelta(days=1)).count() >= ASKS_PER_DAY:
            return
        OutgoingMail.objects.bulk_create(
            [
                OutgoingMail(
                    kind=OutgoingMail.Kind.CONFIRM,
                    subscriber=subscriber,
                    key=f"confirm:{subscriber.pk}:{at.astimezone(dt.UTC):%Y-%m-%dT%H}",
                    choices={**_to_json(choices), "consent": CONSENT_VERSION},
                    created_at=at,
                )
            ],
            ignore_conflicts=True,  # the key allows one an hour, also to two requests at the same moment
        )


def confirm(token: str, *, at: dt.datetime) -> tuple[Subscriber, Confirmed]:
    """The subscriber receives what was asked for. A link works once; a second time it changes nothing.
    Raises tokens.BadToken, Expired."""
    mail_id = tokens.mail_to_confirm(token)
    with transaction.atomic():
        asked = OutgoingMail.objects.filter(pk=mail_id, kind=OutgoingMail.Kind.CONFIRM).first()
        if asked is None or asked.subscriber_id is None:
            raise Expired
        subscriber = Subscriber.objects.select_for_update().get(pk=asked.subscriber_id)
        if subscriber.confirmed_at is not None and subscriber.confirmed_at >= asked.created_at:
            return subscriber, Confirmed.ALREADY
        if asked.created_at + CONFIRM_WITHIN < at or not bytes(subscriber.address_cipher):
            raise Expired
        subscriber.confirmed_at = at
        subscriber.left_at = subscriber.suppressed_at = None
        subscriber.consent_version = str(asked.choices["consent"])
        _apply(subscriber, _from_json(asked.choices), at=at)
    return subscriber, Confirmed.NOW


def change(public_id: uuid.UUID, *, choices: Choices, at: dt.datetime) -> Subscriber:
    """The subscriber receives this from now on. Raises Subscriber.DoesNotExist, Left."""
    with transaction.atomic():
        subscriber = Subscriber.objects.select_for_update().get(public_id=public_id)
        if subscriber.left_at is not None or subscriber.confirmed_at is None:
            raise Left
        _apply(subscriber, choices, at=at)
    return subscriber


def leave(public_id: uuid.UUID, *, at: dt.datetime) -> None:
    """Nothing more is sent, and what was queued is cancelled. A second time changes nothing.
    Raises Subscriber.DoesNotExist."""
    with transaction.atomic():
        subscriber = Subscriber.objects.select_for_update().get(public_id=public_id)
        if subscriber.left_at is None:
            subscriber.left_at = at
            subscriber.save(update_fields=["left_at"])
            subscriber.digests.waiting().update(state=MailState.CANCELLED, last_error="the subscriber left")
            subscriber.mails.waiting().update(state=MailState.CANCELLED, last_error="the subscriber left")


def suppress(subscriber_id: int, *, at: dt.datetime) -> None:
    """The mailbox is gone: nothing more is sent there until somebody confirms from it again."""
    Subscriber.objects.filter(pk=subscriber_id, suppressed_at=None).update(suppressed_at=at)


def current_choices(subscriber: Subscriber) -> Choices:
    """What the subscriber receives now."""
    codes = subscriber.subscriptions.filter(ended_at=None).order_by("situation__code")
    return Choices(
        situations=tuple(codes.values_list("situation__code", flat=True)),
        language=subscriber.language,
        time_zone=subscriber.time_zone,
        send_at=subscriber.send_at,
    )


def _find_or_make(address: str, *, choices: Choices, at: dt.datetime) -> Subscriber:
    """The subscriber row of that address, locked, moved to the newest key if it was found under an older one."""
    sealed = addresses.seal(address)
    known = Subscriber.objects.filter(address_digest__in=addresses.digests(address)).first()
    if known is None:
        known, _ = Subscriber.objects.get_or_create(
            address_digest=sealed.digest,
            defaults={
                "address_cipher": sealed.cipher,
                "language": choices.language,
                "time_zone": choices.time_zone,
                "send_at": choices.send_at,
                "created_at": at,
            },
        )
    subscriber = Subscriber.objects.select_for_update().get(pk=known.pk)
    if subscriber.address_digest != sealed.digest or not subscriber.address_cipher:
        subscriber.address_digest, subscriber.address_cipher = sealed.digest, sealed.cipher
        subscriber.save(update_fields=["address_digest", "address_cipher"])
    return subscriber


def _apply(subscriber: Subscriber, choices: Choices, *, at: dt.datetime) -> None:
    subscriber.language = choices.language
    subscriber.time_zone = choices.time_zone
    subscriber.send_at = choices.send_at
    subscriber.save()
    wanted = set(Situation.objects.filter(code__in=choices.situations).values_list("pk", flat=True))
    kept = subscriber.subscriptions
    kept.filter(ended_at=None).exclude(situation__in=wanted).update(ended_at=at)
    kept.filter(situation__in=wanted).exclude(ended_at=None).update(ended_at=None)
    Subscription.objects.bulk_create(
        [Subscription(subscriber=subscriber, situation_id=pk, created_at=at) for pk in sorted(wanted)],
        ignore_conflicts=True,
    )


def _to_json(choices: Choices) -> dict[str, object]:
    return {
        "situations": list(choices.situations),
        "language": choices.language,
        "time_zone": choices.time_zone,
        "send_at": choices.send_at.isoformat(),
    }


def _from_json(stored: dict[str, object]) -> Choices:
    codes = stored["situations"]
    return Choices(
        situations=tuple(str(code) for code in codes) if isinstance(codes, list) else (),
        language=str(stored["language"]),
        time_zone=str(stored["time_zone"]),
        send_at=dt.time.fromisoformat(str(stored["send_at"])),
    )
