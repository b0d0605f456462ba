"""One request and its answer over an open line. The only door to ``http.client``.

The standard library reads bodies here, and nothing else of it is used: heads, connections, names, redirects, limits and
what an answer means are ours (``connect``, ``fetch``).
"""

from __future__ import annotations

import http
import http.client
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sources.ingest.connect import Line
from sources.ingest.target import Target

#: What ``http.client`` lets out where the other side does not speak HTTP.
ProtocolError = http.client.HTTPException
_CHUNK = 65_536
#: A head's limits, those of the library: bytes in a line, headers.
_LONGEST_LINE, _MOST_HEADERS = 65_536, 100
_STATUS_LINE = re.compile(rb"HTTP/(?:0\.9|1\.([0-9]))\s+([1-9][0-9]{2})(?:\s|$)")
_LENGTH = re.compile("[0-9]{1,18}")
_WITHOUT_BODY = {http.HTTPStatus.NO_CONTENT, http.HTTPStatus.NOT_MODIFIED}


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked. No header of it is ever a cookie, a credential or a referrer."""

    method: str
    headers: Mapping[str, str]
    content: bytes | None = None


class NotSendable(Exception):
    """Something in the request would not stay within its line. A fault of the caller's."""


class BrokeOff(Exception):
    """The answer ended before its end."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The head of an answer; its body is read bit by bit. ``headers`` have lower-case names."""

    status: int
    headers: dict[str, str]
    _under: _Framed

    def chunks(self) -> Iterator[bytes]:
        """The body as it comes, still packed. Raises BrokeOff, and what the line raises."""
        while chunk := self._under.read1(_CHUNK):
            yield chunk
        if self._under.length:
            raise BrokeOff

    @property
    def is_over(self) -> bool:
        """Whether it was read to its end, and the line may be asked again."""
        return not self._under.will_close and (self._under.isclosed() or self._under.length == 0)


def exchange(line: Line, target: Target, request: Request) -> Answer:
    """Asks, and waits for the head of the answer. Raises ProtocolError, and what the line raises."""
    lines = [f"{request.method} {target.path} HTTP/1.1", f"Host: {target.authority}"]
    lines += [f"{name}: {value}" for name, value in request.headers.items()]
    if request.content is not None:
        lines.append(f"Content-Length: {len(request.content)}")
    if any(not sendable(line) for line in lines):
        raise NotSendable("a header of the request holds what may not stand in one")
    head = "\r\n".join([*lines, "", ""]).encode("latin-1")
    line.sendall(head + (request.content or b""))
    found = _Framed(line, method=request.method)  # type: ignore[arg-type]  # it has what is used of a socket
    found.begin()
    return Answer(found.status, found.named, found)


class _Framed(http.client.HTTPResponse):
    """The library's answer, which knows where a body ends. Only its head is read here: the library reads that as the head of
    a letter, with ``email``, which took as long as everything else that a look at an unchanged feed does."""

    named: dict[str, str]

    def begin(self) -> None:
        """The head is read, past those that only announce another (RFC 9110, 15.2). Raises ProtocolError."""
        status = http.HTTPStatus.CONTINUE.value
        while status < http.HTTPStatus.OK and status != http.HTTPStatus.SWITCHING_PROTOCOLS:
            version, status = self._status_line()
            named = self._header_lines()
        self.version, self.status, self.code, self.named = version, status, status, named
        self.chunked = named.get("transfer-encoding", "").lower() == "chunked"
        self.chunk_left = None
        self.length = self._announced_length()
        is_framed = self.chunked or self.length is not None
        self.will_close = not (is_framed and self._stays_open())

    def _status_line(self) -> tuple[int, int]:
        """The version, 10 or 11, and the status."""
        line = self._line()
        if not line:
            raise http.client.RemoteDisconnected("closed without an answer")
        found = _STATUS_LINE.match(line)
        if found is None:
            raise http.client.BadStatusLine(line[:100].decode("latin-1"))
        return 10 if found[1] in {None, b"0"} else 11, int(found[2])

    def _header_lines(self) -> dict[str, str]:
        """Names in lower case; a value that goes on in a further line or header is joined (RFC 9112, 5.2; RFC 9110, 5.3).
        What has no name is left out."""
        named: dict[str, str] = {}
        name = ""
        for _ in range(_MOST_HEADERS):
            line = self._line().decode("latin-1")
            if not line.strip():
                return named
            if line[0] in " \t":
                if name:
                    named[name] = f"{named[name]} {line.strip()}"
                continue
            name, colon, value = line.partition(":")
            name = name.strip().lower() if colon else ""
            if name:
                named[name] = f"{named[name]}, {value.strip()}" if name in named else value.strip()
        raise http.client.HTTPException(f"more than {_MOST_HEADERS} headers")

    def _line(self) -> bytes:
        line = self.fp.readline(_LONGEST_LINE + 1)
        if len(line) > _LONGEST_LINE:
            raise http.client.LineTooLong("head")
        return line

    def _announced_length(self) -> int | None:
        if self.status in _WITHOUT_BODY or self.status < http.HTTPStatus.OK:
            return 0
        announced = self.named.get("content-length", "").partition(",")[0].strip()
        return int(announced) if not self.chunked and _LENGTH.fullmatch(announced) else None

    def _stays_open(self) -> bool:
        wish = self.named.get("connection", "").lower()
        return "close" not in wish if self.version == 11 else "keep-alive" in wish


def sendable(value: str) -> bool:
    """Whether it can stand in a header as it is."""
    return value.isprintable() and all(character <= "\xff" for character in value)
