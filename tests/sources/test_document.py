"""Documents from outside: their text comes out page by page, and a hostile one ends its own process and nothing else."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time
import zipfile

import pytest

from sources.ingest import document
from sources.ingest.document import Kind, Unreadable, read
from sources.models import Arrival
from tests.factories.originals import docx, pdf, pdf_bomb

FIRST = "On 5 December armed men attacked the village of Boali."
SECOND = "Twelve people were killed, a local official said."
W = b'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def test_each_page_of_a_pdf_is_found_again_by_where_it_begins():
    found = read(pdf(FIRST, "", SECOND))
    assert found.text == f"{FIRST}\n\n{SECOND}"
    arrival = Arrival(page_starts=list(found.page_starts))
    assert arrival.page_at(found.text.index("Boali")) == 1
    assert arrival.page_at(found.text.index("Twelve")) == 3
    assert found.empty_pages == (2,)


def test_the_paragraphs_and_notes_of_a_word_document_are_read():
    notes = b"<w:footnotes " + W + b"><w:p><w:r><w:t>A note.</w:t></w:r></w:p></w:footnotes>"
    found = read(docx(FIRST, "قرية بوالي &amp; ဗမာ", word__footnotes=notes))
    assert found.text == f"{FIRST}\n\nقرية بوالي & ဗမာ\n\nA note."
    assert (found.kind, found.page_starts) == (Kind.DOCX, ())


def test_a_long_word_document_loses_no_words():
    paragraphs = [f"Paragraph {number} of a very long report on many things." for number in range(8_000)]
    assert read(docx(*paragraphs)).text == "\n\n".join(paragraphs)


def test_a_name_in_the_metadata_is_in_no_text():
    assert "Whistle" not in read(pdf(FIRST, author="Whistle Blower")).text


@pytest.mark.parametrize("pages", [1, 30])
def test_a_scan_says_plainly_that_it_is_one(pages):
    with pytest.raises(Unreadable, match=r"pictures of pages and no text \(a scan\)") as caught:
        read(pdf(*[""] * pages))
    assert caught.value.is_scan


def test_page_numbers_alone_are_no_text():
    with pytest.raises(Unreadable, match="a scan"):
        read(pdf(*[f"- {number} -" for number in range(90)]))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "neither a PDF nor a Word document"),
        (b"MZ\x90\0", "neither a PDF nor a Word document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old Office format"),
        (b"{\\rtf1 hello}", "RTF"),
        (b"\x89PNG\r\n", "picture"),
        (b"  <html>", "web page or XML"),
        (pdf(FIRST, password="secret"), "protected by a password"),
        (pdf(FIRST)[:300], "damaged"),
        (b"%PDF-1.7\n" + b"\xff" * 5_000, "damaged"),
        (docx(FIRST)[:200], "damaged"),
        (b"PK\x03\x04" + b"\0" * 100, "damaged"),
    ],
)
def test_what_cannot_be_read_says_why(body, message):
    with pytest.raises(Unreadable, match=message):
        read(body)


def test_an_archive_that_is_no_word_document_is_refused_whatever_its_name():
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
    with pytest.raises(Unreadable, match="no Word document"):
        read(body.getvalue())


@pytest.mark.parametrize(
    "part",
    [
        pytest.param(b'<!DOCTYPE a [<!ENTITY b "ha">]><a>&b;</a>', id="entities"),
        pytest.param(b"<a>" * 200_000, id="deep"),
        pytest.param(b"<w:document " + W + b"><w:t>" + b"A" * 70_000_000 + b"</w:t></w:document>", id="bomb"),
        pytest.param(
            b"<w:document " + W + b"><w:p><w:r><w:t>" + b"AB " * 900_000 + b"</w:t></w:r></w:p></w:document>", id="long"
        ),
        pytest.param(b"\xff\xfe\0", id="no text"),
    ],
)
def test_a_hostile_word_document_is_refused(part):
    with pytest.raises(Unreadable):
        read(docx(word__document=part))


def test_a_reference_to_a_file_brings_nothing_of_it(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("the keys of the house")
    part = f'<!DOCTYPE a [<!ENTITY b SYSTEM "file://{secret}">]>'.encode().ljust(2_500) + (
        b"<w:document " + W + b"><w:p><w:r><w:t>" + FIRST.encode() + b"&b;</w:t></w:r></w:p></w:document>"
    )
    late = b"<!--" + b"x" * 3_000 + b"-->" + part  # beyond where we look for a document type
    for hostile in (part, late):
        try:
            assert "keys of the house" not in read(docx(word__document=hostile)).text
        except Unreadable:
            continue


def test_a_pdf_that_unpacks_to_gigabytes_is_refused_in_time(monkeypatch):
    monkeypatch.setattr(document, "CPU_SECONDS", 3)
    monkeypatch.setattr(document, "MEMORY", 250_000_000)
    with pytest.raises(Unreadable):
        read(pdf_bomb(300))


def test_a_document_that_takes_too_long_is_broken_off(monkeypatch):
    monkeypatch.setattr(document, "WALL_SECONDS", 0.05)
    started = time.monotonic()
    with pytest.raises(Unreadable, match="took too long"):
        read(pdf(FIRST))
    assert time.monotonic() - started < 5


def test_a_document_that_needs_too_much_time_of_the_processor_is_broken_off(monkeypatch):
    monkeypatch.setattr(document, "CPU_SECONDS", 1)
    with pytest.raises(Unreadable):
        read(pdf(*["\n".join(["word " * 20] * 300)] * 400))


def test_the_reading_room_can_write_no_file(tmp_path):
    goal = tmp_path / "written"
    program = (
        f"import runpy; room = runpy.run_path({str(document._ROOM)!r}); room['_give_up_rights'](5, 10**9)\n"
        f"open({str(goal)!r}, 'w').write('x' * 10)"
    )
    subprocess.run([sys.executable, "-I", "-c", program], capture_output=True)
    assert goal.read_text() == ""


def test_the_reading_room_answers_nothing_but_json():
    done = subprocess.run(
        [sys.executable, "-I", str(document._ROOM), "5", "1000000000", "1000", "10"],
        input=pdf(FIRST),
        capture_output=True,
    )
    assert json.loads(done.stdout)["pages"][0].strip() == FIRST
    assert done.stderr == b""
