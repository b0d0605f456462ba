"""The Celery application. Queues: ingest, extract, default, mail. The schedule is in ``curator.schedule``."""

from __future__ import annotations

import gc
import os

from celery import Celery, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "curator.settings")

app = Celery("curator")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.worker_ready.connect
@signals.worker_process_init.connect
def spare_the_collector(**_: object) -> None:
    """What a worker has loaded stays until it ends: the collector need not look through half a million objects again and
    again, which took a tenth of a worker's time while it stores."""
    gc.collect()
    gc.freeze()
