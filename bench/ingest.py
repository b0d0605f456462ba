"""Ingest beside other feed readers: ``make bench-ingest``.

200 feeds of 50 entries with 300 words each, served from loopback with an ETag. Ours fetches, parses, cleans and stores
every entry with its revision and every document as a snapshot, in PostgreSQL, and says how each look ended. Peers, all in
the same run:

- ``reader`` (PyPI), 16 workers, into SQLite: a first pass, and a second one in which every feed answers 304;
- newsboat (Debian's package), 16 threads, into SQLite, headless: the same two passes;
- with 200 ms before each answer: the barest asyncio program that fetches the same feeds over 64 connections, parses
  them with the fastest parser there is and copies the entries into one table. It is the limit, not a rival: it checks
  no address, bounds nothing, cleans nothing and knows no item again.
"""

from __future__ import annotations

import asyncio
import io
import logging
import multiprocessing
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from urllib.parse import urlsplit

from bench import scratch
from bench.feed_server import serving
from bench.side_by_side import Comparison, Side, compare, report

FEEDS = 200
ENTRIES = 50
WORKERS = 16
LATENCY = 0.2
PROCESSES = 2
ROUNDS = 3


class Ours:
    """Two workers of the queue ``ingest``, as ``docker compose up --scale ingest=2`` starts them: a process each, with the
    task's own threads and the settings as they are, but for the addresses of this machine, which they may ask. They are
    running already when the clock starts, as those of the peers' libraries are loaded."""

    def __init__(self, urls: list[str]) -> None:
        self._urls = urls
        self._hosts = sorted({urlsplit(url).netloc for url in urls})

    def __enter__(self) -> Ours:
        here = multiprocessing.get_context("spawn")
        self._ends = []
        for _ in range(PROCESSES):
            ours, theirs = here.Pipe()
            here.Process(target=_worker, args=(theirs, self._hosts), daemon=True).start()
            ours.recv()  # it is ready
            self._ends.append(ours)
        return self

    def __exit__(self, *_: object) -> None:
        for end in self._ends:
            end.send("stop")

    def empty(self) -> None:
        from django.core.files.storage import default_storage
        from django.db import connection

        from sources.models import Feed, Publisher

        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE sources_publisher, sources_blob CASCADE")
        shutil.rmtree(default_storage.path("snapshots"), ignore_errors=True)
        publisher = Publisher.objects.create(name="Outlet", slug="outlet")
        Feed.objects.bulk_create(
            Feed(publisher=publisher, name=url, url=url, is_active=True, reuse_policy="full_text_internal")
            for url in self._urls
        )

    def work(self) -> None:
        """What a tick of the schedule sets off, until nothing is due."""
        from django.utils import timezone

        from sources.models import Feed

        while Feed.objects.due(timezone.now()).exists():
            for end in self._ends:
                end.send("work")
            for end in self._ends:
                end.recv()

    def all_due(self) -> None:
        from sources.models import Feed

        Feed.objects.update(next_check_at=None)

    def memory(self) -> list[float]:
        """MB at the most, of each worker."""
        for end in self._ends:
            end.send("memory")
        return [end.recv() for end in self._ends]

    def check(self, state: str) -> None:
        from sources.models import Feed, Item, Revision, Snapshot

        found = (
            *(Item.objects.count(), Revision.objects.count(), Snapshot.objects.count()),
            Feed.objects.filter(last_state=state).count(),
        )
        if found != (FEEDS * ENTRIES, FEEDS * ENTRIES, FEEDS, FEEDS):
            raise SystemExit(f"not the work that was asked: {found} items, revisions, snapshots and feeds {state}")


