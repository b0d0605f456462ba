"""Roles as they are in life, people in each, and sign-in limits that begin at nought."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _no_counts():
    from django.core.cache import cache

    cache.clear()


@pytest.fixture(autouse=True)
def _quick_hashes(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def roles_loaded(db):
    from accounts import roles

    roles.sync_roles()


@pytest.fixture
def person(roles_loaded):
    """Makes somebody with a role and a password, ready to sign in."""
    from accounts import invite, roles

    def make(name):
        user = invite.make_user(f"{name}@desk.example", role=None if name == "administrator" else roles.Role(name))
        user.set_password("a-long-pass-phrase")
        user.save()
        return user

    return make
