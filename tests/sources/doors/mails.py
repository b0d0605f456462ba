"""Mails as NGOs send them. Nobody in them exists."""

from __future__ import annotations

import base64

SAID = "Armed men attacked the village of Boali on 5 December. Twelve people were killed, our team found. " * 3
PASS = "mx.brief.example; dkim=pass header.d=ngo.example; dmarc=pass (p=reject) header.from=ngo.example"


def mail(
    text: str = SAID,
    *,
    sender: str = "NGO Press <press@ngo.example>",
    subject: str = "Attack on Boali",
    message_id: str = "<1@ngo.example>",
    date: str = "Thu, 05 Dec 2013 14:30:05 +0100",
    to: str = "desk@brief.example",
    page: str = "",
    parts: tuple[tuple[str, bytes], ...] = (),
    results: str = PASS,
    **more: str,
) -> bytes:
    """A message; ``page`` is its HTML, ``parts`` attached files as media type and bytes, ``more`` further fields."""
    fields = {
        "From": sender,
        "To": to,
        "Subject": subject,
        "Message-ID": message_id,
        "Date": date,
        "MIME-Version": "1.0",
    }
    fields |= {name.replace("_", "-"): value for name, value in more.items()}
    lines = [f"Authentication-Results: {results}"] if results else []
    lines += [
        "Received: from mx.ngo.example by mx.brief.example for <desk@brief.example>; Thu, 5 Dec 2013 14:31:00 +0100"
    ]
    lines += [f"{name}: {value}" for name, value in fields.items() if value]
    bodies = [("text/plain; charset=utf-8", text.encode())] if text else []
    if page:
        bodies.append(("text/html; charset=utf-8", page.encode()))
    head = "\r\n".join(lines).encode()
    if len(bodies) == 1 and not parts:
        return head + _part(*bodies[0])
    written = b"".join(b"--b0\r\n" + _part(*body).removeprefix(b"\r\n") + b"\r\n" for body in bodies)
    written += b"".join(
        b"--b0\r\nContent-Disposition: attachment; filename=x\r\n" + _part(*part).removeprefix(b"\r\n") + b"\r\n"
        for part in parts
    )
    return head + b'\r\nContent-Type: multipart/mixed; boundary="b0"\r\n\r\n' + written + b"--b0--\r\n"


def _part(kind: str, body: bytes) -> bytes:
    coded = base64.encodebytes(body).replace(b"\n", b"\r\n")
    return f"\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n\r\n".encode() + coded
