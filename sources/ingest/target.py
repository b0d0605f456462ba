"""An address as the client understands it, parsed once: what is checked is what is connected to and asked for. Pure.

Stricter than browsers, which mend what they are given: an address that two programs could read in two ways is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, urljoin

import idna

_UNSAFE = re.compile("[\x00-\x1f\x7f\\\\]")
_ADDRESS = re.compile(r"(?P<scheme>https?)://(?P<authority>[^/?#]+)(?P<rest>[^#]*)", re.IGNORECASE)
_HOST = re.compile(r"(?:\[(?P<bracketed>[0-9a-f:.]+)\]|(?P<name>[^\[\]:]+))(?::(?P<port>[0-9]{0,5}))?", re.IGNORECASE)
_NAME = re.compile(r"[a-z0-9._-]{1,253}")
_IN_PATH = re.compile(r"[!#-;=?-Z\[\]_a-z~]*")  # what may stand in a path and query as it is, and %
_KEPT_IN_PATH = "!#$%&'()*+,-./:;=?@[]_~"
_USUAL_PORTS = {"http": 80, "https": 443}


class BadTarget(Exception):
    """No address of the web. The message continues a sentence that begins with the address."""


@dataclass(frozen=True, slots=True)
class Target:
    """``host`` is a name in its ASCII form (RFC 5891) or an IP address without brackets; ``path`` has the query and is
    fit for a request line."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """As in the Host header: the port only where it is not the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _USUAL_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def host_and_port(self) -> str:
        """As in the list of private hosts that may be fetched."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"


def parse(url: str) -> Target:
    """The address without its fragment. Raises BadTarget."""
    found = _ADDRESS.fullmatch(url.partition("#")[0])
    if _UNSAFE.search(url) or found is None:
        raise BadTarget("is not an http or https address.")
    scheme, authority = found["scheme"].lower(), found["authority"]
    if "@" in authority:
        raise BadTarget("carries a user name or password.")
    named = _HOST.fullmatch(authority)
    if named is None or int(named["port"] or 1) > 65535:
        raise BadTarget("has no valid host name.")
    host = (named["bracketed"] or "").lower() or _ascii_name(named["name"])
    return Target(scheme, host, int(named["port"] or _USUAL_PORTS[scheme]), _path(found["rest"]))


def join(current: Target, location: str) -> str:
    """Where a redirect leads. Raises BadTarget."""
    try:
        return urljoin(str(current), location.strip())
    except ValueError as error:
        raise BadTarget("redirects to something that is no address.") from error


def _ascii_name(name: str) -> str:
    try:
        host = name.lower() if name.isascii() else idna.encode(name.lower()).decode("ascii")
    except (idna.IDNAError, UnicodeError) as error:
        raise BadTarget("has no valid host name.") from error
    if not _NAME.fullmatch(host):
        raise BadTarget("has no valid host name.")
    return host


def _path(rest: str) -> str:
    path = rest if rest.startswith("/") else f"/{rest}"
    if not _IN_PATH.fullmatch(path):
        try:
            path = quote(path, safe=_KEPT_IN_PATH)
        except UnicodeError as error:
            raise BadTarget("is not an http or https address.") from error
    return path
