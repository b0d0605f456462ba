"""A worker that a test can kill: ``python -m tests.faults.worker``.

Loads Django once; then each line on its standard input makes it fork a child, whose number it prints. The child does what
the stages of ingest do until nothing is left, and ends with status 0; a line ``SIZE`` limits how large a file it may
write, as a full disk does. What a child prints of its failures goes to standard error. Ends with its standard input.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import traceback

import django


def main() -> None:
    django.setup()
    from sources import tasks  # noqa: F401 - loaded here, so that children start at once

    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            os._exit(_child(int(line)))
        _say(str(pid))
        os.waitpid(pid, 0)
        _say("ended")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _child(largest_file: int) -> int:
    if largest_file:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))
    try:
        _work()
    except Exception:
        traceback.print_exc()
        return 1
    return 0


def _work() -> None:
    from sources import tasks

    while _is_something_left():
        tasks.fetch_due_feeds()
        tasks.extract_pending()
        tasks.identify_languages()
        tasks.assign_stories()


def _is_something_left() -> bool:
    from django.utils import timezone

    from sources.models import Feed, Item

    at = timezone.now()
    waiting = Item.objects.without_language().exists() or Item.objects.without_story().exists()
    return waiting or Feed.objects.due(at).exists() or Item.objects.to_extract(at).exists()


if __name__ == "__main__":
    main()
