"""Which addresses may be connected to. Pure but for asking the resolver, which can be handed in.

Everything private, local, reserved or translated is refused: an address from a feed must never reach the machine we run
on, its network, or a cloud's metadata service. Forms that carry an IPv4 address inside an IPv6 one are refused whole,
since what they reach depends on somebody's translator.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int], tuple[str, ...]]

#: IANA's special-purpose registries, written out: what ``is_global`` covers differs between versions of Python.
_REFUSED = tuple(
    ipaddress.ip_network(network)
    for network in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"),
        *("192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
        *("224.0.0.0/4", "240.0.0.0/4"),
        "168.63.129.16/32",  # Azure's metadata: of the public range, and answered by the host that we run on
        "::/96",  # unspecified, loopback, IPv4-compatible
        "::ffff:0:0/96",  # IPv4-mapped
        "::ffff:0:0:0/96",  # IPv4-translated
        *("64:ff9b::/96", "64:ff9b:1::/48"),  # NAT64
        "100::/63",  # discard
        "2001::/23",  # Teredo, ORCHID, benchmarking
        "2001:db8::/32",
        "2002::/16",  # 6to4
        "3fff::/20",  # documentation
        "5f00::/16",  # segment routing
        *("fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"),
    )
)
_LOCAL_NAME = re.compile(r"(?:^|\.)(?:localhost|localdomain|local|internal|intranet|lan|home|corp|private|home\.arpa)$")
_NUMERIC_LABEL = re.compile(r"(?:\d+|0x[0-9a-f]*)$", re.IGNORECASE)


class Refused(Exception):
    """This host may not be fetched. The message says why, fit for staff."""


def is_public(address: Address) -> bool:
    """Whether it is an ordinary address of the internet."""
    return not any(address.version == network.version and address in network for network in _REFUSED) and (
        address.is_global and not address.is_multicast
    )


def check_name(host: str) -> Address | None:
    """The address that the host is, or None where it is a name to be looked up. Raises Refused."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        pass
    else:
        if not is_public(address):
            raise Refused(f"The address {host} is private or reserved.")
        return address
    if not all(host.removesuffix(".").split(".")):
        raise Refused(f"{host} is not a host name.")
    if _NUMERIC_LABEL.search(host.removesuffix(".").rpartition(".")[2]):
        raise Refused(f"{host} is neither a host name nor an address in its usual form.")
    if "." not in host.removesuffix(".") or _LOCAL_NAME.search(host.removesuffix(".")):
        raise Refused(f"{host} is a name of a local network.")
    return None


def public_only(host: str, found: tuple[str, ...]) -> tuple[str, ...]:
    """Of the addresses a name has, those that may be connected to. Raises Refused where there is none."""
    public = tuple(text for text in found if is_public(ipaddress.ip_address(text.partition("%")[0])))
    if not public:
        raise Refused(f"{host} leads to a private or reserved address ({', '.join(found[:3]) or 'none'}).")
    return public


def resolve(host: str, port: int) -> tuple[str, ...]:
    """The addresses of a name, in the system's order of preference. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))
