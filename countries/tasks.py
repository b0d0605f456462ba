"""Background work: suggesting situations for items that have none yet, and terms for those that are about one."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from countries.tagging.model import prototypes
from countries.tagging.queue import suggest_pending as _suggest_pending
from countries.tagging.terms import code_pending as _code_pending


@shared_task(acks_late=True, reject_on_worker_lost=True, ignore_result=True, soft_time_limit=120, time_limit=150)
def suggest_pending(**_: object) -> None:
    """Screens items until none is left, or the time of one task is used up by batches."""
    for _batch in range(20):
        if not _suggest_pending(at=timezone.now()):
            return


@shared_task(acks_late=True, reject_on_worker_lost=True, ignore_result=True, soft_time_limit=120, time_limit=150)
def code_pending(**_: object) -> None:
    """Reads texts for terms and figures until none is left. Batches are small: a language without a lexicon takes long."""
    for _batch in range(20):
        if not _code_pending(at=timezone.now(), prototypes=prototypes(), limit=20):
            return
