"""What "now" is for editions, and when a situation's day closes. The only reader of the demo's date.

The demo's date supplies nothing but ``at`` and edition dates. Scheduling, retries, tokens and sessions use real time.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo

from django.conf import settings
from django.utils import timezone


def edition_now() -> dt.datetime:
    """The time that editions are made at: real time, or the sample's last day in the demo."""
    at: dt.datetime | None = settings.DEMO_AT
    return at if at is not None else timezone.now()


def cut_off_on(date: dt.date, *, time_zone: str, cut_off: dt.time) -> dt.datetime:
    """The moment (UTC) at which that local day's edition closes.

    A wall time that a clock change skips is taken as the moment the clocks jump over it; one that occurs twice is the
    first (PEP 495, ``fold=0``).
    """
    local = dt.datetime.combine(date, cut_off, tzinfo=zoneinfo.ZoneInfo(time_zone))
    return local.astimezone(dt.UTC)


def newest_edition_date(at: dt.datetime, *, time_zone: str, cut_off: dt.time) -> dt.date:
    """The date of the newest edition whose cut-off has passed at ``at``."""
    today = at.astimezone(zoneinfo.ZoneInfo(time_zone)).date()
    if cut_off_on(today, time_zone=time_zone, cut_off=cut_off) <= at:
        return today
    return today - dt.timedelta(days=1)
