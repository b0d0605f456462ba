"""One mail, bytes to values: sender, list, date, text, links, documents. Pure, and bounded in everything: mail is hostile.

The standard library takes the message apart by its older policy (compat32). ``policy.default`` reads every field that is
touched with a parser of the whole grammar, which raises on broken fields and is quadratic in some; six fields are read
here, each by a rule that can be seen.
"""

from __future__ import annotations

import email.header
import email.utils
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.errors import MessageError
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser

from sources.adapters import charset
from sources.doors import senders
from sources.doors.personal import Ourselves
from sources.ingest.text import MAX_HTML, clean_line, clean_text, text_of_html

#: Bytes of header, parts of one message, parts within parts, characters of text, documents.
MAX_HEAD = 262_144
MAX_PARTS = 200
MAX_NESTED = 20
MAX_BODY = 2_000_000
MAX_DOCUMENTS = 5
#: A text part that says less is "your reader cannot show this": then the HTML is read.
_ENOUGH = 200
_MOST_RECIPIENTS = 100
_NESTED = re.compile(rb"content-type\s*:\s*(?:multipart|message)/", re.IGNORECASE)
_LONG_FIELD = re.compile(rb"^content-[a-z-]+\s*:[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*", re.IGNORECASE | re.MULTILINE)
_MAX_FIELD = 4_000
_CHARSET = re.compile(r"charset\s*=\s*\"?\s*([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_COMMENT = re.compile(r"\([^()]*\)")
_ENCODED = re.compile(r"=\?[^?\s]{1,60}\?[bqBQ]\?[^?\s]*\?=")
_ANGLE = re.compile(r"<\s*([^<>\s]+@[^<>\s]+)\s*>")
_BARE = re.compile(r"[^\s<>,;:()\"]+@[^\s<>,;:()\"]+")
_ID = re.compile(r"<([^<>\s]{1,900})>")
#: Fields that say to whom a mail came.
_TO_US = {
    "to",
    "cc",
    "bcc",
    "delivered-to",
    "x-original-to",
    "envelope-to",
    "x-envelope-to",
    "x-delivered-to",
    "apparently-to",
}


class Unreadable(Exception):
    """The message cannot be read, or leaves open who sent it. The message is fit for staff; ``sender_domain`` may be ""."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a message's header says. ``sender`` is one address in lower case; ``fields`` are all fields in their order."""

    sender: str
    list_id: str
    message_id: str
    date: str
    subject: str
    archived_at: str
    fields: tuple[tuple[str, str], ...]
    to_us: frozenset[str]

    @property
    def sender_domain(self) -> str:
        return senders.domain_of(self.sender)

    def ourselves(self, account: str) -> Ourselves:
        """The addresses that this mail reached us and others by. The sender's own, and the list's, are nobody's secret."""
        public = (self.sender_domain, self.list_id.partition(".")[2])
        reached = {
            address for address in self.to_us if not address.endswith(tuple(f"@{name}" for name in public if name))
        }
        return Ourselves(frozenset(reached | ({account.lower()} if "@" in account else set())))


@dataclass(frozen=True, slots=True)
class Body:
    """What a message says: ``text`` is clean already, ``page`` the HTML as it came, ``documents`` bytes of PDF and Word
    documents. ``left_out`` says in plain words what was not read."""

    text: str
    page: str
    documents: tuple[bytes, ...]
    left_out: tuple[str, ...] = ()


def head_of(raw: bytes) -> Head:
    """The header of a message. Raises Unreadable."""
    if len(raw) >= MAX_HEAD:
        raise Unreadable(f"Its header is longer than {MAX_HEAD:,} bytes.")
    message = BytesHeaderParser(policy=policy.compat32).parsebytes(raw)
    fields = tuple((name, _unfolded(str(value))) for name, value in message.raw_items())
    return Head(
        sender=_sender([value for name, value in fields if name.lower() == "from"]),
        list_id=_list_id(_first(fields, "list-id")),
        message_id=_message_id(fields),
        date=re.sub(r"\s*\([^()]*\)\s*$", "", _first(fields, "date")),
        subject=clean_line(_decoded(_first(fields, "subject")), 500),
        archived_at=_first(fields, "archived-at"),
        fields=fields,
        to_us=frozenset(
            address.lower().strip(".")
            for name, value in fields
            if name.lower() in _TO_US
            for address in _BARE.findall(value[:20_000])[:_MOST_RECIPIENTS]
        ),
    )


def body_of(raw: bytes, ourselves: Ourselves) -> Body:
    """What the message says. Raises Unreadable. Names of files and people in its parts are not read."""
    message = taken_apart(raw)
    plain: list[str] = []
    pages: list[str] = []
    documents: list[bytes] = []
    left_out: tuple[str, ...] = ()
    for part in leaves(message):
        if part.get_content_type() in {"text/plain", "text/html"} and not _is_attached(part):
            (plain if part.get_content_type() == "text/plain" else pages).append(text_of(part))
        elif (found := _document(part)) is not None:
            documents.append(found)
    if len(documents) > MAX_DOCUMENTS:
        left_out = (f"Only the first {MAX_DOCUMENTS} of its {len(documents)} documents were read.",)
    text, page = clean_text("\n\n".join(plain)[:MAX_BODY]), "\n".join(pages)[:MAX_HTML]
    of_page = text_of_html(page) if page else ""
    if len(text) < _ENOUGH and len(of_page) > len(text):
        text = of_page
    return Body(text, page, tuple(documents[:MAX_DOCUMENTS]), left_out)


def taken_apart(raw: bytes) -> Message:
    """The message as parts. Raises Unreadable where it nests deeper, or has more parts, than a mail that is meant to be read."""
    if len(_NESTED.findall(raw)) > MAX_NESTED:
        raise Unreadable(f"It holds more than {MAX_NESTED} messages or groups of parts within one another.")
    # The library's reading of parameters is quadratic in their number.
    if any(len(found.group()) > _MAX_FIELD for found in _LONG_FIELD.finditer(raw)):
        raise Unreadable(f"One of its parts describes itself in more than {_MAX_FIELD:,} bytes.")
    try:
        return BytesParser(policy=policy.compat32).parsebytes(raw)
    except (MessageError, ValueError, LookupError, RecursionError, AttributeError, TypeError) as error:
        raise Unreadable(f"It is no message that can be read ({type(error).__name__}).") from error


def leaves(message: Message) -> Iterator[Message]:
    """The parts that hold something; not those of mails that are attached. Raises Unreadable where there are too many."""
    waiting, count = [message], 0
    while waiting:
        part = waiting.pop(0)
        count += 1
        if count > MAX_PARTS:
            raise Unreadable(f"It has more than {MAX_PARTS} parts.")
        if not part.is_multipart():
            yield part
        elif part.get_content_maintype() == "multipart":
            inside = list(part.get_payload())[: MAX_PARTS + 1]
            waiting[:0] = [each for each in inside if isinstance(each, Message)]


def text_of(part: Message) -> str:
    """The part's text, whatever it says of its own encoding."""
    return charset.decode(_bytes_of(part)[:MAX_BODY], f"{part.get_content_type()}; charset={_charset(part)}").text


def _charset(part: Message) -> str:
    found = _CHARSET.search(str(part.get("content-type", ""))[:_MAX_FIELD])
    return found.group(1) if found else ""


def _bytes_of(part: Message) -> bytes:
    try:
        found = part.get_payload(decode=True)
    except (ValueError, LookupError, TypeError, AttributeError):  # uuencode and charsets that are none
        return b""
    return found if isinstance(found, bytes) else b""


def _is_attached(part: Message) -> bool:
    return str(part.get("content-disposition", "")).strip().lower().startswith("attachment")


def _document(part: Message) -> bytes | None:
    """The bytes of a PDF or Word document, known by themselves and not by what the part calls them."""
    body = _bytes_of(part)
    if b"%PDF-" in body[:1024]:
        return body
    return body if body.startswith(b"PK\x03\x04") and b"word/" in body else None


# ------------------------------------------------------------------------------------------------ fields
def _first(fields: tuple[tuple[str, str], ...], wanted: str) -> str:
    return next((value for name, value in fields if name.lower() == wanted), "")


def _unfolded(value: str) -> str:
    """One line, with bytes beyond ASCII read as UTF-8 where they are."""
    return " ".join(value.encode("utf-8", "surrogateescape").decode("utf-8", "replace").replace("\0", "").split())


def _decoded(value: str) -> str:
    """A field's words out of RFC 2047; as they are where they are broken."""
    try:
        parts = email.header.decode_header(value[:4_000])
    except (ValueError, MessageError):
        return value
    words = (
        part if isinstance(part, str) else charset.decode(part, f"text/plain; charset={label or 'utf-8'}").text
        for part, label in parts
    )
    return "".join(str(word) for word in words)


def _sender(values: list[str]) -> str:
    """The one address that the mail says it is from. Raises Unreadable where there is none, or more than one: what is
    checked and what is read must be the same."""
    if len(values) != 1:
        raise Unreadable(f"It has {len(values)} From fields.")
    bare = _ENCODED.sub(" ", _COMMENT.sub(" ", _QUOTED.sub(" ", values[0][:2_000])))
    found = {address.lower() for address in _ANGLE.findall(bare)} if "<" in bare else set()
    found |= {address.lower() for address in _BARE.findall(_ANGLE.sub(" ", bare))}
    if len(found) != 1:
        raise Unreadable(f"It names {len(found)} senders.")
    address = str(found.pop())
    if not senders.domain_of(address):
        raise Unreadable("Its sender's address is none.")
    return address


def _list_id(value: str) -> str:
    """RFC 2919: the name in angle brackets."""
    found = re.search(r"<\s*([A-Za-z0-9._+-]{1,250})\s*>", value)
    return found.group(1).lower() if found else ""


def _message_id(fields: tuple[tuple[str, str], ...]) -> str:
    """The message's own identifier; where it has none, one of its date, sender and subject."""
    found = _ID.search(_first(fields, "message-id"))
    if found is not None:
        return found.group(1)
    words = "\n".join(_first(fields, name) for name in ("date", "from", "subject"))
    return f"sha256:{hashlib.sha256(words.encode()).hexdigest()}"
