"""What every test stands on: a real PostgreSQL and a real Redis, started by the run itself, and no way to the network.

The engines keep their state below ``test`` in the state folder, so that a run beside the demo disturbs nothing. Set
DATABASE_URL and REDIS_URL to test against others. Settings are read here, after the engines stand: a ``conftest.py``
further down must not import models at its top.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import uuid
from pathlib import Path

import pytest

from curator import engines

ROOT = Path(__file__).resolve().parent.parent


def pytest_configure(config: pytest.Config) -> None:
    """Starts the engines, then lets Django read where they are. pytest-django's own hook runs after this one."""
    state = Path(os.environ.get("CURATOR_VAR") or ROOT / "var") / "test"
    shutil.rmtree(state / "media", ignore_errors=True)
    stack = contextlib.ExitStack()
    config.add_cleanup(stack.close)
    try:
        found = stack.enter_context(engines.running(state, durable=False))
    except engines.EngineError as error:
        raise pytest.UsageError(str(error)) from error
    os.environ |= {
        "CURATOR_ENV": "development",
        "CURATOR_VAR": str(state),
        "DATABASE_URL": found.database_url,
        "REDIS_URL": found.redis_url,
        "DJANGO_SETTINGS_MODULE": "curator.settings",
        "EMBEDDINGS": "0",  # what needs vectors makes them; the model takes a core
    }
    import django

    django.setup()
    from django.core.management import call_command

    call_command("compilemessages", verbosity=0, ignore_patterns=[".venv", "var"])


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of public test data beside the repository, or the one CURATOR_SHARED_DATA names."""
    folder = Path(os.environ.get("CURATOR_SHARED_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"no shared test data at {folder}; CURATOR_SHARED_DATA may name another folder")
    return folder


@pytest.fixture(autouse=True)
def files_of_one_test(settings, tmp_path):
    """Stored files go to the test's own folder; static files are served as they lie, without the manifest of a release."""
    settings.STORAGES = {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "media")},
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(autouse=True)
def an_empty_shelf(monkeypatch):
    """Pages that one test had rendered are not another's: the cache outlives the database's rows."""
    from briefings import shelf

    monkeypatch.setattr(shelf, "_PREFIX", uuid.uuid4().hex)
