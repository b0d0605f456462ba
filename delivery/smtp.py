"""The door to the mail server: Django's SMTP backend, which also says whether a lost connection can have lost a mail.

When a connection breaks, ``smtplib`` raises the same exception before and after the message was handed over. Before, it
is safe to try again; after, nobody knows, and trying again could deliver twice.
"""

from __future__ import annotations

import smtplib
from typing import TYPE_CHECKING

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend as DjangoBackend

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class LostBeforeData(smtplib.SMTPException):
    """The connection broke before any of the message went out: it was certainly not delivered."""


class _Watched(smtplib.SMTP):
    """Notes when the message itself begins to go out."""

    has_begun = False

    def data(self, msg: ReadableBuffer | str) -> tuple[int, bytes]:
        self.has_begun = True
        return super().data(msg)


class _WatchedSsl(smtplib.SMTP_SSL, _Watched):
    """The same over TLS from the first byte."""


class EmailBackend(DjangoBackend):
    """Raises LostBeforeData where the mail can safely be tried again."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _WatchedSsl if self.use_ssl else _Watched

    def _send(self, email_message: EmailMessage) -> bool:
        if isinstance(self.connection, _Watched):
            self.connection.has_begun = False
        try:
            return bool(super()._send(email_message))  # type: ignore[misc]
        except OSError as error:
            answered = isinstance(error, smtplib.SMTPException) and not isinstance(
                error, smtplib.SMTPServerDisconnected
            )
            if answered or not isinstance(self.connection, _Watched) or self.connection.has_begun:
                raise
            raise LostBeforeData from error
