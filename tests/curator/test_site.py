"""What holds for the whole site: policy headers, health, the schedule, the demo's refusal in production."""

from __future__ import annotations

import importlib

import pytest
from django.test import override_settings

from curator import checks
from curator.schedule import SCHEDULE


def test_every_scheduled_task_exists_on_its_queue():
    for entry in SCHEDULE(20).values():
        module, _, name = entry["task"].rpartition(".")

        assert getattr(importlib.import_module(module), name).name == entry["task"]
        assert entry["options"]["queue"] in {"ingest", "extract", "default", "embed", "mail"}


def test_a_tick_that_waited_too_long_is_dropped():
    assert all(entry["options"]["expires"] >= 30 for entry in SCHEDULE(2).values())


@override_settings(PRODUCTION=True, DEMO=True)
def test_the_demo_is_refused_in_production():
    assert [error.id for error in checks.demo_is_not_production(None)] == ["curator.E001"]


@override_settings(PRODUCTION=True, DEMO=False)
def test_production_without_the_demo_passes():
    assert checks.demo_is_not_production(None) == []


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/method/", "/subscribe/", "/accounts/login/", "/healthz", "/no/such/page/"])
def test_every_page_forbids_inline_script_and_style(client, path):
    policy = client.get(path).headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/method/", "/subscribe/", "/accounts/login/"])
def test_no_page_carries_inline_script_style_or_an_outside_address(client, path):
    page = client.get(path).content.decode()

    assert "<style" not in page
    assert " style=" not in page
    assert "<script>" not in page
    assert 'src="http' not in page


@pytest.mark.django_db
def test_health_says_ok_and_nothing_else(client):
    assert client.get("/healthz").content == b"ok\n"


@pytest.mark.django_db
def test_the_desk_is_entered_through_the_sites_own_sign_in(client):
    response = client.get("/desk/", follow=True)

    assert response.redirect_chain[-1][0].startswith("/accounts/login/?next=")


@pytest.mark.django_db
def test_nobody_signs_up(client):
    page = client.get("/accounts/signup/").content.decode()

    assert "<form" not in page.partition("<main")[2].partition("</main>")[0]
