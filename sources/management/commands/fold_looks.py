"""``manage.py fold_looks``: folds all looks that are old enough, however long nobody has done so."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from sources import fold


class Command(BaseCommand):
    help = (
        "Folds looks older than LOOKS_KEPT_DAYS that say what their neighbours say. A task does so every day for the last "
        "month; this does all, and may be broken off and repeated."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        before = timezone.now() - dt.timedelta(days=settings.LOOKS_KEPT_DAYS)
        rows = sum(fold.fold_looks(before=before))
        self.stdout.write(f"{rows:,} looks from before {before:%Y-%m-%d} were folded into their neighbours.")
