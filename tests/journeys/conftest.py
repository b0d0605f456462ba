"""The demo as a visitor has it, all processes and all, and a real browser to visit it with."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent.parent
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_READY = "waits for its second key"
_WITHIN = 600.0


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = os.environ.get("CHROME_PATH") or next(filter(None, map(shutil.which, _BROWSERS)), None)
    if path is None and os.environ.get("CI"):
        pytest.fail("no Chrome or Chromium found: the journey must not be skipped here")
    if path is None:
        pytest.skip("no Chrome or Chromium found; CHROME_PATH may name one")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright keeps a loop running in the thread of the tests
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(_FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def demo(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a demo of our own, once its desk has done its work. Everything it starts ends with it."""
    state = tmp_path_factory.mktemp("demo")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    process = subprocess.Popen(
        [sys.executable, "-m", "curator.embedded", "--demo", "--bind", f"127.0.0.1:{port}"],
        cwd=ROOT,
        env={**environment, "CURATOR_VAR": str(state)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said: list[str] = []
    reader = threading.Thread(target=lambda: said.extend(process.stdout or ()), daemon=True)
    reader.start()
    try:
        _wait(process, said)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        reader.join(10)


def _wait(process: subprocess.Popen[str], said: list[str]) -> None:
    deadline = time.monotonic() + _WITHIN
    while not any(_READY in line for line in said):
        if process.poll() is not None or time.monotonic() > deadline:
            pytest.fail("the demo did not come up:\n" + "".join(said[-40:]))
        time.sleep(0.5)
