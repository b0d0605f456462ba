"""How the feeds do: what each usually brings and brought, and which have fallen silent. Reads day counts, never items."""

from __future__ import annotations

import datetime as dt
import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Case, Count, F, IntegerField, Max, Min, Q, Sum, When

from sources import silence
from sources.models import Feed, FeedDay, Fetch, Silence

#: Days of a week without which it says nothing about the feed.
_FEWEST_OF_WEEK = 4


@dataclass(frozen=True, slots=True)
class Volume:
    """What one feed brings. ``usual_per_week``: the median of the last four weeks, so that one loud week or one that was
    missed does not change it; of each week the mean of the days on which the feed answered, since a day on which nobody
    could see it is no day without news. None where it answered on fewer than a fortnight's days. ``last_week``: items in
    the last seven days, today among them."""

    usual_per_week: float | None
    last_week: int

    @property
    def usual_per_day(self) -> float | None:
        return None if self.usual_per_week is None else self.usual_per_week / 7

    @property
    def missing(self) -> float:
        """How many items fewer than usual; below nothing where there are more."""
        return 0.0 if self.usual_per_week is None else self.usual_per_week - self.last_week

    @property
    def is_quieter(self) -> bool:
        """Whether it brought less than half of what it usually brings in a week. Of a feed that brings fewer than seven a
        week nothing is said: a few items more or less are chance."""
        return self.usual_per_week is not None and self.usual_per_week >= 7 and self.last_week < self.usual_per_week / 2


@dataclass(frozen=True, slots=True)
class Noticed:
    """How many feeds fell silent and how many spoke again."""

    silent: int
    ended: int


def volumes(feed_ids: Iterable[int], *, on: dt.date) -> dict[int, Volume]:
    """The volume of each feed, in one query; ``on`` is today (UTC), whose day is not over and counts for the week only.
    Reads a month of day counts, so that it costs the same however many items there are."""
    since, week = on - dt.timedelta(days=silence.WINDOW), on - dt.timedelta(days=6)
    back = Case(
        *(When(date__gte=on - dt.timedelta(weeks=weeks), then=weeks) for weeks in range(silence.WINDOW // 7)),
        default=silence.WINDOW // 7,
        output_field=IntegerField(),
    )
    before = Q(date__lt=on, successes__gt=0)
    rows = (
        FeedDay.objects.filter(feed__in=list(feed_ids), date__gte=since)
        .annotate(weeks_back=back)
        .values_list("feed", "weeks_back")
        .annotate(
            answered=Count("pk", filter=before),
            brought=Sum("items", filter=before, default=0),
            of_week=Sum("items", filter=Q(date__gte=week), default=0),
        )
    )
    weeks: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for feed, _back, *counts in rows:
        weeks[feed].append((counts[0], counts[1], counts[2]))
    return {feed: _volume(found) for feed, found in weeks.items()}


def _volume(weeks: Sequence[tuple[int, int, int]]) -> Volume:
    """From (days on which it answered, what those brought, what of it is of the last seven days), week by week."""
    rates = [brought / answered * 7 for answered, brought, _ in weeks if answered >= _FEWEST_OF_WEEK]
    is_known = rates and sum(answered for answered, _, _ in weeks) >= silence.FEWEST_DAYS
    return Volume(statistics.median(rates) if is_known else None, sum(of_week for _, _, of_week in weeks))


def brought_since(feed_ids: Iterable[int], *, since: dt.datetime) -> dict[int, int]:
    """New items of each feed since then, others' that it carried among them, in one query over its last looks."""
    looks = Fetch.objects.filter(feed__in=list(feed_ids), started_at__gte=since).values_list("feed")
    return dict(looks.annotate(brought=Sum(F("new_items") + F("carried_items"))))


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
