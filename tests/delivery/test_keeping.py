"""How long addresses stay."""

from __future__ import annotations

import datetime as dt

import pytest

from delivery import keeping, subscribe, tokens
from delivery.models import OutgoingMail, Subscriber
from tests.factories import delivery as make

pytestmark = pytest.mark.django_db

NOW, DAY = make.NOW, dt.timedelta(days=1)


def ask(at):
    make.situation("CAF")
    subscribe.ask("anna@post.example", choices=subscribe.Choices(("CAF",)), at=at)


@pytest.mark.parametrize(("days", "kept"), [(2.9, True), (3.1, False)])
def test_an_address_nobody_confirmed_is_deleted_when_its_link_has_expired(days, kept):
    ask(NOW - days * DAY)
    assert keeping.forget(at=NOW) == (0 if kept else 1)
    assert Subscriber.objects.exists() is kept
    assert OutgoingMail.objects.exists() is kept


def test_asking_again_keeps_it():
    ask(NOW - 4 * DAY)
    ask(NOW - DAY)
    assert keeping.forget(at=NOW) == 0
    assert Subscriber.objects.exists()


@pytest.mark.parametrize(("days", "kept"), [(29, True), (31, False)])
def test_of_who_left_only_the_hash_stays(days, kept):
    reader = make.follower("CAF", left_at=NOW - days * DAY)
    assert keeping.forget(at=NOW) == (0 if kept else 1)
    assert keeping.forget(at=NOW) == 0
    after = Subscriber.objects.get()
    assert bool(after.address_cipher) is kept
    assert after.address_digest == reader.address_digest


def test_who_left_and_asks_again_is_not_forgotten_before_the_answer():
    make.follower("CAF", address="anna@post.example", left_at=NOW - 40 * DAY)
    ask(NOW)
    keeping.forget(at=NOW + DAY / 24)

    reader, outcome = subscribe.confirm(tokens.confirm_token(OutgoingMail.objects.get().pk), at=NOW + DAY)

    assert (outcome, bool(reader.address_cipher)) == (subscribe.Confirmed.NOW, True)


def test_a_confirmation_without_an_address_is_refused():
    reader = make.follower("CAF", address="anna@post.example", left_at=NOW - DAY)
    ask(NOW)
    Subscriber.objects.filter(pk=reader.pk).update(address_cipher=b"")

    with pytest.raises(subscribe.Expired):
        subscribe.confirm(tokens.confirm_token(OutgoingMail.objects.get().pk), at=NOW)


def test_who_is_here_is_never_forgotten():
    make.follower("CAF", created_at=NOW - 900 * DAY, confirmed_at=NOW - 900 * DAY)
    assert keeping.forget(at=NOW) == 0


def test_who_was_forgotten_can_come_back():
    reader = make.follower("CAF", address="anna@post.example", left_at=NOW - 40 * DAY)
    keeping.forget(at=NOW)
    ask(NOW)
    reader.refresh_from_db()
    assert reader.address_cipher
