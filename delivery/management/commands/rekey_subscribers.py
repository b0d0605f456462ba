"""``manage.py rekey_subscribers``: moves every address to the first key of SUBSCRIBER_KEY."""

from __future__ import annotations

from django.core.management.base import BaseCommand

from delivery.keeping import rekey


class Command(BaseCommand):
    help = "Encrypts every subscriber's address under the first key of SUBSCRIBER_KEY, after which old keys may go."

    def handle(self, *args: object, **options: object) -> None:
        moved, unreadable = rekey()
        self.stdout.write(f"{moved} addresses are now under the first key.")
        if unreadable:
            self.stderr.write(f"{unreadable} could not be read under any key of SUBSCRIBER_KEY and were left alone.")
