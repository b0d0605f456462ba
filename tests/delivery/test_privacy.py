"""An address is nowhere but in its own encrypted column and in the mail itself."""

from __future__ import annotations

import io
import logging

import pytest
import time_machine
from django.apps import apps
from django.conf import settings as site
from django.core.serializers import serialize
from django.test import Client

from curator.logs import MaskLinks
from delivery import tasks
from tests.factories import delivery as make

pytestmark = pytest.mark.django_db

NAME = "very-secret-name"


@pytest.mark.parametrize(
    "backend",
    ["NoSuchMailbox", "Greylists", "CallsItSpam", "HangsUpAfter", "HangsUpBefore", "Unreachable", "Collects"],
)
def test_no_log_and_no_row_holds_an_address(client, settings, caplog, backend):
    caplog.set_level(logging.DEBUG)
    settings.EMAIL_BACKEND = f"tests.delivery.backends.{backend}"
    make.issue()
    make.follower("CAF", address=f"{NAME}@post.example", confirmed_at=make.NOW)
    wanted = {"situations": ["CAF"], "language": "en", "send_at": "07:00", "time_zone": "UTC"}
    with time_machine.travel(make.NOW, tick=False):
        client.post("/subscribe/", {"address": f"{NAME}-too@post.example", **wanted})
        client.post("/subscribe/", {"address": f"{NAME} is no address", **wanted})
        tasks.queue_digests()
        for _ in range(3):
            tasks.send_queued()
    with time_machine.travel(make.NOW.replace(hour=20), tick=False):
        tasks.send_queued()
        tasks.report_stuck()
    assert NAME not in caplog.text
    assert not [record for record in caplog.records if NAME in str(vars(record))]
    for model in apps.get_app_config("delivery").get_models():
        assert NAME not in serialize("json", model.objects.all())


def test_a_refused_request_does_not_write_its_link_into_the_log(client):
    """As the log is configured: Django writes the path of every refused request."""
    word = "0123.a-secret-word"
    written = io.StringIO()
    handler = next(h for h in logging.getLogger().handlers if any(isinstance(f, MaskLinks) for f in h.filters))
    stream = handler.setStream(written)
    try:
        for path in ("leave", "subscription", "subscribe/confirm"):
            client.post(f"/{path}/{word}/")
        Client(enforce_csrf_checks=True).post(f"/subscription/{word}/")
        client.get("/no-such-page/")
    finally:
        handler.setStream(stream)
    lines = written.getvalue()
    assert lines.count("/…/") == 4
    assert "secret" not in lines
    assert "/no-such-page/" in lines


def test_queue_messages_carry_nothing():
    for entry in site.CELERY_BEAT_SCHEDULE.values():
        if entry["task"].startswith("delivery."):
            assert not entry.get("args")
            assert not entry.get("kwargs")
            assert entry["options"]["queue"] == "mail"
