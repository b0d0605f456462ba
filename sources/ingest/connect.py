"""Connections that go to a checked address and keep to a deadline. Under ``fetch``; used by nothing else.

The name is resolved here, once; what is not public is refused, and the connection goes to the address that has just been
looked at, while host header, server name and certificate stay those of the name.
"""

from __future__ import annotations

import functools
import io
import ipaddress
import os
import select
import socket
import ssl
import threading
import time
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import certifi

from sources.ingest import addresses
from sources.ingest.deadline import Deadline
from sources.ingest.target import Target

#: Addresses of one name that are tried.
_MOST_ADDRESSES = 3
#: More than threads that fetch: lookups that a dead name server holds up must not hold up those of others.
_LOOKUPS_AT_ONCE = 128
#: Scheme, host and port.
_Place = tuple[str, str, int]
#: How long an idle connection is kept for the next request, in seconds, and how many are.
_KEPT_FOR = 5.0
_MOST_KEPT = 64


class NotConnected(Exception):
    """No such name, or nobody answers there. The message is fit for staff."""


class NoSecureConnection(Exception):
    """The certificate does not hold, or it speaks no TLS."""


class ConnectTimedOut(Exception):
    """Name and connection took too long."""


class Overflow(Exception):
    """More came than may come."""


class Line:
    """One open connection. Every step keeps to the deadline, so that a byte a second does not hold us for ever.

    It has what ``http.client`` wants of a socket, and is closed by ``hang_up`` alone: that library closes what it reads
    from whenever an answer is over.
    """

    def __init__(self, under: socket.socket) -> None:
        self._under = under
        self._deadline, self._step, self._room = Deadline(0), 0.0, 0
        self.is_used = False

    def begin(self, deadline: Deadline, step: float, *, most: int) -> None:
        """A request begins: until ``deadline``, no read or write may take longer than ``step`` seconds, and no more than
        ``most`` bytes may come."""
        self._deadline, self._step, self._room = deadline, step, most

    def widen(self, most: int) -> None:
        """So many bytes more may come."""
        self._room += most

    def sendall(self, content: bytes) -> None:
        self._under.settimeout(self._deadline.left(self._step))
        self._under.sendall(content)

    def receive_into(self, buffer: memoryview) -> int:
        self._under.settimeout(self._deadline.left(self._step))
        received = self._under.recv_into(buffer)
        self._room -= received
        if self._room < 0:
            raise Overflow
        return received

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Incoming(self))

    def close(self) -> None:
        """Does nothing, on purpose."""

    def hang_up(self) -> None:
        self._under.close()

    def is_quiet(self) -> bool:
        """Whether it may be used again: nobody has closed it, and nothing came that was not asked for."""
        poll = select.poll()
        poll.register(self._under, select.POLLIN)
        return not poll.poll(0)


class _Incoming(io.RawIOBase):
    def __init__(self, line: Line) -> None:
        self._line = line

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]  # "Buffer" has no name before 3.12
        return self._line.receive_into(buffer)


