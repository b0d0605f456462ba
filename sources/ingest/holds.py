"""Sets feeds aside that no longer look like themselves, and lets people settle it.

What is unusual is decided by ``recognise`` and explained there. While a feed is set aside it is still looked at, less
often, and nothing of it is stored: no item, no revision, no snapshot. Only a person ends that.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from sources.ingest import moves
from sources.ingest.recognise import Seen, Usual, differences
from sources.models import Feed, FeedHold

_AND_NOW = "Nothing of it is stored until a person has looked."


class NothingHeld(Exception):
    """The feed is not set aside (any more)."""


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Why nothing of this look may be stored. ``is_known``: the feed was set aside before."""

    reason: str
    is_known: bool = False
    moves_to: str = ""


def suspect(feed: Feed, *, seen: Seen | None, asked: str, target: str) -> Suspicion | None:
    """Why this look has to wait for a person, or None. ``seen`` is None where there was nothing new to read."""
    if feed.held_at is not None:
        hold = FeedHold.objects.filter(feed=feed, settled_at=None).first()
        return Suspicion(hold.reason if hold else _AND_NOW, is_known=True)
    if seen is not None and (found := differences(usual(feed), seen)):
        return Suspicion(f"The feed looks like another one. {' '.join(found)} {_AND_NOW}"[:500])
    if moves.about_to_move(feed, asked=asked, target=target) and not stays(feed, target):
        other = moves.others_at(feed, target).first()
        if other is not None:
            return Suspicion(
                f"The feed has moved for good to {target[:150]}, which is the address of the feed “{other.name[:80]}”: "
                f"one of the two is too many, or the redirect is a mistake. {_AND_NOW}"[:500],
                moves_to=target,
            )
    return None


def stays(feed: Feed, target: str) -> bool:
    """Whether a person has said that this feed and the one at ``target`` are both right as they are."""
    return FeedHold.objects.filter(feed=feed, moves_to=target, is_right=True).exists()


def hold(feed: Feed, suspicion: Suspicion, *, seen: Seen | None, at: dt.datetime) -> None:
    """The feed is set aside with what was seen. The caller saves the feed."""
    seen = seen or Seen()
    feed.held_at = at
    FeedHold.objects.create(
        feed=feed,
        at=at,
        reason=suspicion.reason,
        title=seen.title,
        language=seen.language,
        links=[list(link) for link in seen.links[:50]],
        moves_to=suspicion.moves_to,
    )


def usual(feed: Feed) -> Usual:
    """What the feed has looked like so far."""
    return Usual(feed.usual_title, feed.usual_language, tuple(feed.usual_domains))


def learn(feed: Feed, known: Usual) -> None:
    """That is usual from now on. The caller saves the feed."""
    feed.usual_title, feed.usual_language, feed.usual_domains = known.title, known.language, list(known.domains)


def settle(feed_id: int, *, is_right: bool, by: AbstractBaseUser, at: dt.datetime) -> None:
    """The feed is no longer set aside and is looked at next.

    ``is_right``: what was seen when it was set aside is usual from now on, and two feeds at one address stay two. Else
    the feed goes on as before, and is set aside again if it still looks different. Raises NothingHeld.
    """
    with transaction.atomic():
        feed = Feed.objects.select_for_update().get(pk=feed_id)
        if feed.held_at is None:
            raise NothingHeld
        found = FeedHold.objects.filter(feed=feed, settled_at=None).first()
        if found is not None:
            found.settled_at, found.settled_by_id, found.is_right = at, by.pk, is_right
            found.save(update_fields=["settled_at", "settled_by", "is_right"])
            if is_right:
                seen = Seen(found.title, found.language, tuple((name, count) for name, count in found.links))
                learn(feed, usual(feed).adopt(seen))
        feed.held_at, feed.next_check_at, feed.consecutive_failures = None, at, 0
        feed.save(
            update_fields=[
                *("held_at", "next_check_at", "consecutive_failures"),
                *("usual_title", "usual_language", "usual_domains"),
            ]
        )
