"""Takes the text out of one PDF or Word document. Run as a program of its own by ``document``, which also borrows ``pages``
for a process that has given up its rights already.

The program reads the document from standard input, writes JSON to standard output: ``{"pages": [...]}``, or ``{"refused":
"code"}``. Knows neither Django nor any setting, and gives up its rights to memory, time and files before it reads a byte:
documents are hostile. Arguments: seconds of processor time, bytes of memory, characters of text, pages.
"""

from __future__ import annotations

import io
import json
import logging
import resource
import sys
import zipfile
from collections.abc import Iterator

#: A document's main part unpacks to no more, and holds no more elements.
MAX_PART = 60_000_000
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PARTS = ("word/document.xml", "word/footnotes.xml", "word/endnotes.xml")


class Refused(Exception):
    """The document is not read; the message is one of the codes that ``document`` puts into words."""


def main(arguments: list[str]) -> None:
    seconds, memory, characters, most_pages = (int(value) for value in arguments)
    _give_up_rights(seconds, memory)
    body = sys.stdin.buffer.read()
    try:
        answer: dict[str, object] = {"pages": pages(body, characters=characters, most_pages=most_pages)}
    except Refused as refused:
        answer = {"refused": str(refused)}
    except MemoryError:
        answer = {"refused": "memory"}
    json.dump(answer, sys.stdout)


def pages(body: bytes, *, characters: int, most_pages: int) -> list[str]:
    """The raw text of each page. Raises Refused, and MemoryError where the process may have no more. Without limits of its
    own on time and memory."""
    try:
        found = _pdf(body, most_pages) if b"%PDF-" in body[:1024] else _docx(body)
        return list(_bounded(found, characters))
    except (Refused, MemoryError):
        raise
    except Exception as error:  # whatever a broken document brings out of the libraries, RecursionError among it
        raise Refused("broken") from error


def _give_up_rights(seconds: int, memory: int) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _bounded(pages: Iterator[str], characters: int) -> Iterator[str]:
    """Pages, as long as all together are no longer than that."""
    left = characters
    for page in pages:
        left -= len(page)
        if left < 0:
            raise Refused("long")
        yield page


def _pdf(body: bytes, most_pages: int) -> Iterator[str]:
    from pypdf import PdfReader
    from pypdf.errors import PdfReadError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it tells of every fault, with words of the document
    reader = PdfReader(io.BytesIO(body), strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        raise Refused("locked")
    try:
        if len(reader.pages) > most_pages:
            raise Refused("pages")
    except PdfReadError as error:
        raise Refused("broken") from error
    for page in reader.pages:
        yield page.extract_text()


def _docx(body: bytes) -> Iterator[str]:
    """The paragraphs of the main part and its notes, as one page: Word lays out its pages anew each time."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            names = set(archive.namelist())
            if "EncryptedPackage" in names or "word/document.xml" not in names:
                raise Refused("kind")
            parts = [_unpacked(archive, name) for name in _PARTS if name in names]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise Refused("broken") from error
    yield "\n\n".join(paragraph for part in parts for paragraph in _paragraphs(part) if paragraph.strip())


def _unpacked(archive: zipfile.ZipFile, name: str) -> bytes:
    """One part. Read with a limit, since an archive may lie about what it unpacks to."""
    with archive.open(name) as part:
        body = part.read(MAX_PART + 1)
    if len(body) > MAX_PART:
        raise Refused("memory")
    return body


def _paragraphs(part: bytes) -> Iterator[str]:
    from lxml import etree

    if b"<!DOCTYPE" in part[:2000] or b"<!ENTITY" in part[:2000]:
        raise Refused("broken")
    words: list[str] = []
    events = etree.iterparse(
        io.BytesIO(part), events=("end",), resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False
    )
    for _, element in events:
        if element.tag == f"{_W}t":
            words.append(element.text or "")
        elif element.tag == f"{_W}tab":
            words.append(" ")
        elif element.tag in {f"{_W}br", f"{_W}cr"}:
            words.append("\n")
        elif element.tag == f"{_W}p":
            yield "".join(words)
            words.clear()
            element.clear()
            while element.getprevious() is not None:  # what was read is let go, or the tree grows with the file
                del element.getparent()[0]


if __name__ == "__main__":
    main(sys.argv[1:])
