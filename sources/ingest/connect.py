"""Connections that go to a checked address and keep to a deadline. Under ``fetch``; used by nothing else.

httpcore asks its network backend to connect to a host. Ours resolves the name, refuses what is not public, and connects
to the address it has just looked at; host header, server name and certificate stay those of the name.
"""

from __future__ import annotations

import ipaddress
import ssl
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar, Token
from types import TracebackType

import httpcore

from sources.ingest import addresses

_ends_at: ContextVar[float | None] = ContextVar("ends_at", default=None)


class OutOfTime(httpcore.TimeoutException):
    """The deadline of the whole request has passed."""


class Deadline:
    """Within this block, nothing on our connections waits longer than ``seconds`` from its start; inside another one, no
    longer than that one allows."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._token: Token[float | None] | None = None

    def __enter__(self) -> None:
        ends_at, outer = time.monotonic() + self._seconds, _ends_at.get()
        self._token = _ends_at.set(ends_at if outer is None else min(ends_at, outer))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._token is not None:
            _ends_at.reset(self._token)


def _left(timeout: float | None) -> float | None:
    """The shorter of a step's own limit and what is left of the deadline. Raises OutOfTime."""
    ends_at = _ends_at.get()
    if ends_at is None:
        return timeout
    left = ends_at - time.monotonic()
    if left <= 0:
        raise OutOfTime
    return left if timeout is None else min(left, timeout)


class CheckedBackend(httpcore.NetworkBackend):
    """Resolves, checks, connects. ``private_hosts`` ("host:port") are not checked."""

    def __init__(self, private_hosts: frozenset[str], resolver: addresses.Resolver) -> None:
        self._private_hosts = private_hosts
        self._resolver = resolver
        self._under = httpcore.SyncBackend()
        # The system's resolver knows no time limit: it runs aside, and we stop waiting for it.
        self._asking = ThreadPoolExecutor(max_workers=32, thread_name_prefix="resolve")

    def close(self) -> None:
        self._asking.shutdown(wait=False, cancel_futures=True)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        failure: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for address in self._checked(host.lower().strip("[]"), port, timeout)[:3]:
            try:
                stream = self._under.connect_tcp(address, port, _left(timeout), local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _TimedStream(stream)
        raise failure or httpcore.ConnectError(f"{host} has no address")

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None
    ) -> httpcore.NetworkStream:
        raise addresses.Refused("Sockets of this machine are not fetched.")

    def _checked(self, host: str, port: int, timeout: float | None) -> tuple[str, ...]:
        is_private = f"{host}:{port}" in self._private_hosts
        try:
            literal: addresses.Address | None = ipaddress.ip_address(host)
        except ValueError:
            literal = None
        if literal is not None:
            return (str(literal),) if is_private else addresses.public_only(host, (str(literal),))
        asked = self._asking.submit(self._resolver, host, port)
        try:
            found = asked.result(_left(timeout))
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(f"{host} was not found in time") from error
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"the name {host} is not known") from error
        return found if is_private else addresses.public_only(host, found)


class _TimedStream(httpcore.NetworkStream):
    """A connection whose every step keeps to the deadline, so that a byte a second does not hold us for ever."""

    def __init__(self, under: httpcore.NetworkStream) -> None:
        self._under = under

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._under.read(max_bytes, _left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._under.write(buffer, _left(timeout))

    def close(self) -> None:
        self._under.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _TimedStream(self._under.start_tls(ssl_context, server_hostname, _left(timeout)))

    def get_extra_info(self, info: str) -> object:
        return self._under.get_extra_info(info)
