"""The library in a real browser: looked through, read and kept by keyboard alone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.test_from_item_to_inbox import CURATOR, visit  # noqa: F401 - a fixture

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_the_library_needs_no_pointer(visit):  # noqa: F811 - the fixture
    page = visit(CURATOR)
    page.goto("/desk/countries/situation/library/")
    page.keyboard.press("/")
    page.keyboard.type("déplacés Bossangoa")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("q="))
    rows = page.locator("[data-row]")
    expect(rows.first.locator("mark").first).to_be_visible()
    second = rows.nth(1).locator(".queue-row-title").inner_text()
    page.keyboard.press("j")
    expect(page.locator("#queue-reading-title")).to_have_text(second)
    expect(page.locator(".queue-text mark").first).to_be_attached()

    page.keyboard.press("s")
    page.keyboard.type("Displaced around Bossangoa")
    page.keyboard.press("Tab")
    page.keyboard.type("1")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".messagelist")).to_contain_text("Displaced around Bossangoa")

    page.keyboard.press("x")
    expect(page).to_have_url(re.compile("/library/$"))
    page.keyboard.press("1")
    expect(page).to_have_url(re.compile("saved="))
    expect(page.locator("#library-q")).to_have_value("déplacés Bossangoa")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/sources/item/\d+/change/"))


def test_on_a_phone_the_library_is_one_column_and_works_without_scripts(browser: Browser, demo: str):
    context = browser.new_context(base_url=demo, viewport={"width": 320, "height": 700}, java_script_enabled=False)
    page = context.new_page()
    page.goto("/desk/countries/situation/library/?q=bossangoa")
    page.get_by_label("Email").fill(CURATOR[0])
    page.get_by_label("Password").fill(CURATOR[1])
    page.locator("main button[type=submit]").first.click()
    expect(page.locator("[data-row] mark").first).to_be_visible()
    box = page.locator("main").bounding_box()
    assert box is not None
    assert box["width"] <= 320
    page.get_by_role("link", name="Filters and saved searches").click()
    page.get_by_label("Language").select_option("fr")
    page.get_by_role("button", name="Apply").click()
    expect(page).to_have_url(re.compile("language=fr"))
    context.close()
