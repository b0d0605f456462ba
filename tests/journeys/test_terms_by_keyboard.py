"""A curator answers what the machine read in a text, by keyboard alone and without waiting for a page."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from countries import reference
from countries.models import Tag
from countries.tagging.queue import suggest_pending
from countries.tagging.terms import code_pending
from tests.factories.countries import NameFactory, UserFactory
from tests.factories.sources import NOON, ItemFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
RAID = "Soldiers killed twelve villagers near Bangui on Monday, a local priest said.\n\nHouses were burned."


@pytest.fixture
def page(browser, live_server, client, settings):
    reference._load_vocabularies()
    reference._load_framework()
    reference._load_event_types()
    NameFactory(text="Bangui")
    ItemFactory(title="Raid near Bangui", text=RAID)
    suggest_pending(at=NOON)
    code_pending(at=NOON)
    client.force_login(UserFactory(is_superuser=True))
    context = browser.new_context(base_url=live_server.url)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    page = context.new_page()
    page.goto("/desk/countries/situation/queue/CAF/")
    yield page
    context.close()


def test_a_figure_is_accepted_and_the_next_corrected_without_leaving_the_page(page):
    rows = page.locator("[data-term]")
    figure = rows.filter(has=page.locator(".terms-words"))
    count = rows.count()
    for _step in range(count):
        page.keyboard.press("n")
        if figure.get_attribute("data-current") is not None:
            break
    expect(figure).to_be_focused()
    page.keyboard.press("y")
    expect(figure.locator(".terms-answer")).to_have_text("accepted")
    tag = Tag.objects.standing().get()
    assert (tag.term.code, tag.best, tag.words) == ("killed", 12, "a local priest")

    current = page.locator("[data-term][data-current]")
    expect(current).not_to_have_attribute("data-answered", re.compile("."))
    page.keyboard.press("x")
    expect(page.locator("[data-answered]")).to_have_count(2)
    expect(page.locator(".terms-answer", has_text="rejected")).to_have_count(1)

    page.keyboard.press("c")
    field = page.locator("[data-term][data-current] [name=term]")
    expect(field).to_be_focused()
    field.fill("no such term")
    page.keyboard.press("Enter")
    expect(page.locator("[data-problem] .terms-answer")).to_contain_text("no term of this kind")
    assert page.locator("[data-term]").count() == count, "the page was never left"
