"""The whole of it in the foreground, as ``make run`` starts it: real engines, web, workers and beat."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from curator import supervisor

ROOT = Path(__file__).resolve().parents[2]


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


class Embedded:
    """One ``python -m curator.embedded`` on a state folder; what it says is read from a file."""

    def __init__(self, state, port, *words, **environment):
        self.state, self.port, self.output = state, port, state.parent / f"output-{port}"
        clean = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "curator.embedded", "--bind", f"127.0.0.1:{port}", *words],
                cwd=ROOT,
                env=clean | {"CURATOR_VAR": str(state)} | environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                process_group=0,
            )

    def said(self):
        return self.output.read_text()

    def until_said(self, words, within=180):
        wait_for(lambda: words in self.said() or self.process.poll() is not None, within, self.said)
        assert words in self.said(), self.said()

    def is_healthy(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def children(self):
        """Every process of this run but the supervisor, by what its command line says."""
        found: dict[str, psutil.Process] = {}
        for process in psutil.Process(self.process.pid).children():
            with contextlib.suppress(psutil.Error):
                found[role(process)] = process
        return found


def role(process):
    line = " ".join(process.cmdline())
    for mark in (
        "postgres -D",
        "redis-server",
        "granian",
        " -Q ingest",
        " -Q extract",
        " -Q default",
        " -Q embed",
        " -Q mail",
        " beat ",
    ):
        if mark in line:
            return mark.split()[-1] if "-Q" in mark or "beat" in mark else mark.split()[0]
    return line


def wait_for(condition, within=30.0, explain=lambda: "it did not happen in time"):
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, explain()
        time.sleep(0.1)


def left_behind(state):
    """Processes that were started for this state folder."""
    left = []
    for process in psutil.process_iter():
        try:
            is_ours = process.environ().get(supervisor.MARK) == str(state) or str(state) in (process.cwd() or "")
            if is_ours and process.status() != psutil.STATUS_ZOMBIE:
                left.append(process)
        except (psutil.Error, OSError):
            continue  # it has ended meanwhile
    return left


@pytest.fixture
def run(tmp_path):
    """Starts runs, and kills whatever the test has left of them."""
    started = []

    def start(*words, state=tmp_path / "var", port=None, **environment):
        started.append(Embedded(state, port or free_port(), *words, **environment))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
            one.process.wait()
    wait_for(lambda: not left_behind(tmp_path / "var"), 40)


@pytest.mark.slow
def test_it_serves_heals_itself_stops_in_order_and_starts_again_after_a_kill(run, tmp_path):
    state = tmp_path / "var"
    first = run(state=state)
    first.until_said("Curator is at")
    assert first.is_healthy()
    children = first.children()
    assert {"postgres", "redis-server", "granian", "ingest", "extract", "default", "embed", "mail", "beat"} <= set(
        children
    )

    second = run(state=state, port=free_port())
    assert second.process.wait(20) == 1
    assert f"Curator already runs on {state} (process {first.process.pid})" in second.said()

    killed = {name: children[name] for name in ("granian", "mail", "redis-server", "postgres")}
    for process in killed.values():
        process.kill()
    wait_for(lambda: killed.keys() <= first.children().keys(), 60, first.said)
    assert all(first.children()[name].pid != process.pid for name, process in killed.items())
    wait_for(first.is_healthy, 60, first.said)
    for name in ("web", "mail"):
        assert f"{name} ended (killed by SIGKILL): starting it again" in first.said()

    first.process.kill()
    first.process.wait()
    wait_for(lambda: not left_behind(state), 40)

    again = run(state=state)
    again.until_said("Curator is at")
    assert again.is_healthy()
    again.process.send_signal(signal.SIGINT)
    assert again.process.wait(60) == 0
    assert left_behind(state) == []
    assert again.said().splitlines()[-1] == "Stopping."


def test_a_port_in_use_is_named_with_the_way_to_another(run):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        one = run(port=port)
        assert one.process.wait(30) == 1
    assert one.said() == f"Port {port} on 127.0.0.1 is in use. Choose another, for example: PORT={port + 1} make demo\n"


def test_a_bad_setting_is_named_before_anything_is_started(run, tmp_path):
    one = run(FETCH_TIMEOUT="soon")
    assert one.process.wait(30) == 1
    assert one.said() == "A setting is wrong: FETCH_TIMEOUT='soon' is not a whole number from 1 to 300\n"
    assert not (tmp_path / "var" / "postgres").exists()


@pytest.mark.parametrize("mode", ["--demo", "--smoke"])
def test_the_demo_is_refused_in_production(run, mode):
    one = run(mode, CURATOR_ENV="production")
    assert one.process.wait(30) == 1
    assert "its accounts are public" in one.said()


def test_a_bad_address_is_refused(run):
    one = run(port="eight-thousand")
    assert one.process.wait(30) == 1
    assert "is not of the form 127.0.0.1:8000" in one.said()


def test_ctrl_c_while_it_prepares_stops_it_too(run, tmp_path):
    one = run()
    one.until_said("migrate ...")
    one.process.send_signal(signal.SIGINT)
    assert one.process.wait(60) == 1
    assert "interrupted" in one.said()
    assert left_behind(tmp_path / "var") == []
