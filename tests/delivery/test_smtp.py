"""Against a real server on the loopback: one connection, and what a broken one means before and after the message."""

from __future__ import annotations

import email
import os
import socket
import subprocess
import sys
from email.policy import default

import pytest
from aiosmtpd.controller import Controller
from django.core.management import CommandError, call_command

from delivery import dispatch, smtp
from delivery.catcher import Folder
from delivery.models import MailState
from tests.delivery.test_dispatch import NOW, queued

pytestmark = pytest.mark.django_db


class Server:
    """Answers as told; notes connections and messages."""

    def __init__(self):
        self.connections, self.messages, self.mode = 0, [], "take"

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.mode == "hang up before":
            server.transport.abort()
        if self.mode == "greylist":
            return f"450 4.2.0 <{address}>: come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.messages.append(envelope.content)
        if self.mode == "hang up after":
            server.transport.abort()
        return "554 5.7.1 no" if self.mode == "refuse" else "250 OK"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def server(settings):
    handler = Server()
    port = free_port()
    settings.EMAIL_BACKEND = "delivery.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler
    controller.stop()


def send():
    return dispatch.send_due(clock=lambda: NOW, edition_clock=lambda: NOW, limit=10, within=dispatch.STUCK_AFTER)


def test_a_batch_goes_over_one_connection(server):
    for _ in range(3):
        queued()
    assert send().sent == 3
    assert (server.connections, len(server.messages)) == (1, 3)


@pytest.mark.parametrize(
    ("mode", "state", "words"),
    [
        ("hang up before", MailState.RETRY, "before the message went out"),
        ("hang up after", MailState.INFLIGHT, "it may have arrived"),
        ("greylist", MailState.RETRY, "450 4.2.0"),
        ("refuse", MailState.FAILED, "554 5.7.1"),
    ],
)
def test_what_a_refusal_or_a_break_means(server, mode, state, words):
    digest = queued(address="anna@post.example")
    server.mode = mode
    send()
    digest.refresh_from_db()
    assert digest.state == state
    assert words in digest.last_error
    assert "anna" not in digest.last_error


def test_after_a_break_the_next_mail_has_a_connection_of_its_own(server):
    first, second = queued(), queued()
    server.mode = "greylist"
    send()
    assert server.connections == 2
    for digest in (first, second):
        digest.refresh_from_db()
        assert digest.state == MailState.RETRY


def test_both_kinds_of_connection_are_watched():
    assert issubclass(smtp.EmailBackend(use_ssl=True).connection_class, smtp.smtplib.SMTP_SSL)
    assert issubclass(smtp.EmailBackend(use_ssl=True).connection_class, smtp._Watched)
    assert not issubclass(smtp.EmailBackend().connection_class, smtp.smtplib.SMTP_SSL)


class TestCatcher:
    @pytest.fixture
    def caught(self, settings, tmp_path):
        port = free_port()
        settings.EMAIL_BACKEND = "delivery.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        controller = Controller(Folder(tmp_path / "mail"), hostname="127.0.0.1", port=port)
        controller.start()
        yield tmp_path / "mail"
        controller.stop()

    def test_each_message_becomes_one_whole_file(self, caught):
        queued(), queued()
        assert send().sent == 2
        files = sorted(caught.iterdir())
        assert [file.suffix for file in files] == [".eml", ".eml"]
        message = email.message_from_bytes(files[0].read_bytes(), policy=default)
        assert message["Subject"].startswith("[TLP:CLEAR] CAF daily brief")
        names = [part.get_filename() for part in message.iter_attachments()]
        assert names == ["CAF-2026-09-14-v1-A4.pdf"]

    def test_a_folder_that_cannot_be_written_is_a_reason_to_try_again(self, caught):
        digest = queued()
        caught.rmdir()
        send()
        digest.refresh_from_db()
        assert (digest.state, digest.last_error) == (MailState.RETRY, "the mail server answered 452 4.3.1")

    def test_a_taken_port_is_said_with_what_to_do(self, settings, tmp_path):
        settings.MAIL_CATCHER_DIR = tmp_path
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            settings.MAIL_CATCHER_PORT = taken.getsockname()[1]
            with pytest.raises(CommandError, match="CURATOR_MAIL_PORT"):
                call_command("catch_mail")

    def test_production_refuses_it(self, settings):
        settings.PRODUCTION = True
        with pytest.raises(CommandError, match="EMAIL_URL"):
            call_command("catch_mail")

    def test_the_command_catches_until_it_is_told_to_stop(self, tmp_path):
        port = free_port()
        environment = os.environ | {"CURATOR_VAR": str(tmp_path), "CURATOR_MAIL_PORT": str(port)}
        command = [sys.executable, "manage.py", "catch_mail"]
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
            assert str(port) in process.stdout.readline()
            with smtp.smtplib.SMTP("127.0.0.1", port) as connection:
                connection.sendmail("a@x.example", "b@y.example", "Subject: caught\r\n\r\nWords\r\n")
            process.terminate()
            assert process.wait(timeout=20) == 0
        [file] = (tmp_path / "mail").iterdir()
        assert file.read_text().startswith("Subject: caught")
