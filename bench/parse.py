"""Reading feeds beside feedparser: ``make bench-parse``.

Ours is what a worker does with the bytes of an answer: pick the adapter, read the entries, clean each one, with its
addresses, dates and hash. The peer is feedparser as fast as it goes, with its sanitiser and its resolving of addresses in
HTML off, and nh3 on each text: it gives no plain text, no canonical address and no dates in UTC. Both get the same bytes:
20 feeds of 50 entries with 300 words each, as in ``make bench-ingest``; then, where ``../shared/data`` is, the real feeds
there, of which ours hands some to feedparser.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import feedparser
import nh3

from bench.feed_server import feed
from bench.side_by_side import Side, compare, report
from sources import adapters
from sources.adapters import rss
from sources.ingest.normalise import Publication, Unusable, publication

ROOT = Path(__file__).resolve().parent.parent
AT = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)
TYPE = "application/rss+xml"
URL = "https://outlet.example/feed"
#: Larger than any feed that a worker accepts.
LARGEST = 2_000_000


def ours(bodies: Sequence[bytes]) -> list[Publication]:
    """Every entry, cleaned."""
    found = []
    for body in bodies:
        parsed = adapters.choose(body, content_type=TYPE).parse(body, content_type=TYPE, url=URL)
        for entry in parsed.entries:
            try:
                found.append(publication(entry, feed_url=URL, at=AT))
            except Unusable:
                continue
    return found


def theirs(bodies: Sequence[bytes]) -> list[str]:
    """The text of every entry, sanitised."""
    found = []
    for body in bodies:
        document = feedparser.parse(
            body, response_headers={"content-type": TYPE}, sanitize_html=False, resolve_relative_uris=False
        )
        for entry in document.entries:
            texts = [part.get("value", "") for part in entry.get("content", ())]
            found.append(nh3.clean(max((*texts, entry.get("summary", "")), key=len)))
    return found


def real_feeds(shared: Path) -> list[bytes]:
    """RSS and Atom that sites published, without the few huge ones."""
    folders = (shared / "feeds-real-mixed", shared / "feeds-real-news")
    paths = sorted(path for folder in folders for path in folder.rglob("*.xml"))
    bodies = [path.read_bytes() for path in paths if path.stat().st_size <= LARGEST]
    return [body for body in bodies if not body.lstrip().startswith(b"{")]


def measure(goal: str, bodies: Sequence[bytes], *, rounds: int) -> None:
    entries, plain = len(ours(bodies)), sum(_is_plain(body) for body in bodies)
    if not entries:
        raise SystemExit(f"{goal}: no entry was read")
    found = compare(
        goal, ours=Side("ours", lambda: ours(bodies)), peer=Side("feedparser", lambda: theirs(bodies)), rounds=rounds
    )
    each = found.ours.median / entries * 1e6
    note = f"{len(bodies)} feeds, {plain} of them plain, {entries:,} entries: {each:.0f} microseconds an entry here"
    sys.stdout.write(report(found, note=note) + "\n\n")


def _is_plain(body: bytes) -> bool:
    return rss.read_plainly(body, content_type=TYPE, url=URL) is not None


def main() -> None:
    measure("parse_vs_feedparser", [feed(number, 50) for number in range(20)], rounds=7)
    shared = Path(os.environ.get("CURATOR_SHARED_DATA") or ROOT.parent / "shared" / "data")
    if shared.is_dir():
        measure("parse_real_vs_feedparser", real_feeds(shared), rounds=3)


if __name__ == "__main__":
    main()
