"""Asking, confirming, the digest queued and sent: through the pages and the tasks, as in life."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import time_machine
from django.core import mail

from delivery import tasks
from delivery.models import Digest, MailState, OutgoingMail
from tests.factories import delivery as make

pytestmark = pytest.mark.django_db(transaction=True)


def test_who_asks_and_confirms_gets_todays_brief(client):
    edition = make.issue("CAF", bottom_line="", trend="worsening")
    with time_machine.travel(make.NOW, tick=False):
        page = client.post(
            "/subscribe/",
            {
                "address": "Anna@Post.Example",
                "situations": ["CAF"],
                "language": "en",
                "send_at": "07:00",
                "time_zone": "Africa/Bangui",
            },
        )
        assert page.status_code == 302
        tasks.send_queued()
        [asked] = mail.outbox
        link = re.search(r"http://127\.0\.0\.1:8000(/subscribe/confirm/\S+)", asked.body).group(1)
        assert client.get(link).status_code == 200
        assert not Digest.objects.exists()
        assert "Confirmed" in client.post(link).content.decode()
        tasks.queue_digests()
        tasks.send_queued()
    [_, digest] = mail.outbox
    assert digest.to == ["Anna@post.example"]
    assert digest.subject == "[TLP:CLEAR] CAF daily brief – 14 Sep 2026 – worsening – 2 new"
    assert [name for name in digest.attachments if "CAF-2026-09-14-v1-A4.pdf" in str(name.get_filename())]
    row = Digest.objects.get()
    assert (row.state, row.sent_at, row.dispatches.get().edition) == (MailState.SENT, make.NOW, edition)
    assert OutgoingMail.objects.get().state == MailState.SENT
    assert row.date == dt.date(2026, 9, 14)
