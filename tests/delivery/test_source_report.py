"""One message a day to operators about the sources, and only where there is something to say."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail as outbox

from delivery import dispatch, source_report
from delivery.models import MailState, OutgoingMail
from sources.models import Feed, FeedHold, FeedMove, Silence
from tests.factories.sources import FeedFactory

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 3, 29, 6, 10, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


def silent(feed: Feed, *, noticed: dt.datetime, ended: dt.datetime | None = None) -> Silence:
    return Silence.objects.create(
        feed=feed, reason="no_answer", since=noticed - DAY, noticed_at=noticed, ended_at=ended
    )


def test_nothing_is_said_where_nothing_is_silent_and_nothing_happened():
    FeedFactory()
    assert source_report.queue(at=AT) is None
    assert not OutgoingMail.objects.exists()


def test_a_hundred_silences_are_one_message_and_a_restart_sends_no_second():
    for number in range(100):
        silent(FeedFactory(name=f"Outlet {number:03}"), noticed=AT - HOUR)
    assert source_report.queue(at=AT) is not None
    assert source_report.queue(at=AT + 5 * HOUR) is None
    mail = OutgoingMail.objects.get()
    assert (mail.kind, mail.key) == ("operator", "sources:2026-03-29")
    assert mail.subject == "100 sources have fallen silent"
    assert "Outlet 029" in mail.body
    assert "and 70 more" in mail.body


def test_the_next_day_says_what_is_new_what_lasts_and_what_is_over():
    first, second, third = (FeedFactory(name=name) for name in ("Lasting", "Over", "New"))
    silent(first, noticed=AT - HOUR)
    over = silent(second, noticed=AT - HOUR)
    source_report.queue(at=AT)
    Silence.objects.filter(pk=over.pk).update(ended_at=AT + HOUR)
    silent(third, noticed=AT + 2 * HOUR)
    news = source_report.gather(since=AT, at=AT + DAY)
    assert [len(part) for part in (news.silent, news.still, news.back)] == [1, 1, 1]
    assert news.silent[0].startswith("New (")
    assert news.still[0].startswith("Lasting (")
    assert news.back[0].startswith("Over (")
    assert source_report.queue(at=AT + DAY) is not None


def test_feeds_that_wait_for_a_person_left_or_moved_are_named():
    held, gone, moved = (FeedFactory(name=name) for name in ("Held", "Gone", "Moved"))
    FeedHold.objects.create(feed=held, at=AT - DAY * 9, reason="The feed looks like another one.")
    Feed.objects.filter(pk=gone.pk).update(retired_at=AT - HOUR, is_active=False)
    FeedMove.objects.create(feed=moved, old_url="https://a.example/", new_url="https://b.example/", at=AT - HOUR)
    body = source_report.queue(at=AT).body
    for words in ("looks like another one", "Withdrawn by their publishers", "– Gone", "https://b.example/"):
        assert words in body
    FeedHold.objects.update(settled_at=AT)
    assert source_report.queue(at=AT + DAY) is None


def test_a_feed_that_we_cannot_read_waits_for_a_person_too():
    FeedFactory(name="Poison", last_state="quarantined", last_error="It could not be read, by a fault of ours.")
    FeedFactory(name="Off", last_state="quarantined", last_error="Old story.", is_active=False)
    mail = source_report.queue(at=AT)
    assert mail.subject == "1 source waits for a person"
    assert "by a fault of ours" in mail.body
    assert "Old story" not in mail.body


def test_the_message_can_be_read_and_only_our_own_page_can_be_followed(settings):
    settings.OPERATOR_EMAILS = ["operator@desk.example"]
    settings.SITE_URL = "https://desk.example"
    moved = FeedFactory(name="<b>Moved</b>")
    FeedMove.objects.create(feed=moved, old_url="https://a.example/", new_url="https://evil.example/x", at=AT - HOUR)
    source_report.queue(at=AT)
    dispatch.send_due(clock=lambda: AT, edition_clock=lambda: AT, limit=10, within=HOUR)
    (message,) = outbox.outbox
    assert OutgoingMail.objects.get().state == MailState.SENT
    html = message.alternatives[0][0]
    assert "&lt;b&gt;Moved&lt;/b&gt;" in html
    assert 'href="https://evil.example' not in html
    assert 'href="https://desk.example/desk/sources/feed/health/"' in html
    assert "\n– <b>Moved</b>" in message.body
    assert max(len(line) for line in message.body.splitlines()) <= 90


def test_nobody_is_told_where_there_is_nobody_to_tell(settings):
    settings.OPERATOR_EMAILS = []
    silent(FeedFactory(), noticed=AT - HOUR)
    assert source_report.queue(at=AT) is None
