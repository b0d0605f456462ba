"""How the feeds do: what each usually brings and brought, and which have fallen silent. Reads day counts, never items."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Max, Min, Q, Sum

from sources import silence
from sources.models import Feed, FeedDay, Silence


@dataclass(frozen=True, slots=True)
class Volume:
    """What one feed brings: items a day over the days on which it answered in the last four weeks (None where those are
    fewer than a fortnight), and items in the last seven days, today among them."""

    usual_per_day: float | None
    last_week: int

    @property
    def usual_per_week(self) -> float | None:
        return None if self.usual_per_day is None else self.usual_per_day * 7


@dataclass(frozen=True, slots=True)
class Noticed:
    """How many feeds fell silent and how many spoke again."""

    silent: int
    ended: int


def volumes(feed_ids: list[int], *, on: dt.date) -> dict[int, Volume]:
    """The volume of each feed, in one query; ``on`` is today (UTC), whose day is not over and counts for the week only."""
    since, week = on - dt.timedelta(days=silence.WINDOW), on - dt.timedelta(days=6)
    before = Q(date__lt=on, successes__gt=0)
    rows = (
        FeedDay.objects.filter(feed__in=feed_ids, date__gte=since)
        .values_list("feed")
        .annotate(
            answered=Count("pk", filter=before),
            brought=Sum("items", filter=before),
            of_week=Sum("items", filter=Q(date__gte=week)),
        )
    )
    return {
        feed: Volume((brought or 0) / answered if answered >= silence.FEWEST_DAYS else None, of_week or 0)
        for feed, answered, brought, of_week in rows
    }


def notice(*, at: dt.datetime) -> Noticed:
    """Feeds that fell silent have an open Silence afterwards, with the reason that holds now; of those that spoke again, or
    that nobody watches any more, it has ended. Safe to repeat."""
    found = {feed.pk: finding for feed, finding in _findings(at)}
    with transaction.atomic():
        standing = {row.feed_id: row for row in Silence.objects.select_for_update().filter(ended_at=None)}
        over = [row for pk, row in standing.items() if pk not in found]
        Silence.objects.filter(pk__in=[row.pk for row in over]).update(ended_at=at)
        new = {pk: finding for pk, finding in found.items() if pk not in standing}
        Silence.objects.bulk_create(
            Silence(feed_id=pk, reason=_reason(finding), since=finding.since, noticed_at=at)
            for pk, finding in new.items()
        )
        for pk, row in standing.items():
            if pk in found and row.reason != _reason(found[pk]):
                row.reason = _reason(found[pk])
                row.save(update_fields=["reason"])
    return Noticed(len(new), len(over))


def _reason(finding: silence.Finding) -> Silence.Reason:
    return Silence.Reason.NOTHING_NEW if finding.answers else Silence.Reason.NO_ANSWER


def _findings(at: dt.datetime) -> list[tuple[Feed, silence.Finding]]:
    today = at.date()
    window = Q(days__date__gte=today - dt.timedelta(days=silence.WINDOW), days__date__lt=today)
    feeds = Feed.objects.active().annotate(
        days_seen=Count("days", filter=window & Q(days__successes__gt=0)),
        days_with_items=Count("days", filter=window & Q(days__items__gt=0)),
        first_day=Min("days__date"),
        last_day=Max("days__date", filter=Q(days__items__gt=0)),
    )
    found = []
    for feed in feeds:
        watched_since = _end_of(getattr(feed, "first_day", None), at) or at
        record = silence.Record(
            getattr(feed, "days_seen", 0),
            getattr(feed, "days_with_items", 0),
            feed.last_success_at,
            _end_of(getattr(feed, "last_day", None), at),
        )
        if finding := silence.find(record, watched_since=watched_since, at=at):
            found.append((feed, finding))
    return found


def _end_of(date: dt.date | None, at: dt.datetime) -> dt.datetime | None:
    """The end of that day, or now where it is today: when within the day something came is not kept."""
    if date is None:
        return None
    return min(dt.datetime.combine(date + dt.timedelta(days=1), dt.time(), dt.UTC), at)
