"""Signed, opaque words for the links in mail. They name a row by a number nobody can guess or forge, never an address.

Three kinds, each with its own salt, so that one never opens another's door: the leave token stands in headers that mail
providers read and may call; the manage token, only in the mail's text, shows what somebody follows; the confirm token
names one request. Rotating SECRET_KEY keeps old links working for as long as SECRET_KEY_FALLBACKS lists the old one.
"""

from __future__ import annotations

import uuid

from django.core.signing import BadSignature, Signer

_LEAVE = "delivery.leave"
_MANAGE = "delivery.manage"
_CONFIRM = "delivery.confirm"
# Neither mail programs nor URLs mangle a dot, and base64 does not contain it.
_SEPARATOR = "."


class BadToken(Exception):
    """The word was not made here, or for another purpose."""


def leave_token(public_id: uuid.UUID) -> str:
    return _signer(_LEAVE).sign(public_id.hex)


def manage_token(public_id: uuid.UUID) -> str:
    return _signer(_MANAGE).sign(public_id.hex)


def confirm_token(mail_id: int) -> str:
    return _signer(_CONFIRM).sign(str(mail_id))


def subscriber_to_leave(token: str) -> uuid.UUID:
    """Raises BadToken."""
    return _uuid(_unsign(_LEAVE, token))


def subscriber_to_manage(token: str) -> uuid.UUID:
    """Raises BadToken."""
    return _uuid(_unsign(_MANAGE, token))


def mail_to_confirm(token: str) -> int:
    """Raises BadToken."""
    word = _unsign(_CONFIRM, token)
    if not word.isdecimal():
        raise BadToken
    return int(word)


def _signer(salt: str) -> Signer:
    return Signer(salt=salt, sep=_SEPARATOR)


def _unsign(salt: str, token: str) -> str:
    try:
        return _signer(salt).unsign(token)
    except BadSignature as error:
        raise BadToken from error


def _uuid(word: str) -> uuid.UUID:
    try:
        return uuid.UUID(hex=word)
    except ValueError as error:
        raise BadToken from error
