"""A day in a real browser: a curator tags, an editor signs, a reader reads, subscribes and opens the mail."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]

EDITION = "SSD-2013-12-24-v1"
CURATOR = ("curator@demo.example", "curate-by-daylight")
EDITOR = ("editor@demo.example", "second-key-please")
MINUTE = 60_000


@pytest.fixture
def visit(browser: Browser, demo: str):
    """Opens a browser of one person's own; what its console complains about fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_as(account: tuple[str, str] | None = None) -> Page:
        context = browser.new_context(base_url=demo, viewport={"width": 1280, "height": 900})
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        if account is not None:
            page.goto("/desk/")
            page.get_by_label("Email").fill(account[0])
            page.get_by_label("Password").fill(account[1])
            page.locator("main button[type=submit]").first.click()
            expect(page).to_have_url(re.compile("/desk/$"))
        return page

    yield open_as
    for context in contexts:
        context.close()
    assert complaints == []


def test_from_an_item_to_an_inbox(visit):
    tag_by_keyboard(visit(CURATOR))
    the_writer_cannot_sign(visit(CURATOR))
    sign(visit(EDITOR))
    reader = visit()
    read(reader)
    keep_the_pdf(reader)
    subscribe(reader)
    open_the_digest(reader)
    leave(reader)


def tag_by_keyboard(page: Page) -> None:
    page.goto("/desk/countries/situation/queue/CAF/")
    rows = page.locator("[data-row]")
    waiting = rows.count()
    assert waiting > 0
    title = rows.first.locator(".queue-row-title").inner_text()
    page.keyboard.press("a")
    expect(rows).to_have_count(waiting - 1)
    page.goto("/desk/countries/situation/queue/CAF/?state=accepted")
    expect(rows.first).to_contain_text(title)
    page.keyboard.press("t")
    page.keyboard.type("8.2")
    page.keyboard.press("Enter")
    expect(page.locator(".queue-tags").first).to_contain_text("8.2")


def the_writer_cannot_sign(page: Page) -> None:
    open_edition(page)
    expect(page.get_by_role("button", name=re.compile("approve", re.IGNORECASE))).to_have_count(0)


def sign(page: Page) -> None:
    open_edition(page)
    page.get_by_role("button", name=re.compile("approve", re.IGNORECASE)).click()
    page.get_by_role("button", name=re.compile("publish", re.IGNORECASE)).click()
    expect(page.locator("body")).to_contain_text("published")


def open_edition(page: Page) -> None:
    page.goto("/desk/")
    page.get_by_role("link", name="South Sudan, 24 December 2013").click()
    expect(page.locator("h1")).to_contain_text("South Sudan")


def read(page: Page) -> None:
    page.goto("/")
    expect(page.locator("main")).to_contain_text(EDITION)
    expect(page.locator("main")).not_to_contain_text("No edition issued today")
    page.goto(f"/edition/{EDITION}/")
    quoted = page.locator("main a[href*='/source/']").first
    quoted.click()
    expect(page.locator("main mark").first).to_be_visible()


def keep_the_pdf(page: Page) -> None:
    link = page.get_by_role("link", name=re.compile("PDF, A4"))
    for _ in range(60):  # the worker renders it within seconds of publishing
        page.goto(f"/edition/{EDITION}/")
        if link.count():
            break
        page.wait_for_timeout(2_000)
    with page.expect_download() as download:
        link.first.evaluate("link => { link.setAttribute('download', ''); link.click(); }")
    assert download.value.path().read_bytes().startswith(b"%PDF-")
    assert download.value.suggested_filename == f"{EDITION}-en-A4.pdf"


def subscribe(page: Page) -> None:
    page.goto("/subscribe/")
    page.locator("input[type=email]").fill("visitor@reader.example")
    page.get_by_label(re.compile("South Sudan")).check()
    page.locator("main button[type=submit]").first.click()
    message(page, "confirm", to="visitor@reader.example")
    follow(page, "/subscribe/confirm/")
    page.locator("main button[type=submit]").first.click()
    expect(page.locator("main")).to_contain_text(re.compile("confirmed|subscribed|begin", re.IGNORECASE))


def open_the_digest(page: Page) -> None:
    message(page, "24 Dec 2013", to="visitor@reader.example")
    expect(page.get_by_role("link", name=f"{EDITION}-en-A4.pdf")).to_be_visible()
    body = page.frame_locator("iframe").locator("body")
    expect(body).to_contain_text("The war is hardening along community lines")


def leave(page: Page) -> None:
    follow(page, "/leave/")
    expect(page.locator("main button[type=submit]").first).to_be_visible()
    page.locator("main button[type=submit]").first.click()
    expect(page.locator("main")).to_contain_text(re.compile("no more|left|removed|unsubscribed", re.IGNORECASE))


def message(page: Page, subject: str, *, to: str) -> None:
    """Opens the newest caught message of that subject to that address, as soon as it is there."""
    entry = page.locator("li", has_text=to).filter(has_text=subject)
    for _ in range(45):
        page.goto("/demo/mail/")
        if entry.count():
            break
        page.wait_for_timeout(2_000)
    entry.first.get_by_role("link").first.click()
    expect(page.locator("main")).to_contain_text(to)


def follow(page: Page, path: str) -> None:
    """Goes where the plain text of the open message points."""
    link = page.locator(f"pre a[href*='{path}']").first
    page.goto(link.get_attribute("href") or "")
