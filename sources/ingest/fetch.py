"""The one client for every address that came from outside: feeds, article pages, redirects, probes.

It connects to the address it checked: names are resolved once, by the connection itself, and private addresses are
refused there, so that neither a redirect nor a second answer of the name server leads elsewhere. No cookies, no
credentials, no referrer, no proxy from the environment. Sizes are bounded on the wire and after decompression, and one
deadline holds for name, connection, redirects and body, however slowly the bytes drip. Knows no Django; settings come in
as a policy.
"""

from __future__ import annotations

import re
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType

import httpcore
import httpx

from sources.ingest import addresses
from sources.ingest.body import BrokenBody, Inflater, TooMuch
from sources.ingest.connect import CheckedBackend, Deadline, OutOfTime

_ADDRESS = re.compile(r"https?://[^\s/\\?#]", re.IGNORECASE)
_AUTHORITY = re.compile(r"https?://([^/?#]*)", re.IGNORECASE)
_UNSAFE = re.compile("[\x00-\x1f\x7f\\\\]")
_SECONDS = re.compile("[0-9]{1,9}")
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?([0-9]{1,9})")
_REDIRECTS = {301, 302, 303, 307, 308}
_REFUSING = {401, 402, 403, 407, 418, 429, 451}


#: What httpx, httpcore and the backend below them let out. Anything else is a fault of ours and has to be seen.
_LIBRARY_ERRORS = (
    *(httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, httpcore.TimeoutException, httpcore.NetworkError),
    *(httpcore.ProtocolError, httpcore.UnsupportedProtocol, addresses.Refused, OSError, UnicodeError),
)


@dataclass(frozen=True, slots=True)
class FetchPolicy:
    """What the client may do. Sizes in bytes, times in seconds. ``private_hosts`` holds "host:port" that may be fetched
    though the address is private or the port unusual."""

    user_agent: str
    max_bytes: int = 5_000_000
    connect_timeout: float = 10.0
    read_timeout: float = 15.0
    total_timeout: float = 30.0
    max_redirects: int = 5
    private_hosts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Response:
    """An answer with status 200 or 304. ``headers`` have lower-case names; ``body`` is decompressed."""

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
    started: float
    redirects: int = 0
    all_permanent: bool = True
    size: int = 0


@dataclass(slots=True)
class Fetcher:
    """A client that keeps its connections for as long as it lives. Safe to share between threads."""

    policy: FetchPolicy
    resolver: addresses.Resolver = addresses.resolve
    _client: httpx.Client = field(init=False)
    _backend: CheckedBackend = field(init=False)

    def __post_init__(self) -> None:
        self._backend = CheckedBackend(self.policy.private_hosts, self.resolver)
        self._client = httpx.Client(
            transport=_Transport(self._backend),
            trust_env=False,
            follow_redirects=False,
            cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=[])),
            timeout=httpx.Timeout(
                self.policy.read_timeout, connect=self.policy.connect_timeout, pool=self.policy.total_timeout
            ),
            headers={"user-agent": self.policy.user_agent, "accept-encoding": "gzip, deflate"},
        )

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._client.close()
        self._backend.close()

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
        headers = {"accept": accept}
        if etag:
            headers["if-none-match"] = etag
        if last_modified:
            headers["if-modified-since"] = last_modified
        journey = _Journey(url, time.monotonic())
        with Deadline(self.policy.total_timeout):
            while True:
                target = self.check(url)
                try:
                    found = self._step(target, headers, journey)
                except _LIBRARY_ERRORS as error:
                    is_late = time.monotonic() - journey.started >= self.policy.total_timeout
                    cause = OutOfTime() if is_late else error
                    raise _in_plain_words(cause, str(target), self.policy) from error
                if isinstance(found, Response):
                    return found
                url = found
                if before_redirect is not None:
                    before_redirect(url)

    def check(self, url: str) -> httpx.URL:
        """The address, parsed, if this client would ask for it. Its name is looked up later, by the connection.
        Raises BadAddress."""
        authority = _AUTHORITY.match(url)
        if _UNSAFE.search(url) or not _ADDRESS.match(url) or authority is None:
            raise BadAddress(f"{_short(url)} is not an http or https address.")
        if "@" in authority.group(1):
            raise BadAddress(f"{_short(url)} carries a user name or password.")
        if re.search(r"[\s%]", authority.group(1)):
            raise BadAddress(f"{_short(url)} has no valid host name.")
        try:
            target = httpx.URL(url)
        except (httpx.InvalidURL, ValueError, UnicodeError) as error:
            raise BadAddress(f"{_short(url)} is not a valid address.") from error
        host = target.raw_host.decode("ascii").lower()
        port = target.port or {"http": 80, "https": 443}[target.scheme]
        if f"{host}:{port}" in self.policy.private_hosts:
            return target
        if port not in {80, 443}:
            raise BadAddress(f"{_short(url)} uses port {port}; only 80 and 443 are fetched.")
        try:
            addresses.check_name(host.strip("[]"))
        except addresses.Refused as error:
            raise BadAddress(f"{error} It is not fetched.") from error
        return target

    def _step(self, target: httpx.URL, headers: dict[str, str], journey: _Journey) -> Response | str:
        """One request: the document, or the next address. Raises FetchError, or what the libraries raise."""
        with self._client.stream("GET", target, headers=headers) as response:
            if response.status_code in _REDIRECTS and (location := response.headers.get("location", "")):
                journey.redirects += 1
                journey.all_permanent &= response.status_code in {301, 308}
                if journey.redirects > self.policy.max_redirects:
                    raise BadResponse(f"{_short(journey.url)} redirects more than {self.policy.max_redirects} times.")
                return _next_address(target, location)
            _raise_for_status(response, target, is_permanent=journey.all_permanent)
            is_unchanged = response.status_code == HTTPStatus.NOT_MODIFIED
            body = b"" if is_unchanged else self._body(response, target, journey)
        final = str(target)
        return Response(
            url=journey.url,
            final_url=final,
            status=response.status_code,
            headers={name.lower(): value for name, value in response.headers.items()},
            body=body,
            wire_size=journey.size,
            seconds=time.monotonic() - journey.started,
            moved_to=final if journey.redirects and journey.all_permanent else "",
        )

    def _body(self, response: httpx.Response, target: httpx.URL, journey: _Journey) -> bytes:
        limit = self.policy.max_bytes
        too_large = f"{_short(str(target))} is larger than {limit:,} bytes."
        announced = response.headers.get("content-length", "")
        if re.fullmatch(r"[0-9]{1,18}", announced) and int(announced) > limit:
            raise TooLarge(too_large)
        parts: list[bytes] = []
        try:
            inflater = Inflater(response.headers.get("content-encoding", ""), limit)
            for chunk in response.iter_raw():
                journey.size += len(chunk)
                if journey.size > limit:
                    raise TooLarge(too_large)
                parts.append(inflater.feed(chunk))
            parts.append(inflater.finish())
        except TooMuch as error:
            raise TooLarge(f"{_short(str(target))} unpacks to more than {limit:,} bytes.") from error
        except BrokenBody as error:
            raise BadResponse(f"{_short(str(target))}: {error}") from error
        return b"".join(parts)


