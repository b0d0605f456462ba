"""Background work: drafting what is due, and making the files of what was published."""

from __future__ import annotations

import time

from celery import shared_task
from django.utils import timezone

from briefings import assemble, publish
from countries.clock import edition_now

#: A task takes a batch, but leaves in time for its limit: one PDF takes a few seconds.
_BATCH_SECONDS = 60


@shared_task(acks_late=True, reject_on_worker_lost=True, ignore_result=True, soft_time_limit=240, time_limit=270)
def assemble_due(**_: object) -> None:
    """Drafts the newest edition of each situation whose cut-off has passed, once."""
    at = edition_now()
    for situation, date in assemble.due(at=at):
        assemble.assemble(situation, date=date, at=at)


@shared_task(acks_late=True, reject_on_worker_lost=True, ignore_result=True, soft_time_limit=240, time_limit=270)
def render_published(**_: object) -> None:
    """Makes the missing outputs of issued editions, one after the other."""
    began = time.monotonic()
    while time.monotonic() - began < _BATCH_SECONDS:
        if publish.make_next(at=timezone.now()) is None:
            return
