"""``manage.py create_administrator``: makes the first administrator. Everybody else is invited on the desk."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from accounts.invite import AlreadyThere, make_user, password_link
from accounts.models import User


class Command(BaseCommand):
    help = "Makes the first administrator and prints a link, good once and for three days, that sets the password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", required=True, help="the administrator's e-mail address")

    def handle(self, *args: object, email: str, **options: object) -> None:
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError(f"{email!r} is not an e-mail address.") from error
        self._refuse_demo(email)
        user = self._administrator(email)
        self.stdout.write(f"{user.email} is an administrator. Set the password here, once, within three days:")
        self.stdout.write(password_link(user))

    def _refuse_demo(self, email: str) -> None:
        names = [address for address, _password, _role in settings.DEMO_ACCOUNTS]
        if email.lower() in names:
            raise CommandError(f"{email} is an account of the demo. Take an address of your own.")
        if settings.PRODUCTION and User.objects.filter(email__in=names, is_active=True).exists():
            raise CommandError(
                "This database holds accounts of the demo, whose passwords are public. Start from a new database."
            )

    def _administrator(self, email: str) -> User:
        others = User.objects.filter(is_superuser=True, is_active=True)
        mine = others.filter(email__iexact=email).first()
        if mine is not None and not mine.has_usable_password():
            return mine  # the link was lost before it was used
        if others.exists() and (settings.PRODUCTION or mine is not None):
            raise CommandError("There is an administrator already, who can invite others on the desk.")
        try:
            return make_user(email, role=None)
        except AlreadyThere as error:
            raise CommandError(f"{email} has an account; an administrator can change its role on the desk.") from error
