"""What production refuses before it serves a single page, and who gets past the door of the desk."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from accounts.models import User

PRODUCTION = {
    "CURATOR_ENV": "production",
    "SECRET_KEY": "k" * 60,
    "SUBSCRIBER_KEY": "ZGV2ZWxvcG1lbnQtb25seS1kZXZlbG9wbWVudC1vbmw=",
    "ALLOWED_HOSTS": "curator.example",
    "SITE_URL": "https://curator.example",
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/curator",
    "REDIS_URL": "redis://127.0.0.1:1",
    "EMAIL_URL": "smtp://mail.example:587?tls=1",
    "DEFAULT_FROM_EMAIL": "desk@curator.example",
    "CONTACT_URL": "https://curator.example/method/",
    "CONTACT_EMAIL": "desk@curator.example",
    "OPERATOR_EMAILS": "operator@curator.example",
}


def _start(**extra: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", "import curator.wsgi"],
        env={**kept, **PRODUCTION, **extra},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_web_process_starts_in_production():
    started = _start()

    assert started.returncode == 0, started.stderr


def test_the_web_process_refuses_the_demo_in_production():
    started = _start(CURATOR_DEMO="1")

    assert started.returncode != 0
    assert "CURATOR_DEMO" in started.stderr


@pytest.mark.django_db
def test_a_reader_who_signs_in_reaches_the_front_page(client):
    from allauth.account.models import EmailAddress

    reader = User.objects.create_user("reader@desk.example", "a-long-enough-word")
    EmailAddress.objects.create(user=reader, email=reader.email, verified=True, primary=True)

    signed_in = client.post("/accounts/login/", {"login": reader.email, "password": "a-long-enough-word"})

    assert (signed_in.status_code, signed_in.headers["Location"]) == (302, "/")
    assert client.get("/desk/", follow=True).status_code == 403


@pytest.mark.django_db
def test_the_desk_opens_on_what_waits(admin_client, django_assert_max_num_queries):
    with django_assert_max_num_queries(14):
        page = admin_client.get("/desk/").content.decode()

    assert "Waiting for a decision" in page
