"""``manage.py import_opml FILE``: takes over a list of feeds from another reader, and says what became of each line."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sources import feed_lists, opml
from sources.opml import Outline

_MAX_BYTES = 20_000_000


class Command(BaseCommand):
    help = "Adds the feeds of an OPML file, switched off until a probe finds items in them. Known addresses stay as they are."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="the list, as another reader exports it")

    def handle(self, *args: Any, **options: Any) -> None:
        taken = feed_lists.take(_outlines(options["file"]))
        lines = [
            *((outline, "new") for outline in taken.new),
            *((outline, "known already") for outline in taken.known),
            *((refused.outline, f"refused, {refused.reason}") for refused in taken.refused),
        ]
        for outline, fate in sorted(lines, key=lambda line: line[0].line):
            self.stdout.write(f"line {outline.line}: {_named(outline)}: {fate}")
        self.stdout.write(f"{len(taken.new)} new, {len(taken.known)} known, {len(taken.refused)} refused.")
        if taken.new:
            self.stdout.write("New feeds are off: probe_sources switches on those in which it finds items.")


def _outlines(file: Path) -> tuple[Outline, ...]:
    try:
        if file.stat().st_size > _MAX_BYTES:
            raise CommandError(f"{file} is larger than {_MAX_BYTES:,} bytes.")
        return opml.read(file.read_bytes())
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
    except opml.NotOpml as error:
        raise CommandError(f"{file}: {error}") from error


def _named(outline: Outline) -> str:
    name = " ".join(outline.title.split())[:80]
    return " ".join(part for part in (name, f"<{outline.url[:150]}>" if outline.url else "") if part) or "(no name)"
