"""Asking, confirming, changing, leaving."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import connection

from delivery import subscribe, tokens
from delivery.models import Digest, MailState, OutgoingMail, Subscriber
from delivery.subscribe import Choices, Confirmed
from tests.factories import delivery as make

NOW = make.NOW
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
ANNA = "anna@post.example"


@pytest.fixture(autouse=True)
def _situations(db):
    make.situation("CAF")
    make.situation("SSD")


def ask(*codes, address=ANNA, at=NOW, **choices):
    subscribe.ask(address, choices=Choices(codes or ("CAF",), **choices), at=at)
    return OutgoingMail.objects.order_by("-pk").first()


def follows(subscriber):
    return subscribe.current_choices(subscriber).situations


def confirm(mail, at=NOW):
    return subscribe.confirm(tokens.confirm_token(mail.pk), at=at)


def test_asking_alone_subscribes_nobody():
    ask()
    assert not Subscriber.objects.mailable().exists()
    assert not Subscriber.objects.get().subscriptions.exists()


def test_confirming_makes_it_so():
    asked = ask("CAF", "SSD", language="fr", time_zone="Africa/Bangui", send_at=dt.time(5))
    subscriber, outcome = confirm(asked, at=NOW + HOUR)
    assert outcome is Confirmed.NOW
    assert subscribe.current_choices(subscriber) == Choices(("CAF", "SSD"), "fr", "Africa/Bangui", dt.time(5))
    assert subscriber.consent_version == subscribe.CONSENT_VERSION
    assert Subscriber.objects.mailable().get() == subscriber


def test_confirming_twice_changes_nothing():
    asked = ask("CAF")
    subscriber, _ = confirm(asked, at=NOW + HOUR)
    subscribe.change(subscriber.public_id, choices=Choices(("SSD",)), at=NOW + 2 * HOUR)
    again, outcome = confirm(asked, at=NOW + 3 * HOUR)
    assert outcome is Confirmed.ALREADY
    assert follows(again) == ("SSD",)


def test_an_old_link_brings_nobody_back_who_left():
    asked = ask("CAF")
    subscriber, _ = confirm(asked, at=NOW + HOUR)
    subscribe.leave(subscriber.public_id, at=NOW + 2 * HOUR)
    again, outcome = confirm(asked, at=NOW + 3 * HOUR)
    assert outcome is Confirmed.ALREADY
    assert again.left_at == NOW + 2 * HOUR


@pytest.mark.parametrize(("late", "works"), [(dt.timedelta(0), True), (dt.timedelta(seconds=1), False)])
def test_the_link_works_for_72_hours(late, works):
    asked = ask("CAF")
    at = NOW + dt.timedelta(hours=72) + late
    if works:
        assert confirm(asked, at=at)[1] is Confirmed.NOW
        return
    with pytest.raises(subscribe.Expired):
        confirm(asked, at=at)
    assert not Subscriber.objects.mailable().exists()


def test_a_link_to_what_is_gone_is_expired():
    with pytest.raises(subscribe.Expired):
        subscribe.confirm(tokens.confirm_token(999), at=NOW)


def test_an_operators_mail_confirms_nothing():
    with pytest.raises(subscribe.Expired):
        confirm(make.OutgoingMailFactory())


def test_an_address_gets_one_request_an_hour():
    ask(at=NOW)
    ask(at=NOW + dt.timedelta(minutes=30))
    assert OutgoingMail.objects.count() == 1
    ask(at=NOW + HOUR)
    assert OutgoingMail.objects.count() == 2


def test_an_address_gets_three_requests_a_day():
    for hours in range(6):
        ask(at=NOW + hours * HOUR)
    assert OutgoingMail.objects.count() == 3
    ask(at=NOW + DAY + HOUR)
    assert OutgoingMail.objects.count() == 4


def test_asking_changes_nothing_for_who_is_subscribed():
    known = make.follower("CAF", address=ANNA, language="fr")
    ask("SSD", language="es")
    known.refresh_from_db()
    assert (follows(known), known.language) == (("CAF",), "fr")


def test_somebody_known_can_ask_for_something_else():
    known = make.follower("CAF", address=ANNA)
    subscriber, _ = confirm(ask("SSD", address="ANNA@post.example"), at=NOW + HOUR)
    assert subscriber == known
    assert follows(subscriber) == ("SSD",)


def test_who_left_comes_back_by_asking_again():
    known = make.follower("CAF", address=ANNA, left_at=NOW - DAY, suppressed_at=NOW - DAY)
    confirm(ask("CAF"), at=NOW + HOUR)
    assert Subscriber.objects.mailable().get() == known


def test_two_requests_at_once_make_one_subscriber_and_one_mail(transactional_db):
    make.situation("CAF")
    start = threading.Barrier(4)
    failures = []

    def work():
        try:
            start.wait()
            ask()
        except Exception as error:  # shown by the assertion below
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert (Subscriber.objects.count(), OutgoingMail.objects.count()) == (1, 1)


def test_leaving_cancels_what_waits():
    reader = make.follower("CAF")
    waiting = make.DigestFactory(subscriber=reader)
    sent = make.DigestFactory(subscriber=reader, date=make.TODAY - DAY, state=MailState.SENT, sent_at=NOW)
    subscribe.leave(reader.public_id, at=NOW)
    assert [Digest.objects.get(pk=row.pk).state for row in (waiting, sent)] == [MailState.CANCELLED, MailState.SENT]
    assert not Subscriber.objects.mailable().exists()


def test_leaving_twice_is_one_leaving():
    reader = make.follower("CAF")
    subscribe.leave(reader.public_id, at=NOW)
    subscribe.leave(reader.public_id, at=NOW + HOUR)
    reader.refresh_from_db()
    assert reader.left_at == NOW


def test_a_change_ends_one_and_takes_up_another():
    reader = make.follower("CAF")
    subscribe.change(reader.public_id, choices=Choices(("SSD",), language="ar"), at=NOW)
    assert follows(reader) == ("SSD",)
    subscribe.change(reader.public_id, choices=Choices(("CAF", "SSD")), at=NOW)
    assert follows(reader) == ("CAF", "SSD")
    assert reader.subscriptions.count() == 2


@pytest.mark.parametrize("state", [{"left_at": NOW}, {"confirmed_at": None}])
def test_who_left_or_never_confirmed_changes_nothing(state):
    reader = make.follower("CAF", **state)
    with pytest.raises(subscribe.Left):
        subscribe.change(reader.public_id, choices=Choices(("SSD",)), at=NOW)
    assert follows(reader) == ("CAF",)
