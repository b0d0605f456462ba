"""A mail server that delivers nothing: every message becomes one .eml file in a folder. For the demo and development."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

#: Larger than any digest with its PDFs.
MAX_BYTES = 50_000_000


class Folder:
    """Writes messages into one folder. A reader of the folder never sees half a message."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.mkdir(mode=0o700, parents=True, exist_ok=True)

    # aiosmtpd calls handlers by these names
    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content or b""
        name = f"{time.time_ns():020d}-{uuid.uuid4().hex[:8]}"
        draft = self._path / f"{name}.part"
        try:
            draft.write_bytes(content.encode() if isinstance(content, str) else content)
            draft.replace(self._path / f"{name}.eml")
        except OSError:
            return "452 4.3.1 the folder of caught mail cannot be written"
        return "250 2.0.0 caught"


async def serve(path: Path, *, port: int, stopped: asyncio.Event, ready: Callable[[], None]) -> None:
    """Catches mail on 127.0.0.1 until ``stopped`` is set. Raises OSError where the port is taken."""
    folder = Folder(path)

    def session() -> SMTP:
        return SMTP(folder, data_size_limit=MAX_BYTES, enable_SMTPUTF8=True)

    server = await asyncio.get_running_loop().create_server(session, "127.0.0.1", port)
    try:
        ready()
        await stopped.wait()
    finally:
        server.close()  # without waiting: a worker may keep its connection open
