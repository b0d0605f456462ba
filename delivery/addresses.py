"""The only place where a subscriber's address is readable: encrypts it, decrypts it, finds it again.

``settings.SUBSCRIBER_KEYS`` lists Fernet keys; the first encrypts, every one decrypts. The lookup hash is an HMAC-SHA256
under a key derived from the same list (HKDF with a label of its own), so that neither a stolen table nor a dictionary
of addresses tells who subscribes. An address is looked for under every listed key: adding a new first key orphans
nobody, and ``rekey`` moves a row to the first one, after which an old key may go. Nothing here logs.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
from dataclasses import dataclass
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

_LABEL = b"curator subscriber address lookup 1"


class Undecipherable(Exception):
    """No listed key opens the address: a key was taken off the list too early."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """An address as it is stored."""

    cipher: bytes
    digest: str


def normalise(address: str) -> str:
    """The address as it is written to: no space around it, the domain in lower case and in its ASCII form."""
    local, _, domain = address.strip().rpartition("@")
    with contextlib.suppress(UnicodeError):  # a domain that IDNA refuses is left to the mail server to refuse
        domain = domain.encode("idna").decode()
    return f"{local}@{domain.lower()}"


def seal(address: str) -> Sealed:
    """The address encrypted, and its hash, both under the first key."""
    plain = normalise(address)
    return Sealed(cipher=_fernet(_keys()).encrypt(plain.encode()), digest=_digest(_keys()[0], plain))


def digests(address: str) -> tuple[str, ...]:
    """Every hash the address may be stored under, the first key's first."""
    plain = normalise(address)
    return tuple(_digest(key, plain) for key in _keys())


def unseal(cipher: bytes | memoryview) -> str:
    """The address. Raises Undecipherable."""
    try:
        return _fernet(_keys()).decrypt(bytes(cipher)).decode()
    except InvalidToken as error:
        raise Undecipherable from error


def new_key() -> str:
    """A fresh key in the form that SUBSCRIBER_KEY takes."""
    return Fernet.generate_key().decode()


def _keys() -> tuple[str, ...]:
    keys: list[str] = settings.SUBSCRIBER_KEYS
    if not keys:
        raise ImproperlyConfigured("SUBSCRIBER_KEY is empty; make one with `manage.py new_subscriber_key`")
    return tuple(keys)


@lru_cache(maxsize=8)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError as error:
        raise ImproperlyConfigured(
            "SUBSCRIBER_KEY holds a key that is not 32 bytes in base64; make one with `manage.py new_subscriber_key`"
        ) from error


@lru_cache(maxsize=8)
def _lookup_key(key: str) -> bytes:
    secret = base64.urlsafe_b64decode(key)
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=_LABEL).derive(secret)


def _digest(key: str, plain: str) -> str:
    # Mail systems may tell Anna@ from anna@, but none in use does: one person, one row.
    return hmac.new(_lookup_key(key), plain.casefold().encode(), hashlib.sha256).hexdigest()
