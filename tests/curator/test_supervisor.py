"""The supervisor on small shell commands: it restarts what dies, stops in order, and leaves nothing behind."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from curator import children, supervisor
from curator.supervisor import Child, CommandFailed, Supervisor

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def said():
    return []


@pytest.fixture
def watch(tmp_path, said):
    one = Supervisor(
        root=tmp_path, logs=tmp_path / "log", environment=dict(os.environ), mark=str(tmp_path), say=said.append
    )
    yield one
    one.hurry = True
    one.stop()


def sh(script, *, name="child", phase=1, **options):
    return Child(name, ["sh", "-c", script], phase, **options)


def until(watch, condition, within=15):
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        watch.tick()
        time.sleep(0.02)


def test_a_child_that_dies_is_started_again_and_its_death_is_said(watch, tmp_path, said):
    watch.start(sh("echo started >>starts; kill -9 $$"))
    until(watch, lambda: (tmp_path / "starts").read_text().count("started") == 2 if said else False)
    assert "child ended (killed by SIGKILL): starting it again in 1 s" in said[0]
    assert str(tmp_path / "log" / "child.log") in said[0]


def test_each_death_in_a_row_lengthens_the_pause(watch, said):
    watch.start(sh("exit 3"))
    until(watch, lambda: len(said) == 3)
    assert [line.split(" in ")[1].split(" s.")[0] for line in said] == ["1", "2", "4"]


def test_a_child_that_runs_once_is_not_started_again_and_tells_its_status(watch, tmp_path, said):
    watch.start(sh("echo ran >>runs; exit 4", name="desk", once=True))
    until(watch, lambda: watch.status("desk") is not None)
    for _ in range(5):
        watch.tick()
    assert watch.status("desk") == 4
    assert (tmp_path / "runs").read_text() == "ran\n"
    assert said[-1].startswith("desk failed (exit 4).")


def test_what_a_dead_child_left_in_its_group_is_ended_before_the_restart(watch, tmp_path):
    watch.start(sh("sleep 300 & echo $! >>left; wait $!; exit 1"))
    until(watch, lambda: (tmp_path / "left").exists() and (tmp_path / "left").read_text().strip())
    first = psutil.Process(int((tmp_path / "left").read_text()))
    parent = first.parent()
    assert parent is not None
    parent.kill()
    until(watch, lambda: len((tmp_path / "left").read_text().split()) == 2)
    assert not first.is_running() or first.status() == psutil.STATUS_ZOMBIE


def test_warnings_are_shown_by_name_and_the_rest_is_in_the_log(watch, tmp_path, said):
    watch.start(sh("echo all is well; echo 2026 WARNING disk nearly full; exec sleep 300"))
    until(watch, lambda: said)
    assert said == ["   child | 2026 WARNING disk nearly full"]
    assert (tmp_path / "log" / "child.log").read_text() == "all is well\n2026 WARNING disk nearly full\n"


def test_a_flood_of_warnings_is_cut_short(watch, said):
    watch.start(sh("seq -f 'WARNING %g' 100; exec sleep 300"))
    until(watch, lambda: any("more like these" in line for line in said))
    assert len(said) < 30


def test_a_line_is_shown_once_it_is_whole(watch, tmp_path, said):
    watch.start(sh("printf 'WARNING half'; touch printed; read _ <go; echo ' and whole'; exec sleep 300"))
    os.mkfifo(tmp_path / "go")
    until(watch, lambda: (tmp_path / "printed").exists())
    watch.tick()
    assert said == []
    with (tmp_path / "go").open("w") as go:
        go.write("\n")
    until(watch, lambda: said)
    assert said == ["   child | WARNING half and whole"]


def test_a_log_that_grows_too_large_is_put_aside(watch, tmp_path, monkeypatch):
    monkeypatch.setattr(supervisor, "_LARGEST_LOG", 1000)
    watch.start(sh("seq 1000; read _ <go; echo last; exec sleep 300"))
    os.mkfifo(tmp_path / "go")
    log = tmp_path / "log" / "child.log"
    until(watch, lambda: log.with_suffix(".log.1").exists())
    with (tmp_path / "go").open("w") as go:
        go.write("\n")
    until(watch, lambda: log.read_text() == "last\n")
    assert log.with_suffix(".log.1").read_text().startswith("1\n2\n3\n")


def test_higher_phases_are_stopped_first(watch, tmp_path):
    for phase in (1, 3, 2):
        script = f"trap 'echo {phase} >>order; exit' TERM; touch ready{phase}; while :; do sleep 0.05; done"
        watch.start(sh(script, name=f"phase{phase}", phase=phase))
    until(watch, lambda: len(list(tmp_path.glob("ready*"))) == 3)
    watch.stop()
    assert (tmp_path / "order").read_text().split() == ["3", "2", "1"]


def test_who_will_not_end_is_killed_at_the_deadline(watch, tmp_path, said):
    watch.start(sh("trap '' TERM; echo $$ >pid; while :; do sleep 0.05; done", within=0.3))
    until(watch, lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text().strip())
    process = psutil.Process(int((tmp_path / "pid").read_text()))
    started = time.monotonic()
    watch.stop()
    assert time.monotonic() - started < 5
    assert not process.is_running()
    assert said[-1].startswith("child did not end within 0 s: killed.")


def test_a_command_that_fails_is_told_with_its_last_words(watch):
    with pytest.raises(CommandFailed, match=r"(?s)migrate failed \(exit 2\).*no such table.*migrate\.log"):
        watch.run("migrate", ["sh", "-c", "echo no such table >&2; exit 2"], interrupted=lambda: False)


def test_a_command_is_ended_when_we_are_interrupted(watch, tmp_path):
    started = time.monotonic()
    with pytest.raises(CommandFailed, match="interrupted"):
        watch.run("migrate", ["sleep", "300"], interrupted=lambda: True)
    assert time.monotonic() - started < 5


def test_a_command_said_aloud_shows_all_it_says(watch, said):
    watch.run("load", ["sh", "-c", "echo one; echo two"], interrupted=lambda: False, aloud=True)
    assert said == ["    load | one", "    load | two"]


def test_what_a_killed_run_left_is_known_by_its_mark_and_ended(watch, tmp_path):
    left = subprocess.Popen(["sleep", "300"], env=os.environ | {supervisor.MARK: str(tmp_path)})
    other = subprocess.Popen(["sleep", "300"], env=os.environ | {supervisor.MARK: f"{tmp_path}-other"})
    try:
        watch.clear_leftovers()
        assert not psutil.pid_exists(left.pid)
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_a_lock_is_held_by_one_and_names_its_holder(tmp_path):
    path = tmp_path / "lock"
    with children.sole_holder(path), pytest.raises(children.HeldByAnother) as refused, children.sole_holder(path):
        pass
    assert refused.value.holder == str(os.getpid())
    with children.sole_holder(path):
        pass


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's death")
def test_children_end_when_the_supervisor_is_killed(tmp_path):
    script = f"""
import os, time
from pathlib import Path
from curator.supervisor import Child, Supervisor
folder = Path({str(tmp_path)!r})
watch = Supervisor(root=folder, logs=folder / "log", environment=dict(os.environ), mark="m", say=print)
watch.start(Child("child", ["sh", "-c", "echo $$ >pid; exec sleep 300"], 1))
while not (folder / "pid").exists() or not (folder / "pid").read_text():
    time.sleep(0.02)
os.kill(os.getpid(), 9)
"""
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False)
    process_id = int((tmp_path / "pid").read_text())
    deadline = time.monotonic() + 5
    while psutil.pid_exists(process_id) and psutil.Process(process_id).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.02)
