"""``manage.py read_mailbox``: looks at the configured mailbox once, now, and says what it brought."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sources import client
from sources.doors import mailbox
from sources.models import Mailbox


class Command(BaseCommand):
    help = "Reads new mail of the configured mailbox (MAILBOX_URL) now, to try the settings. Changes nothing on the server."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.MAILBOX_URL:
            raise CommandError("No mailbox is configured: set MAILBOX_URL.")
        account = client.mail_account()
        Mailbox.objects.filter(key=account.key).update(next_look_at=None)
        found = mailbox.look(account, at=timezone.now(), interval=client.interval())
        if found is None:
            raise CommandError("A worker is reading this mailbox at this moment.")
        if found.error:
            raise CommandError(f"{found.name}: {found.error}")
        self.stdout.write(
            f"{found.name}: {found.items} came in, {found.unassigned} from senders that nobody has assigned, "
            f"{found.set_aside} set aside{', more waits' if found.has_more else ''}."
        )