@dataclass(slots=True)
class Connector:
    """Opens lines and keeps those that may be used again. Safe to share between threads. ``private_hosts``
    ("host:port") are not checked; ``timeout`` is for name, connection and TLS together, in seconds."""

    private_hosts: frozenset[str]
    resolver: addresses.Resolver
    timeout: float
    #: The system's resolver knows no time limit: it runs aside, and we stop waiting for it.
    _asking: ThreadPoolExecutor = field(init=False)
    #: By when they were kept, the longest ago first.
    _kept: OrderedDict[Line, tuple[float, _Place]] = field(init=False, default_factory=OrderedDict)
    _kept_at: defaultdict[_Place, list[Line]] = field(init=False, default_factory=lambda: defaultdict(list))
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._asking = ThreadPoolExecutor(max_workers=_LOOKUPS_AT_ONCE, thread_name_prefix="resolve")

    def close(self) -> None:
        self._asking.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            while self._kept:
                self._forget_oldest()

    def line(self, target: Target, deadline: Deadline, *, may_be_used: bool) -> Line:
        """A line that was kept, else a new one. Raises what ``new_line`` raises."""
        return (self._take(target) if may_be_used else None) or self.new_line(target, deadline)

    def new_line(self, target: Target, deadline: Deadline) -> Line:
        """Raises Refused, NotConnected, NoSecureConnection, ConnectTimedOut, OutOfTime."""
        ends_at = time.monotonic() + self.timeout

        def left() -> float:
            return max(deadline.left(ends_at - time.monotonic()), 0.001)

        found = self.checked(target, left())[:_MOST_ADDRESSES]
        under = _connect(found, target.port, left)
        try:
            return Line(under if target.scheme == "http" else _secured(under, target.host, left()))
        except BaseException:
            under.close()
            raise

    def keep(self, target: Target, line: Line) -> None:
        """The line may serve the next request to the same place, if that comes soon."""
        line.is_used = True
        now = time.monotonic()
        with self._lock:
            self._kept[line] = now, _place(target)
            self._kept_at[_place(target)].append(line)
            while len(self._kept) > _MOST_KEPT or next(iter(self._kept.values()))[0] < now - _KEPT_FOR:
                self._forget_oldest()

    def checked(self, target: Target, timeout: float) -> tuple[str, ...]:
        """The addresses that may be connected to. Raises Refused, NotConnected, ConnectTimedOut."""
        host, is_private = target.host, target.host_and_port in self.private_hosts
        try:
            literal: addresses.Address | None = ipaddress.ip_address(host)
        except ValueError:
            literal = None
        if literal is not None:
            return (str(literal),) if is_private else addresses.public_only(host, (str(literal),))
        asked = self._asking.submit(self.resolver, host, target.port)
        try:
            found = asked.result(timeout)
        except TimeoutError as error:
            asked.cancel()
            raise ConnectTimedOut(f"{host} was not found in time") from error
        except (OSError, UnicodeError) as error:
            raise NotConnected(f"the name {host} is not known") from error
        return found if is_private else addresses.public_only(host, found)

    def _take(self, target: Target) -> Line | None:
        """The line to this place that was kept last, if it is still good."""
        place = _place(target)
        with self._lock:
            if place not in self._kept_at:
                return None
            line = self._kept_at[place][-1]
            kept_at, _ = self._kept[line]
            self._forget(line)
        if kept_at > time.monotonic() - _KEPT_FOR and line.is_quiet():
            return line
        line.hang_up()
        return None

    def _forget(self, line: Line) -> None:
        _, place = self._kept.pop(line)
        self._kept_at[place].remove(line)
        if not self._kept_at[place]:
            del self._kept_at[place]

    def _forget_oldest(self) -> None:
        line = next(iter(self._kept))
        self._forget(line)
        line.hang_up()


def _place(target: Target) -> _Place:
    return target.scheme, target.host, target.port


def _connect(found: Sequence[str], port: int, left: Callable[[], float]) -> socket.socket:
    """The first address that answers; one that does not leaves time for the others."""
    failure: Exception = NotConnected("it has no address")
    for tried, address in enumerate(found):
        try:
            connected = _reached(address, port, left() / (len(found) - tried))
        except TimeoutError:
            failure = ConnectTimedOut(f"{address} did not answer in time")
        except OSError as error:
            failure = NotConnected(str(error))
        else:
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return connected
    raise failure


def _reached(address: str, port: int, timeout: float) -> socket.socket:
    """Without asking the system what the address means: it is one already, and no name."""
    under = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    try:
        under.settimeout(timeout)
        under.connect((address, port))
    except BaseException:
        under.close()
        raise
    return under


def _secured(under: socket.socket, host: str, timeout: float) -> ssl.SSLSocket:
    under.settimeout(timeout)
    try:
        return _tls().wrap_socket(under, server_hostname=host)
    except ssl.SSLError as error:
        raise NoSecureConnection(str(error)) from error
    except TimeoutError as error:
        raise ConnectTimedOut(f"{host} did not finish the TLS handshake in time") from error
    except OSError as error:
        raise NotConnected(str(error)) from error


@functools.cache
def _tls() -> ssl.SSLContext:
    """Read once for each process: it takes 15 ms. The roots are certifi's, since a slim image has none, or the operator's."""
    context = ssl.create_default_context(cafile=os.environ.get("SSL_CERT_FILE") or certifi.where())
    context.set_alpn_protocols(["http/1.1"])
    return context
