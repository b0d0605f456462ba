"""Makes the demo's feeds and accounts. Safe to run at every start of the demo."""

from __future__ import annotations

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.demo import make_demo_accounts
from sample import load, outlets
from sample.server import HOST


class Command(BaseCommand):
    help = "Load the sample's publishers and feeds, due at once, and the demo accounts. Idempotent."

    def handle(self, *args: object, **options: object) -> None:
        base = f"http://{HOST}:{settings.SAMPLE_PORT}"
        try:
            loaded = load.load(outlets.load(), base=base, at=timezone.now())
        except load.NoReference as error:
            raise CommandError(str(error)) from error
        make_demo_accounts()
        self.stdout.write(f"sample: {loaded.feeds} feeds ({loaded.new} new) at {base}/, demo accounts ready")
