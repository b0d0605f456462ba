"""Pages read in a process of their own: hostile ones cost themselves, and no process stays behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from sources.ingest import page_reader
from sources.ingest.document import Kind
from sources.ingest.extract import NoArticle, extract
from sources.ingest.page_reader import Broken, Limits, PageReader
from tests.factories.originals import docx, pdf, pdf_bomb

ROOT = Path(page_reader.__file__).resolve().parents[2]
WORDS = "The ferry between the two towns sails again after a pause of two weeks, the port authority said. "
GOOD = f"<html><head></head><body><article><h1>Ferry</h1><p>{WORDS * 3}</p></article></body></html>".encode()
#: One tag with half a million attributes: libxml2 compares each with all before it, for minutes, in C.
ENDLESS = b"<html><body><p " + b" ".join(b"a%d=1" % number for number in range(500_000)) + b">x</p>"
#: A line break is five bytes here and about two kilobytes by the time it has become text.
HUNGRY = b"<html><body><article><p>" + b"x<br>" * 900_000 + b"</p>"
HTML = "text/html"


@pytest.fixture
def reader():
    with PageReader(Limits(seconds=1, memory=200_000_000)) as running:
        yield running


def test_a_page_reads_as_it_does_here(reader):
    url = "https://a.example/ferry"
    page = GOOD.replace(b"<head>", b"<head><link rel=canonical href='/f'><meta name=author content='Amina Okafor'>")
    there = reader.read(page, content_type=HTML, url=url, with_metadata=True)
    assert there == extract(page, content_type=HTML, url=url, with_metadata=True)
    assert (there.author, there.canonical_url) == ("Amina Okafor", "https://a.example/f")


def test_a_page_without_an_article_is_one_there_too(reader):
    with pytest.raises(NoArticle, match="image/png"):
        reader.read(b"\x89PNG", content_type="image/png")
    before = reader.pid
    assert reader.read(GOOD, content_type=HTML).text
    assert reader.pid == before  # nothing was broken


def test_a_page_that_never_ends_is_broken_off_and_the_next_one_read(reader):
    started = time.monotonic()
    with pytest.raises(Broken, match="longer than 1 seconds"):
        reader.read(ENDLESS, content_type=HTML)
    assert time.monotonic() - started < 30  # by itself it takes minutes
    assert reader.read(GOOD, content_type=HTML).text


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds a process's address space")
def test_a_page_that_eats_memory_is_broken_off_and_the_next_one_read():
    with PageReader(Limits(seconds=60, memory=200_000_000)) as reader:
        with pytest.raises(Broken, match="more than 200 MB"):
            reader.read(HUNGRY, content_type=HTML)
        assert reader.read(GOOD, content_type=HTML).text


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds a process's address space")
def test_a_pdf_is_read_within_the_same_limits():
    with PageReader(Limits(seconds=20, memory=250_000_000)) as reader:
        assert reader.read(pdf(WORDS), content_type="application/pdf").text == WORDS.strip()
        with pytest.raises((Broken, NoArticle)):
            reader.read(pdf_bomb(300), content_type="application/pdf")
        assert reader.read(GOOD, content_type=HTML).text


def test_the_longest_document_that_is_read_fits_into_an_answer():
    lines = ["\N{MYANMAR LETTER KA}" * 99_000] * 10
    with PageReader(Limits(seconds=60)) as reader:
        assert len(reader.read(docx(*lines), content_type=Kind.DOCX.value).text) == 990_018


def test_a_page_that_crashes_its_reader_is_named_and_the_next_one_read():
    with PageReader(Limits(seconds=60)) as reader:
        reader.read(GOOD, content_type=HTML)
        threading.Timer(0.3, os.kill, (reader.pid, signal.SIGSEGV)).start()  # as a fault in C would
        with pytest.raises(Broken, match="SIGSEGV"):
            reader.read(ENDLESS, content_type=HTML)
        assert reader.read(GOOD, content_type=HTML).text


def test_a_process_that_no_longer_answers_is_ended_from_here(reader):
    reader.read(GOOD, content_type=HTML)
    pid = reader.pid
    os.kill(pid, signal.SIGSTOP)  # not even its own alarm reaches it
    with pytest.raises(Broken, match="longer than"):
        reader.read(GOOD, content_type=HTML)
    assert not psutil.pid_exists(pid)
    assert reader.read(GOOD, content_type=HTML).text


def test_an_interrupted_question_leaves_no_answer_to_the_next(reader):
    """A worker's soft time limit raises in the midst of waiting."""

    class OutOfTime(Exception):
        pass

    def ring(signum, frame):
        raise OutOfTime

    before = signal.signal(signal.SIGALRM, ring)
    try:
        reader.read(GOOD, content_type=HTML)
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        with pytest.raises(OutOfTime):
            reader.read(ENDLESS, content_type=HTML)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    page = GOOD.replace(b"Ferry", b"Bridge").replace(b"ferry", b"bridge")
    assert "bridge" in reader.read(page, content_type=HTML).text


def test_a_process_is_replaced_after_its_number_of_pages():
    with PageReader(Limits(pages=2)) as reader:
        pids = []
        for _ in range(4):
            reader.start()
            pids.append(reader.pid)
            reader.read(GOOD, content_type=HTML)
    assert pids[0] == pids[1] != pids[2] == pids[3]
    assert not any(psutil.pid_exists(pid) for pid in pids)


def test_the_process_knows_no_django_and_none_of_our_secrets(reader, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "not for pages")
    reader.start()
    assert "SECRET_KEY" not in psutil.Process(reader.pid).environ()
    loaded = "import sys, sources.ingest.extract_child; print([m for m in ('django', 'celery') if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", loaded], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


WORKER = """
import sys
from sources.ingest.page_reader import Limits, PageReader
from tests.sources.test_page_reader import ENDLESS, GOOD
reader = PageReader(Limits(seconds=2))
reader.read(GOOD, content_type="text/html")
print(reader.pid, flush=True)
reader.read(ENDLESS, content_type="text/html") if sys.argv[1] == "busy" else sys.stdin.read()
"""


@pytest.mark.parametrize("state", ["idle", "busy"])
def test_no_process_stays_behind_a_worker_that_was_killed(state):
    with subprocess.Popen(
        [sys.executable, "-c", WORKER, state], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as worker:
        child = psutil.Process(int(worker.stdout.readline()))
        time.sleep(0.3)
        assert child.is_running()
        worker.kill()
        gone, _ = psutil.wait_procs([child], timeout=30)
    assert gone
