"""The one client for every address that came from outside: feeds, article pages, redirects, probes, WebSub hubs.

It connects to the address it checked: names are resolved once, by the connection itself, and private addresses are
refused there, so that neither a redirect nor a second answer of the name server leads elsewhere. No cookies, no
credentials, no referrer, no proxy from the environment. Sizes are bounded on the wire and after decompression, and one
deadline holds for name, connection, redirects and body, however slowly the bytes drip. Knows no Django; settings come in
as a policy.
"""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from types import TracebackType

from sources.ingest import addresses
from sources.ingest.body import BrokenBody, Inflater, TooMuch
from sources.ingest.connect import (
    Connector,
    ConnectTimedOut,
    Line,
    NoSecureConnection,
    NotConnected,
    Overflow,
)
from sources.ingest.deadline import Deadline, OutOfTime
from sources.ingest.exchange import Answer, BrokeOff, ProtocolError, Request, exchange, sendable
from sources.ingest.target import BadTarget, Target, join, parse

_LENGTH = re.compile("[0-9]{1,18}")
_SECONDS = re.compile("[0-9]{1,9}")
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?([0-9]{1,9})")
_MOVES = {301, 302, 303, 307, 308}
#: Those that ask for the same request at the new place; after the others only a GET may be repeated.
_MOVES_AS_IT_IS = {307, 308}
_REFUSING = {401, 402, 403, 407, 418, 429, 451}
_DOCUMENT, _UNCHANGED = frozenset({200}), frozenset({304})
_CONDITIONS = {"If-None-Match", "If-Modified-Since"}
_ACCEPTED = frozenset(range(200, 300))
#: Bytes from which on a body is large, and waits for its turn where the caller wants that.
LARGE = 1_000_000
#: Bytes that the head of an answer may have.
_LONGEST_HEAD = 128_000

#: What an exchange can raise, ours and the libraries'. Anything else is a fault of ours and has to be seen.
_FAILURES = (
    *(addresses.Refused, NotConnected, NoSecureConnection, ConnectTimedOut, OutOfTime, Overflow, BrokeOff),
    *(ProtocolError, OSError),
)


@dataclass(frozen=True, slots=True)
class FetchPolicy:
    """What the client may do. Sizes in bytes, times in seconds. ``private_hosts`` holds "host:port" that may be fetched
    though the address is private or the port unusual; ``service_hosts`` names where the installation's own services are,
    which have doors of their own."""

    user_agent: str
    max_bytes: int = 5_000_000
    connect_timeout: float = 10.0
    read_timeout: float = 15.0
    total_timeout: float = 30.0
    max_redirects: int = 5
    private_hosts: frozenset[str] = frozenset()
    service_hosts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Response:
    """An answer with status 200 or 304; to a post, with any that says yes. ``headers`` have lower-case names; ``body`` is
    decompressed."""

    url: str
    final_url: str
    status: int
    headers: dict[str, str]
    body: bytes
    wire_size: int
    seconds: float
    #: Where the publisher says the document has moved for good (301, 308), if every step said so.
    moved_to: str = ""

    @property
    def is_unchanged(self) -> bool:
        return self.status == HTTPStatus.NOT_MODIFIED

    @property
    def fresh_for(self) -> int:
        """For how many seconds the server says that the document stays as it is; 0 where it says nothing."""
        return fresh_for(self.headers)

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "")


