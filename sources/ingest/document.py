"""The text of a PDF or Word document from outside, page by page. What it is, its bytes say and never its name.

The document is read by a process with limits on time and memory and no access to anything of ours, so that a hostile file
ends that process and nothing else: one of its own for what people upload or organisations mail (``read``, by way of
``reading_room``), the one that reads article pages for what a feed links to (``read_here``). Its metadata is not read:
author names in it are often those of people who did not mean to be named.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path

from sources.ingest import reading_room
from sources.ingest.text import MAX_TEXT, clean_text

#: Limits of one document: seconds by the clock and of the processor, bytes of memory, characters of text, pages.
WALL_SECONDS = 40
CPU_SECONDS = 30
MEMORY = 1_000_000_000
MAX_CHARACTERS = 2_000_000
MAX_PAGES = 2_000
EXTRACTOR = f"pypdf {version('pypdf')}"
EXTRACTOR_DOCX = "docx 1"
#: Under this many letters a document has no text: page numbers and stamps are none.
LEAST = 40
_ROOM = Path(reading_room.__file__)


class Kind(StrEnum):
    """What can be read, by media type."""

    PDF = "application/pdf"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class Unreadable(Exception):
    """The document cannot be read. The message is fit for staff and says what to do. ``is_scan``: it holds pictures of
    pages and no text."""

    def __init__(self, message: str, *, is_scan: bool = False) -> None:
        super().__init__(message)
        self.is_scan = is_scan


@dataclass(frozen=True, slots=True)
class Document:
    """What was found. ``page_starts`` are offsets into ``text``, one for each page; empty where the kind has no pages.
    ``empty_pages`` are the numbers of pages without text."""

    kind: Kind
    text: str
    extractor: str
    page_starts: tuple[int, ...] = ()
    empty_pages: tuple[int, ...] = ()


_TOO_LONG = "The document holds more than {:,} characters of text."
_IN_WORDS = {
    "locked": "The document is protected by a password. Take the protection off and try again.",
    "pages": f"The document has more than {MAX_PAGES:,} pages.",
    "long": _TOO_LONG.format(MAX_CHARACTERS),
    "memory": "Reading the document took more memory than it may.",
    "kind": "The file is an archive, but no Word document (.docx).",
    "broken": "The document is damaged and cannot be read.",
    "time": "Reading the document took too long.",
}
_OTHER_KINDS = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "The file is of an old Office format or protected; save it as .docx or PDF."),
    (b"{\\rtf", "The file is RTF; save it as .docx or PDF."),
    (b"\x89PNG", "The file is a picture, and text in pictures is not read."),
    (b"\xff\xd8\xff", "The file is a picture, and text in pictures is not read."),
    (b"<", "The file is a web page or XML; enter its text by hand."),
)


def recognise(body: bytes) -> Kind:
    """What the bytes are. Raises Unreadable where they are neither."""
    if b"%PDF-" in body[:1024]:
        return Kind.PDF
    if body.startswith(b"PK\x03\x04"):
        return Kind.DOCX
    for start, message in _OTHER_KINDS:
        if body.lstrip()[:16].startswith(start):
            raise Unreadable(message)
    raise Unreadable("The file is neither a PDF nor a Word document (.docx), whatever its name says.")


def read(body: bytes) -> Document:
    """The document's text, from a process of its own. Raises Unreadable and nothing else, whatever the bytes."""
    kind = recognise(body)
    return _bound(kind, _pages(body))


def read_here(body: bytes, *, characters: int) -> Document:
    """The same in this process, which has to have limits already; text of so many characters at the most. Raises
    Unreadable, and MemoryError where the process may have no more."""
    kind = recognise(body)
    try:
        return _bound(kind, reading_room.pages(body, characters=characters, most_pages=MAX_PAGES))
    except reading_room.Refused as refused:
        code = str(refused)
        raise Unreadable(_TOO_LONG.format(characters) if code == "long" else _IN_WORDS[code]) from refused


def _bound(kind: Kind, raw: Iterable[str]) -> Document:
    """The pages as one text."""
    pages = [_clean(page) for page in raw]
    if sum(character.isalpha() for page in pages for character in page[:2000]) < LEAST:
        raise _without_text(kind)
    if kind is Kind.DOCX:
        return Document(kind, pages[0], EXTRACTOR_DOCX)
    starts, offset = [], 0
    for page in pages:
        starts.append(offset)
        offset += len(page) + len(_BETWEEN) if page else 0
    empty = tuple(number for number, page in enumerate(pages, start=1) if not page)
    return Document(kind, _BETWEEN.join(page for page in pages if page), EXTRACTOR, tuple(starts), empty)


#: Pages stand apart like paragraphs; where each begins is kept beside the text, so that a quotation may run over a page's end.
_BETWEEN = "\n\n"


def _clean(text: str) -> str:
    """Clean, however long: a paragraph at a time, since ``clean_text`` keeps no more than a page of the web may have."""
    pieces = (part[at : at + MAX_TEXT] for part in text.split(_BETWEEN) for at in range(0, len(part), MAX_TEXT))
    return _BETWEEN.join(clean for piece in pieces if (clean := clean_text(piece)))


def _without_text(kind: Kind) -> Unreadable:
    if kind is Kind.DOCX:
        return Unreadable("There is no text in this document.", is_scan=True)
    return Unreadable(
        "This PDF holds pictures of pages and no text (a scan). Upload a version with text, or type the words that matter.",
        is_scan=True,
    )


def _pages(body: bytes) -> list[str]:
    """The raw text of each page, from the other process. Raises Unreadable."""
    limits = (CPU_SECONDS, MEMORY, MAX_CHARACTERS, MAX_PAGES)
    try:
        done = subprocess.run(  # noqa: S603 - our own program, no shell, nothing of the document in its arguments
            [sys.executable, "-I", "-B", str(_ROOM), *map(str, limits)],
            input=body,
            capture_output=True,
            timeout=WALL_SECONDS,
            check=False,
            cwd="/",
            env={"LANG": "C.UTF-8"},
        )
    except subprocess.TimeoutExpired as error:
        raise Unreadable(_IN_WORDS["time"]) from error
    if done.returncode != 0:
        raise Unreadable(_IN_WORDS["time" if done.returncode in {-9, -24} else "memory"])
    try:
        answer = json.loads(done.stdout)
    except ValueError as error:
        raise Unreadable(_IN_WORDS["broken"]) from error
    if "pages" in answer:
        return [str(page) for page in answer["pages"]]
    raise Unreadable(_IN_WORDS.get(answer.get("refused", ""), _IN_WORDS["broken"]))
