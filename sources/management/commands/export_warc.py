"""``manage.py export_warc``: writes items as WARC files, one each, so that evidence survives outside the database."""

from __future__ import annotations

import datetime as dt
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sources import warc
from sources.models import Item
from sources.querysets import ItemQuerySet


class Command(BaseCommand):
    help = (
        "Writes items as WARC files: bytes, texts, revisions and fields. Only what their sources' terms let out; with "
        "--internal also what they allow for staff, into files that say so."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="where the files go; made if it is not there")
        parser.add_argument("--item", type=int, nargs="+", default=[], metavar="ID", help="these items")
        parser.add_argument("--story", type=int, nargs="+", default=[], metavar="ID", help="all items of these stories")
        parser.add_argument(
            "--since", type=_day, metavar="YYYY-MM-DD", help="items reported on this day (UTC) or later"
        )
        parser.add_argument(
            "--until", type=_day, metavar="YYYY-MM-DD", help="items reported on this day (UTC) or earlier"
        )
        parser.add_argument("--internal", action="store_true", help="for an archive of our own, not to be passed on")

    def handle(self, *args: Any, **options: Any) -> None:
        items = _chosen(options)
        folder: Path = options["folder"]
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CommandError(f"{folder} cannot be used as a folder ({error.strerror}).") from error
        at, count, withheld, damaged = timezone.now(), 0, 0, 0
        for item in items.select_related("feed__publisher").order_by("pk").iterator(chunk_size=200):
            written = _write(item, folder, at=at, is_internal=options["internal"])
            count, withheld, damaged = count + 1, withheld + written.withheld, damaged + written.damaged
        if not count:
            raise CommandError("No item was found for that.")
        self.stdout.write(f"{count} items written to {folder}.")
        if withheld:
            self.stdout.write(
                f"{withheld} texts and snapshots were left out: their sources' terms do not let them out."
            )
        if damaged:
            raise CommandError(f"{damaged} snapshots are missing or damaged; the files name them.")


def _chosen(options: dict[str, Any]) -> ItemQuerySet:
    """Items that meet all that was asked for."""
    if not any(options[name] for name in ("item", "story", "since", "until")):
        raise CommandError("Say which items: --item, --story, --since or --until.")
    items = Item.objects.all()
    if options["item"]:
        items = items.filter(pk__in=options["item"])
    if options["story"]:
        items = items.filter(story__in=options["story"])
    if options["since"]:
        items = items.filter(reported_at__gte=options["since"])
    if options["until"]:
        items = items.filter(reported_at__lt=options["until"] + dt.timedelta(days=1))
    return items


def _write(item: Item, folder: Path, *, at: dt.datetime, is_internal: bool) -> warc.Written:
    """The file has its name once it is whole."""
    target = folder / warc.file_name(item, at=at, is_internal=is_internal)
    part = target.with_suffix(".part")
    try:
        with part.open("wb") as out:
            written = warc.write(item, out, at=at, is_internal=is_internal)
        part.replace(target)
    except OSError as error:
        raise CommandError(f"{target} cannot be written ({error.strerror}).") from error
    return written


def _day(value: str) -> dt.datetime:
    try:
        return dt.datetime.combine(dt.date.fromisoformat(value), dt.time(), dt.UTC)
    except ValueError as error:
        raise ArgumentTypeError(f"“{value}” is no day: write it as 2026-03-01.") from error
