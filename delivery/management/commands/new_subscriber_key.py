"""``manage.py new_subscriber_key``: prints a fresh key for SUBSCRIBER_KEY."""

from __future__ import annotations

from django.core.management.base import BaseCommand

from delivery.addresses import new_key


class Command(BaseCommand):
    help = (
        "Prints a new key for SUBSCRIBER_KEY. To rotate: put it first in the list (NEW,OLD), restart, run "
        "rekey_subscribers, then take the old one off."
    )
    requires_system_checks = ()

    def handle(self, *args: object, **options: object) -> None:
        self.stdout.write(new_key())