class FetchError(Exception):
    """A fetch that brought nothing. ``message`` names what and where, in plain words; ``may_pass`` says whether trying
    again later makes sense; ``retry_after`` is what the server asked for, in seconds."""

    may_pass = True

    def __init__(self, message: str, *, status: int | None = None, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.retry_after = retry_after


class BadAddress(FetchError):
    """It is no address that this client fetches: scheme, port, credentials, a private or reserved host."""

    may_pass = False


class Blocked(FetchError):
    """The server refuses us (401, 403, 429, 451 …)."""


class Gone(FetchError):
    """There is nothing there (404, 410)."""

    may_pass = False


class Withdrawn(Gone):
    """The publisher says that it is gone for good (410), at the address itself or where it moved to for good."""


class BadStatus(FetchError):
    """Any other answer that is not the document."""


class TooLarge(FetchError):
    """More bytes than the policy allows, on the wire or unpacked."""

    may_pass = False


class TimedOut(FetchError):
    """Too slow to connect, to answer, or to finish."""


class Unreachable(FetchError):
    """No such name, no connection, a broken connection, a certificate that does not hold."""


class BadResponse(FetchError):
    """The server speaks something that is not HTTP, or a compression that does not unpack."""


@dataclass(slots=True)
class _Journey:
    """What has happened since the first request of one ``get``."""

    url: str
    request: Request
    accepted: frozenset[int]
    deadline: Deadline
    started: float = field(default_factory=time.monotonic)
    redirects: int = 0
    all_permanent: bool = True
    size: int = 0


@dataclass(slots=True)
class Fetcher:
    """A client that keeps its connections for as long as it lives. Safe to share between threads. ``before_large`` is
    called once in a request whose body turns out to be large, and may wait: that time is not the server's. So does
    ``before_next``, which is called before each address that a redirect leads to, and may raise FetchError."""

    policy: FetchPolicy
    resolver: addresses.Resolver = addresses.resolve
    before_large: Callable[[], None] | None = None
    before_next: Callable[[str], None] | None = None
    _connector: Connector = field(init=False)

    def __post_init__(self) -> None:
        self._connector = Connector(self.policy.private_hosts, self.resolver, self.policy.connect_timeout)

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._connector.close()

    def get(
        self,
        url: str,
        *,
        etag: str = "",
        last_modified: str = "",
        accept: str = "*/*",
        before_redirect: Callable[[str], None] | None = None,
    ) -> Response:
        """The document at ``url``, or that it is unchanged. Raises FetchError and nothing else.

        ``before_redirect`` is asked before each further address is; it refuses one by raising FetchError.
        """
        headers = {"User-Agent": self.policy.user_agent, "Accept": accept, "Accept-Encoding": "gzip, deflate"}
        if etag and sendable(etag):
            headers["If-None-Match"] = etag
        if last_modified and sendable(last_modified):
            headers["If-Modified-Since"] = last_modified
        # "Unchanged" from a server that was not told what we have would hide for ever that there is nothing.
        accepted = _DOCUMENT | _UNCHANGED if headers.keys() & _CONDITIONS else _DOCUMENT
        return self._travel(url, Request("GET", headers), accepted, before_redirect)

    def post(self, url: str, content: bytes, *, content_type: str) -> Response:
        """Hands ``content`` over and brings the answer, whose status says yes (2xx). Follows only redirects that ask for the
        same request elsewhere. Raises FetchError and nothing else."""
        headers = {
            "User-Agent": self.policy.user_agent,
            "Accept": "*/*",
            "Accept-Encoding": "gzip, deflate",
            "Content-Type": content_type,
        }
        return self._travel(url, Request("POST", headers, content), _ACCEPTED, None)

    def check(self, url: str) -> Target:
        """The address, parsed, if this client would ask for it. Its name is looked up later, by the connection.
        Raises BadAddress."""
        try:
            target = parse(url)
            if target.host_and_port in self.policy.private_hosts:
                return target
            if target.host.removesuffix(".") in self.policy.service_hosts:
                raise BadTarget("is one of this installation's own services.")
            if target.port not in {80, 443}:
                raise BadTarget(f"uses port {target.port}; only 80 and 443 are fetched.")
            addresses.check_name(target.host)
        except BadTarget as error:
            raise BadAddress(f"{_short(url)} {error}") from error
        except addresses.Refused as error:
            raise BadAddress(f"{error} It is not fetched.") from error
        return target

    def _travel(
        self, url: str, request: Request, accepted: frozenset[int], before_redirect: Callable[[str], None] | None
    ) -> Response:
        deadline = Deadline(self.policy.total_timeout)
        journey = _Journey(url, request, accepted, deadline)
        with deadline.held():
            while True:
                target = self.check(url)
                try:
                    found = self._step(target, journey)
                except _FAILURES as error:
                    cause = OutOfTime() if deadline.is_over else error
                    raise _in_plain_words(cause, str(target), self.policy) from error
                if isinstance(found, Response):
                    return found
                url = found
                if before_redirect is not None:
                    before_redirect(url)
                if self.before_next is not None:
                    self.before_next(url)

    def _step(self, target: Target, journey: _Journey) -> Response | str:
        """One request: the document, or the next address. Raises FetchError, or what an exchange raises."""
        line, answer = self._ask(target, journey)
        try:
            location = answer.headers.get("location", "") if answer.status in _MOVES else ""
            found = self._next_address(target, location, answer, journey) if location else None
            return found or self._response(target, answer, journey)
        finally:
            if answer.is_over:
                self._connector.keep(target, line)
            else:
                line.hang_up()

    def _ask(self, target: Target, journey: _Journey) -> tuple[Line, Answer]:
        """A line that was kept may have been closed meanwhile: then a new one is opened, once."""
        is_repeatable = journey.request.method == "GET"
        line = self._connector.line(target, journey.deadline, may_be_used=is_repeatable)
        while True:
            line.begin(journey.deadline, self.policy.read_timeout, most=_LONGEST_HEAD)
            try:
                answer = exchange(line, target, journey.request)
                line.widen(2 * self.policy.max_bytes)  # what frames the body counts too
                return line, answer
            except (ProtocolError, ConnectionError):
                line.hang_up()
                if not line.is_used:
                    raise
                line = self._connector.new_line(target, journey.deadline)
            except BaseException:
                line.hang_up()
                raise

    def _next_address(self, target: Target, location: str, answer: Answer, journey: _Journey) -> str:
        journey.redirects += 1
        journey.all_permanent &= answer.status in {301, 308}
        if journey.redirects > self.policy.max_redirects:
            raise BadResponse(f"{_short(journey.url)} redirects more than {self.policy.max_redirects} times.")
        if journey.request.method != "GET" and answer.status not in _MOVES_AS_IT_IS:
            raise BadResponse(f"{_short(journey.url)} answers a post with a redirect to another document.")
        try:
            return join(target, _as_utf8(location))
        except BadTarget as error:
            raise BadResponse(f"{_short(str(target))} {error}") from error

    def _response(self, target: Target, answer: Answer, journey: _Journey) -> Response:
        _raise_for_status(answer, target, journey)
        is_empty = answer.status in {HTTPStatus.NOT_MODIFIED, HTTPStatus.NO_CONTENT}
        body = b"" if is_empty else self._body(answer, target, journey)
        final = str(target)
        return Response(
            url=journey.url,
            final_url=final,
            status=answer.status,
            headers=answer.headers,
            body=body,
            wire_size=journey.size,
            seconds=time.monotonic() - journey.started,
            moved_to=final if journey.redirects and journey.all_permanent else "",
        )

    def _body(self, answer: Answer, target: Target, journey: _Journey) -> bytes:
        limit = self.policy.max_bytes
        announced = answer.headers.get("content-length", "")
        if _LENGTH.fullmatch(announced) and int(announced) > limit:
            raise TooLarge(f"{_short(str(target))} is larger than {limit:,} bytes.")
        body, is_large = io.BytesIO(), False
        try:
            inflater = Inflater(answer.headers.get("content-encoding", ""), limit)
            for chunk in answer.chunks():
                journey.size += len(chunk)
                if journey.size > limit:
                    raise TooLarge(f"{_short(str(target))} is larger than {limit:,} bytes.")
                for part in inflater.feed(chunk):
                    body.write(part)
                    if not is_large and body.tell() > LARGE:
                        is_large = True
                        self._wait_for_turn(journey.deadline)
            inflater.finish()
        except TooMuch as error:
            raise TooLarge(f"{_short(str(target))} unpacks to more than {limit:,} bytes.") from error
        except BrokenBody as error:
            raise BadResponse(f"{_short(str(target))}: {error}") from error
        return body.getvalue()

    def _wait_for_turn(self, deadline: Deadline) -> None:
        if self.before_large is not None:
            with deadline.paused():
                self.before_large()


def _raise_for_status(answer: Answer, target: Target, journey: _Journey) -> None:
    status = answer.status
    if status in journey.accepted:
        return
    try:
        phrase = f" ({HTTPStatus(status).phrase})"
    except ValueError:
        phrase = ""
    message = f"{_short(str(target))} answers {status}{phrase}."
    kind: type[FetchError] = Blocked if status in _REFUSING else Gone if status in {404, 410} else BadStatus
    kind = Withdrawn if status == HTTPStatus.GONE and journey.all_permanent else kind
    raise kind(message, status=status, retry_after=_retry_after(answer.headers))


def _retry_after(headers: Mapping[str, str]) -> int | None:
    """Seconds, from either form (RFC 9110, 10.2.3)."""
    value = headers.get("retry-after", "").strip()
    seconds = int(value) if _SECONDS.fullmatch(value) else _until(value, headers)
    return None if seconds is None else min(seconds, 86_400)


def fresh_for(headers: Mapping[str, str]) -> int:
    """For how many seconds the answer says that it stays as it is (RFC 9111, 4.2.1); 0 where it says nothing, or that it
    does not."""
    control = headers.get("cache-control", "").lower()
    if "no-cache" in control or "no-store" in control:
        return 0
    if match := _MAX_AGE.search(control):
        return int(match.group(1))
    return _until(headers.get("expires", ""), headers) or 0


def _until(value: str, headers: Mapping[str, str]) -> int | None:
    """Seconds from the answer's own date to another one, so that no clock but the server's counts."""
    try:
        then, now = parsedate_to_datetime(value), parsedate_to_datetime(headers.get("date", ""))
        return max(0, int((then - now).total_seconds()))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _as_utf8(value: str) -> str:
    """Header bytes are handed on as Latin-1; addresses in them that are not ASCII are UTF-8."""
    try:
        return value.encode("latin-1").decode()
    except UnicodeError:
        return value


def _in_plain_words(error: Exception, url: str, policy: FetchPolicy) -> FetchError:
    """What an exchange raises, as one of ours."""
    where = _short(url)
    match error:
        case addresses.Refused():
            return BadAddress(f"{error} It is not fetched.")
        case OutOfTime():
            return TimedOut(f"{where} did not finish within {policy.total_timeout:g} seconds.")
        case ConnectTimedOut():
            return TimedOut(f"{where} did not accept a connection within {policy.connect_timeout:g} seconds.")
        case TimeoutError():
            return TimedOut(f"{where} sent nothing for {policy.read_timeout:g} seconds.")
        case NoSecureConnection():
            return Unreachable(f"{where}: no secure connection; its certificate does not hold or it speaks no TLS.")
        case NotConnected() | OSError():
            return Unreachable(f"{where} cannot be reached ({error}).")
        case Overflow():
            return TooLarge(f"{where} sends more than it may.")
        case _:
            return BadResponse(f"{where} breaks off, or does not answer in proper HTTP ({type(error).__name__}).")


def _short(url: str) -> str:
    """An address fit for a message: no controls, not too long."""
    url = "".join(character if character.isprintable() else "?" for character in url)
    return url if len(url) <= 150 else url[:147] + "…"