def _worker(end: Connection, hosts: list[str]) -> None:
    """One worker, in a process of its own; the environment says where the engines are."""
    import django

    django.setup()
    from django.test import override_settings

    from curator.celery import spare_the_collector
    from sources.tasks import fetch_due_feeds

    spare_the_collector()  # as a worker does when it is ready
    end.send("ready")
    with override_settings(FETCH_ALLOWED_PRIVATE_HOSTS=hosts):
        while (order := end.recv()) != "stop":
            if order == "work":
                fetch_due_feeds()
            end.send(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


class Reader:
    """The feed reader ``reader``, of the dependency group ``bench``."""

    def __init__(self, urls: list[str], folder: Path) -> None:
        self._urls, self._shelf = urls, folder / "reader.sqlite"

    def empty(self) -> None:
        from reader import make_reader

        for path in self._shelf.parent.glob("reader.sqlite*"):
            path.unlink()
        with make_reader(str(self._shelf)) as reader:
            for url in self._urls:
                reader.add_feed(url)

    def work(self) -> None:
        from reader import make_reader

        with make_reader(str(self._shelf)) as reader:
            reader.update_feeds(workers=WORKERS, scheduled=False)

    def check(self) -> None:
        from reader import make_reader

        with make_reader(str(self._shelf)) as reader:
            if (found := reader.get_entry_counts().total) != FEEDS * ENTRIES:
                raise SystemExit(f"reader stored {found} entries")


class Newsboat:
    """newsboat without its screen. Its own limit of threads is raised to ours."""

    def __init__(self, urls: list[str], folder: Path) -> None:
        self._folder = folder / "newsboat"
        self._folder.mkdir()
        (self._folder / "urls").write_text("\n".join(urls) + "\n")
        (self._folder / "config").write_text(f"reload-threads {WORKERS}\nssl-verifypeer no\n")

    def empty(self) -> None:
        for path in self._folder.glob("cache.db*"):
            path.unlink()

    def work(self) -> None:
        files = [("-u", "urls"), ("-c", "cache.db"), ("-C", "config")]
        arguments = [word for flag, name in files for word in (flag, str(self._folder / name))]
        subprocess.run(["newsboat", *arguments, "-x", "reload"], check=True, stdout=subprocess.DEVNULL)

    def check(self) -> None:
        import sqlite3

        with sqlite3.connect(self._folder / "cache.db") as database:
            (found,) = database.execute("SELECT count(*) FROM rss_item").fetchone()
        if found != FEEDS * ENTRIES:
            raise SystemExit(f"newsboat stored {found} entries")


class Bare:
    """Fetch, parse and store, with nothing that makes it safe."""

    def __init__(self, urls: list[str]) -> None:
        self._urls = urls

    def empty(self) -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(
                "DROP TABLE IF EXISTS bench_entry; CREATE TABLE bench_entry (url text, title text, body text)"
            )

    def work(self) -> None:
        from django.db import connection

        connection.ensure_connection()
        self._database = connection.connection  # Django's own cursors refuse to work beside a running loop
        asyncio.run(self._all())

    async def _all(self) -> None:
        limit = asyncio.Semaphore(64)
        await asyncio.gather(*(self._one(url, limit) for url in self._urls))

    async def _one(self, url: str, limit: asyncio.Semaphore) -> None:
        parts = urlsplit(url)
        async with limit:
            reading, writing = await asyncio.open_connection(parts.hostname, parts.port)
            writing.write(f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())
            head = await reading.readuntil(b"\r\n\r\n")
            body = await reading.readexactly(int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0]))
            writing.close()
        self._store(body)

    def _store(self, body: bytes) -> None:
        from lxml import etree

        content = "{http://purl.org/rss/1.0/modules/content/}encoded"
        lines = [
            "\t".join((item.findtext(name) or "").replace("\n", " ") for name in ("link", "title", content))
            for item in etree.fromstring(body).iter("item")
        ]
        with self._database.cursor() as cursor:
            cursor.copy_expert("COPY bench_entry FROM STDIN", io.StringIO("\n".join(lines) + "\n"))

    def check(self) -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM bench_entry")
            if (found := cursor.fetchone()[0]) != FEEDS * ENTRIES:
                raise SystemExit(f"the bare program stored {found} entries")


def main() -> None:
    try:
        import reader  # noqa: F401 - asked for before anything is measured
    except ImportError as error:
        raise SystemExit("reader is not installed: .venv/bin/uv sync --frozen --group bench") from error
    if not shutil.which("newsboat"):
        raise SystemExit("newsboat is not installed: apt-get install newsboat")
    logging.getLogger("reader").setLevel(logging.ERROR)  # it warns of each feed's media type
    with tempfile.TemporaryDirectory() as folder, scratch.database():
        with serving(FEEDS, ENTRIES) as urls, Ours(urls) as ours:
            peers = (Reader(urls, Path(folder)), Newsboat(urls, Path(folder)))
            for name, peer in zip(("reader", "newsboat"), peers, strict=True):
                _say(_first(f"first_pass_vs_{name}", ours, peer))
            for name, peer in zip(("reader", "newsboat"), peers, strict=True):
                _say(_again(f"unchanged_vs_{name}", ours, peer))
        with serving(FEEDS, ENTRIES, latency=LATENCY) as urls, Ours(urls) as ours:
            bare = Bare(urls)
            _say(_first("latency_vs_bare", ours, bare), note="1.5 times the bare program's time is a ratio of 0.667")
            print(f"\nmemory at the most: {', '.join(f'{size:.0f}' for size in ours.memory())} MB in the workers")


def _first(goal: str, ours: Ours, peer: Reader | Newsboat | Bare) -> Comparison:
    found = compare(goal, ours=Side("ours", ours.work, ours.empty), peer=_side(peer, peer.empty), rounds=ROUNDS)
    ours.check("new")
    peer.check()
    return found


def _again(goal: str, ours: Ours, peer: Reader | Newsboat) -> Comparison:
    """Both have everything already; every feed answers 304."""
    found = compare(goal, ours=Side("ours", ours.work, ours.all_due), peer=_side(peer, lambda: None), rounds=ROUNDS)
    ours.check("unchanged")
    peer.check()
    return found


def _side(peer: Reader | Newsboat | Bare, prepare: Callable[[], None]) -> Side:
    return Side(type(peer).__name__.lower(), peer.work, prepare)


def _say(found: Comparison, *, note: str = "") -> None:
    rate = FEEDS * ENTRIES / found.ours.median
    print(report(found, note=note or f"{FEEDS} feeds of {ENTRIES} entries: {rate:,.0f} entries/s here"), flush=True)


if __name__ == "__main__":
    main()
