"""Documents as people hand them in: small PDF and Word files with the words that a test states, and hostile ones."""

from __future__ import annotations

import io
import zipfile
import zlib

from pypdf import PdfReader, PdfWriter
from pypdf.constants import FilterTypes
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject, StreamObject

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def pdf(*pages: str, author: str = "", password: str = "") -> bytes:
    """A PDF with one page for each text, in Latin letters; an empty text is a page with nothing on it."""
    writer = PdfWriter()
    font = DictionaryObject(
        {
            NameObject(f"/{key}"): NameObject(f"/{value}")
            for key, value in {
                "Type": "Font",
                "Subtype": "Type1",
                "BaseFont": "Helvetica",
                "Encoding": "WinAnsiEncoding",
            }.items()
        }
    )
    for words in pages:
        page = writer.add_blank_page(595, 842)
        if words:
            content = DecodedStreamObject()
            lines = "".join(f"({_escaped(line)}) Tj T*\n" for line in words.split("\n"))
            content.set_data(f"BT /F1 11 Tf 14 TL 50 780 Td\n{lines}ET".encode("cp1252"))
            page[NameObject("/Contents")] = writer._add_object(content)
            page[NameObject("/Resources")] = DictionaryObject(
                {NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})}
            )
    if author:
        writer.add_metadata({"/Author": author})
    if password:
        writer.encrypt(password)
    body = io.BytesIO()
    writer.write(body)
    return body.getvalue()


def pdf_bomb(megabytes: int) -> bytes:
    """One page whose content unpacks to so much."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf("x"))))
    packed = StreamObject()
    packed._data = zlib.compress(b"(A) Tj " * (megabytes * 1_000_000 // 7), 9)
    packed[NameObject("/Filter")] = NameObject(FilterTypes.FLATE_DECODE)
    writer.pages[0][NameObject("/Contents")] = writer._add_object(packed)
    body = io.BytesIO()
    writer.write(body)
    return body.getvalue()


def docx(*paragraphs: str, **parts: bytes) -> bytes:
    """A Word document of these paragraphs; ``parts`` replace or add files of the archive, "/" written as "__"."""
    body = "".join(f'<w:p><w:r><w:t xml:space="preserve">{words}</w:t></w:r></w:p>' for words in paragraphs)
    files = {
        "[Content_Types].xml": b"<Types/>",
        "word/document.xml": f"<w:document {_W}><w:body>{body}</w:body></w:document>".encode(),
        **{name.replace("__", "/") + ".xml": content for name, content in parts.items()},
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def _escaped(line: str) -> str:
    return line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
