"""``manage.py rekey_addresses``: items that were stored under earlier rules for addresses are known by today's."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from sources.ingest.rekey import Rekeyed, rekey


class Command(BaseCommand):
    help = (
        "After an upgrade that changes how addresses are compared: items are known by today's rules, so that they do not come "
        "in once more. Loses nothing; articles that came in twice are marked as copies. May be broken off and repeated."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        done = sum(rekey(), Rekeyed())
        self.stdout.write(
            f"Items known by another address now: {done.items:,}. Marked as copies: {done.copies:,}. "
            f"Own addresses of pages rewritten: {done.pages:,}."
        )
