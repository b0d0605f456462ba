"""The containers: the compose file is accepted, names what the example names, and the health check asks rightly."""

from __future__ import annotations

import http.server
import re
import shutil
import subprocess
import threading
from pathlib import Path

import pytest

from curator import healthcheck
from curator.schedule import SCHEDULE

ROOT = Path(__file__).resolve().parents[2]


def test_docker_compose_accepts_the_file_without_any_setting():
    program = shutil.which("docker-compose")
    if program is None:
        pytest.skip("no docker-compose here")
    checked = subprocess.run(
        [program, "-f", str(ROOT / "docker-compose.yml"), "config", "-q"], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stderr


def test_the_example_names_every_variable_that_the_compose_file_reads():
    read = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    named = set(re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert read == named


def test_every_queue_of_the_schedule_has_a_worker_in_containers_and_on_one_machine():
    queues = {entry["options"]["queue"] for entry in SCHEDULE(20).values()}
    for name in ("docker-compose.yml", "curator/session.py"):
        text = (ROOT / name).read_text()
        assert queues <= set(re.findall(r'(?:-Q, |_worker\(")(\w+)', text))


@pytest.fixture
def server():
    """A web server that answers as the site does, and remembers what it was asked."""

    asked = []

    class Site(http.server.BaseHTTPRequestHandler):
        status = 200

        def do_GET(self):
            asked.append((self.path, self.headers["Host"], self.headers["X-Forwarded-Proto"]))
            self.send_response(self.status)
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Site) as one:
        thread = threading.Thread(target=one.serve_forever)
        thread.start()
        yield one, asked
        one.shutdown()
        thread.join()


def test_the_health_check_asks_for_the_sites_own_host_over_https(server, monkeypatch):
    site, asked = server
    monkeypatch.setenv("PORT", str(site.server_port))
    monkeypatch.setenv("ALLOWED_HOSTS", "briefs.example.org, other.example.org")
    assert healthcheck.main() == 0
    assert asked == [("/healthz", "briefs.example.org", "https")]


def test_the_health_check_fails_where_the_site_does(server, monkeypatch):
    site, _ = server
    monkeypatch.setenv("PORT", str(site.server_port))
    monkeypatch.setattr(site.RequestHandlerClass, "status", 500)
    assert healthcheck.main() == 1


def test_the_health_check_fails_where_nobody_listens(monkeypatch, capsys):
    monkeypatch.setenv("PORT", "1")
    assert healthcheck.main() == 1
    assert "does not answer" in capsys.readouterr().err
