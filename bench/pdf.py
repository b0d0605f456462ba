"""The PDF of a full edition beside WeasyPrint alone: ``make bench-pdf``.

Ours goes from the Document to bytes: template, fonts, the fetcher that refuses what is not ours, metadata, identifier.
The limit is WeasyPrint given the finished HTML and a fetcher without rules, for the same tagged variant of PDF: what is
left over is what we add.
"""

from __future__ import annotations

from pathlib import Path

from bench import scratch
from bench.side_by_side import Side, compare, report

_BASE = "https://bench.invalid/"


def main() -> None:
    scratch.without_database()
    from django.conf import settings
    from django.contrib.staticfiles import finders
    from django.core.management import call_command
    from django.template.loader import render_to_string
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    from briefings.render import pdf
    from tests.factories import documents

    call_command("collectstatic", interactive=False, verbosity=0)
    document = documents.rich()
    context = {"document": document, "paper": "A4", "site_url": settings.SITE_URL}
    html = render_to_string("pdf/edition.html", context)
    collected = Path(settings.STATIC_ROOT)

    class Straight(URLFetcher):
        def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
            name = url.removeprefix(_BASE).removeprefix(settings.STATIC_URL.lstrip("/"))
            path = collected / name
            found = path if path.is_file() else Path(str(finders.find(name)))
            kind = {".css": "text/css", ".woff2": "font/woff2", ".svg": "image/svg+xml"}.get(found.suffix, "")
            return URLFetcherResponse(url, found.open("rb"), {"Content-Type": kind} if kind else {})

    def ours() -> bytes:
        return pdf.render(document, paper="A4")

    def limit() -> bytes:
        made: bytes = HTML(string=html, base_url=_BASE, url_fetcher=Straight()).write_pdf(pdf_variant="pdf/ua-1")
        return made

    sizes = f"{len(ours()):,} bytes here, {len(limit()):,} there"
    comparison = compare("pdf_vs_weasyprint", ours=Side("our PDF", ours), peer=Side("WeasyPrint", limit), rounds=7)
    print(report(comparison, note=f"A4, {document.id}: {sizes}"))


if __name__ == "__main__":
    main()
