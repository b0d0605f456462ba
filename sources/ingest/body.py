"""Unpacks a compressed body bit by bit within a limit. Pure. A bomb is stopped at the limit, not after it."""

from __future__ import annotations

import zlib
from typing import Protocol


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
        self._size = 0
        self._unpacker: _Decompressor | None = None

    def feed(self, chunk: bytes) -> bytes:
        """What this chunk unpacks to. Raises TooMuch, BrokenBody."""
        if self._encoding in {"", "identity"}:
            return self._counted(chunk)
        if not chunk:
            return b""
        if self._unpacker is None:
            self._unpacker = self._new(chunk)
        try:
            return self._unpack(chunk)
        except zlib.error as error:
            raise BrokenBody(f"it says it is packed with {self._encoding}, and does not unpack.") from error

    def finish(self) -> bytes:
        """Checks that the body was whole. Raises BrokenBody."""
        if self._unpacker is not None and not self._unpacker.eof:
            raise BrokenBody("the answer broke off before its end.")
        return b""

    def _new(self, start: bytes) -> _Decompressor:
        if self._encoding != "deflate":
            return zlib.decompressobj(wbits=31)
        # RFC 9110 means zlib by "deflate"; some servers send it bare. A zlib head is a multiple of 31.
        is_zlib = len(start) > 1 and start[0] & 15 == 8 and int.from_bytes(start[:2], "big") % 31 == 0
        return zlib.decompressobj(wbits=15 if is_zlib else -15)

    def _unpack(self, chunk: bytes) -> bytes:
        parts: list[bytes] = []
        while chunk and self._unpacker is not None:
            part = self._unpacker.decompress(chunk, self._limit - self._size + 1)
            parts.append(self._counted(part))
            if self._unpacker.eof:
                chunk = self._unpacker.unused_data
                if self._encoding == "deflate" or not chunk.startswith(b"\x1f\x8b"):
                    break  # padding after the end, which is ignored
                self._unpacker = zlib.decompressobj(wbits=31)  # gzip members may follow one another
            else:
                chunk = self._unpacker.unconsumed_tail
        return b"".join(parts)

    def _counted(self, part: bytes) -> bytes:
        self._size += len(part)
        if self._size > self._limit:
            raise TooMuch
        return part
