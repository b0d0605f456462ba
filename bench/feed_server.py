"""Feeds on loopback in a process of their own, so that serving them takes nothing from whoever is measured:
``python -m bench.feed_server FEEDS ENTRIES LATENCY``.

Prints its port, serves ``/0``, ``/1`` … with an ETag each, answers 304 to who names it, waits LATENCY seconds before each
answer, and stops when its standard input closes or after ten minutes.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import html
import random
import socket
import subprocess
import sys
from collections.abc import Iterator

_START = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
_LONGEST = 600
#: A host for each feed, all of them this machine (RFC 1122, 3.2.1.3), so that limits per host are as in life.
HOSTS = [f"127.0.0.{number}" for number in range(1, 201)]


def feed(number: int, entries: int) -> bytes:
    """RSS 2.0, each entry with a summary and 300 words of content in HTML."""
    words = _vocabulary()
    chance = random.Random(number)
    items = []
    for entry in range(entries):
        title = " ".join(chance.choices(words, k=9)).capitalize()
        paragraphs = "".join(f"<p>{' '.join(chance.choices(words, k=60))}.</p>" for _ in range(5))
        body = html.escape(f'<div class="c"><a href="/more">{title}</a>{paragraphs}<img src="/i.png"></div>')
        date = (_START + dt.timedelta(minutes=37 * entry)).strftime("%a, %d %b %Y %H:%M:%S +0000")
        items.append(
            f"<item><title>{html.escape(title)}</title><link>http://outlet{number}.example/{entry}?utm_source=rss</link>"
            f'<guid isPermaLink="false">{number}-{entry}</guid><pubDate>{date}</pubDate>'
            f"<description>{html.escape(title)}.</description><content:encoded>{body}</content:encoded></item>"
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>Outlet {number}</title><link>http://outlet{number}.example/</link>{''.join(items)}</channel></rss>"
    ).encode()


def _vocabulary() -> list[str]:
    chance = random.Random(1)
    return ["".join(chance.choices("abcdefghiklmnoprstuvéàç", k=chance.randint(2, 10))) for _ in range(4000)]


class _Connection(asyncio.Protocol):
    def __init__(self, bodies: list[bytes], latency: float) -> None:
        self._bodies, self._latency, self._asked = bodies, latency, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._asked += data
        while b"\r\n\r\n" in self._asked:
            request, _, self._asked = self._asked.partition(b"\r\n\r\n")
            answer = self._answer(request)
            if self._latency:
                asyncio.get_running_loop().call_later(self._latency, self._send, answer)
            else:
                self._send(answer)

    def _send(self, answer: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(answer)  # type: ignore[attr-defined]

    def _answer(self, request: bytes) -> bytes:
        number = int(request.split(b" ", 2)[1].strip(b"/"))
        tag = b'"v%d"' % number
        head = b"Content-Type: application/rss+xml\r\nETag: %s\r\n" % tag
        if tag in request:
            return b"HTTP/1.1 304 Not Modified\r\n" + head + b"\r\n"
        body = self._bodies[number]
        return b"HTTP/1.1 200 OK\r\n" + head + b"Content-Length: %d\r\n\r\n" % len(body) + body


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def _serve(feeds: int, entries: int, latency: float) -> None:
    loop = asyncio.get_running_loop()
    bodies = [feed(number, entries) for number in range(feeds)]
    port = _free_port()
    await loop.create_server(lambda: _Connection(bodies, latency), HOSTS, port, backlog=512)
    print(port, flush=True)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(loop.run_in_executor(None, sys.stdin.read), _LONGEST)


@contextlib.contextmanager
def serving(feeds: int, entries: int, *, latency: float = 0.0) -> Iterator[list[str]]:
    """Within this block the feeds are served at the addresses it yields."""
    command = [sys.executable, "-m", "bench.feed_server", str(feeds), str(entries), str(latency)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        port = process.stdout.readline().strip()
        try:
            yield [f"http://{HOSTS[number % len(HOSTS)]}:{port}/{number}" for number in range(feeds)]
        finally:
            process.stdin.close()
            process.wait(10)


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
