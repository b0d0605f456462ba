"""What a reader on a thin line has to fetch: the goal is 100 KB without fonts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import time_machine
from django.contrib.staticfiles import finders

from briefings.render import text
from tests.factories import documents
from tests.factories.delivery import TODAY, issue

pytestmark = pytest.mark.django_db

LIMIT = 100_000


@pytest.fixture(autouse=True)
def _at_the_day():
    with time_machine.travel(f"{TODAY}T12:00Z", tick=True):
        yield


@pytest.mark.parametrize("make", [documents.rich, documents.long_names, documents.arabic])
def test_a_full_edition_with_all_its_sheets_and_scripts_is_light(client, make):
    edition = issue(pdf=False, says=make())
    html = client.get(f"/edition/{edition.public_id}/").content
    linked = re.findall(r'(?:src|rel="(?:stylesheet|icon)" href)="/static/([^"]+)"', html.decode())
    names = {re.sub(r"\.[0-9a-f]{12}(?=\.\w+$)", "", name) for name in linked}
    sizes = {name: len(_bytes(name)) for name in names}
    assert "css/base.css" in sizes
    assert len(html) + sum(sizes.values()) < LIMIT, sizes


@pytest.mark.parametrize("make", [documents.rich, documents.long_names, documents.arabic, documents.burmese])
def test_plain_text_is_under_20_kb(make):
    assert len(text.render(make()).encode()) < 20_000


def _bytes(name: str) -> bytes:
    path = finders.find(name)
    assert isinstance(path, str), name
    return Path(path).read_bytes()
