"""``manage.py probe_sources``: tries feeds that are off, says what they hold, and switches on those that hold something."""

from __future__ import annotations

import datetime as dt
from argparse import ArgumentParser
from functools import partial
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sources import client, probing
from sources.ingest import lanes
from sources.ingest.probe import Probed, Why, best
from sources.models import Feed, FeedFormat, StarterPack

_AT_ONCE = 8


class Command(BaseCommand):
    help = (
        "Tries the catalogue's unproven feeds, also at the addresses that sites use, and switches on those in which items "
        "are found."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("names", nargs="*", metavar="NAME", help="only feeds whose name contains this")
        parser.add_argument("--all", action="store_true", help="also feeds that are on already")
        parser.add_argument("--dry-run", action="store_true", help="say what is found; change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        feeds = self._feeds(options["names"], include_active=options["all"])
        if not feeds:
            raise CommandError("There is no feed to probe. Feeds that are forbidden are never probed.")
        at = timezone.now()
        found = 0
        rows = lanes.lay(feeds, per_host=settings.FETCH_PER_HOST)
        with client.fetcher() as fetcher:
            attempt = partial(
                probing.attempt,
                fetcher=fetcher,
                manners=client.robots(fetcher),
                at=at,
                appname=settings.RELIEFWEB_APPNAME,
            )
            for feed, tried in lanes.work_off(rows, attempt, at_once=_AT_ONCE):
                found += best(tried, at=at) is not None
                outcome = None if options["dry_run"] else _finish(feed, tried, at)
                self.stdout.write(_line(feed, tried, outcome, at=at))
        self.stdout.write(f"{found} of {len(feeds)} feeds hold items.")

    @staticmethod
    def _feeds(names: list[str], *, include_active: bool) -> list[Feed]:
        feeds = Feed.objects.exclude(starter_pack=StarterPack.NEVER).order_by("name")
        if not include_active:
            feeds = feeds.filter(is_active=False)
        wanted = [name.casefold() for name in names]
        return [
            feed
            for feed in feeds
            if FeedFormat(feed.format).is_fetched
            and (not wanted or any(name in feed.name.casefold() for name in wanted))
        ]


def _finish(feed: Feed, tried: tuple[Probed, ...], at: dt.datetime) -> probing.Outcome:
    return probing.finish(probing.ask_about(feed, by=None, at=at), tried, at=at, switch_on=True)


def _line(feed: Feed, tried: tuple[Probed, ...], outcome: probing.Outcome | None, *, at: dt.datetime) -> str:
    kept = best(tried, at=at)
    if kept is None:
        others = f" {len(tried) - 1} other addresses hold nothing either." if len(tried) > 1 else ""
        return f"{feed.name}: {tried[0].message}{others}"
    newest = f"newest {kept.newest:%Y-%m-%d}" if kept.newest else "no dates"
    where = "" if kept.why is Why.GIVEN else f", at {kept.url} ({kept.why})"
    said = [f"{kept.entries} items, {newest}{where}"]
    if outcome is not None:
        said += [f"which is already “{outcome.taken_by}”"] if outcome.taken_by else []
        said += ["address changed"] if outcome.moved else []
        said += ["switched on"] if outcome.switched_on else []
    return f"{feed.name}: {' – '.join(said)}"
