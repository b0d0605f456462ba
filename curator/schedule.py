"""The schedule, in code. Each stage looks for its own work; no stage calls the next."""

from __future__ import annotations

from typing import TypedDict

from celery.schedules import crontab


class Entry(TypedDict):
    task: str
    schedule: float | crontab
    options: dict[str, object]


def _every(seconds: float, task: str, queue: str) -> Entry:
    # A tick that waited longer than a few periods is worthless: the next one finds the same rows.
    return {"task": task, "schedule": seconds, "options": {"queue": queue, "expires": max(30, seconds * 3)}}


def SCHEDULE(tick: int) -> dict[str, Entry]:
    """The beat schedule; ``tick`` is how often a stage looks for work, in seconds."""
    return {
        "fetch due feeds": _every(tick, "sources.tasks.fetch_due_feeds", "ingest"),
        "subscribe at hubs": _every(tick * 3, "sources.tasks.keep_subscriptions", "ingest"),
        "read the mailbox": _every(tick, "sources.tasks.read_mailbox", "ingest"),
        "carry out probes": _every(tick, "sources.tasks.carry_out_probes", "ingest"),
        "extract full text": _every(tick, "sources.tasks.extract_pending", "extract"),
        "fold looks": {
            "task": "sources.tasks.fold_looks",
            "schedule": crontab(hour="3", minute="40"),
            "options": {"queue": "default", "expires": 3600},
        },
        "notice silence": _every(3600, "sources.tasks.notice_silence", "default"),
        "identify languages": _every(tick, "sources.tasks.identify_languages", "default"),
        "index items": _every(tick, "sources.tasks.index_items", "default"),
        "embed items": _every(tick, "sources.tasks.embed_items", "embed"),
        "assign stories": _every(tick, "sources.tasks.assign_stories", "default"),
        "suggest situations": _every(tick, "countries.tasks.suggest_pending", "default"),
        "read names again": _every(max(tick, 60), "countries.tasks.read_again", "default"),
        "suggest terms": _every(tick, "countries.tasks.code_pending", "default"),
        "suggest terms by model": _every(tick, "countries.tasks.code_pending_by_model", "embed"),
        "count days": _every(tick * 5, "monitoring.tasks.count_days", "default"),
        "assemble drafts": _every(tick * 5, "briefings.tasks.assemble_due", "default"),
        "render published": _every(tick, "briefings.tasks.render_published", "default"),
        "queue digests": _every(tick, "delivery.tasks.queue_digests", "mail"),
        "send queued mail": _every(tick, "delivery.tasks.send_queued", "mail"),
        # Once a day, and again later where nobody was up then: the second finds the first.
        "report on sources": {
            "task": "delivery.tasks.report_sources",
            "schedule": crontab(hour="6-23", minute="10"),
            "options": {"queue": "mail", "expires": 1800},
        },
        "look for stuck mail": _every(60, "delivery.tasks.report_stuck", "mail"),
        "forget addresses": _every(3600, "delivery.tasks.forget_addresses", "mail"),
    }
