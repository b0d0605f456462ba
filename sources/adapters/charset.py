"""Bytes to text, where feeds and pages say the wrong thing about their own encoding. Pure.

A byte-order mark wins over everything (RFC 7303, 3.3). Bytes that are valid UTF-8 and hold more than ASCII are UTF-8,
whatever a single-byte label says: text in a single-byte encoding is next to never valid UTF-8 by accident. Labels are
taken from a fixed list, since Python's registry also holds codecs that are no text encodings (zlib, punycode).
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
#: How an XML document without a mark begins in encodings of two and four bytes (XML 1.0, appendix F).
_XML_STARTS = (
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
_STARTS = tuple(start for start, _ in (*_BOMS, *_XML_STARTS))
_C1 = bytes(range(0x80, 0xA0))
_CP1252 = {byte: bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in _C1}
#: Labels are read as the web reads them: Latin-1 and ASCII mean Windows-1252 (WHATWG Encoding Standard).
_AS_ON_THE_WEB = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
}
_SINGLE_BYTE = {
    *(f"iso8859-{n}" for n in (2, 3, 4, 5, 6, 7, 8, 10, 11, 13, 14, 15, 16)),
    *(f"cp125{n}" for n in range(9)),
    *("koi8-r", "koi8-u", "cp437", "cp850", "cp866", "cp874", "tis-620", "mac-roman", "mac-cyrillic"),
}
_MULTI_BYTE = {
    *("utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"),
    *("gb18030", "hz", "big5", "big5hkscs", "shift_jis", "cp932", "euc_jp", "iso2022_jp", "euc_kr", "cp949"),
}
_LABEL_IN_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_LABEL_IN_XML = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_LABEL_IN_HTML = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, and the encoding it was read in."""

    text: str
    encoding: str


def known(label: str) -> str:
    """Python's name of the encoding a label stands for, or "" where the label is not on the list."""
    try:
        name = codecs.lookup(label.strip()).name
    except (LookupError, ValueError):
        return ""
    name = _AS_ON_THE_WEB.get(name, name)
    return name if name in _SINGLE_BYTE or name in _MULTI_BYTE else ""


def declared(body: bytes, content_type: str) -> tuple[str, ...]:
    """The encodings that the header, the XML declaration and the page's own head name, in order of authority."""
    labels = [match.group(1) for match in [_LABEL_IN_HEADER.search(content_type)] if match]
    for pattern, head in ((_LABEL_IN_XML, body[:400]), (_LABEL_IN_HTML, body[:4096])):
        if match := pattern.search(head):
            labels.append(match.group(1).decode("ascii"))
    return tuple(dict.fromkeys(name for label in labels if (name := known(label))))


def decode(body: bytes, content_type: str = "") -> Decoded:
    """The text of a document. Never fails: what no encoding fits is read as Windows-1252, with marks for gaps."""
    for mark, name in _BOMS:
        if body.startswith(mark):
            return Decoded(body[len(mark) :].decode(name, "replace"), name)
    for start, name in _XML_STARTS:
        if body.startswith(start):
            return Decoded(body.decode(name, "replace"), name)
    labels = declared(body, content_type)
    if not body.isascii() and all(name in _SINGLE_BYTE for name in labels):
        labels = ("utf-8", *labels)
    for name in (*labels, "utf-8"):
        try:
            return Decoded(body.decode(name), name)
        except (UnicodeDecodeError, ValueError):
            continue
    return _best_guess(body, labels)


def in_utf8(body: bytes, content_type: str = "") -> bytes:
    """The document in UTF-8, without a byte-order mark: the bytes themselves where nothing says that they are in anything
    else, valid or not."""
    if body.startswith(codecs.BOM_UTF8):
        return body[len(codecs.BOM_UTF8) :]
    if not body.startswith(_STARTS) and {*declared(body, content_type)} <= {"utf-8"}:
        return body
    return decode(body, content_type).text.encode("utf-8", "replace")


def mended(text: str) -> str:
    """As feedparser mends words: UTF-8 that was read as Latin-1 ("GuaidÃ³"), and Windows-1252 in Unicode's C1 range, where
    no text has anything to say."""
    if text.isascii():
        return text
    try:
        latin = text.encode("iso-8859-1")
    except UnicodeEncodeError:
        is_odd = not text.replace("\n", " ").replace("\t", " ").replace("\xa0", " ").isprintable()
        return text.translate(_CP1252) if is_odd else text
    try:
        return latin.decode("utf-8").translate(_CP1252)
    except UnicodeDecodeError:
        return text.translate(_CP1252) if len(latin.translate(None, _C1)) != len(latin) else text


def _best_guess(body: bytes, labels: tuple[str, ...]) -> Decoded:
    """Nothing decodes without a fault. A few broken bytes in long UTF-8 are a fault of UTF-8, not another encoding."""
    as_utf8 = body.decode("utf-8", "replace")
    if as_utf8.count("\N{REPLACEMENT CHARACTER}") * 20 < sum(byte > 127 for byte in body):
        return Decoded(as_utf8, "utf-8")
    single = next((name for name in labels if name in _SINGLE_BYTE), "cp1252")
    return Decoded(body.decode(single, "replace"), single)
