"""``manage.py recount_stories``: every story's origins and evidence label are those of today's rules."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from sources.ingest.assign import recount_all


class Command(BaseCommand):
    help = (
        "After an upgrade that changes how origins are counted or labels derived, and for stories from before there were any: "
        "all are counted anew. Moves no report; a label that a person chose holds on. May be broken off and repeated."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Stories counted anew: {sum(recount_all()):,}.")
