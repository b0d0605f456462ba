"""Mail servers that behave badly, as real e-mail backends: what they raise is what smtplib raises."""

from __future__ import annotations

import smtplib
import threading
import time
from typing import ClassVar

from django.core.files.storage import FileSystemStorage
from django.core.mail.backends.base import BaseEmailBackend

from delivery.smtp import LostBeforeData


class Killed(BaseException):
    """The worker dies at this point: nothing that catches errors may catch it."""


class ForbiddenStorage(FileSystemStorage):
    """Files that are there and may not be read."""

    def _open(self, name, mode="rb"):
        raise PermissionError(name)


class KillsTheWorker(BaseEmailBackend):
    """The process is killed while it speaks to the server."""

    def send_messages(self, email_messages):
        raise Killed


class Unreachable(BaseEmailBackend):
    def open(self):
        raise ConnectionRefusedError(111, "Connection refused")


class RefusesSignIn(BaseEmailBackend):
    def open(self):
        raise smtplib.SMTPAuthenticationError(535, b"5.7.8 who are you")


class Answers(BaseEmailBackend):
    """Refuses every recipient with one reply, quoting the address as real servers do."""

    reply: ClassVar[tuple[int, str]]

    def send_messages(self, email_messages):
        for message in email_messages:
            code, text = self.reply
            raise smtplib.SMTPRecipientsRefused({to: (code, f"{text} <{to}>".encode()) for to in message.to})


class Greylists(Answers):
    reply = (450, "4.2.0 try again later")


class MailboxFull(Answers):
    reply = (552, "5.2.2 over quota")


class NoSuchMailbox(Answers):
    reply = (550, "5.1.1 no such user")


class CallsItSpam(Answers):
    reply = (554, "5.7.1 refused by policy")


class HangsUpBefore(BaseEmailBackend):
    def send_messages(self, email_messages):
        raise LostBeforeData


class HangsUpAfter(BaseEmailBackend):
    """The connection breaks after the message went out, before the server's answer."""

    def send_messages(self, email_messages):
        raise smtplib.SMTPServerDisconnected("Connection unexpectedly closed")


class Collects(BaseEmailBackend):
    """Takes a moment over each message and keeps it; counts connections. ``kept`` is emptied by the tests' fixture."""

    kept: ClassVar[list] = []
    opened: ClassVar[list] = []
    _lock = threading.Lock()

    def open(self):
        with self._lock:
            self.opened.append(threading.get_ident())

    def send_messages(self, email_messages):
        time.sleep(0.02)
        with self._lock:
            self.kept.extend(email_messages)
        return len(email_messages)


class Unsendable(Unreachable):
    """The same for callers that do not open the connection themselves."""

    def send_messages(self, email_messages):
        self.open()
