"""Messages over a stream socket, each behind its length. Pure; both sides are ours, and the one that reads pages is not to
be trusted once a page has taken it over."""

from __future__ import annotations

import socket
import struct
import time

_LENGTH = struct.Struct("!I")


def send(to: socket.socket, message: bytes) -> None:
    """The whole message is on its way. Raises OSError where the other side is gone or too slow."""
    to.sendall(_LENGTH.pack(len(message)))
    to.sendall(message)


def receive(source: socket.socket, *, most: int | None = None, seconds: float | None = None) -> bytes:
    """The next message, of at most ``most`` bytes, whole within ``seconds``. Raises EOFError where the other side closed,
    TimeoutError where it is too slow, ValueError where it says too much, OSError where the connection broke."""
    until = None if seconds is None else time.monotonic() + seconds
    (size,) = _LENGTH.unpack(_exactly(source, _LENGTH.size, until))
    if most is not None and size > most:
        raise ValueError(f"a message of {size} bytes where at most {most} are taken")
    return _exactly(source, size, until)


def _exactly(source: socket.socket, size: int, until: float | None) -> bytes:
    received = bytearray(size)
    view, done = memoryview(received), 0
    while done < size:
        if until is not None:
            left = until - time.monotonic()
            if left <= 0:
                raise TimeoutError
            source.settimeout(left)
        count = source.recv_into(view[done:])
        if not count:
            raise EOFError
        done += count
    return bytes(received)
