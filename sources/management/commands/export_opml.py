"""``manage.py export_opml``: writes the feeds as an OPML list to standard output, for another reader or installation."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from sources import feed_lists


class Command(BaseCommand):
    help = "Writes the feeds as OPML 2.0 to standard output; not those whose publisher forbids collection."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--active", action="store_true", help="only feeds that are fetched")

    def handle(self, *args: Any, **options: Any) -> None:
        document = feed_lists.as_opml(only_active=options["active"], at=timezone.now())
        self.stdout.write(document.decode(), ending="")
