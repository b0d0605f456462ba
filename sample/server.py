"""Serves the sample's outlets over HTTP on this machine: ``python -m sample.server --port 8010``.

Bound to 127.0.0.1 and nothing else. Without ``--port`` it takes the port that CURATOR_SAMPLE_PORT names. Says nothing per
request; one line once it listens.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import FrameType

from sample import content, outlets
from sample.site import Response, Site

HOST = "127.0.0.1"


class SampleServer(ThreadingHTTPServer):
    """The server, with the site it serves. Port 0 means any free one."""

    daemon_threads = True

    def __init__(self, port: int) -> None:
        super().__init__((HOST, port), Handler)
        self.base = f"http://{HOST}:{self.server_port}"
        self.site = Site(outlets.load(), content.load(), base=self.base)


class Handler(BaseHTTPRequestHandler):
    """One connection: hands requests to the site."""

    server: SampleServer
    protocol_version = "HTTP/1.1"
    server_version = "SampleOutlets/1"
    sys_version = ""
    timeout = 30

    def do_GET(self) -> None:
        response = self.server.site.respond(self.path, dict(self.headers))
        self._send(response)
        self.wfile.write(response.body)

    def do_HEAD(self) -> None:
        self._send(self.server.site.respond(self.path, dict(self.headers), is_look=False))

    def _send(self, response: Response) -> None:
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if response.status != 304:
            self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: what matters of each request is in the fetcher's own rows."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m sample.server", description="Serves the sample's outlets.")
    default = os.environ.get("CURATOR_SAMPLE_PORT") or "8010"
    parser.add_argument("--port", type=int, default=default, help="default: CURATOR_SAMPLE_PORT, or 8010")
    port: int = parser.parse_args(arguments).port
    try:
        server = SampleServer(port)
    except OSError as error:
        sys.stderr.write(
            f"The sample's server cannot listen on {HOST}:{port}: {error.strerror}. Choose another --port.\n"
        )
        return 1
    except (content.ContentError, outlets.OutletError) as error:
        sys.stderr.write(f"The sample cannot be read: {error}\n")
        return 1
    signal.signal(signal.SIGTERM, _stop)
    sys.stdout.write(f"The sample's outlets are at {server.base}/\n")
    sys.stdout.flush()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()
    return 0


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
