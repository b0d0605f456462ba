"""The process that reads one page after another for ``page_reader``, which starts it: ``python -m`` this module. Knows no
Django, no settings and no secrets.

A page is hostile: it may take all memory, never end, or make a parser written in C crash. Here that costs this process and
nothing else. What it may take is bounded by the kernel: its address space (Linux; macOS enforces no such limit) and, for each
page, the time, by an alarm that also ends a loop in C and that works when nobody is left to stop it.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import resource
import signal
import socket
import sys
from dataclasses import asdict
from pathlib import Path

from sources.ingest.extract import Extracted, NoArticle, extract, hasten
from sources.ingest.frames import receive, send

#: The socket to the parent is standard input, which every process has.
_PARENT = 0


def main(seconds: float, memory: int) -> None:
    """Answers until the parent is gone, or until memory ran out."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole group; the parent ends us when it is done
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGALRM})
    _limit_memory(memory)
    hasten()
    gc.freeze()  # what stands now stands for good
    with socket.socket(fileno=_PARENT) as parent, contextlib.suppress(EOFError, ConnectionError):
        send(parent, b"ready")
        is_sound = True
        while is_sound:
            question, body = json.loads(receive(parent)), receive(parent)
            signal.setitimer(signal.ITIMER_REAL, seconds)
            try:
                answer = _answer(question, body)
            except MemoryError:
                answer, is_sound = {"out_of_memory": True}, False
            signal.setitimer(signal.ITIMER_REAL, 0)
            send(parent, json.dumps(answer, ensure_ascii=False).encode())


def _answer(question: dict[str, object], body: bytes) -> dict[str, object]:
    try:
        found = extract(
            body,
            content_type=str(question["content_type"]),
            url=str(question["url"]),
            with_metadata=bool(question["with_metadata"]),
        )
    except NoArticle as error:
        return {"no_article": str(error)}
    return {"extracted": _plain(found)}


def _plain(found: Extracted) -> dict[str, object]:
    return asdict(found) | {"published": found.published.isoformat() if found.published else None}


def _limit_memory(memory: int) -> None:
    """At most ``memory`` bytes more than are taken now, where the system says how many those are; no core dumps."""
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        most = pages * os.sysconf("SC_PAGE_SIZE") + memory
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]))
