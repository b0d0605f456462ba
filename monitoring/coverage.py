"""What the desk could see: sources expected and seen, and which were silent. From fetch states, never from guesses."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from countries.models import FeedScope, Situation
from monitoring.models import CoverageDay
from sources.models import Feed, FetchState

#: A source is seen if a look at it in the last day found something to read.
_WINDOW = dt.timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class PanelGroup:
    """One kind of source: how many were expected and seen, and the names of the silent ones."""

    kind: str
    expected: int
    seen: int
    silent: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Panel:
    """The coverage panel of one edition."""

    expected: int
    seen: int
    groups: tuple[PanelGroup, ...]
    note: str


def measure(situation: Situation, *, date: dt.date, at: dt.datetime) -> CoverageDay:
    """Afterwards the day's coverage stands as it was at ``at`` (real time: fetches happen in real time)."""
    feeds = _expected(situation)
    by_kind: dict[str, list[Feed]] = {}
    for feed in feeds:
        by_kind.setdefault(feed.publisher.kind, []).append(feed)
    groups = [
        {
            "kind": kind,
            "expected": len(members),
            "seen": sum(is_seen(feed, at=at) for feed in members),
            "silent": sorted(feed.name for feed in members if not is_seen(feed, at=at)),
        }
        for kind, members in sorted(by_kind.items())
    ]
    day, _ = CoverageDay.objects.update_or_create(
        situation=situation,
        date=date,
        defaults={
            "expected": len(feeds),
            "seen": sum(is_seen(feed, at=at) for feed in feeds),
            "groups": groups,
            "computed_at": at,
        },
    )
    return day


def panel(situation: Situation, *, date: dt.date) -> Panel:
    """The panel of that day. A day that was never measured has nothing expected and nothing seen, and says so."""
    day = CoverageDay.objects.filter(situation=situation, date=date).first()
    groups: list[dict[str, Any]] = day.groups if day else []
    return Panel(
        expected=day.expected if day else 0,
        seen=day.seen if day else 0,
        groups=tuple(
            PanelGroup(group["kind"], group["expected"], group["seen"], tuple(group["silent"])) for group in groups
        ),
        note=situation.coverage_note,
    )


def is_seen(feed: Feed, *, at: dt.datetime) -> bool:
    """Whether the feed's last look ended well, and not too long ago."""
    return (
        feed.last_fetch_at is not None
        and at - feed.last_fetch_at <= _WINDOW
        and feed.last_state != ""
        and FetchState(feed.last_state).is_success
    )


def _expected(situation: Situation) -> list[Feed]:
    """Active feeds that are expected to report on the situation."""
    scopes = FeedScope.objects.filter(situation=situation, feed__is_active=True).select_related("feed__publisher")
    return [scope.feed for scope in scopes.order_by("feed_id")]
