"""The mailbox as an operator sets it up: refused at the start where it cannot be meant, tried by a command, read by a task."""

from __future__ import annotations

import ssl
from urllib.parse import quote

import pytest
from django.core.management import CommandError, call_command

from curator import environment as env
from sources import tasks
from sources.models import FeedFormat, Item, Mailbox
from tests.factories.sources import FeedFactory
from tests.sources.doors.imap_server import PASSWORD, USER, certificate, serving
from tests.sources.doors.mails import mail

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "value",
    [
        "imap://user:word@mail.example/INBOX",
        "imaps://mail.example/INBOX",
        "imaps://user@mail.example",
        "imaps://user:word@",
        "imaps://user:word@mail.example:many/",
        "imaps://user:word@mail.example:0/",
        "imaps://user:word@mail.example/Entw%C3%BCrfe",
        "https://user:word@mail.example/",
    ],
)
def test_an_address_of_a_mailbox_that_cannot_be_meant_is_refused(monkeypatch, value):
    monkeypatch.setenv("MAILBOX_URL", value)
    with pytest.raises(env.BadSetting, match="MAILBOX_URL") as caught:
        env.imaps("MAILBOX_URL")
    assert "word" not in str(caught.value).replace("user:password", "")


def test_no_mailbox_is_an_answer_too(monkeypatch):
    monkeypatch.delenv("MAILBOX_URL", raising=False)
    assert env.imaps("MAILBOX_URL") == ""


def test_without_a_mailbox_the_task_does_nothing_and_the_command_says_so():
    tasks.read_mailbox()
    assert not Mailbox.objects.exists()
    with pytest.raises(CommandError, match="set MAILBOX_URL"):
        call_command("read_mailbox")


@pytest.fixture
def mailbox_of_ours(settings, monkeypatch, tmp_path):
    """A server that this machine trusts, in the settings."""
    trusted = tmp_path / "trusted.pem"
    trusted.write_bytes(certificate()[0])
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    assert ssl.get_default_verify_paths().cafile == str(trusted)
    with serving() as server:
        host, port = server.address
        settings.MAILBOX_URL = f"imaps://{quote(USER, safe='')}:{quote(PASSWORD, safe='')}@{host}:{port}/INBOX"
        settings.MAILBOX_AUTHSERV_ID = "mx.brief.example"
        yield server


def test_the_task_reads_the_mailbox_of_the_settings(mailbox_of_ours):
    FeedFactory(url="mailto:press@ngo.example", format=FeedFormat.MAILBOX)
    mailbox_of_ours.add(mail())
    tasks.read_mailbox()
    assert Item.objects.get().current.arrival.sender_check == "verified"


def test_the_command_reads_now_and_says_what_came(mailbox_of_ours, capsys):
    mailbox_of_ours.add(mail())
    call_command("read_mailbox")
    FeedFactory(url="mailto:press@ngo.example", format=FeedFormat.MAILBOX)
    mailbox_of_ours.add(mail(message_id="<2@x>", subject="Second"))
    call_command("read_mailbox")
    first, second = capsys.readouterr().out.splitlines()
    assert first.endswith("INBOX: 0 came in, 1 from senders that nobody has assigned, 0 set aside.")
    assert second.endswith("INBOX: 2 came in, 0 from senders that nobody has assigned, 0 set aside.")


def test_the_command_says_what_is_wrong_with_the_mailbox(mailbox_of_ours):
    mailbox_of_ours.password = "another"
    with pytest.raises(CommandError, match="refused the name or the password"):
        call_command("read_mailbox")
