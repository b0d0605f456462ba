"""Django on embedded engines with a scratch database, for measurements that need one. Never touches other state.

State is kept in ``bench`` below the state folder (CURATOR_VAR, default ``var``); the schema stays there between runs and
is brought up to date at each.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from curator import engines

ROOT = Path(__file__).resolve().parent.parent


@contextlib.contextmanager
def database() -> Iterator[None]:
    """Within this block Django is set up, the schema stands, and models may be imported."""
    state = Path(os.environ.get("CURATOR_VAR") or ROOT / "var") / "bench"
    # As in the tests: durability is traded for speed, on both sides of a comparison alike.
    with engines.running(state, durable=False) as found:
        _set_up(state, found.database_url, found.redis_url)
        from django.core.management import call_command
        from django.db import connections

        call_command("migrate", verbosity=0)
        with connections["default"].cursor() as cursor:  # what another measurement left
            cursor.execute("TRUNCATE sources_publisher, sources_blob, sources_story, sources_searchlanguage CASCADE")
        try:
            yield
        finally:
            connections.close_all()


def administer(*statements: str) -> None:
    """Statements that no database may be inside of."""
    from django.db import connection

    connection.close()
    connection.settings_dict["NAME"] = "postgres"
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    connection.close()


def without_database() -> None:
    """Django is set up afterwards, for code that reads settings and templates only. A query would fail."""
    _set_up(
        Path(os.environ.get("CURATOR_VAR") or ROOT / "var") / "bench", "postgresql:///nowhere", "redis://127.0.0.1:1"
    )


def _set_up(state: Path, database_url: str, redis_url: str) -> None:
    os.environ |= {
        "CURATOR_ENV": "development",
        "CURATOR_VAR": str(state),
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "DJANGO_SETTINGS_MODULE": "curator.settings",
        "LOG_LEVEL": "WARNING",
    }
    os.environ.pop("CURATOR_DEMO", None)
    import django

    django.setup()
