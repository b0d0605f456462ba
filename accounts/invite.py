"""Making users by invitation: an account without a password, and a mail with the link to set the first one."""

from __future__ import annotations

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.db import IntegrityError, transaction

from accounts import roles
from accounts.models import User
from accounts.roles import Role


class NotAllowed(Exception):
    """Only administrators invite."""


class AlreadyThere(Exception):
    """Somebody with that address has an account."""


class NotSent(Exception):
    """The account stands, but the mail server did not take the mail: send the link again later."""


def invite(email: str, *, role: Role | None, by: User, display_name: str = "") -> User:
    """The person has an account with that role (None: administrator) and a mail to set a password.
    Raises NotAllowed, AlreadyThere, NotSent, roles.RolesNotLoaded."""
    if not (by.is_superuser and by.is_active):
        raise NotAllowed
    user = make_user(email, role=role, display_name=display_name)
    send_link(user, by=by)
    return user


def make_user(email: str, *, role: Role | None, display_name: str = "") -> User:
    """A user with a verified address, that role, and no password yet. Raises AlreadyThere, roles.RolesNotLoaded."""
    if User.objects.filter(email__iexact=email.strip()).exists():
        raise AlreadyThere
    try:
        with transaction.atomic():
            user = User.objects.create_user(email.strip(), display_name=display_name)
            # Who can open the link reads the mailbox: the address needs no second proof.
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
            roles.assign(user, role)
    except IntegrityError as error:
        raise AlreadyThere from error
    return user


def send_link(user: User, *, by: User) -> None:
    """The person has a mail with a link that sets a password, once, within three days. Raises NotAllowed, NotSent."""
    if not (by.is_superuser and by.is_active):
        raise NotAllowed
    context = {"user": user, "password_reset_url": password_link(user), "invited_by": str(by)}
    try:
        get_adapter().send_mail("email/invitation", user.email, context)
    except OSError as error:  # smtplib's exceptions are OSErrors too
        raise NotSent from error


def password_link(user: User) -> str:
    """A link that sets a password, once (Django's PASSWORD_RESET_TIMEOUT: three days)."""
    key = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
    return str(get_adapter().get_reset_password_from_key_url(f"{user_pk_to_url_str(user)}-{key}"))
