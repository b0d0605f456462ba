"""Daily counts per situation, each with the exposure it was counted under.

Three series: items, stories, independent reports (origins of the day's stories). A day is the situation's own calendar
day. The exposure of a day is the number of expected feeds whose document reached back to that day and was fetched with
success since it began: a feed that was down, or that had forgotten the day by the time it was read, did not show it.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, Min, OuterRef, Q, QuerySet

from countries.models import FeedScope, Situation, Tag, TagSuggestion
from monitoring.models import DailyCount, Series
from sources.models import Feed, Fetch, FetchState, Item

_SUCCESS = [state.value for state in FetchState if state.is_success]


@dataclass(frozen=True, slots=True)
class StripDay:
    """One day of the 28-day strip. ``value`` is None where nothing was counted: no data is not zero."""

    date: dt.date
    value: int | None
    feeds_active: int
    feeds_expected: int
    is_complete: bool


@dataclass(frozen=True, slots=True)
class Report:
    """An item that counts: when it was reported, in which story, from whom."""

    item_id: int
    reported_at: dt.datetime
    story_id: int | None
    origins: int  # independent origins of the whole story; 0 where it has no story yet
    owner: str
    is_party: bool


def count_days(situation: Situation, *, dates: Iterable[dt.date], at: dt.datetime) -> int:
    """Afterwards the counts of those local days stand as known at ``at``; returns how many rows were written.

    An item counts if a person said it is about the situation, or if the machine suggests so and nobody has said no.
    """
    zone = zoneinfo.ZoneInfo(situation.time_zone)
    days = sorted(set(dates))
    if not days:
        return 0
    # Nothing is counted that was not out by ``at``: a count stands as it was known then.
    start, end = _bounds(days[0], zone)[0], min(_bounds(days[-1], zone)[1], at)
    reports = _reports(situation, start=start, end=end)
    reach = _reach(situation, since=start)
    known = _known(reach)
    expected = len(reach)
    rows: list[DailyCount] = []
    for day in days:
        first, last = _bounds(day, zone)
        that_day = [report for report in reports if first <= report.reported_at < last]
        active = sum(any(done >= first and oldest <= last for done, oldest in looks) for looks in reach.values())
        is_complete = last <= at and all(any(done >= last for done, _ in reach[pk]) for pk in known)
        for series, value in (
            (Series.ITEMS, len(that_day)),
            (Series.STORIES, len({report.story_id or -report.item_id for report in that_day})),
            (Series.INDEPENDENT_REPORTS, independent_reports(that_day)),
        ):
            rows.append(
                DailyCount(
                    situation=situation,
                    series=series,
                    date=day,
                    value=value,
                    feeds_active=active,
                    feeds_expected=expected,
                    is_complete=is_complete,
                    computed_at=at,
                )
            )
    DailyCount.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["situation", "series", "date"],
        update_fields=["value", "feeds_active", "feeds_expected", "is_complete", "computed_at"],
    )
    return len(rows)


def independent_reports(reports: Iterable[Report]) -> int:
    """Independent origins of the day's stories, party sources left out.

    Per story: its distinct owners that day, but never more than the story has independent origins at all, so that wire
    copy under other mastheads does not inflate the count.
    """
    owners: dict[int, set[str]] = {}
    origins: dict[int, int] = {}
    for report in reports:
        if report.is_party:
            continue
        story = report.story_id or -report.item_id
        owners.setdefault(story, set()).add(report.owner)
        origins[story] = max(report.origins, 1)
    return sum(min(len(names), origins[story]) for story, names in owners.items())


def strip(situation: Situation, *, until: dt.date, days: int = 28) -> tuple[StripDay, ...]:
    """The last ``days`` days of independent reports, oldest first, ending with ``until``."""
    first = until - dt.timedelta(days=days - 1)
    counted = {
        count.date: count
        for count in DailyCount.objects.filter(
            situation=situation, series=Series.INDEPENDENT_REPORTS, date__range=(first, until)
        )
    }
    dates = [first + dt.timedelta(days=number) for number in range(days)]
    return tuple(
        StripDay(date, row.value, row.feeds_active, row.feeds_expected, row.is_complete)
        if (row := counted.get(date)) is not None
        else StripDay(date, None, 0, 0, is_complete=False)
        for date in dates
    )


def factor(situation: Situation, code: str, *, until: dt.datetime) -> tuple[int, float | None]:
    """Independent reports that people tagged with a risk factor (or an indicator of it): in the 24 hours before ``until``,
    and the mean of the 28 such days before those; None where none of those days was counted.
    """
    day = dt.timedelta(hours=24)
    first = until - 29 * day
    tags = Tag.objects.standing().filter(Q(term__code=code) | Q(term__code__startswith=f"{code}."), situation=situation)
    tags = tags.filter(term__scheme__code="un-framework")
    items = Item.objects.filter(pk__in=tags.values("item"), reported_at__gte=first, reported_at__lt=until)
    by_day: dict[int, list[Report]] = {}
    for report in _as_reports(items):
        by_day.setdefault((until - report.reported_at) // day, []).append(report)
    before = sum(independent_reports(reports) for back, reports in by_day.items() if back > 0)
    was_counted = DailyCount.objects.filter(
        situation=situation,
        series=Series.INDEPENDENT_REPORTS,
        date__gte=first.date(),
        date__lt=(until - day).date(),
    ).exists()
    return independent_reports(by_day.get(0, [])), before / 28 if was_counted else None


def _bounds(day: dt.date, zone: zoneinfo.ZoneInfo) -> tuple[dt.datetime, dt.datetime]:
    """Beginning and end of a local day, in UTC; 23 or 25 hours apart where the clocks change."""
    start = dt.datetime.combine(day, dt.time(), tzinfo=zone)
    end = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), tzinfo=zone)
    return start.astimezone(dt.UTC), end.astimezone(dt.UTC)


def _reports(situation: Situation, *, start: dt.datetime, end: dt.datetime) -> list[Report]:
    accepted = Tag.objects.standing().situations().filter(situation=situation).values("item")
    suggested = TagSuggestion.objects.undecided().shown().filter(situation=situation).values("item")
    items = Item.objects.filter(reported_at__gte=start, reported_at__lt=end)
    return _as_reports((items.filter(pk__in=accepted) | items.filter(pk__in=suggested)).distinct())


def _as_reports(items: QuerySet[Item]) -> list[Report]:
    rows = items.values_list(
        "pk",
        "reported_at",
        "story_id",
        "story__origin_count",
        "feed__publisher__owner_key",
        "feed__publisher_id",
        "feed__publisher__is_party",
    )
    return [
        Report(pk, reported_at, story_id, origins or 0, owner_key or str(publisher_id), is_party)
        for pk, reported_at, story_id, origins, owner_key, publisher_id, is_party in rows
    ]


def _reach(situation: Situation, *, since: dt.datetime) -> dict[int, list[tuple[dt.datetime, dt.datetime]]]:
    """Per expected feed: when it was read with success since then, and how far back its document reached."""
    scopes = FeedScope.objects.filter(situation=situation, feed__is_active=True)
    reach: dict[int, list[tuple[dt.datetime, dt.datetime]]] = {
        pk: [] for pk in scopes.values_list("feed_id", flat=True)
    }
    looks = (
        _dated_looks()
        .filter(feed__in=reach, started_at__gte=since)
        .values("feed_id", "started_at__date")
        .annotate(done=Min("started_at"), oldest=Min("oldest_entry_at"))
    )
    for look in looks:
        reach[look["feed_id"]].append((look["done"], look["oldest"]))
    return reach


def _known(feeds: Iterable[int]) -> set[int]:
    """Of these feeds those that ever told how far back they reach; of the others nothing can be missed."""
    ever = _dated_looks().filter(feed=OuterRef("pk"))
    return set(Feed.objects.filter(Exists(ever), pk__in=list(feeds)).values_list("pk", flat=True))


def _dated_looks() -> QuerySet[Fetch]:
    return Fetch.objects.filter(state__in=_SUCCESS, oldest_entry_at__isnull=False)
