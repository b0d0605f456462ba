"""Subscribes feeds at the hubs they offer (WebSub), and takes note of what hubs say. The only writer of subscriptions.

A hub is never trusted with content: a message that it has signed makes us look at the feed ourselves, soon and not too
often; everything else it may say is acknowledged and forgotten. Hubs are asked through the one client.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Iterable
from enum import Enum
from typing import Any

from django.db import transaction
from django.db.models import DateTimeField, ExpressionWrapper, F, Q, QuerySet, Value
from django.db.models.functions import Greatest, Least

from sources.ingest import push
from sources.ingest.fetch import Fetcher, FetchError
from sources.ingest.manners import Manners
from sources.models import Feed, SubscriptionState, WebSubSubscription

#: A feed is looked at no more often than this, however often its hub says that there is news.
PUSH_GAP = dt.timedelta(minutes=1)
#: How long a hub may take to ask back, and how long it is left alone after a refusal or a change of mind of the feed.
_ANSWER = dt.timedelta(hours=1)
_LEFT_ALONE = dt.timedelta(days=1)
_FIRST_WAIT, _LONGEST_WAIT = dt.timedelta(minutes=10), dt.timedelta(days=1)
#: A hub that does not take a farewell is left after so many attempts: its lease runs out by itself.
_FAREWELLS = 3
#: The part of a lease after which it is renewed.
_RENEWED_AFTER = 0.8
#: How long a thread waits for its turn at a hub, in seconds.
_PATIENCE = 30.0
_STANDING = (SubscriptionState.WANTED, SubscriptionState.ASKED, SubscriptionState.ACTIVE, SubscriptionState.DENIED)


class Unknown(Exception):
    """There is no such subscription, or nothing that this could be the answer to."""


class Over(Exception):
    """The subscription has ended; the hub need not call again."""


# ------------------------------------------------------------------------------------------------ what we want
def plan(*, at: dt.datetime) -> None:
    """Each active feed that offers a hub has a subscription there; those of others are to be ended."""
    offering = Feed.objects.active().exclude(hub="").exclude(hub_topic="")
    new = offering.filter(websub=None).values_list("pk", "hub", "hub_topic")
    WebSubSubscription.objects.bulk_create(
        [WebSubSubscription(feed_id=pk, **_fresh(hub, topic, at)) for pk, hub, topic in new], ignore_conflicts=True
    )
    is_offered = Q(feed__is_active=True, feed__hub=F("hub"), feed__hub_topic=F("topic"))
    WebSubSubscription.objects.exclude(is_offered).filter(state__in=_STANDING).update(
        state=SubscriptionState.ENDING, changed_at=at, next_step_at=at, attempts=0, is_awaited=False
    )
    ended = WebSubSubscription.objects.filter(
        state=SubscriptionState.ENDED, changed_at__lte=at - _LEFT_ALONE, feed__in=offering
    )
    for subscription in ended.select_related("feed"):
        fresh = _fresh(subscription.feed.hub, subscription.feed.hub_topic, at)
        _only(subscription).filter(state=SubscriptionState.ENDED).update(**fresh)


def _fresh(hub: str, topic: str, at: dt.datetime) -> dict[str, Any]:
    return {
        "hub": hub,
        "topic": topic,
        "token": secrets.token_urlsafe(32),
        "secret": secrets.token_urlsafe(48),
        "state": SubscriptionState.WANTED,
        "lease_ends_at": None,
        "is_awaited": False,
        "next_step_at": at,
        "attempts": 0,
        "last_error": "",
        "changed_at": at,
    }


# ------------------------------------------------------------------------------------------------ what hubs are asked
def ask_hubs(*, fetcher: Fetcher, manners: Manners, callback: Callable[[str], str], at: dt.datetime, limit: int) -> int:
    """Hubs whose time has come were asked; how many. ``callback`` makes the address a hub calls of a subscription's token.

    Before the request goes out it stands in the row that an answer is awaited: some hubs ask back at once.
    """
    due = list(WebSubSubscription.objects.filter(_is_due(at)).order_by("next_step_at", "pk")[:limit])
    asked = 0
    for subscription in due:
        if _begin(subscription, at):
            asked += 1
            _ask(subscription, fetcher=fetcher, manners=manners, callback=callback(subscription.token), at=at)
    return asked


def _is_due(at: dt.datetime) -> Q:
    return Q(next_step_at__lte=at) & ~Q(state=SubscriptionState.ENDED)


def _begin(subscription: WebSubSubscription, at: dt.datetime) -> bool:
    """Whether it is ours to ask, and not another worker's."""
    is_renewal = subscription.state in {SubscriptionState.ACTIVE, SubscriptionState.ENDING}
    state = subscription.state if is_renewal else SubscriptionState.ASKED
    changes: dict[str, Any] = {"is_awaited": True, "next_step_at": at + _ANSWER, "state": state}
    if state != subscription.state:
        changes["changed_at"] = at
    is_ours = _only(subscription).filter(_is_due(at), state=subscription.state).update(**changes) == 1
    subscription.state = state
    return is_ours


