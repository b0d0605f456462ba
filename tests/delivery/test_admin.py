"""What operators see and may do."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from delivery.admin import delivered_line
from delivery.models import Dispatch, MailState
from tests.factories import delivery as make

pytestmark = pytest.mark.django_db

LIST = "admin:delivery_digest_changelist"
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def administrator(client):
    user = User.objects.create_superuser("keeper@desk.example")
    client.force_login(user)
    return user


def digest(state, **fields):
    times = {"sent_at": make.NOW} if state == MailState.SENT else {}
    if state == MailState.INFLIGHT:
        times = {"inflight_at": timezone.now() - HOUR}
    return make.DigestFactory(state=state, **times, **fields)


def send_again(client, *digests):
    chosen = [row.pk for row in digests]
    return client.post(reverse(LIST), {"action": "send_again", "_selected_action": chosen}, follow=True)


def test_one_line_says_how_the_day_went(client, administrator):
    for state, count in {"sent": 4, "queued": 1, "retry": 2, "failed": 1, "inflight": 1, "cancelled": 3}.items():
        for _ in range(count):
            digest(state)
    digest("failed", date=make.TODAY - dt.timedelta(days=1))
    line = "2026-09-14: 4 of 9 delivered; 3 waiting, 1 failed, 1 in doubt."
    assert delivered_line() == line
    assert line in client.get(reverse(LIST)).content.decode()


def test_before_the_first_digest_it_says_so(client, administrator):
    assert "No digest has been made yet." in client.get(reverse(LIST)).content.decode()


def test_what_failed_or_is_in_doubt_is_sent_again_and_the_log_says_by_whom(client, administrator):
    rows = [digest("failed"), digest("inflight")]
    page = send_again(client, *rows).content.decode()
    assert "2 mails are queued again." in page
    for row in rows:
        row.refresh_from_db()
        assert row.state == MailState.QUEUED
        entry = LogEntry.objects.get(object_id=str(row.pk))
        assert (entry.user, entry.get_change_message()) == (administrator, "Sent again by hand.")


def test_what_was_sent_is_left_alone(client, administrator):
    row = digest("sent")
    assert "1 mail was left alone" in send_again(client, row).content.decode()
    row.refresh_from_db()
    assert row.state == MailState.SENT
    assert not LogEntry.objects.exists()


def test_an_editor_looks_on_and_sends_nothing_again(client):
    from accounts import invite, roles

    roles.sync_roles()
    client.force_login(invite.make_user("editor@desk.example", role=roles.Role.EDITOR))
    row = digest("failed")
    assert 'value="send_again"' not in client.get(reverse(LIST)).content.decode()
    send_again(client, row)
    row.refresh_from_db()
    assert row.state == MailState.FAILED


def test_no_page_shows_an_address_or_what_stands_for_it(client, administrator):
    reader = make.follower("CAF", address="very-secret@post.example")
    row = make.DigestFactory(subscriber=reader)
    sent = Dispatch.objects.create(digest=row, subscription=reader.subscriptions.get(), edition=make.issue())
    asked = make.OutgoingMailFactory(kind="confirm", subscriber=reader, choices={"situations": ["CAF"]})
    pages = [
        reverse(f"admin:delivery_{name}_changelist") for name in ("digest", "dispatch", "subscription", "outgoingmail")
    ]
    pages += [
        reverse("admin:delivery_digest_change", args=[row.pk]),
        reverse("admin:delivery_dispatch_change", args=[sent.pk]),
        reverse("admin:delivery_subscription_change", args=[reader.subscriptions.get().pk]),
        reverse("admin:delivery_outgoingmail_change", args=[asked.pk]),
    ]
    for url in pages:
        page = client.get(url)
        assert page.status_code == 200
        for secret in ("very-secret", reader.address_digest, reader.public_id.hex, str(reader.public_id)):
            assert secret not in page.content.decode()


def test_lists_take_the_same_number_of_queries_however_long(client, administrator, django_assert_max_num_queries):
    edition = make.issue()
    for _ in range(15):
        reader = make.follower("CAF")
        row = make.DigestFactory(subscriber=reader)
        Dispatch.objects.create(digest=row, subscription=reader.subscriptions.get(), edition=edition)
    for name in ("digest", "dispatch", "subscription"):
        with django_assert_max_num_queries(18):
            assert client.get(reverse(f"admin:delivery_{name}_changelist")).status_code == 200
