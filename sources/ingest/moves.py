"""Follows a feed that moved for good, and switches one off that is gone for good. Called under a lock on its row.

A permanent redirect (301, 308) moves the feed's address once three successful looks in a row have ended at the same new
one; any other look in between, and any temporary redirect on the way, begins the count anew. The old address is kept. No
feed ever takes an address that another one has: that is for a person (``holds``).
"""

from __future__ import annotations

import datetime as dt
import logging

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import QuerySet

from sources.models import Feed, FeedMove

logger = logging.getLogger(__name__)

#: Looks in a row that must end at the new address.
CONFIRMATIONS = 3
_LONGEST = 1000


def about_to_move(feed: Feed, *, asked: str, target: str) -> bool:
    """Whether this look, if it succeeds, is the one that moves the feed."""
    return _counts(feed, asked, target) and feed.moved_to == target and feed.moved_looks + 1 >= CONFIRMATIONS


def others_at(feed: Feed, target: str) -> QuerySet[Feed]:
    """Other feeds that have this address, or had it and would be found by it; with or without s and closing slash."""
    bare = target.partition("://")[2].rstrip("/")
    forms = [f"{scheme}://{bare}{slash}" for scheme in ("http", "https") for slash in ("", "/")]
    return Feed.objects.exclude(pk=feed.pk).filter(url__in=forms)


def note(feed: Feed, *, asked: str, target: str, is_success: bool, at: dt.datetime) -> None:
    """The feed's count of confirmations, and after the last one its new address. The caller saves the feed."""
    if not is_success or not _counts(feed, asked, target):
        feed.moved_to, feed.moved_looks = "", 0
        return
    if about_to_move(feed, asked=asked, target=target) and not others_at(feed, target).exists():
        record(feed, old_url=feed.url, new_url=target, at=at)
        feed.url, feed.moved_to, feed.moved_looks = target, "", 0
        return
    feed.moved_looks = min(feed.moved_looks + 1, CONFIRMATIONS) if feed.moved_to == target else 1
    feed.moved_to = target


def record(feed: Feed, *, old_url: str, new_url: str, at: dt.datetime, by: AbstractBaseUser | None = None) -> None:
    """The move is kept, so that the old address still leads to the feed."""
    FeedMove.objects.create(feed=feed, old_url=old_url, new_url=new_url, at=at, by_id=by.pk if by else None)


def retire(feed: Feed, *, at: dt.datetime) -> None:
    """Switched off and marked, until a person switches it. The caller saves the feed."""
    feed.is_active, feed.retired_at, feed.is_switched_by_person = False, at, False
    logger.warning("a feed was switched off: its publisher has withdrawn it (410)", extra={"feed": feed.pk})


def _counts(feed: Feed, asked: str, target: str) -> bool:
    """Whether it is a move of the address that the feed still has (a person may have written another meanwhile)."""
    return bool(target) and asked == feed.url != target and len(target) <= _LONGEST
