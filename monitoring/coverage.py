"""What the desk could see: sources expected and seen, which were silent and where, and where nobody looks at all.

From fetch states, silences and the volume that each feed usually brings; never from guesses.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from countries import regions
from countries.models import FeedScope, Situation
from monitoring.models import CoverageDay, Shutdown
from sources import health
from sources.models import Feed, FetchState, Silence

#: A source is seen if a look at it in the last day found something to read.
_WINDOW = dt.timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class PanelGroup:
    """One kind of source: how many were expected and seen, the names of the silent ones, and the first-level regions that
    each of those reports from (ISO 3166-2, one tuple per name). ``quieter``: seen, but bringing far less than usual."""

    kind: str
    expected: int
    seen: int
    silent: tuple[str, ...]
    places: tuple[tuple[str, ...], ...] = ()
    quieter: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Panel:
    """The coverage panel of one edition.

    ``languages`` (BCP 47) and ``regions`` (ISO 3166-2) of the situation that no source is expected from; ``regions_of`` is
    the number of all its regions, 0 where nobody has said which ones any source reports from.
    """

    expected: int
    seen: int
    groups: tuple[PanelGroup, ...]
    note: str
    languages: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    regions_of: int = 0
    shutdowns: tuple[Shutdown, ...] = ()


def measure(situation: Situation, *, date: dt.date, at: dt.datetime) -> CoverageDay:
    """Afterwards the day's coverage stands as it was at ``at`` (real time: fetches happen in real time)."""
    scopes = _expected(situation)
    feeds = [scope.feed for scope in scopes]
    mute = set(Silence.objects.filter(feed__in=feeds, ended_at=None).values_list("feed_id", flat=True))
    seen = {feed.pk for feed in feeds if feed.pk not in mute and is_seen(feed, at=at)}
    volumes = health.volumes(seen, on=at.date())
    quieter = {pk for pk, volume in volumes.items() if volume.is_quieter}
    by_kind: dict[str, list[FeedScope]] = {}
    for scope in scopes:
        by_kind.setdefault(scope.feed.publisher.kind, []).append(scope)
    every, without = _regions(situation, scopes)
    day, _ = CoverageDay.objects.update_or_create(
        situation=situation,
        date=date,
        defaults={
            "expected": len(feeds),
            "seen": len(seen),
            "groups": [_group(kind, members, seen, quieter) for kind, members in sorted(by_kind.items())],
            "languages": _languages_without(situation, feeds),
            "regions": without,
            "regions_of": every,
            "computed_at": at,
        },
    )
    return day


def _group(kind: str, members: Sequence[FeedScope], seen: Collection[int], quieter: Collection[int]) -> dict[str, Any]:
    silent = sorted((scope for scope in members if scope.feed_id not in seen), key=lambda scope: scope.feed.name)
    return {
        "kind": kind,
        "expected": len(members),
        "seen": len(members) - len(silent),
        "silent": [scope.feed.name for scope in silent],
        "places": [scope.regions for scope in silent],
        "quieter": sorted(scope.feed.name for scope in members if scope.feed_id in quieter),
    }


def _languages_without(situation: Situation, feeds: Sequence[Feed]) -> list[str]:
    """Languages of the situation in which no feed is expected: by their base, so that fa-AF is heard through fa."""
    heard = {(feed.language or feed.usual_language).split("-")[0] for feed in feeds}
    return [language for language in situation.languages if language.split("-")[0] not in heard]


def _regions(situation: Situation, scopes: Sequence[FeedScope]) -> tuple[int, list[str]]:
    """How many regions there are and which of them no source reports from; nothing where nobody has said so of any source."""
    reported = {code for scope in scopes for code in scope.regions}
    if not reported:
        return 0, []
    every = regions.of_countries(situation.iso2)
    return len(every), [code for code in every if code not in reported]


def panel(situation: Situation, *, date: dt.date) -> Panel:
    """The panel of that day. A day that was never measured has nothing expected and nothing seen, and says so."""
    day = CoverageDay.objects.filter(situation=situation, date=date).first() or CoverageDay(expected=0, seen=0)
    groups: list[dict[str, Any]] = day.groups
    return Panel(
        expected=day.expected,
        seen=day.seen,
        groups=tuple(
            PanelGroup(
                group["kind"],
                group["expected"],
                group["seen"],
                tuple(group["silent"]),
                tuple(tuple(each) for each in group.get("places", [[] for _ in group["silent"]])),
                tuple(group.get("quieter", ())),
            )
            for group in groups
        ),
        note=situation.coverage_note,
        languages=tuple(day.languages),
        regions=tuple(day.regions),
        regions_of=day.regions_of,
        shutdowns=tuple(shutdowns(situation, date=date)),
    )


def shutdowns(situation: Situation, *, date: dt.date) -> list[Shutdown]:
    """Those that held on that day or ended on it or the day before, the oldest first."""
    standing = Q(ended_on=None) | Q(ended_on__gte=date - dt.timedelta(days=1))
    return list(Shutdown.objects.filter(standing, situation=situation, began_on__lte=date).order_by("began_on", "pk"))


def is_seen(feed: Feed, *, at: dt.datetime) -> bool:
    """Whether the feed's last look ended well, and not too long ago."""
    return (
        feed.last_fetch_at is not None
        and at - feed.last_fetch_at <= _WINDOW
        and feed.last_state != ""
        and FetchState(feed.last_state).is_success
    )


def _expected(situation: Situation) -> list[FeedScope]:
    """Active feeds that are expected to report on the situation."""
    scopes = FeedScope.objects.filter(situation=situation, feed__is_active=True).select_related("feed__publisher")
    return list(scopes.order_by("feed_id"))
