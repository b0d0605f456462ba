"""The public pages as a reader with any eyes and any line has them: WCAG 2.2 AA by axe-core, and how much is sent."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = [pytest.mark.browser, pytest.mark.slow]

EDITION = "/edition/CAF-2013-12-24-v1/"
PAGES = (
    "/",
    "/CAF/",
    "/CAF/archive/",
    "/CAF/compare/?then=CAF-2013-12-23-v1&now=CAF-2013-12-24-v1",
    EDITION,
    f"{EDITION}?since=2013-12-23",
    f"{EDITION}source/1/",
    "/method/",
    "/subscribe/",
    "/ar/",
    "/ar/CAF/",
    "/not/here/",
)
_RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_breaks_a_rule_of_accessibility(browser, demo, width, scheme):
    # axe is put into the page, which our own policy would refuse.
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True, base_url=demo
    )
    page = context.new_page()
    broken = {}
    for address in PAGES:
        page.goto(address)
        found = Axe().run(page, options=_RULES).response["violations"]
        wide = page.evaluate("document.documentElement.scrollWidth")
        if found or wide > width:
            broken[address] = [(rule["id"], rule["nodes"][0]["html"][:200]) for rule in found] + [f"{wide} wide"]
    context.close()
    assert broken == {}


def test_a_full_edition_is_under_100_kb_without_fonts(browser, demo):
    context = browser.new_context(base_url=demo)
    page = context.new_page()
    sizes = {}

    def note(response):
        path = urlsplit(response.url).path
        if not path.endswith(".woff2"):
            sizes[path] = response.request.sizes()["responseBodySize"]

    page.on("requestfinished", lambda request: note(request.response()))
    page.goto(EDITION, wait_until="networkidle")
    context.close()
    assert len(sizes) > 5
    assert sum(sizes.values()) < 100_000, sizes


def test_what_was_read_last_stays_on_the_device(browser, demo):
    context = browser.new_context(base_url=demo)
    page = context.new_page()
    page.goto("/edition/CAF-2013-12-22-v1/")
    assert page.locator("[data-last-read]").is_hidden()
    page.goto(EDITION)
    page.locator("[data-last-read] a").click()
    assert page.url.endswith("?since=CAF-2013-12-22-v1")
    assert page.locator("#since").inner_text().lower() == "since caf-2013-12-22-v1"
    page.goto("/edition/CAF-2013-12-22-v1/")
    page.wait_for_function("localStorage.length > 0")
    assert page.locator("[data-last-read]").is_hidden()
    assert page.evaluate("Object.values(localStorage)") == ["CAF-2013-12-24-v1"]
    assert context.cookies() == []
    context.close()