class _Transport(httpx.BaseTransport):
    """httpx over a connection pool whose connections go through our backend. httpx's own transport takes none."""

    def __init__(self, backend: CheckedBackend) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(),  # certifi's roots, or SSL_CERT_FILE: a slim image has none
            network_backend=backend,
            max_connections=100,
            max_keepalive_connections=20,
            keepalive_expiry=5.0,
            http1=True,
            http2=False,
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                extensions=request.extensions,
            )
        )
        stream = answer.stream
        if not isinstance(stream, Iterable):
            raise TypeError("the pool answered with an asynchronous stream")
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(stream), extensions=answer.extensions)

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, stream: Iterable[bytes]) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        yield from self._stream

    def close(self) -> None:
        close = getattr(self._stream, "close", None)
        if close is not None:
            close()


def _raise_for_status(response: httpx.Response, target: httpx.URL, *, is_permanent: bool) -> None:
    status = response.status_code
    if status in {HTTPStatus.OK, HTTPStatus.NOT_MODIFIED}:
        return
    try:
        phrase = f" ({HTTPStatus(status).phrase})"
    except ValueError:
        phrase = ""
    message = f"{_short(str(target))} answers {status}{phrase}."
    kind: type[FetchError] = Blocked if status in _REFUSING else Gone if status in {404, 410} else BadStatus
    kind = Withdrawn if status == HTTPStatus.GONE and is_permanent else kind
    raise kind(message, status=status, retry_after=_retry_after(response.headers))


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


def _next_address(current: httpx.URL, location: str) -> str:
    try:
        return str(current.join(location))
    except (httpx.InvalidURL, ValueError) as error:
        raise BadResponse(f"{_short(str(current))} redirects to something that is no address.") from error


def _in_plain_words(error: Exception, url: str, policy: FetchPolicy) -> FetchError:
    """What the libraries raise, as one of ours."""
    where = _short(url)
    match error:
        case addresses.Refused():
            return BadAddress(f"{error} It is not fetched.")
        case OutOfTime():
            return TimedOut(f"{where} did not finish within {policy.total_timeout:g} seconds.")
        case httpcore.ConnectTimeout() | httpx.ConnectTimeout():
            return TimedOut(f"{where} did not accept a connection within {policy.connect_timeout:g} seconds.")
        case httpcore.TimeoutException() | httpx.TimeoutException():
            return TimedOut(f"{where} sent nothing for {policy.read_timeout:g} seconds.")
        case httpcore.ConnectError() if isinstance(error.__cause__ or error.__context__, ssl.SSLError):
            return Unreachable(f"{where}: no secure connection; its certificate does not hold or it speaks no TLS.")
        case httpcore.NetworkError() | httpx.NetworkError() | OSError():
            return Unreachable(f"{where} cannot be reached ({error}).")
        case _:
            return BadResponse(f"{where} breaks off, or does not answer in proper HTTP ({type(error).__name__}).")


def _short(url: str) -> str:
    """An address fit for a message: no controls, not too long."""
    url = "".join(character if character.isprintable() else "?" for character in url)
    return url if len(url) <= 150 else url[:147] + "…"
