"""One request and its answer over an open line. The only door to ``http.client``.

The standard library speaks HTTP here, and nothing else of it is used: connections, names, redirects, limits and what an
answer means are ours (``connect``, ``fetch``).
"""

from __future__ import annotations

import http.client
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sources.ingest.connect import Line
from sources.ingest.target import Target

#: What ``http.client`` lets out where the other side does not speak HTTP.
ProtocolError = http.client.HTTPException
_CHUNK = 65_536


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked. No header of it is ever a cookie, a credential or a referrer."""

    method: str
    headers: Mapping[str, str]
    content: bytes | None = None


class BrokeOff(Exception):
    """The answer ended before its end."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The head of an answer; its body is read bit by bit. ``headers`` have lower-case names."""

    status: int
    headers: dict[str, str]
    _under: http.client.HTTPResponse

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
    speaking = http.client.HTTPConnection(target.host, target.port)
    speaking.sock = line  # it has what is used of a socket
    speaking.auto_open = 0
    speaking.putrequest(request.method, target.path, skip_host=True, skip_accept_encoding=True)
    speaking.putheader("Host", target.authority)
    for name, value in request.headers.items():
        speaking.putheader(name, value)
    if request.content is not None:
        speaking.putheader("Content-Length", str(len(request.content)))
    speaking.endheaders(request.content)
    found = speaking.getresponse()
    headers: dict[str, str] = {}
    for name, value in found.getheaders():
        name = name.lower()
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return Answer(found.status, headers, found)


def sendable(value: str) -> bool:
    """Whether it can stand in a header as it is."""
    return value.isprintable() and all(character <= "\xff" for character in value)