def _ask(
    subscription: WebSubSubscription, *, fetcher: Fetcher, manners: Manners, callback: str, at: dt.datetime
) -> None:
    is_farewell = subscription.state == SubscriptionState.ENDING
    if is_farewell and (not subscription.runs(at) or subscription.attempts >= _FAREWELLS):
        _end(subscription, at)
        return
    mode = "unsubscribe" if is_farewell else "subscribe"
    content = push.form(mode, callback=callback, topic=subscription.topic, secret=subscription.secret)
    error_text, wait = "", _ANSWER
    try:
        with manners.turn(subscription.hub, patience=_PATIENCE):
            fetcher.post(subscription.hub, content, content_type=push.FORM)
    except FetchError as error:
        error_text, wait = error.message, min(_FIRST_WAIT * 2 ** min(subscription.attempts, 10), _LONGEST_WAIT)
    # Where the hub has asked back meanwhile, nothing is awaited any more and this changes nothing.
    _only(subscription).filter(is_awaited=True).update(
        attempts=F("attempts") + 1, last_error=error_text[:500], next_step_at=at + wait
    )


def _end(subscription: WebSubSubscription, at: dt.datetime) -> None:
    _only(subscription).update(
        state=SubscriptionState.ENDED, changed_at=at, lease_ends_at=None, is_awaited=False, last_error=""
    )


# ------------------------------------------------------------------------------------------------ what hubs say
def confirm(token: str, *, mode: str, topic: str, lease: str, reason: str, at: dt.datetime) -> None:
    """The hub's question whether we meant it is answered with yes where this returns (section 5.3). Raises Unknown where
    nobody asked for it."""
    with transaction.atomic():
        subscription = WebSubSubscription.objects.select_for_update().filter(token=token).first()
        if subscription is None or subscription.topic != topic:
            raise Unknown
        if mode == "denied":
            _deny(subscription, reason, at)
        elif not subscription.is_awaited:
            raise Unknown
        elif mode == "subscribe" and subscription.state in {SubscriptionState.ASKED, SubscriptionState.ACTIVE}:
            _activate(subscription, push.lease(lease), at)
        elif mode == "unsubscribe" and subscription.state == SubscriptionState.ENDING:
            _end(subscription, at)
        else:
            raise Unknown


def _activate(subscription: WebSubSubscription, seconds: int, at: dt.datetime) -> None:
    is_new = subscription.state != SubscriptionState.ACTIVE
    _only(subscription).update(
        state=SubscriptionState.ACTIVE,
        changed_at=at if is_new else subscription.changed_at,
        lease_ends_at=at + dt.timedelta(seconds=seconds),
        next_step_at=at + dt.timedelta(seconds=seconds * _RENEWED_AFTER),
        is_awaited=False,
        attempts=0,
        last_error="",
    )


def _deny(subscription: WebSubSubscription, reason: str, at: dt.datetime) -> None:
    """A hub may refuse, or end what it had granted (section 5.2)."""
    if subscription.state not in {SubscriptionState.ASKED, SubscriptionState.ACTIVE}:
        raise Unknown
    said = "".join(character for character in reason if character.isprintable())[:300]
    _only(subscription).update(
        state=SubscriptionState.DENIED,
        changed_at=at,
        lease_ends_at=None,
        next_step_at=at + _LEFT_ALONE * 7,
        is_awaited=False,
        last_error=f"The hub refuses: {said}" if said else "The hub refuses and does not say why.",
    )


class Heard(Enum):
    """What became of a message."""

    LOOK_SOON = "look soon"
    IGNORED = "ignored"


def hear(token: str, *, signature: str, parts: Iterable[bytes], at: dt.datetime) -> Heard:
    """A message of the hub's makes us look at the feed, soon and not too often; any other changes nothing. What it says
    is not read: ``parts`` are its bytes, for the signature alone. Raises Unknown and Over."""
    subscription = WebSubSubscription.objects.filter(token=token).first()
    if subscription is None:
        raise Unknown
    if subscription.state == SubscriptionState.ENDED:
        raise Over
    is_ours = subscription.runs(at) and push.is_authentic(signature, subscription.secret, parts)
    field = "last_push_at" if is_ours else "last_ignored_at"
    # Once a minute is often enough to be known: nobody makes us write as often as they like.
    _only(subscription).filter(Q(**{field: None}) | Q(**{f"{field}__lte": at - PUSH_GAP})).update(**{field: at})
    if not is_ours:
        return Heard.IGNORED
    _look_soon(subscription.feed_id, at)
    return Heard.LOOK_SOON


def _look_soon(feed_id: int, at: dt.datetime) -> None:
    """The feed's next look is now, or a little after its last one. A feed that refuses us or fails is left alone as long as
    its own server wants."""
    soon = Greatest(Value(at), ExpressionWrapper(F("last_fetch_at") + PUSH_GAP, DateTimeField()))
    Feed.objects.active().filter(pk=feed_id, consecutive_failures=0, next_check_at__gt=at).update(
        next_check_at=Least(F("next_check_at"), soon)
    )


def _only(subscription: WebSubSubscription) -> QuerySet[WebSubSubscription]:
    return WebSubSubscription.objects.filter(pk=subscription.pk)
