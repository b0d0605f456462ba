"""The demo's subscriber: asks for the mail, opens the message that asks to confirm, follows its link, gets the digest.

Goes through ``delivery.subscribe`` and reads only what the mail catcher caught, as a reader would.
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

from delivery import addresses, subscribe
from delivery.models import Subscriber
from sample import mailbox
from sample.load import SITUATIONS

ADDRESS = "reader@demo.example"

_CONFIRM = re.compile(r"/subscribe/confirm/([^/\s]+)/")


class NoLink(Exception):
    """No caught message holds a link that confirms."""


def subscriber() -> Subscriber | None:
    """The demo's subscriber, once the sign-up is confirmed."""
    known = Subscriber.objects.filter(address_digest__in=addresses.digests(ADDRESS))
    return known.exclude(confirmed_at=None).first()


def ask(*, at: dt.datetime) -> None:
    """Asks for both situations, at midnight UTC so that a demo never waits for the morning."""
    choices = subscribe.Choices(situations=SITUATIONS, send_at=dt.time(0, 0))
    subscribe.ask(ADDRESS, choices=choices, at=at)


def letters(folder: Path) -> list[mailbox.CaughtMail]:
    """What came to the reader's address, newest first."""
    return [mail for mail in mailbox.newest_first(folder) if ADDRESS in mail.recipient]


def confirm(folder: Path, *, at: dt.datetime) -> None:
    """Follows the newest link that confirms. Raises NoLink."""
    for mail in letters(folder):
        link = _CONFIRM.search(mail.text)
        if link is not None:
            subscribe.confirm(link[1], at=at)
            return
    raise NoLink


def unconfirmed(folder: Path) -> list[str]:
    """What has to come before the sign-up can be confirmed."""
    if any(_CONFIRM.search(mail.text) for mail in letters(folder)):
        return []
    return [f"the mail that asks {ADDRESS} to confirm"]


def undelivered(folder: Path) -> list[str]:
    """The first digest, as long as it has not been caught."""
    if any(_is_digest(mail) for mail in letters(folder)):
        return []
    return [f"the daily mail to {ADDRESS}"]


def _is_digest(mail: mailbox.CaughtMail) -> bool:
    """The daily mail can be left with one click; the request to confirm is no list mail."""
    return any(name == "List-Unsubscribe-Post" for name, _ in mail.headers) and not _CONFIRM.search(mail.text)
