from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from sample import mailbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.ROOT_URLCONF = "tests.sample.urls"
    settings.MAIL_CATCHER_DIR = tmp_path / "mail"
    settings.MAIL_CATCHER_DIR.mkdir()
    return tmp_path / "mail"


def _catch(folder: Path, name: str, *, subject: str = "Daily brief", html: str = "") -> None:
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = "desk@example.org"
    message["To"] = "reader@example.org"
    message["Date"] = "Tue, 24 Dec 2013 06:30:00 +0000"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content("The bottom line.\nhttp://testserver/leave/abc/\n")
    if html:
        message.add_alternative(html, subtype="html")
    message.add_attachment(b"%PDF-1.7 x", maintype="application", subtype="pdf", filename="CAF-2013-12-24-v1-en-A4.pdf")
    (folder / f"{name}.eml").write_bytes(message.as_bytes())


def test_nothing_caught_yet_says_what_to_do(folder: Path, client: Client) -> None:
    page = client.get("/demo/mail/")
    assert page.status_code == 200
    assert "Nothing has been sent yet" in page.content.decode()


def test_the_newest_message_comes_first(folder: Path, client: Client) -> None:
    _catch(folder, "001", subject="The older one")
    _catch(folder, "002", subject="The newer one <b>")
    page = client.get("/demo/mail/").content.decode()
    assert page.index("The newer one &lt;b&gt;") < page.index("The older one")
    assert "reader@example.org" in page
    assert "24 Dec 2013, 06:30 UTC" in page


def test_a_message_shows_headers_text_frame_and_attachment(folder: Path, client: Client) -> None:
    _catch(folder, "001", html="<html><head></head><body><p>The bottom line.</p></body></html>")
    page = client.get("/demo/mail/1/").content.decode()
    assert "List-Unsubscribe=One-Click" in page
    assert "The bottom line." in page
    assert 'href="http://testserver/leave/abc/"' in page
    assert 'src="/demo/mail/1/html/"' in page
    assert "allow-scripts" not in page
    assert "allow-same-origin" not in page
    assert "CAF-2013-12-24-v1-en-A4.pdf" in page


def test_the_html_of_a_message_runs_nothing_and_loads_nothing(folder: Path, client: Client) -> None:
    _catch(folder, "001", html="<html><head><title>x</title></head><body><script>alert(1)</script></body></html>")
    response = client.get("/demo/mail/1/html/")
    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox")
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert '<base target="_blank">' in response.content.decode()


def test_every_other_page_refuses_to_be_framed(folder: Path, client: Client) -> None:
    assert client.get("/demo/mail/").headers["X-Frame-Options"] == "DENY"


def test_an_attachment_is_downloaded_under_its_name(folder: Path, client: Client) -> None:
    _catch(folder, "001", html="<p>x</p>")
    response = client.get("/demo/mail/1/attachment/1/")
    assert response.content == b"%PDF-1.7 x"
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Disposition"] == 'attachment; filename="CAF-2013-12-24-v1-en-A4.pdf"'


@pytest.mark.parametrize("path", ["/demo/mail/2/", "/demo/mail/0/", "/demo/mail/2/html/", "/demo/mail/1/attachment/9/"])
def test_what_is_not_there_is_not_found(folder: Path, client: Client, path: str) -> None:
    _catch(folder, "001")
    assert client.get(path).status_code == 404


def test_a_message_without_html_has_no_frame(folder: Path, client: Client) -> None:
    _catch(folder, "001")
    assert "<iframe" not in client.get("/demo/mail/1/").content.decode()
    assert client.get("/demo/mail/1/html/").status_code == 404


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe no headers", b"Date: nonsense\nSubject: =?utf-8?q?=ff?=\n\nx"])
def test_a_message_that_is_hardly_one_is_still_shown(folder: Path, client: Client, raw: bytes) -> None:
    (folder / "001.eml").write_bytes(raw)
    assert mailbox.count(folder) == 1
    assert client.get("/demo/mail/").status_code == 200
    assert client.get("/demo/mail/1/").status_code == 200
