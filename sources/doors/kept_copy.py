"""The copy of a mail that may be kept: what its sender published, without what says to whom and by which way it came. Pure.

Of the header, only fields about the publication stay. In text and HTML, personal links and our own addresses are taken out;
all other bytes stand as they came. The hash of the whole is kept beside it, and the whole stays on the mail server.
"""

from __future__ import annotations

import base64
import io
from email import policy
from email.errors import MessageError
from email.generator import BytesGenerator
from email.message import Message

from sources.doors.message import Unreadable, leaves, taken_apart, text_of
from sources.doors.personal import Ourselves, strip

_KEPT = {
    *(
        "from",
        "sender",
        "reply-to",
        "date",
        "subject",
        "message-id",
        "in-reply-to",
        "references",
        "list-id",
        "archived-at",
    ),
    *(
        "organization",
        "content-language",
        "mime-version",
        "content-type",
        "content-transfer-encoding",
        "content-disposition",
    ),
}


def copy_of(raw: bytes, ourselves: Ourselves) -> bytes | None:
    """The message as it may be kept; None where it is too broken to be written again."""
    try:
        message = taken_apart(raw)
        for name in {name.lower() for name in message.keys()} - _KEPT:  # noqa: SIM118 - a message is no dict
            del message[name]
        for part in leaves(message):
            if part.get_content_maintype() == "text":
                _clean(part, ourselves)
        written = io.BytesIO()
        BytesGenerator(written, mangle_from_=False, policy=policy.compat32.clone(max_line_length=0)).flatten(message)
    except (Unreadable, MessageError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None
    return written.getvalue()


def _clean(part: Message, ourselves: Ourselves) -> None:
    """A text part without personal links, where it had any; else to the byte as it came."""
    text = text_of(part)
    clean = strip(text, ourselves)
    if clean == text:
        return
    kind = part.get_content_type()
    del part["content-type"]
    del part["content-transfer-encoding"]
    part["Content-Type"] = f'{kind}; charset="utf-8"'
    part["Content-Transfer-Encoding"] = "base64"
    part.set_payload(base64.encodebytes(clean.encode("utf-8", "replace")).decode())
