"""A server on this machine that answers as a test tells it to. Real sockets, real HTTP."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from django.core.cache import caches

from sources.ingest.fetch import Fetcher, FetchPolicy
from sources.ingest.manners import Manners


@dataclass
class Answer:
    """What the server says. ``act`` may write to the connection itself instead."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    act: Callable[[BaseHTTPRequestHandler], None] | None = None


class Site:
    """Answers by path; keeps what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer | Callable[[BaseHTTPRequestHandler], Answer]] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.posts: list[bytes] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.host = f"127.0.0.1:{self.server.server_port}"
        self.base = f"http://{self.host}"

    def _handler(site) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                site.requests.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
                found = site.answers.get(self.path, Answer(b"nothing here", 404))
                answer = found if isinstance(found, Answer) else found(self)
                if answer.act is not None:
                    self.close_connection = True
                    answer.act(self)
                    return
                self.send_response(answer.status)
                headers = {"Content-Length": str(len(answer.body))} | answer.headers
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer.body)

            def do_POST(self) -> None:
                site.posts.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.do_GET()

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler

    def fetcher(
        self,
        *,
        max_bytes: int = 5_000_000,
        read_timeout: float = 5.0,
        total_timeout: float = 10.0,
    ) -> Fetcher:
        """A client that may reach this server."""
        return Fetcher(
            FetchPolicy(
                "Curator/test (+https://desk.example/)",
                max_bytes=max_bytes,
                read_timeout=read_timeout,
                total_timeout=total_timeout,
                private_hosts=frozenset({self.host}),
            )
        )


@contextmanager
def serving() -> Iterator[Site]:
    site = Site()
    thread = threading.Thread(target=site.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.server.shutdown()
        thread.join()
        site.server.server_close()


def no_manners() -> Manners:
    """Hosts may be asked often and without a pause; what a site's robots.txt asks for holds."""
    return Manners(caches["default"], at_once=64, pause=0, longest=60)
