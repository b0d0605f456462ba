"""Reading article pages beside trafilatura's default with metadata: ``make bench-extract``.

Ours is ``extract``: bytes to text, with the address that the page gives as its own; the feed has the title, author and date, as
most feeds do. The peer is ``trafilatura.extract`` with metadata and everything else as it comes. Both get the same bytes and
run in this process. A worker has pages read in a process apart, so the same is timed once more through that
(``extract_speed_apart``): it costs nothing on a quiet machine, and on a busy one what waiting for one's turn costs twice for
every page. Then both texts are held against the
pages' gold segments, the peer's as its own evaluation takes it: without comments, and without the metadata it writes above
the text, where a headline would count as found.

The gold names words that must and must not be in a text. A segment is found whole or not at all and counts by its words.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import trafilatura

from bench.side_by_side import Side, compare, report
from sources.ingest.extract import Extracted, NoArticle, extract
from sources.ingest.page_reader import PageReader

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Page:
    """A page with the segments that its text must have and must not have."""

    name: str
    body: bytes
    wanted: tuple[str, ...]
    unwanted: tuple[str, ...]

    @property
    def is_held_back(self) -> bool:
        """Half of the pages: settings are chosen on the others and checked on these."""
        return hashlib.sha256(self.name.encode()).digest()[-1] % 2 == 1


def pages(folder: Path) -> list[Page]:
    """The corpus. Raises FileNotFoundError where it is not there."""
    rows = [json.loads(line) for line in (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines()]
    return [
        Page(row["file"], (folder / "html" / row["file"]).read_bytes(), _words(row["with"]), _words(row["without"]))
        for row in rows
    ]


def f1(found: Iterable[tuple[Page, str]]) -> float:
    """Of the words of all pages' segments: the harmonic mean of how many of those found are wanted, and of those wanted are
    found."""
    hits = misses = false = 0
    for page, text in found:
        text = " ".join(text.split())
        for segment in page.wanted:
            count = len(segment.split())
            hits, misses = (hits + count, misses) if segment in text else (hits, misses + count)
        false += sum(len(segment.split()) for segment in page.unwanted if segment in text)
    return 2 * hits / (2 * hits + misses + false)


def default(body: bytes) -> str:
    return trafilatura.extract(body, include_comments=False) or ""


def default_with_metadata(body: bytes) -> str:
    return trafilatura.extract(body, with_metadata=True) or ""


def text_by(read: Callable[..., Extracted]) -> Callable[[bytes], str]:
    """What ``extract``, or a reader in a process apart, makes of a page."""

    def ours(body: bytes) -> str:
        try:
            return read(body, content_type="text/html").text
        except NoArticle:
            return ""

    return ours


def _words(segments: Iterable[str]) -> tuple[str, ...]:
    return tuple(" ".join(segment.split()) for segment in segments)


def main() -> None:
    logging.disable(logging.CRITICAL)
    folder = Path(os.environ.get("CURATOR_SHARED_DATA") or ROOT.parent / "shared" / "data") / "articles-trafilatura"
    try:
        corpus = pages(folder)
    except FileNotFoundError as error:
        sys.exit(f"no pages to read: {error}; CURATOR_SHARED_DATA may name another folder")
    ours = text_by(extract)
    peer = Side("trafilatura with metadata", lambda: [default_with_metadata(page.body) for page in corpus])
    comparison = compare(
        "extract_speed", ours=Side("extract", lambda: [ours(page.body) for page in corpus]), peer=peer, rounds=7
    )
    with PageReader() as reader:
        through = text_by(reader.read)
        apart = compare(
            "extract_speed_apart",
            ours=Side("in a process apart", lambda: [through(page.body) for page in corpus]),
            peer=peer,
            rounds=5,
        )
    texts = [(page, ours(page.body)) for page in corpus]
    peers = [(page, default(page.body)) for page in corpus]
    lines = [
        f"{len(corpus)} pages, {len(corpus) / comparison.ours.median:,.0f} a second here",
        "",
        f"{'F1':<17} ours   default",
    ]
    for name, half in (("all", None), ("chosen on", False), ("held back", True)):
        sides = [f1(pair for pair in side if half in (None, pair[0].is_held_back)) for side in (texts, peers)]
        lines.append(f"{name:<16} {sides[0]:.4f}  {sides[1]:.4f}")
    print(report(apart))
    print()
    print(report(comparison, note="\n".join(lines)))
    print(f"ratio extract_f1_difference {f1(texts) - f1(peers):+.4f}")


if __name__ == "__main__":
    main()
