"""The one door to the operator's mailbox: IMAP over TLS, read-only. Nothing from a feed reaches it, and it writes nothing.

The folder is opened by EXAMINE and bodies are fetched by PEEK (RFC 9051), so the server changes no flag: whoever reads the
mailbox beside us sees nothing of us. Every length is stated before it is fetched. What the library raises becomes a
MailboxError whose message holds neither name nor password.
"""

from __future__ import annotations

import contextlib
import hashlib
import imaplib
import re
import ssl
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from sources.doors.message import MAX_HEAD

TIMEOUT = 30.0
#: Message numbers that are asked for at once, so that an answer is one line that imaplib takes.
_WINDOW = 20_000
_HEADS_AT_ONCE = 25
_UID = re.compile(rb"\bUID (\d{1,10})")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d{1,12})")
_FAULTS = (imaplib.IMAP4.error, OSError, EOFError, ValueError, IndexError, TypeError, AttributeError)


class MailboxError(Exception):
    """The mailbox cannot be read now. The message is fit for staff."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class Account:
    """Where the mailbox is and how it is opened. ``server_name`` is our mail server's in Authentication-Results."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    folder: str = "INBOX"
    server_name: str = ""
    max_bytes: int = 25_000_000
    context: ssl.SSLContext | None = field(default=None, repr=False, compare=False)

    @property
    def key(self) -> str:
        """What the account is known again by, without saying whose it is."""
        return hashlib.sha256(f"{self.user}\n{self.host}:{self.port}\n{self.folder}".encode()).hexdigest()

    @property
    def name(self) -> str:
        return f"{self.host}, {self.folder}"


@dataclass(frozen=True, slots=True)
class Head:
    """A message's number in the folder, its size in bytes, and the bytes of its header."""

    uid: int
    size: int
    raw: bytes


def account(url: str, *, server_name: str, max_bytes: int) -> Account:
    """The account of ``imaps://user:password@host:port/Folder``, whose form the settings have checked."""
    parts = urlsplit(url)
    return Account(
        host=parts.hostname or "",
        port=parts.port or 993,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        folder=unquote(parts.path).strip("/") or "INBOX",
        server_name=server_name,
        max_bytes=max_bytes,
    )


class Folder:
    """The opened folder."""

    def __init__(self, connection: imaplib.IMAP4) -> None:
        self._connection = connection
        self.uid_validity = self._number("UIDVALIDITY")
        self._next = self._number("UIDNEXT", default=0)

    def _number(self, name: str, *, default: int | None = None) -> int:
        _, data = self._connection.response(name)
        value = data[0] if data else None
        if isinstance(value, bytes) and value.isdigit():
            return int(value)
        if default is None:
            raise MailboxError(f"The mail server does not say its {name}, so nothing can be read without doubling it.")
        return default

    def after(self, uid: int, *, limit: int) -> list[int]:
        """The numbers of the next messages after this one, in order. Raises MailboxError."""
        start = uid + 1
        while True:
            end = f"{start + _WINDOW - 1}" if self._next else "*"
            found = self._search(f"{start}:{end}")
            later = sorted(number for number in found if number > uid)  # "n:*" gives the last message whatever n is
            if later or not self._next or start + _WINDOW >= self._next:
                return later[:limit]
            start += _WINDOW

    def _search(self, numbers: str) -> list[int]:
        with _in_words("The mail server did not answer a search."):
            kind, data = self._connection.uid("SEARCH", f"UID {numbers}")
            if kind != "OK":
                raise imaplib.IMAP4.error(kind)
            return [int(number) for line in data if isinstance(line, bytes) for number in line.split()]

    def heads(self, uids: Sequence[int]) -> Iterator[Head]:
        """The headers of these messages, those that are still there, in the order of their numbers if these are. Raises
        MailboxError."""
        for start in range(0, len(uids), _HEADS_AT_ONCE):
            numbers = ",".join(map(str, uids[start : start + _HEADS_AT_ONCE]))
            found = []
            for facts, raw in self._fetch(numbers, f"(UID RFC822.SIZE BODY.PEEK[HEADER]<0.{MAX_HEAD}>)"):
                uid, size = _UID.search(facts), _SIZE.search(facts)
                if uid is not None and size is not None:
                    found.append(Head(int(uid.group(1)), int(size.group(1)), raw))
            yield from sorted(found, key=lambda head: head.uid)

    def message(self, uid: int, *, limit: int) -> bytes:
        """The first bytes of a message; b"" where it is gone. Raises MailboxError."""
        for facts, raw in self._fetch(str(uid), f"(UID BODY.PEEK[]<0.{limit}>)"):
            found = _UID.search(facts)
            if found is not None and int(found.group(1)) == uid:
                return raw
        return b""

    def _fetch(self, numbers: str, what: str) -> list[tuple[bytes, bytes]]:
        """Each message's facts and bytes. Servers put facts before the bytes or after them."""
        with _in_words("The mail server broke off while a message was read."):
            kind, data = self._connection.uid("FETCH", numbers, what)
            if kind != "OK":
                raise imaplib.IMAP4.error(kind)
        return list(_paired(data))


def _paired(data: Iterable[object]) -> Iterator[tuple[bytes, bytes]]:
    waiting: tuple[bytes, bytes] | None = None
    for part in data:
        if isinstance(part, tuple):
            if waiting is not None:
                yield waiting
            waiting = (part[0], part[1])
        elif isinstance(part, bytes) and waiting is not None:
            yield waiting[0] + part, waiting[1]
            waiting = None
    if waiting is not None:
        yield waiting


@contextlib.contextmanager
def opened(account: Account) -> Iterator[Folder]:
    """The folder, to read only; the connection ends with the block. Raises MailboxError."""
    where = f"{account.host}:{account.port}"
    with _in_words(f"The mail server {where} cannot be reached over TLS."):
        context = account.context or ssl.create_default_context()
        connection = imaplib.IMAP4_SSL(account.host, account.port, ssl_context=context, timeout=TIMEOUT)
    try:
        with _in_words(f"The mail server {where} refused the name or the password."):
            _sign_in(connection, account)
        with _in_words(f"The mail server {where} has no folder “{account.folder}” that can be read."):
            quoted = account.folder.replace("\\", "\\\\").replace('"', '\\"')
            kind, _ = connection.select(f'"{quoted}"', readonly=True)
            if kind != "OK":
                raise imaplib.IMAP4.error(kind)
        yield Folder(connection)
    finally:
        with contextlib.suppress(*_FAULTS):
            connection.logout()


def _sign_in(connection: imaplib.IMAP4, account: Account) -> None:
    if account.user.isascii() and account.password.isascii():
        connection.login(account.user, account.password)
    else:  # RFC 4616; LOGIN knows no other letters
        connection.authenticate("PLAIN", lambda _: f"\0{account.user}\0{account.password}".encode())


@contextlib.contextmanager
def _in_words(message: str) -> Iterator[None]:
    """What the library and the network raise, as a MailboxError: their own words may hold the name and the password."""
    try:
        yield
    except _FAULTS as error:
        raise MailboxError(f"{message} ({_kind_of(error)})") from None


def _kind_of(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not accepted: {error.verify_message}"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return type(error).__name__
