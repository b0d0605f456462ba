"""Words in links: each opens one door only."""

from __future__ import annotations

import uuid

import pytest

from delivery import tokens

WHO = uuid.UUID(int=7)


def test_each_word_comes_back():
    assert tokens.subscriber_to_leave(tokens.leave_token(WHO)) == WHO
    assert tokens.subscriber_to_manage(tokens.manage_token(WHO)) == WHO
    assert tokens.mail_to_confirm(tokens.confirm_token(12)) == 12


@pytest.mark.parametrize(
    ("read", "word"),
    [
        (tokens.subscriber_to_manage, tokens.leave_token(WHO)),  # providers see the leave link; it must show nothing
        (tokens.subscriber_to_leave, tokens.manage_token(WHO)),
        (tokens.mail_to_confirm, tokens.leave_token(WHO)),
        (tokens.subscriber_to_leave, WHO.hex),
        (tokens.subscriber_to_leave, tokens.leave_token(WHO)[:-1]),
        (tokens.subscriber_to_leave, tokens.leave_token(WHO).replace("7.", "8.")),
        (tokens.mail_to_confirm, "12"),
        (tokens.mail_to_confirm, ""),
        (tokens.mail_to_confirm, "\x00ü."),
    ],
)
def test_another_doors_or_a_forged_word_is_refused(read, word):
    with pytest.raises(tokens.BadToken):
        read(word)


def test_an_old_secret_works_while_it_is_listed(settings):
    word = tokens.leave_token(WHO)
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another" * 10
    with pytest.raises(tokens.BadToken):
        tokens.subscriber_to_leave(word)
    settings.SECRET_KEY_FALLBACKS = [old]
    assert tokens.subscriber_to_leave(word) == WHO
