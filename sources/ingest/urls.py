"""Addresses as feeds write them, to addresses that can be followed and compared. Pure; looks nothing up."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit

import idna

from sources.ingest import copies

MAX_URL = 2_000

#: Parameters that say where a reader came from and never what is shown.
_TRACKING = {
    *("fbclid", "gclid", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "twclid", "igshid", "mc_cid", "mc_eid"),
    *("traffic_source", "cmp", "cmpid", "icid", "ncid", "smid", "partner", "campaign_id", "ref_src", "ref_url"),
    *("at_medium", "at_campaign", "at_custom1", "at_custom2", "at_custom3", "at_custom4", "at_link_id", "at_link_type"),
    *("at_format", "at_ptr_name", "at_bbc_team", "at_link_origin", "ns_mchannel", "ns_campaign", "ns_source"),
    *(
        "ns_linkname",
        "ns_fee",
        "mkt_tok",
        "vero_id",
        "_hsenc",
        "_hsmi",
        "oly_anon_id",
        "oly_enc_id",
        "__twitter_impression",
    ),
}
_TRACKING_PREFIXES = ("utm_", "pk_", "mtm_", "wt.mc_")
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_UNSAFE_HOST = re.compile(r"[^a-z0-9.\-]")
_PERCENT = re.compile(r"%([0-9a-fA-F]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_PATH_SAFE = "/:@!$&'()*+,;=-._~%"
#: Most addresses need nothing done: a name in lower case, no port, no dots to resolve, nothing to encode.
_PLAIN = re.compile(
    r"(https?://(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,})((?:/(?!\.)[A-Za-z0-9:@!$&'()*+,;=\-._~]*)*)"
    r"(\?[A-Za-z0-9/:@!$&'()*+,;=\-._~?]+)?(?:#[A-Za-z0-9]*)?\Z"
)
_SAFE_ALREADY = re.compile(r"[A-Za-z0-9/:@!$&'()*+,;=\-._~]*")


def followable(url: str, *, base: str = "") -> str:
    """The absolute http(s) address, percent-encoded and with an ASCII host; "" where it is none.

    Refuses other schemes, credentials, and hosts that are no host names. Keeps every parameter and the fragment off.
    """
    if (plain := _PLAIN.match(url)) is not None and plain.end() == len(url) <= MAX_URL:
        return f"{plain[1]}{plain[2] or '/'}{plain[3] or ''}"
    url = (url if url.isprintable() else _CONTROLS.sub("", url)).strip()
    if not url or len(url) > MAX_URL or not (base or "//" in url):
        return ""
    try:
        parts = urlsplit(urljoin(base, url) if base else url)
        host, port = _host(parts.hostname or ""), parts.port
    except ValueError:
        return ""
    scheme = parts.scheme.lower()
    if scheme not in {"http", "https"} or not host or "@" in parts.netloc:
        return ""
    is_default = port in {None, {"http": 80, "https": 443}[scheme]}
    path = _encode(_without_dots(parts.path) or "/", _PATH_SAFE)
    query = _encode(parts.query, _PATH_SAFE + "?")
    whole = f"{scheme}://{host if is_default else f'{host}:{port}'}{path}{'?' + query if query else ''}"
    return whole if len(whole) <= MAX_URL else ""


def canonical(url: str) -> str:
    """The same address for the same page: no tracking, parameters in order, percent-encoding as RFC 3986 6.2.2 has it,
    and the page's own address for its AMP and mobile copies (``copies``).

    For comparing only; what readers follow is what the publisher gave. http counts as https and www. as nothing, since
    publishers move from one to the other. Idempotent. "" where the address is none.
    """
    return canonical_of_followable(followable(url))


def canonical_of_followable(url: str) -> str:
    """The same for what ``followable`` has given already."""
    if not url:
        return ""
    scheme, _, rest = url.partition("://")
    rest, _, query = rest.partition("?")
    host, _, path = rest.partition("/")
    path = "/" + (_PERCENT.sub(_normal_percent, path) if "%" in path else path)
    query = _untracked(query) if query else ""
    if _has_port(host):
        path = path.rstrip("/") or "/"
    else:
        scheme = "https"
        host, path = copies.of_page(host, path, has_query=bool(query))
    whole = f"{scheme}://{host}{path}{query}"
    return whole if len(whole) <= MAX_URL else url


def _has_port(host: str) -> bool:
    return host.rpartition(":")[2].isdigit() and not host.endswith("]") and ":" in host


def _untracked(query: str) -> str:
    """The query with its mark, without what only tells where a reader came from, in order; "" where nothing is left."""
    kept = [
        (name, value)
        for name, value in parse_qsl(query, keep_blank_values=True)
        if not (is_tracking(name) or copies.is_amp(name, value))
    ]
    return "?" + urlencode(sorted(kept)) if kept else ""


def host_of(url: str) -> str:
    """Host and port, as a key for "at most N at once"."""
    try:
        return urlsplit(url).netloc.lower().rpartition("@")[2]
    except ValueError:
        return ""


def is_tracking(name: str) -> bool:
    """Whether a parameter of this name says where a reader came from and never what is shown."""
    name = name.lower()
    return name in _TRACKING or name.startswith(_TRACKING_PREFIXES)


@lru_cache(maxsize=4096)
def _host(host: str) -> str:
    """ASCII host name in lower case, or "" where it is not one. Addresses in brackets keep them."""
    if ":" in host:
        return f"[{host}]" if re.fullmatch(r"[0-9a-f:.]+", host) else ""
    host = unquote(host).rstrip(".").lower()
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            return ""
    return "" if not host or len(host) > 253 or _UNSAFE_HOST.search(host) or ".." in host or host[0] == "." else host


def _without_dots(path: str) -> str:
    """``/a/./b/../c`` is ``/a/c`` (RFC 3986, 5.2.4)."""
    if "/." not in path:
        return path
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            kept = kept[:1] if len(kept) <= 2 else kept[:-1]
        elif segment != ".":
            kept.append(segment)
    whole = "/".join(kept)
    return whole + "/" if path.endswith(("/.", "/..")) and not whole.endswith("/") else whole


def _encode(value: str, safe: str) -> str:
    """Percent-encodes what may not stand in an address, and a per cent sign that begins no escape."""
    if value.isascii() and _SAFE_ALREADY.fullmatch(value):
        return value
    return re.sub(r"%(?![0-9a-fA-F]{2})", "%25", quote(value, safe=safe))


def _normal_percent(match: re.Match[str]) -> str:
    character = chr(int(match.group(1), 16))
    return character if character in _UNRESERVED else f"%{match.group(1).upper()}"
