"""Background work: counting days and measuring coverage."""

from __future__ import annotations

import datetime as dt

from celery import shared_task
from django.utils import timezone

from countries.clock import edition_now, newest_edition_date
from countries.models import Situation
from monitoring.counts import count_days as _count_days
from monitoring.coverage import measure

#: The strip needs 28 days; the newest ones are counted again because reports come late.
_DAYS = 28


@shared_task(acks_late=True, reject_on_worker_lost=True, ignore_result=True, soft_time_limit=240, time_limit=300)
def count_days(**_: object) -> None:
    """Counts the last 28 days of every followed situation and measures its coverage today."""
    now = edition_now()
    for situation in Situation.objects.filter(feed_scopes__feed__is_active=True).distinct().order_by("pk"):
        newest = newest_edition_date(now, time_zone=situation.time_zone, cut_off=situation.cut_off)
        _count_days(situation, dates=[newest - dt.timedelta(days=n) for n in range(_DAYS)], at=now)
        measure(situation, date=newest, at=timezone.now())
