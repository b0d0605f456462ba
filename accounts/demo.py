"""The demo's accounts, whose passwords everybody knows. Production refuses them."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction

from accounts import roles
from accounts.models import User
from accounts.roles import Role


class DemoRefused(Exception):
    """These accounts must never exist where real readers are."""


def make_demo_accounts() -> list[User]:
    """Every account of settings.DEMO_ACCOUNTS exists with its password and role. Safe to repeat.
    Raises DemoRefused, roles.RolesNotLoaded."""
    if settings.PRODUCTION:
        raise DemoRefused
    return [_make(email, password, name) for email, password, name in settings.DEMO_ACCOUNTS]


@transaction.atomic
def _make(email: str, password: str, name: str) -> User:
    user, _ = User.objects.get_or_create(email=email, defaults={"display_name": name.capitalize()})
    if not user.check_password(password):
        user.set_password(password)
        user.save(update_fields=["password"])
    EmailAddress.objects.update_or_create(user=user, email=email, defaults={"verified": True, "primary": True})
    roles.assign(user, None if name == roles.ADMINISTRATOR else Role(name))
    return user
