"""Unpacks a compressed body bit by bit within a limit. Pure. A bomb is stopped at the limit, not after it."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Protocol

#: Bytes that are unpacked in one go at the most.
_PART = 262_144
_MOST_MEMBERS = 1_000


class TooMuch(Exception):
    """The body unpacks to more than the limit."""


class BrokenBody(Exception):
    """The body does not unpack, or is packed in a way that was not asked for. The message is fit for staff."""


class _Decompressor(Protocol):
    @property
    def unconsumed_tail(self) -> bytes: ...
    @property
    def unused_data(self) -> bytes: ...
    @property
    def eof(self) -> bool: ...
    def decompress(self, data: bytes, max_length: int = ..., /) -> bytes: ...


class Inflater:
    """Takes the chunks of one body, gives back what they unpack to."""

    def __init__(self, encoding: str, limit: int) -> None:
        self._encoding = encoding.strip().lower()
        if self._encoding not in {"", "identity", "gzip", "x-gzip", "deflate"}:
            raise BrokenBody(f"it answers with the compression {self._encoding[:40]!r}, which was not asked for.")
        self._limit = limit
        self._size = self._members = 0
        self._unpacker: _Decompressor | None = None

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """What this chunk unpacks to, in parts of moderate size. Raises TooMuch, BrokenBody."""
        if self._encoding in {"", "identity"}:
            yield self._counted(chunk)
            return
        if self._unpacker is None:
            self._unpacker = self._new(chunk)
        try:
            yield from self._unpack(chunk)
        except zlib.error as error:
            raise BrokenBody(f"it says it is packed with {self._encoding}, and does not unpack.") from error

    def finish(self) -> None:
        """Checks that the body was whole. Raises BrokenBody."""
        if self._unpacker is not None and not self._unpacker.eof:
            raise BrokenBody("the answer broke off before its end.")

    def _new(self, start: bytes) -> _Decompressor:
        if self._encoding != "deflate":
            return zlib.decompressobj(wbits=31)
        # RFC 9110 means zlib by "deflate"; some servers send it bare. A zlib head is a multiple of 31.
        is_zlib = len(start) > 1 and start[0] & 15 == 8 and int.from_bytes(start[:2], "big") % 31 == 0
        return zlib.decompressobj(wbits=15 if is_zlib else -15)

    def _unpack(self, chunk: bytes) -> Iterator[bytes]:
        while self._unpacker is not None:
            most = min(_PART, self._limit - self._size + 1)
            part = self._counted(self._unpacker.decompress(chunk, most))
            yield part
            if not self._unpacker.eof:
                chunk = self._unpacker.unconsumed_tail
                if not chunk and len(part) < most:
                    return
            elif self._encoding != "deflate" and self._unpacker.unused_data.startswith(b"\x1f\x8b"):
                chunk = self._unpacker.unused_data
                self._unpacker = self._next_member()
            else:
                return  # padding after the end, which is ignored

    def _next_member(self) -> _Decompressor:
        """Members of a gzip file may follow one another (RFC 1952, 2.2)."""
        self._members += 1
        if self._members > _MOST_MEMBERS:
            raise BrokenBody("it is packed in more parts than any file needs.")
        return zlib.decompressobj(wbits=31)

    def _counted(self, part: bytes) -> bytes:
        self._size += len(part)
        if self._size > self._limit:
            raise TooMuch
        return part
