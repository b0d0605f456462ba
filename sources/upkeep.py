"""The library's tasks that are no stage of the way from a feed to an item: what keeps it in order, once a day. Edges, as
``tasks`` are."""

from __future__ import annotations

import datetime as dt
import logging
from contextlib import suppress

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.utils import timezone

from sources import fold

logger = logging.getLogger(__name__)

#: How far back a day's run goes, so that days on which nobody was up are made up for. What is older takes the command.
_BACK = dt.timedelta(days=31)


@shared_task(acks_late=True, reject_on_worker_lost=True, ignore_result=True, soft_time_limit=300, time_limit=330)
def fold_looks(**_: object) -> None:
    """Folds the looks that have just become old. What its time does not suffice for is done the next day."""
    before = timezone.now() - dt.timedelta(days=settings.LOOKS_KEPT_DAYS)
    folded = 0
    with suppress(SoftTimeLimitExceeded):
        for rows in fold.fold_looks(before=before, since=before - _BACK):
            folded += rows
    logger.info("looks were folded", extra={"rows": folded})
