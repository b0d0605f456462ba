"""Reads the messages that the demo's mail catcher kept, one ``.eml`` file each. Sends and changes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.headerregistry import DateHeader
from email.message import EmailMessage
from pathlib import Path

#: Headers worth seeing beside the subject, in this order: who, when, and how to leave.
SHOWN = (
    "From",
    "To",
    "Date",
    "Message-ID",
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "List-Help",
    "List-Archive",
    "Precedence",
    "Auto-Submitted",
)


@dataclass(frozen=True, slots=True)
class Attachment:
    """One attached file."""

    number: int  # from 1
    name: str
    media_type: str
    body: bytes

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.body)


@dataclass(frozen=True, slots=True)
class CaughtMail:
    """One message. ``number`` counts from the oldest, from 1."""

    number: int
    subject: str
    recipient: str
    sent_at: dt.datetime | None
    headers: tuple[tuple[str, str], ...]
    text: str
    html: str
    attachments: tuple[Attachment, ...]


def count(folder: Path) -> int:
    """How many messages there are."""
    return len(_files(folder))


def newest_first(folder: Path) -> Iterator[CaughtMail]:
    """Every message."""
    files = _files(folder)
    return (_read(path, number) for number, path in reversed(list(enumerate(files, 1))))


def find(folder: Path, number: int) -> CaughtMail | None:
    """The message of that number, or None."""
    files = _files(folder)
    return _read(files[number - 1], number) if 1 <= number <= len(files) else None


def _files(folder: Path) -> list[Path]:
    """In the order they came, as their names say; a message never changes and none is removed while the demo runs."""
    return sorted(folder.glob("*.eml"))


def _read(path: Path, number: int) -> CaughtMail:
    # The catcher takes what any program sends to its port; the default policy never raises on odd headers.
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    return CaughtMail(
        number=number,
        subject=str(message["Subject"] or "").strip(),
        recipient=str(message["To"] or "").strip(),
        sent_at=_moment(message["Date"]),
        headers=tuple((name, str(message[name]).strip()) for name in SHOWN if message[name] is not None),
        text=_part(message, "plain"),
        html=_part(message, "html"),
        attachments=tuple(_attachments(message)),
    )


def _moment(header: object) -> dt.datetime | None:
    """In UTC. A date with the offset -0000 is in UTC too (RFC 5322, 3.3), and Python hands it over without a zone."""
    moment = header.datetime if isinstance(header, DateHeader) else None
    if not isinstance(moment, dt.datetime):
        return None
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part is not None else ""


def _attachments(message: EmailMessage) -> Iterator[Attachment]:
    for number, part in enumerate(message.iter_attachments(), 1):
        body = part.get_payload(decode=True)
        if isinstance(body, bytes):
            yield Attachment(number, part.get_filename() or f"attachment-{number}", part.get_content_type(), body)
