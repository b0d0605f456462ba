"""What a worker does about itself when it starts."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize("signal", ["worker_ready", "worker_process_init"])
def test_what_a_worker_has_loaded_is_spared_by_the_collector(signal):
    script = (
        "import gc; from celery import signals; import curator.celery; before = gc.get_freeze_count();"
        f"signals.{signal}.send(None); print(before, gc.get_freeze_count() > 10_000)"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["0", "True"]
