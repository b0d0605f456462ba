"""The whole way of an article, from fetched bytes to a stored item: ``make bench-pipeline``.

Ours reads the documents of feeds, stores their entries, takes the text out of each one's page in a process apart, keeps the
bytes, and finds language, words for the search, suggestions and story: every stage by the function that its task calls, in
PostgreSQL. Only the network is left out. The peer is ``trafilatura.extract(fast=True)`` on the same pages: no metadata, no
second pass, nothing stored.

The clock is processor time: that of this process, the reader's and the database's, together. So what is printed is articles
a second *per core*, and it is the same whether the machine is busy or not. Embeddings are timed apart and are not in the
ratio: those of the items, and those by which texts in languages without a lexicon are read for terms.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import html
import json
import logging
import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil
import trafilatura

from bench import scratch
from bench.side_by_side import Side, compare, report

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 5
#: A task stops after a while and goes on at the next tick: enough for all. Where nothing waits a call costs next to nothing.
CALLS = 3
#: A feed has at most so many of its pages read at a time, so each round of claims takes all there are.
ENTRIES = 8
PAGES_AT_ONCE = 40
_TITLE = re.compile(rb"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)


def pages(folder: Path) -> list[bytes]:
    """The corpus. Raises FileNotFoundError where it is not there."""
    rows = [json.loads(line) for line in (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines()]
    return [(folder / "html" / row["file"]).read_bytes() for row in rows]


def address(number: int) -> str:
    return f"http://outlet{number // ENTRIES}.example/{number}"


def feed(first: int, bodies: Sequence[bytes], start: dt.datetime) -> bytes:
    """RSS 2.0 that announces these pages, as most feeds do: with title, author, date and a sentence."""
    items = []
    for number, body in enumerate(bodies, start=first):
        found = _TITLE.search(body)
        title = html.unescape(found.group(1).decode("utf-8", "replace")) if found else f"Page {number}"
        date = (start + dt.timedelta(minutes=number)).strftime("%a, %d %b %Y %H:%M:%S +0000")
        items.append(
            f"<item><title>{html.escape(' '.join(title.split())[:200])}</title><link>{address(number)}</link>"
            f'<guid isPermaLink="false">{number}</guid><pubDate>{date}</pubDate><author>desk@outlet.example (Desk)</author>'
            f"<description>{html.escape(' '.join(title.split())[:200])}.</description></item>"
        )
    head = f"<title>Outlet {first}</title><link>http://outlet{first // ENTRIES}.example/</link>"
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{"".join(items)}</channel></rss>'.encode()


class Pipeline:
    """The stages, and the seconds that each has taken so far."""

    def __init__(self, bodies: Sequence[bytes]) -> None:
        from django.utils import timezone

        from sources import client

        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._pages = {address(number): body for number, body in enumerate(bodies)}
        start = timezone.now() - dt.timedelta(hours=12)
        self._documents = [
            feed(first, bodies[first : first + ENTRIES], start) for first in range(0, len(bodies), ENTRIES)
        ]
        self._reader = client.page_reader()
        self._reader.start()  # it takes as long as reading thirty pages, once for hundreds

    def close(self) -> None:
        self._reader.close()

    def empty(self) -> None:
        """No feed's rows but one for each document, which nobody has looked at."""
        from django.core.files.storage import default_storage
        from django.db import connection

        from sources.models import Feed, Publisher

        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE sources_publisher, sources_blob CASCADE")
        for path in Path(default_storage.path("snapshots")).rglob("*.zst"):
            path.unlink()  # its folders stay, as they do in a library that is more than a day old
        publishers = Publisher.objects.bulk_create(
            Publisher(name=f"Outlet {number}", slug=f"outlet-{number}") for number in range(len(self._documents))
        )
        self._feeds = Feed.objects.bulk_create(
            Feed(
                publisher=publisher,
                name=publisher.name,
                url=f"http://outlet{number}.example/feed",
                language="en",
                is_active=True,
                reuse_policy="full_text_internal",
            )
            for number, publisher in enumerate(publishers)
        )

    def work(self) -> None:
        from countries.tasks import code_pending, code_pending_by_model, suggest_pending
        from sources import tasks

        with self._timed("read and store feeds"):
            self._look()
        with self._timed("read and store pages"):
            self._read_pages()
        for name, task in (
            ("language", tasks.identify_languages),
            ("search index", tasks.index_items),
            ("suggestions", suggest_pending),
            ("terms and figures", code_pending),
            ("embeddings", code_pending_by_model),
            ("embeddings", tasks.embed_items),
            ("stories", tasks.assign_stories),
        ):
            with self._timed(name):
                for _ in range(CALLS):
                    task()

    def check(self) -> None:
        from countries.models import Screening
        from sources.models import ExtractState, Item, SearchEntry

        expected = len(self._pages)
        items = Item.objects.all()
        found = {
            "items": items.count(),
            "with a text or a reason": items.exclude(extract_state=ExtractState.PENDING).count(),
            "with a language": items.exclude(language_version="").count(),
            "in a story": items.filter(story__isnull=False).count(),
            "findable": SearchEntry.objects.count(),
            "screened": Screening.objects.filter(reads="situations").count(),
        }
        if set(found.values()) != {expected}:
            raise SystemExit(f"not the work that was asked, on {expected} pages: {found}")

    @contextlib.contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        start = processor_time()
        yield
        self.seconds[name] += processor_time() - start

    def _look(self) -> None:
        from django.utils import timezone

        from sources import client
        from sources.ingest import look

        at = timezone.now()
        found = [
            (feed, look.read_document(feed, look.Answered(_response(feed.url, body, "application/rss+xml"), at, at)))
            for feed, body in zip(self._feeds, self._documents, strict=True)
        ]
        look.finish_all(found, interval=client.interval())

    def _read_pages(self) -> None:
        from django.utils import timezone

        from sources.ingest import full_text, turns

        while claimed := turns.claim(limit=PAGES_AT_ONCE, at=timezone.now()):
            full_text.work_off(
                claimed,
                lambda one: _response(one.url, self._pages[one.url], "text/html"),
                read=self._reader.read,
                per_host=2,
                at_once=1,
                is_over=lambda: False,
                now=timezone.now,
            )


