"""Addresses at rest: encrypted, found again, moved to a new key."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from delivery import addresses, keeping, subscribe
from delivery.models import Subscriber
from tests.factories import delivery as make

OLD, NEW = addresses.new_key(), addresses.new_key()


@pytest.fixture(autouse=True)
def _old_key(settings):
    settings.SUBSCRIBER_KEYS = [OLD]


def test_an_address_comes_back_as_it_was_written():
    assert addresses.unseal(addresses.seal(" Anna.B@Post.Example ").cipher) == "Anna.B@post.example"


def test_neither_cipher_nor_hash_shows_the_address():
    sealed = addresses.seal("anna@post.example")
    assert b"anna" not in sealed.cipher
    assert len(sealed.digest) == 64
    assert sealed.cipher != addresses.seal("anna@post.example").cipher


@pytest.mark.parametrize("other", ["ANNA@post.example", "anna@POST.example", " anna@post.example"])
def test_the_same_mailbox_has_one_hash(other):
    assert addresses.seal(other).digest == addresses.seal("anna@post.example").digest


def test_a_domain_in_any_script_has_one_form():
    assert addresses.normalise("anna@Straße-π.example") == addresses.normalise("anna@strasse-π.example")
    assert addresses.normalise("a@bücher.example") == "a@xn--bcher-kva.example"


def test_the_hash_depends_on_the_key(settings):
    before = addresses.seal("anna@post.example").digest
    settings.SUBSCRIBER_KEYS = [NEW]
    assert addresses.seal("anna@post.example").digest != before


def test_a_key_taken_off_too_early_is_said_so(settings):
    cipher = addresses.seal("anna@post.example").cipher
    settings.SUBSCRIBER_KEYS = [NEW]
    with pytest.raises(addresses.Undecipherable):
        addresses.unseal(cipher)


@pytest.mark.parametrize(("keys", "words"), [([], "is empty"), (["short"], "not 32 bytes")])
def test_a_bad_key_is_refused_with_what_to_do(settings, keys, words):
    settings.SUBSCRIBER_KEYS = keys
    with pytest.raises(ImproperlyConfigured, match=f"{words}.*new_subscriber_key"):
        addresses.seal("anna@post.example")


@pytest.mark.django_db
class TestRotation:
    def test_a_new_first_key_orphans_nobody(self, settings):
        known = make.follower("CAF", address="anna@post.example")
        settings.SUBSCRIBER_KEYS = [NEW, OLD]
        subscribe.ask("anna@post.example", choices=subscribe.Choices(("CAF",)), at=make.NOW)
        known.refresh_from_db()
        assert Subscriber.objects.count() == 1
        assert known.address_digest == addresses.digests("anna@post.example")[0]

    def test_rekeying_lets_the_old_key_go(self, settings):
        known = make.follower("CAF", address="anna@post.example")
        settings.SUBSCRIBER_KEYS = [NEW, OLD]
        assert keeping.rekey() == (1, 0)
        settings.SUBSCRIBER_KEYS = [NEW]
        known.refresh_from_db()
        assert addresses.unseal(known.address_cipher) == "anna@post.example"
        assert known.address_digest in addresses.digests("anna@post.example")

    def test_rekeying_leaves_what_no_key_opens(self, settings):
        make.follower("CAF")
        settings.SUBSCRIBER_KEYS = [NEW]
        assert keeping.rekey() == (0, 1)
