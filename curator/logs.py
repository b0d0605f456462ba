"""Keeps the secret part of links out of logs. Django logs the path of every refused request; these paths are keys."""

from __future__ import annotations

import logging
import re

#: Links in mail: leaving, changing, confirming, setting a password.
_SECRET = re.compile(
    r"(/(?:leave|subscription|subscribe/confirm|accounts/password/reset/key|accounts/confirm-email)/)[^/\s?]+"
)


class MaskLinks(logging.Filter):
    """Writes ``/leave/…`` for the whole link, whoever logs it."""

    def filter(self, record: logging.LogRecord) -> bool:
        written = record.getMessage()
        masked = _SECRET.sub(r"\1…", written)
        if masked != written:
            record.msg, record.args = masked, ()
        return True
