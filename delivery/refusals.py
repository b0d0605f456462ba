"""What a failed attempt means: try again soon, try again later, never, or nobody knows. Pure; never quotes the server.

A server's own words may hold the address, so only the reply code and the enhanced status code (RFC 3463) are kept.
"""

from __future__ import annotations

import enum
import re
import smtplib
from dataclasses import dataclass

from delivery.smtp import LostBeforeData

# The mailbox does not exist, has moved away or takes no mail (RFC 3463, 3.2; RFC 7505): X.1.1, X.1.6, X.1.10, X.2.1.
_GONE = frozenset({"5.1.1", "5.1.6", "5.1.10", "5.2.1"})
_MAILBOX_FULL = "5.2.2"
_ENHANCED = re.compile(rb"\b([245]\.\d{1,3}\.\d{1,3})\b")


class Pace(enum.Enum):
    QUICK = "quick"  # a passing trouble between the two machines
    SLOW = "slow"  # somebody has to mend or empty something
    NEVER = "never"  # the answer will not change
    UNKNOWN = "unknown"  # the message may have been delivered


@dataclass(frozen=True, slots=True)
class Refusal:
    """How an attempt failed, in words fit for the desk."""

    pace: Pace
    words: str
    address_is_gone: bool = False


def sort_open(error: OSError) -> Refusal:
    """A failure to connect, greet or sign in: nothing was sent."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return Refusal(Pace.SLOW, f"the mail server refused our sign-in ({error.smtp_code})")
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Refusal(Pace.SLOW, "the mail server does not offer what the settings ask for (TLS or sign-in)")
    if isinstance(error, TimeoutError):
        return Refusal(Pace.QUICK, "the mail server did not answer in time")
    return Refusal(Pace.QUICK, "no connection to the mail server")


def sort_send(error: OSError) -> Refusal:
    """A failure after the connection stood."""
    if isinstance(error, LostBeforeData):
        return Refusal(Pace.QUICK, "the connection broke before the message went out")
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(error.recipients.values()), (0, b""))
        return _by_code(code, said)
    if isinstance(error, smtplib.SMTPResponseException):
        return _by_code(error.smtp_code, error.smtp_error)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Refusal(Pace.NEVER, "the mail server cannot take an address in this script")
    return Refusal(Pace.UNKNOWN, "the connection broke while the message went out; it may have arrived")


def _by_code(code: int, said: bytes | str) -> Refusal:
    found = _ENHANCED.search(said.encode() if isinstance(said, str) else said)
    enhanced = found.group(1).decode() if found else ""
    words = f"the mail server answered {code} {enhanced}".rstrip()
    if enhanced == _MAILBOX_FULL:
        return Refusal(Pace.SLOW, f"{words}: the mailbox is full")
    if code >= 500:
        gone = enhanced in _GONE
        return Refusal(Pace.NEVER, f"{words}: the mailbox takes no mail" if gone else words, address_is_gone=gone)
    # 450 and 451 are what greylisting says, and 421 a server that is busy: minutes. The rest wait for a person.
    return Refusal(Pace.QUICK if code in {421, 450, 451} else Pace.SLOW, words)
