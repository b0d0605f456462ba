"""Engines and workers that die while the sample is read: nothing is lost, nothing is doubled, and the work goes on.

Real processes, a real PostgreSQL of its own, real kills. How often is what FAULTS says: a few times in ``make test``, fifty
times in ``make faults``.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
import redis

from curator import engines
from sample import content, outlets
from sample.server import SampleServer
from sample.site import Site

pytestmark = [pytest.mark.slow]
ROOT = Path(__file__).resolve().parents[2]
KILLS = int(os.environ.get("FAULTS", "5"))
TIME_PASSES = """
    UPDATE sources_feed SET claimed_until = NULL;
    UPDATE sources_item SET extract_after = NULL WHERE extract_state = 'pending';
"""
FINGERPRINT = """
    SELECT p.slug, i.external_id, i.title, r.content_hash, coalesce(t.sha256, ''), i.extract_state
      FROM sources_item i
      JOIN sources_feed f ON f.id = i.feed_id JOIN sources_publisher p ON p.id = f.publisher_id
      JOIN sources_revision r ON r.id = i.current_id
      LEFT JOIN sources_fulltext t ON t.revision_id = r.id
"""


class World:
    """The sample's server, engines of the test's own, and a worker to kill."""

    def __init__(self, state: Path, found: engines.Engines, server: SampleServer) -> None:
        self._state, self._server = state, server
        self.engines = {engine.name: engine for engine in found.children}
        self.database_url, self.redis_url = found.database_url, found.redis_url
        self.environment = os.environ | {
            "CURATOR_ENV": "development",
            "CURATOR_VAR": str(state),
            "CURATOR_DEMO": "1",
            "CURATOR_SAMPLE_PORT": str(server.server_port),
            "DATABASE_URL": found.database_url,
            "REDIS_URL": found.redis_url,
            "DJANGO_SETTINGS_MODULE": "curator.settings",
            "LOG_LEVEL": "ERROR",
            "FETCH_INTERVAL": "3600",
        }

    def manage(self, *words: str) -> None:
        subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=self.environment, check=True, timeout=120)

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        with contextlib.closing(psycopg2.connect(self.database_url)) as connection, connection.cursor() as cursor:
            cursor.execute(sql)
            found = cursor.fetchall() if cursor.description else []
            connection.commit()
            return found

    def time_passes(self) -> None:
        """Leases run out, so that no test has to wait fifteen minutes; and the outlets, which change and die as they are
        looked at, are as they were, since a look that was killed is no look."""
        self.rows(TIME_PASSES)
        self._server.site = Site(outlets.load(), content.load(), base=self._server.base)

    def forget(self) -> None:
        """As on the first day: feeds that were never looked at, an empty library, no file kept."""
        shutil.rmtree(self._state / "media", ignore_errors=True)
        self.time_passes()
        self.rows("TRUNCATE sources_item, sources_fetch, sources_blob, sources_story CASCADE")
        self.rows(
            "UPDATE sources_feed SET next_check_at = NULL, claimed_until = NULL, etag = '', last_modified = '',"
            " document_hash = '', entries_hash = '', last_state = '', last_error = '', consecutive_failures = 0, held_at = NULL"
        )

    @contextlib.contextmanager
    def worker(self) -> Iterator[Worker]:
        command = [sys.executable, "-m", "tests.faults.worker"]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, cwd=ROOT, env=self.environment, stdin=pipe, stdout=pipe, text=True) as process:
            try:
                yield Worker(process)
            finally:
                assert process.stdin is not None
                process.stdin.close()
                process.wait(60)


class Worker:
    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._orders, self._answers = process.stdin, process.stdout

    def start(self, *, largest_file: int = 0) -> int:
        self._orders.write(f"{largest_file}\n")
        self._orders.flush()
        return int(self._answers.readline())

    def wait(self) -> None:
        assert self._answers.readline() == "ended\n"

    def run(self, *, largest_file: int = 0) -> None:
        self.start(largest_file=largest_file)
        self.wait()


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Iterator[World]:
    state = tmp_path_factory.mktemp("faults")
    server = SampleServer(0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    kept = {name: os.environ.pop(name, None) for name in ("DATABASE_URL", "REDIS_URL")}
    try:
        with engines.running(state) as found:
            one = World(state, found, server)
            one.manage("migrate", "--verbosity=0")
            one.manage("load_reference")
            one.manage("load_sample")
            yield one
    finally:
        os.environ |= {name: value for name, value in kept.items() if value is not None}
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def undisturbed(world) -> Counter[tuple[object, ...]]:
    """What the library holds when nothing goes wrong."""
    world.forget()
    with world.worker() as worker:
        worker.run()
    found = Counter(world.rows(FINGERPRINT))
    assert len(found) > 100
    return found


def check(world: World, undisturbed: Counter[tuple[object, ...]]) -> None:
    """Nothing lost, nothing doubled, nothing half-made."""
    assert Counter(world.rows(FINGERPRINT)) == undisturbed
    assert world.rows("SELECT id FROM sources_item WHERE story_id IS NULL OR language_version = ''") == []
    assert world.rows("SELECT item_id, number FROM sources_revision GROUP BY 1, 2 HAVING count(*) > 1") == []
    assert world.rows("SELECT id FROM sources_fetch WHERE state = '' OR finished_at IS NULL") == []
    assert world.rows("SELECT id FROM sources_feed WHERE is_active AND last_state = ''") == []
    assert world.rows("SELECT id FROM sources_story WHERE item_count = 0 AND merged_into_id IS NULL") == []


def test_a_worker_killed_at_random_moments_loses_and_doubles_nothing(world, undisturbed):
    chance = random.Random(os.environ.get("FAULTS_SEED", "1"))
    world.forget()
    kills = 0
    with world.worker() as worker:
        while kills < KILLS:
            pid = worker.start()
            time.sleep(chance.uniform(0.02, 1.2))
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                kills += 1
            worker.wait()
            world.time_passes()
            if kills % 10 == 0 and kills < KILLS:
                world.forget()  # all is read by then: begin again, so that each kill hits something
        worker.run()
    check(world, undisturbed)


def test_postgres_that_is_restarted_meanwhile_costs_nothing_but_time(world, undisturbed):
    world.forget()
    with world.worker() as worker:
        for pause in (0.1, 0.3, 0.6):
            worker.start()
            time.sleep(pause)
            world.engines["postgres"].stop()
            worker.wait()
            world.engines["postgres"].start()
            world.time_passes()
        worker.run()
    check(world, undisturbed)


def test_postgres_killed_in_the_middle_of_writing_comes_back_whole(world, undisturbed):
    world.forget()
    with world.worker() as worker:
        worker.start()
        time.sleep(0.4)
        pid = world.engines["postgres"].pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        worker.wait()
        world.engines["postgres"].stop()
        world.engines["postgres"].start()
        world.time_passes()
        worker.run()
    check(world, undisturbed)


def test_redis_that_forgets_everything_costs_nothing(world, undisturbed):
    """Queues and caches are hints; what there is to do stands in the database."""
    world.forget()
    with world.worker() as worker, contextlib.closing(redis.Redis.from_url(world.redis_url)) as client:
        worker.start()
        for _ in range(20):
            client.flushall()
            time.sleep(0.05)
        worker.wait()
        worker.run()
    check(world, undisturbed)


def test_a_full_disk_is_said_of_each_feed_and_nothing_is_lost(world, undisturbed):
    world.forget()
    with world.worker() as worker:
        worker.run(largest_file=500)
        failed = dict(world.rows("SELECT id, last_error FROM sources_feed WHERE last_state = 'failed'"))
        assert failed
        assert {True} == {"could not be kept" in str(error) or "answers" in str(error) for error in failed.values()}
        assert any("could not be kept" in str(error) for error in failed.values())
        world.rows("UPDATE sources_feed SET next_check_at = NULL")
        world.rows(
            "UPDATE sources_item SET extract_state = 'pending', extract_attempts = 0 WHERE extract_state = 'failed'"
        )
        world.time_passes()
        worker.run()
    check(world, undisturbed)
