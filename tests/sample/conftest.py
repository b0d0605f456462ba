"""The sample, and its server on a free port."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pytest_django import Settings

from sample import content, outlets
from sample.content import Library
from sample.outlets import Outlet
from sample.server import SampleServer


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Visitor:
    """Asks the sample's server, following no redirect."""

    server: SampleServer

    @property
    def base(self) -> str:
        return self.server.base

    def get(self, path: str, *, method: str = "GET", **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.server_port, timeout=10)
        try:
            connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, found, response.read())
        finally:
            connection.close()


@pytest.fixture(scope="session")
def library() -> Library:
    return content.load()


@pytest.fixture(scope="session")
def all_outlets() -> tuple[Outlet, ...]:
    return outlets.load()


@pytest.fixture
def visitor() -> Iterator[Visitor]:
    server = SampleServer(0)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield Visitor(server)
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(autouse=True)
def own_files(settings: Settings, tmp_path: Path) -> None:
    """Files of a test go to a folder of its own; static files are not collected for tests."""
    settings.STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