def _response(url: str, body: bytes, media_type: str) -> object:
    from sources.ingest.fetch import Response

    return Response(url, url, 200, {"content-type": media_type}, body, len(body), 0.0)


def processor_time() -> float:
    """Seconds that this process and all that it started have computed, those that have ended too."""
    this = psutil.Process()
    total = 0.0
    for process in (this, *this.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess):
            total += sum(process.cpu_times()[:4])  # its own, and those of its children that have ended
    return total


def main() -> None:
    logging.disable(logging.CRITICAL)
    folder = Path(os.environ.get("CURATOR_SHARED_DATA") or ROOT.parent / "shared" / "data") / "articles-trafilatura"
    try:
        bodies = pages(folder)
    except FileNotFoundError as error:
        sys.exit(f"no pages to read: {error}; CURATOR_SHARED_DATA may name another folder")
    with scratch.database():
        from countries import reference

        reference.load(activate_feeds=False)
        pipeline = Pipeline(bodies)
        try:
            _measure(pipeline, bodies)
        finally:
            pipeline.close()


def _measure(pipeline: Pipeline, bodies: Sequence[bytes]) -> None:
    pipeline.empty()
    pipeline.work()
    pipeline.seconds.clear()  # what is loaded at first use was
    peer = Side("trafilatura, fast", lambda: [trafilatura.extract(body, fast=True) for body in bodies])
    comparison = compare(
        "pipeline_vs_extract",
        ours=Side("the pipeline", pipeline.work, pipeline.empty),
        peer=peer,
        rounds=ROUNDS,
        clock=lambda: processor_time() - pipeline.seconds["embeddings"],  # a clock that stands still meanwhile
    )
    pipeline.check()
    articles = len(bodies) * (ROUNDS + 1)  # once to warm up
    whole = sum(pipeline.seconds.values())
    lines = [f"{name:<21} {taken / articles * 1000:6.2f} ms" for name, taken in pipeline.seconds.items()]
    lines += [
        "",
        f"{len(bodies)} articles, {len(bodies) / comparison.ours.median:,.0f} a second of one core",
        f"embeddings, not counted above: {pipeline.seconds['embeddings'] / whole:.0%} of the whole",
    ]
    print(report(comparison, note="\n".join(lines)))


if __name__ == "__main__":
    main()
