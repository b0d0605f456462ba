"""The state machine: at most once, whatever the mail server or the worker does."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.core import mail as django_mail
from django.db import IntegrityError, connection, transaction

from delivery import dispatch
from delivery.models import Digest, Dispatch, MailState, OutgoingMail
from tests.delivery import backends
from tests.factories import delivery as make

NOW = make.NOW
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _empty():
    backends.Collects.kept.clear()
    backends.Collects.opened.clear()


@pytest.fixture
def server(settings):
    """Chooses how the mail server behaves."""

    def choose(backend):
        settings.EMAIL_BACKEND = f"tests.delivery.backends.{backend.__name__}"

    return choose


def queued(code="CAF", **fields):
    """A digest with one edition, ready to go."""
    reader = make.follower(code, **fields)
    digest = make.DigestFactory(subscriber=reader)
    edition = make.Edition.objects.filter(situation__code=code).first() or make.issue(code)
    Dispatch.objects.create(digest=digest, subscription=reader.subscriptions.get(), edition=edition)
    return digest


def send(at=NOW, limit=100):
    return dispatch.send_due(clock=lambda: at, edition_clock=lambda: at, limit=limit, within=HOUR)


def test_a_queued_digest_is_sent_once():
    digest = queued()
    assert send().sent == 1
    assert send().total == 0
    digest.refresh_from_db()
    assert (digest.state, digest.attempts, digest.sent_at) == (MailState.SENT, 1, NOW)
    assert len(django_mail.outbox) == 1


def test_operators_and_confirmations_go_the_same_way():
    other = make.OutgoingMailFactory()
    assert send().sent == 1
    other.refresh_from_db()
    assert (other.state, other.attempts) == (MailState.SENT, 1)
    assert django_mail.outbox[0].to == ["operator@demo.example"]


class TestCrash:
    def test_what_was_cut_off_is_never_sent_again_and_operators_are_told_once(self, server):
        digest = queued()
        server(backends.KillsTheWorker)
        with pytest.raises(backends.Killed):
            send()
        digest.refresh_from_db()
        assert (digest.state, digest.inflight_at, digest.attempts) == (MailState.INFLIGHT, NOW, 1)

        server(backends.Collects)
        assert send(NOW + 24 * HOUR).total == 0
        assert dispatch.report_stuck(at=NOW + 15 * MINUTE) == 0
        assert dispatch.report_stuck(at=NOW + 16 * MINUTE) == 1
        assert dispatch.report_stuck(at=NOW + 17 * MINUTE) == 0
        told = OutgoingMail.objects.get()
        assert told.kind == OutgoingMail.Kind.OPERATOR
        assert str(digest.pk) in told.body
        assert send(NOW + 18 * MINUTE).sent == 1
        assert [message.to for message in backends.Collects.kept] == [["operator@demo.example"]]

    @pytest.mark.django_db(transaction=True)
    def test_the_claim_is_committed_before_the_server_is_spoken_to(self, server):
        """Another connection sees it inflight while the worker hangs in the middle of SMTP."""
        digest = queued()
        server(backends.KillsTheWorker)
        with pytest.raises(backends.Killed):
            send()
        seen = []

        def look():
            seen.append(Digest.objects.get(pk=digest.pk).state)
            connection.close()

        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
        assert seen == [MailState.INFLIGHT]

    def test_several_cut_off_are_one_message(self, server):
        server(backends.KillsTheWorker)
        for _ in range(3):
            queued()
            with pytest.raises(backends.Killed):
                send()
        assert dispatch.report_stuck(at=NOW + HOUR) == 3
        assert OutgoingMail.objects.count() == 1

    def test_a_cut_off_message_to_operators_makes_no_other(self, server):
        make.OutgoingMailFactory()
        server(backends.KillsTheWorker)
        with pytest.raises(backends.Killed):
            send()
        assert dispatch.report_stuck(at=NOW + HOUR) == 0
        assert OutgoingMail.objects.count() == 1

    def test_by_hand_it_goes_again_under_the_same_name(self, server):
        digest = queued()
        server(backends.KillsTheWorker)
        with pytest.raises(backends.Killed):
            send()
        digest.refresh_from_db()
        dispatch.resend(digest, at=NOW + HOUR)
        server(backends.Collects)
        assert send(NOW + HOUR).sent == 1
        assert backends.Collects.kept[0].extra_headers["Message-ID"] == digest.message_id

    @pytest.mark.parametrize("state", [MailState.QUEUED, MailState.RETRY, MailState.SENT, MailState.CANCELLED])
    def test_by_hand_nothing_goes_that_is_neither_failed_nor_in_doubt(self, state):
        digest = make.DigestFactory(state=state, sent_at=NOW)
        with pytest.raises(dispatch.NotResendable):
            dispatch.resend(digest, at=NOW + HOUR)
        digest.refresh_from_db()
        assert digest.state == state

    def test_by_hand_nothing_goes_that_is_just_being_sent(self):
        digest = make.DigestFactory(state=MailState.INFLIGHT, inflight_at=NOW)
        with pytest.raises(dispatch.NotResendable):
            dispatch.resend(digest, at=NOW + MINUTE)

    def test_a_worker_that_was_taken_for_dead_does_not_write_over_the_next_attempt(self, server):
        digest = queued()
        slow = dispatch.claim(Digest, at=NOW, edition_at=NOW)
        dispatch.resend(digest, at=NOW + HOUR)
        server(backends.Greylists)
        send(NOW + HOUR)
        dispatch._write(slow, state=MailState.SENT, sent_at=NOW + HOUR)
        digest.refresh_from_db()
        assert (digest.state, digest.attempts) == (MailState.RETRY, 2)


@pytest.mark.django_db(transaction=True)
def test_many_workers_send_each_mail_once(server):
    server(backends.Collects)
    edition = make.issue()
    for _ in range(12):
        reader = make.follower("CAF")
        digest = make.DigestFactory(subscriber=reader)
        Dispatch.objects.create(digest=digest, subscription=reader.subscriptions.get(), edition=edition)
    start = threading.Barrier(4)
    sent = []

    def work():
        start.wait()
        sent.append(send().sent)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    names = [message.extra_headers["Message-ID"] for message in backends.Collects.kept]
    assert sum(sent) == len(names) == len(set(names)) == 12
    assert len([count for count in sent if count]) > 1  # more than one really worked
    assert set(Digest.objects.values_list("state", "attempts")) == {(MailState.SENT, 1)}


class TestRefusals:
    @pytest.mark.parametrize(
        ("backend", "state", "after", "words"),
        [
            (backends.Unreachable, MailState.RETRY, MINUTE, "no connection to the mail server"),
            (backends.RefusesSignIn, MailState.RETRY, 15 * MINUTE, "the mail server refused our sign-in (535)"),
            (backends.Greylists, MailState.RETRY, MINUTE, "the mail server answered 450 4.2.0"),
            (backends.HangsUpBefore, MailState.RETRY, MINUTE, "the connection broke before the message went out"),
            (
                backends.MailboxFull,
                MailState.RETRY,
                15 * MINUTE,
                "the mail server answered 552 5.2.2: the mailbox is full",
            ),
            (backends.CallsItSpam, MailState.FAILED, None, "the mail server answered 554 5.7.1"),
            (
                backends.NoSuchMailbox,
                MailState.FAILED,
                None,
                "the mail server answered 550 5.1.1: the mailbox takes no mail",
            ),
        ],
    )
    def test_each_ends_in_one_visible_state(self, server, backend, state, after, words):
        digest = queued(address="anna@post.example")
        server(backend)
        send()
        digest.refresh_from_db()
        assert (digest.state, digest.last_error) == (state, words)
        assert digest.next_attempt_at == (NOW + after if after else None)
        assert "anna" not in digest.last_error

    def test_a_connection_lost_after_the_message_is_in_doubt_and_not_tried_again(self, server):
        digest = queued()
        server(backends.HangsUpAfter)
        assert send().unknown == 1
        assert send(NOW + HOUR).total == 0
        digest.refresh_from_db()
        assert digest.state == MailState.INFLIGHT
        assert "may have arrived" in digest.last_error

    def test_a_mailbox_that_is_gone_gets_nothing_more(self, server):
        digest = queued()
        server(backends.NoSuchMailbox)
        send()
        digest.subscriber.refresh_from_db()
        assert digest.subscriber.suppressed_at == NOW

    def test_a_mail_taken_for_spam_does_not_end_the_subscription(self, server):
        digest = queued()
        server(backends.CallsItSpam)
        send()
        digest.subscriber.refresh_from_db()
        assert digest.subscriber.suppressed_at is None

    def test_without_a_server_the_rest_stays_queued(self, server):
        first, second = queued(), queued("SSD")
        server(backends.Unreachable)
        assert send().retried == 1
        assert [Digest.objects.get(pk=d.pk).state for d in (first, second)] == [MailState.RETRY, MailState.QUEUED]

    def test_the_waits_grow_and_after_a_day_it_is_given_up(self, server):
        digest = queued()
        server(backends.Greylists)
        at, waits = NOW, []
        while digest.state != MailState.FAILED:
            assert len(waits) < 50
            send(at)
            digest.refresh_from_db()
            if digest.next_attempt_at:
                waits.append(digest.next_attempt_at - at)
                at = digest.next_attempt_at
        assert waits == sorted(waits)
        assert waits[:3] == [MINUTE, 2 * MINUTE, 5 * MINUTE]
        assert NOW + 22 * HOUR < at < NOW + 24 * HOUR

    def test_not_before_its_time(self, server):
        queued()
        server(backends.Greylists)
        send()
        server(backends.Collects)
        assert send(NOW + 59 * dt.timedelta(seconds=1)).total == 0
        assert send(NOW + MINUTE).sent == 1

    def test_one_connection_serves_the_batch(self, server):
        for _ in range(5):
            queued()
        server(backends.Collects)
        assert send().sent == 5
        assert len(backends.Collects.opened) == 1

    def test_one_that_cannot_be_built_stops_no_other(self, settings):
        bad, good = queued(), queued()
        bad.subscriber.address_cipher = b"gibberish"
        bad.subscriber.save()
        tally = send()
        assert (tally.sent, tally.retried) == (1, 1)
        bad.refresh_from_db()
        assert bad.last_error == "no key in SUBSCRIBER_KEY opens the subscriber's address"
        good.refresh_from_db()
        assert good.state == MailState.SENT

    def test_a_fault_before_the_server_is_spoken_to_is_tried_again(self, settings):
        digest = queued()
        storages = settings.STORAGES
        forbidden = {**storages["default"], "BACKEND": "tests.delivery.backends.ForbiddenStorage"}
        settings.STORAGES = {**storages, "default": forbidden}
        assert send().retried == 1
        digest.refresh_from_db()
        assert (digest.state, digest.last_error) == (MailState.RETRY, "could not be put together; the log says why")

        settings.STORAGES = storages
        assert send(at=NOW + 24 * HOUR / 2).sent == 1


class TestBatch:
    def test_it_stops_at_its_limit(self):
        for _ in range(3):
            queued()
        assert send(limit=2).sent == 2

    def test_it_stops_when_its_time_is_over(self):
        for _ in range(3):
            queued()
        moments = iter(NOW + n * MINUTE for n in range(100))
        tally = dispatch.send_due(clock=lambda: next(moments), edition_clock=lambda: NOW, limit=10, within=4 * MINUTE)
        assert 0 < tally.sent < 3


class TestLastLook:
    """Between queueing and sending things change; the claim looks once more."""

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"left_at": NOW}, "the subscriber left"),
            ({"suppressed_at": NOW}, "the address takes no mail"),
        ],
    )
    def test_who_left_meanwhile_gets_nothing(self, change, words):
        digest = queued()
        for name, value in change.items():
            setattr(digest.subscriber, name, value)
        digest.subscriber.save()
        assert send().total == 0
        digest.refresh_from_db()
        assert (digest.state, digest.last_error) == (MailState.CANCELLED, words)

    def test_what_is_no_longer_followed_is_not_sent(self):
        digest = queued()
        digest.subscriber.subscriptions.update(ended_at=NOW)
        send()
        digest.refresh_from_db()
        assert digest.state == MailState.CANCELLED

    def test_a_withdrawn_edition_is_taken_out_of_mail_and_ledger(self):
        digest = queued()
        edition = digest.dispatches.get().edition
        edition.status = "withdrawn"
        edition.save()
        assert send().sent == 1
        assert digest.dispatches.get().edition is None
        assert "No edition issued for 14 September 2026" in " ".join(django_mail.outbox[0].body.split())

    def test_a_corrected_edition_gives_way_to_its_correction(self):
        digest = queued()
        edition = digest.dispatches.get().edition
        edition.status = "corrected"
        edition.save()
        second = make.issue(version=2)
        send()
        assert digest.dispatches.get().edition == second
        assert "CAF-2026-09-14-v2" in django_mail.outbox[0].body

    def test_without_operators_a_message_to_them_is_cancelled_and_says_why(self, settings):
        settings.OPERATOR_EMAILS = []
        other = make.OutgoingMailFactory()
        assert send().total == 0
        other.refresh_from_db()
        assert (other.state, other.last_error) == (MailState.CANCELLED, "OPERATOR_EMAILS is empty")


class TestLedger:
    def test_no_edition_twice_to_one_subscription(self):
        digest = queued()
        row = digest.dispatches.get()
        other = make.DigestFactory(subscriber=digest.subscriber, date=make.TODAY + dt.timedelta(days=1))
        with pytest.raises(IntegrityError, match="dispatch_once"), transaction.atomic():
            Dispatch.objects.create(digest=other, subscription=row.subscription, edition=row.edition)

    def test_no_two_digests_a_day(self):
        digest = queued()
        with pytest.raises(IntegrityError, match="digest_once_a_day"), transaction.atomic():
            make.DigestFactory(subscriber=digest.subscriber, date=digest.date)

    @pytest.mark.parametrize(
        ("fields", "name"),
        [
            ({"state": "sent", "sent_at": None}, "digest_sent_has_time"),
            ({"state": "inflight", "inflight_at": None}, "digest_inflight_has_time"),
        ],
    )
    def test_a_state_has_its_time(self, fields, name):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            make.DigestFactory(**fields)
