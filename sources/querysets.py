"""Named queries over the library. They return querysets and read no clock."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from sources.models import EventRecord, Feed, Item, Story  # noqa: F401


class FeedQuerySet(models.QuerySet["Feed"]):
    def active(self) -> FeedQuerySet:
        return self.filter(is_active=True)

    def to_watch(self) -> FeedQuerySet:
        """Active, or switched off because its publisher withdrew it, until a person has switched it one way or the other."""
        return self.filter(Q(is_active=True) | Q(retired_at__isnull=False, is_switched_by_person=False))

    def fetched(self) -> FeedQuerySet:
        """Those whose address is on the web; what comes by other doors (mail, by hand) is nothing to fetch."""
        return self.exclude(format__in=["mailbox", "by_hand"])

    def due(self, at: dt.datetime) -> FeedQuerySet:
        """Active, its time has come, and nobody is fetching it."""
        return (
            self.active()
            .fetched()
            .filter(
                Q(next_check_at=None) | Q(next_check_at__lte=at),
                Q(claimed_until=None) | Q(claimed_until__lte=at),
            )
        )


class ItemQuerySet(models.QuerySet["Item"]):
    def reported_between(self, start: dt.datetime, end: dt.datetime) -> ItemQuerySet:
        """Reported after ``start`` and not after ``end``."""
        return self.filter(reported_at__gt=start, reported_at__lte=end)

    def to_extract(self, at: dt.datetime) -> ItemQuerySet:
        """Waiting for full text, and not put off."""
        return self.filter(extract_state="pending").filter(Q(extract_after=None) | Q(extract_after__lte=at))

    def without_language(self) -> ItemQuerySet:
        """Ready to be identified: extraction has had its turn."""
        return self.filter(language_version="").exclude(extract_state="pending")

    def without_story(self) -> ItemQuerySet:
        return self.filter(story=None).exclude(language_version="")

    def to_index(self, version: int) -> ItemQuerySet:
        """Its text is settled, its language known, and this version of the search has not taken it in."""
        settled = self.exclude(language_version="").exclude(extract_state="pending")
        return settled.filter(index_version__lt=version)

    def with_text(self) -> ItemQuerySet:
        """Everything needed to read an item, in one query."""
        return self.select_related("feed__publisher", "current__full_text__snapshot")


class StoryQuerySet(models.QuerySet["Story"]):
    def standing(self) -> StoryQuerySet:
        """Not merged away."""
        return self.filter(merged_into=None)


class EventQuerySet(models.QuerySet["EventRecord"]):
    def current(self) -> EventQuerySet:
        """What the newest version of each data set says."""
        return self.filter(is_current=True)

    def exportable(self) -> EventQuerySet:
        """What may be passed on; nothing of ACLED ever is."""
        return self.filter(may_be_exported=True)
