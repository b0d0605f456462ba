"""Prints what every stage has produced, as one line of JSON and nothing else."""

from __future__ import annotations

import json
import sys

from django.conf import settings
from django.core.management.base import BaseCommand

from sample import counts


class Command(BaseCommand):
    help = "Print one JSON object, stage to count. Exits with 1 where a stage has produced nothing."

    def handle(self, *args: object, **options: object) -> None:
        found = counts.of_stages(settings.MAIL_CATCHER_DIR)
        self.stdout.write(json.dumps(found))
        self.stdout.flush()
        if not all(found.values()):
            sys.exit(1)
