"""``manage.py catch_mail``: catches what the demo sends, in the foreground, until it is told to stop."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from delivery.catcher import serve


class Command(BaseCommand):
    help = "Catches outgoing mail as .eml files instead of delivering it. Not for production."

    def handle(self, *args: object, **options: object) -> None:
        if settings.PRODUCTION:
            raise CommandError("The catcher delivers nothing and so is refused in production. Set EMAIL_URL.")
        try:
            asyncio.run(self._serve(settings.MAIL_CATCHER_DIR, settings.MAIL_CATCHER_PORT))
        except OSError as error:
            raise CommandError(
                f"Cannot catch mail on 127.0.0.1:{settings.MAIL_CATCHER_PORT} into {settings.MAIL_CATCHER_DIR}: "
                f"{error.strerror}. CURATOR_MAIL_PORT may name a free port."
            ) from error

    async def _serve(self, folder: Path, port: int) -> None:
        stopped = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stopped.set)

        def ready() -> None:
            self.stdout.write(f"Catching mail on 127.0.0.1:{port} into {folder}")
            self.stdout.flush()

        await serve(folder, port=port, stopped=stopped, ready=ready)
