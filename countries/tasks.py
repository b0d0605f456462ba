"""Background work: suggesting situations for items that have none yet, and terms for those that are about one."""

from __future__ import annotations

import datetime as dt
import time

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from countries.tagging.again import read_again as _read_again
from countries.tagging.model import prototypes
from countries.tagging.queue import suggest_pending as _suggest_pending
from countries.tagging.terms import code_pending as _code_pending

_BY_MODEL, _AGAIN = 60.0, 30.0


@shared_task(acks_late=True, reject_on_worker_lost=True, ignore_result=True, soft_time_limit=120, time_limit=150)
def suggest_pending(**_: object) -> None:
    """Screens items until none is left, or the time of one task is used up by batches."""
    for _batch in range(20):
        if not _suggest_pending(at=timezone.now()):
            return


@shared_task(acks_late=True, reject_on_worker_lost=True, ignore_result=True, soft_time_limit=120, time_limit=150)
def read_again(**_: object) -> None:
    """Reads recent items again that hold names which the desk has entered or changed, no longer than half a minute."""
    ends_at = time.monotonic() + _AGAIN
    window = dt.timedelta(days=settings.NAMES_READ_BACK_DAYS)
    while time.monotonic() < ends_at and _read_again(at=timezone.now(), window=window):
        pass


@shared_task(acks_late=True, reject_on_worker_lost=True, ignore_result=True, soft_time_limit=120, time_limit=150)
def code_pending(**_: object) -> None:
    """Reads texts in languages with a lexicon for terms and figures until none is left."""
    for _batch in range(20):
        if not _code_pending(at=timezone.now(), limit=20):
            return


@shared_task(acks_late=True, reject_on_worker_lost=True, ignore_result=True, soft_time_limit=120, time_limit=150)
def code_pending_by_model(**_: object) -> None:
    """The same for the other languages, in the worker that keeps the model anyhow: a few texts at a time, and no longer than
    a minute, since vectors wait for that worker too."""
    ends_at = time.monotonic() + _BY_MODEL
    model = prototypes()
    while model and time.monotonic() < ends_at and _code_pending(at=timezone.now(), prototypes=model, limit=5):
        pass
