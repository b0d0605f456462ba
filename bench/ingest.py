"""A first pass over many feeds beside the feed reader ``reader``: ``make bench-ingest``.

40 feeds of 50 entries, served from loopback, none seen before; both fetch, parse, clean and store all of it with 16
workers. Ours keeps a revision of each item and says how each fetch ended, in PostgreSQL; ``reader`` keeps entries in an
SQLite file on the same disk. ``reader`` is in the dependency group ``bench``.
"""

from __future__ import annotations

import datetime as dt
import html
import logging
import random
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from bench import scratch
from bench.side_by_side import Side, compare, report

FEEDS = 40
ENTRIES = 50
WORKERS = 16
_START = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)


def feed(number: int) -> bytes:
    """RSS 2.0 with 50 entries, each with a summary and 300 words of content in HTML."""
    words = _vocabulary()
    chance = random.Random(number)
    items = []
    for entry in range(ENTRIES):
        title = " ".join(chance.choices(words, k=9)).capitalize()
        paragraphs = "".join(f"<p>{' '.join(chance.choices(words, k=60))}.</p>" for _ in range(5))
        body = html.escape(f'<div class="c"><a href="/more">{title}</a>{paragraphs}<img src="/i.png"></div>')
        date = (_START + dt.timedelta(minutes=37 * entry)).strftime("%a, %d %b %Y %H:%M:%S +0000")
        items.append(
            f"<item><title>{html.escape(title)}</title><link>http://outlet{number}.example/{entry}?utm_source=rss</link>"
            f'<guid isPermaLink="false">{number}-{entry}</guid><pubDate>{date}</pubDate>'
            f"<description>{html.escape(title)}.</description><content:encoded>{body}</content:encoded></item>"
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>Outlet {number}</title><link>http://outlet{number}.example/</link>{''.join(items)}</channel></rss>"
    ).encode()


def _vocabulary() -> list[str]:
    chance = random.Random(1)
    return ["".join(chance.choices("abcdefghiklmnoprstuvéàç", k=chance.randint(2, 10))) for _ in range(4000)]


class Server:
    """Serves the feeds on loopback until it is closed."""

    def __init__(self) -> None:
        bodies = [feed(number) for number in range(FEEDS)]

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                body = bodies[int(self.path.strip("/"))]
                self.send_response(200)
                self.send_header("Content-Type", "application/rss+xml")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.host = f"127.0.0.1:{self._server.server_port}"
        self.urls = [f"http://{self.host}/{number}" for number in range(FEEDS)]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def main() -> None:
    try:
        from reader import make_reader
    except ImportError as error:
        raise SystemExit("reader is not installed: .venv/bin/uv sync --frozen --group bench") from error
    logging.getLogger("reader").setLevel(logging.ERROR)  # it warns of each feed's media type
    server = Server()
    with tempfile.TemporaryDirectory() as folder, scratch.database():
        from django.db import connection
        from django.test import override_settings

        from sources.models import Feed, Item, Publisher, Revision
        from sources.tasks import fetch_due_feeds

        def empty_ours() -> None:
            with connection.cursor() as cursor:
                cursor.execute("TRUNCATE sources_publisher CASCADE")
            publisher = Publisher.objects.create(name="Outlet", slug="outlet")
            Feed.objects.bulk_create(
                [Feed(publisher=publisher, name=url, url=url, is_active=True) for url in server.urls]
            )

        def ours() -> None:
            fetch_due_feeds()

        shelf = Path(folder) / "reader.sqlite"

        def empty_peer() -> None:
            for path in Path(folder).iterdir():
                path.unlink()
            with make_reader(str(shelf)) as reader:
                for url in server.urls:
                    reader.add_feed(url)

        def peer() -> None:
            with make_reader(str(shelf)) as reader:
                reader.update_feeds(workers=WORKERS)

        with override_settings(FETCH_ALLOWED_PRIVATE_HOSTS=[server.host], FETCH_PER_HOST=WORKERS):
            comparison = compare(
                "first_pass_vs_reader",
                ours=Side("ours", ours, empty_ours),
                peer=Side("reader", peer, empty_peer),
                rounds=5,
            )
            stored = Item.objects.count(), Revision.objects.count()
        with make_reader(str(shelf)) as reader:
            theirs = reader.get_entry_counts().total
    server.close()
    if stored != (FEEDS * ENTRIES, FEEDS * ENTRIES) or theirs != FEEDS * ENTRIES:
        raise SystemExit(f"not the same work: {stored} items and revisions here, {theirs} entries there")
    rate = FEEDS * ENTRIES / comparison.ours.median
    print(report(comparison, note=f"{FEEDS} feeds of {ENTRIES} entries, {WORKERS} workers: {rate:,.0f} items/s here"))


if __name__ == "__main__":
    main()
