"""``manage.py probe_sources``: tries feeds that are off, says what they hold, and switches on those that hold something."""

from __future__ import annotations

import datetime as dt
from argparse import ArgumentParser
from functools import partial
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sources import catalogue, client
from sources.ingest import lanes
from sources.ingest.fetch import Fetcher
from sources.ingest.probe import Probed, probe
from sources.models import Feed, StarterPack

_AT_ONCE = 8


class Command(BaseCommand):
    help = "Tries the catalogue's unproven feeds and switches on those in which items are found."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("names", nargs="*", metavar="NAME", help="only feeds whose name contains this")
        parser.add_argument("--all", action="store_true", help="also feeds that are on already")
        parser.add_argument("--dry-run", action="store_true", help="say what is found; switch nothing on")

    def handle(self, *args: Any, **options: Any) -> None:
        feeds = self._feeds(options["names"], include_active=options["all"])
        if not feeds:
            raise CommandError("There is no feed to probe. Feeds that are forbidden are never probed.")
        at = timezone.now()
        found = 0
        rows = lanes.lay(feeds, per_host=settings.FETCH_PER_HOST)
        with client.fetcher() as fetcher:
            for feed, probed in lanes.work_off(rows, partial(_probe, fetcher, at), at_once=_AT_ONCE):
                found += probed.entries > 0
                switched = not options["dry_run"] and self._switch_on(feed, probed)
                self.stdout.write(_line(feed, probed, switched=switched))
        self.stdout.write(f"{found} of {len(feeds)} feeds hold items.")

    @staticmethod
    def _feeds(names: list[str], *, include_active: bool) -> list[Feed]:
        feeds = Feed.objects.fetched().exclude(starter_pack=StarterPack.NEVER).order_by("name")
        if not include_active:
            feeds = feeds.filter(is_active=False)
        wanted = [name.casefold() for name in names]
        return [feed for feed in feeds if not wanted or any(name in feed.name.casefold() for name in wanted)]

    @staticmethod
    def _switch_on(feed: Feed, probed: Probed) -> bool:
        return bool(probed.entries) and feed.starter_pack == StarterPack.AFTER_PROBE and catalogue.switch_on(feed)


def _probe(fetcher: Fetcher, at: dt.datetime, feed: Feed) -> Probed:
    return probe(
        feed.url,
        fetcher=fetcher,
        at=at,
        wanted=feed.format,
        selector=feed.selector,
        appname=settings.RELIEFWEB_APPNAME,
    )


def _line(feed: Feed, probed: Probed, *, switched: bool) -> str:
    newest = f"newest {probed.newest:%Y-%m-%d}" if probed.newest else "no dates"
    found = f"{probed.entries} items, {newest}" if probed.entries else probed.message
    return f"{feed.name}: {found}{' – switched on' if switched else ''}"
