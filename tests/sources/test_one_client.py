"""Nothing that works on what came from outside opens a connection but through the one client."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("sources", "countries", "monitoring", "briefings")
#: Modules of the standard library and of others that reach the network.
REACHING = {
    *(
        "socket",
        "ssl",
        "http.client",
        "urllib.request",
        "ftplib",
        "smtplib",
        "imaplib",
        "poplib",
        "telnetlib",
        "asyncio",
    ),
    *("httpx", "httpcore", "requests", "urllib3", "aiohttp", "boto3", "botocore"),
}
#: The client itself, by what each part of it is for.
CLIENT = {
    "sources/ingest/addresses.py": {"socket"},  # looks names up
    "sources/ingest/connect.py": {"socket", "ssl"},  # connects to what was checked
    "sources/ingest/exchange.py": {"http.client"},  # asks over what is connected
}
#: Doors of services that the operator configured; each gets its address from settings alone.
DOORS = {
    "sources/embedders/endpoint.py": {"http.client"},
    "sources/doors/imap.py": {"imaplib", "ssl"},
    "sources/snapshots.py": {"botocore"},  # only what it raises; the storage itself is Django's
}
#: A pair of sockets between us and a process of ours, which has no name and leads nowhere else.
INSIDE = {f"sources/ingest/{name}.py": {"socket"} for name in ("extract_child", "frames", "page_reader")}


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def reaching(path: Path) -> set[str]:
    return {way for name in imported(path) for way in REACHING if name == way or name.startswith(f"{way}.")}


def test_only_the_client_and_the_doors_can_reach_the_network():
    found = {
        str(path.relative_to(ROOT)): names
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if (names := reaching(path))
    }
    assert found == CLIENT | DOORS | INSIDE


def test_ways_to_the_network_are_seen(tmp_path):
    module = tmp_path / "module.py"
    module.write_text("from urllib import request\nimport http.client\nfrom imaplib import IMAP4_SSL\nimport json\n")
    assert reaching(module) == {"urllib.request", "http.client", "imaplib"}
