"""The PDF of a full edition beside a warm headless Chromium: ``make bench-pdf-chromium``. Then memory over many editions.

Chromium is running and has a page; it gets the finished HTML with our static files inlined by its own requests, and prints
it tagged. ``EDITIONS`` (200) editions are then made here one after the other, and what the process holds is printed.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import psutil

from bench import scratch
from bench.side_by_side import Side, compare, report


def main() -> None:
    scratch.without_database()
    from django.conf import settings
    from django.core.management import call_command
    from django.template.loader import render_to_string
    from playwright.sync_api import Route, sync_playwright

    from briefings.render import pdf
    from tests.factories import documents

    call_command("collectstatic", interactive=False, verbosity=0)
    document = documents.rich()
    html = render_to_string("pdf/edition.html", {"document": document, "paper": "A4", "site_url": settings.SITE_URL})
    collected = Path(settings.STATIC_ROOT)

    def serve(route: Route) -> None:
        path = route.request.url.removeprefix("https://bench.invalid/")
        if path == "":
            route.fulfill(body=html, content_type="text/html")
        else:
            route.fulfill(path=collected / path.removeprefix(settings.STATIC_URL.lstrip("/")))

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        page = browser.new_page()
        page.route("**/*", serve)

        def chromium() -> bytes:
            page.goto("https://bench.invalid/")
            return page.pdf(format="A4", tagged=True, outline=True)

        def ours() -> bytes:
            return pdf.render(document, paper="A4")

        rounds = int(os.environ.get("ROUNDS", "5"))
        sides = {"ours": Side("our PDF", ours), "peer": Side("Chromium, warm", chromium)}
        print(report(compare("pdf_vs_chromium", **sides, rounds=rounds), note=f"A4, {document.id}"))
        browser.close()

    process = psutil.Process()
    held = []
    editions = int(os.environ.get("EDITIONS", "200"))
    for number in range(editions):
        pdf.render(document, paper="A4")
        if number in {editions // 10, editions - 1}:
            held.append(process.memory_info().rss / 2**20)
    print(f"\n{held[0]:.0f} MiB after a tenth of {editions} editions, {held[-1]:.0f} MiB after all")


if __name__ == "__main__":
    main()
