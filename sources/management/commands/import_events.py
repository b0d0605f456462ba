"""``manage.py import_events ucdp|acled FILE``: takes in the events of a file, all of it or nothing."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sources.events.reading import BadFile
from sources.events.take import take
from sources.models import EventDataset

_DATASETS = {"ucdp": EventDataset.UCDP_GED, "acled": EventDataset.ACLED}


class Command(BaseCommand):
    help = (
        "Takes in the events of a file: UCDP GED as CSV, or your own export from ACLED as CSV or JSON, packed by zip or not. "
        "All of the file or nothing; again with the same file nothing changes. Events of ACLED are never passed on."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("dataset", choices=sorted(_DATASETS))
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument(
            "--release",
            default="",
            help="of UCDP GED, where the file's name does not state it: 23.1",
            metavar="VERSION",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            with path.open("rb") as file:
                taken = take(
                    _DATASETS[options["dataset"]],
                    file,
                    filename=path.name,
                    version=options["release"],
                    at=timezone.now(),
                )
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
        except BadFile as error:
            raise CommandError(f"{path}: {error} Nothing of it was taken in.") from error
        self.stdout.write(
            f"{taken.new_events} new, {taken.revised_events} revised, {taken.unchanged_events} unchanged"
            f"{f', version {taken.version}' if taken.version else ''}."
        )
