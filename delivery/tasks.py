"""Edges of the mail: they read the clock and make one call each. Queue messages carry nothing, so no address."""

from __future__ import annotations

import datetime as dt

from celery import shared_task
from django.utils import timezone

from countries.clock import edition_now
from delivery import dispatch, keeping, schedule, source_report

#: A batch stops by itself well before its time limit: a worker that is killed leaves a mail in doubt.
_BATCH = 200
_WITHIN = dt.timedelta(seconds=60)


@shared_task(acks_late=True, reject_on_worker_lost=True, ignore_result=True, soft_time_limit=240, time_limit=300)
def queue_digests(**_: object) -> None:
    schedule.queue_due(at=timezone.now(), edition_at=edition_now())


@shared_task(acks_late=True, reject_on_worker_lost=True, ignore_result=True, time_limit=600)
def send_queued(**_: object) -> None:
    dispatch.send_due(clock=timezone.now, edition_clock=edition_now, limit=_BATCH, within=_WITHIN)


@shared_task(acks_late=True, reject_on_worker_lost=True, ignore_result=True, soft_time_limit=60, time_limit=90)
def report_stuck(**_: object) -> None:
    dispatch.report_stuck(at=timezone.now())


@shared_task(acks_late=True, reject_on_worker_lost=True, ignore_result=True, soft_time_limit=60, time_limit=90)
def report_sources(**_: object) -> None:
    source_report.queue(at=timezone.now())


@shared_task(acks_late=True, reject_on_worker_lost=True, ignore_result=True, soft_time_limit=240, time_limit=300)
def forget_addresses(**_: object) -> None:
    keeping.forget(at=timezone.now())
