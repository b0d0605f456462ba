"""Page, PDF, text and JSON are made of one Document and say the same."""

import io
import json
import os
import re
import subprocess
import sys

import pytest
from django.template.loader import render_to_string
from pypdf import PdfReader

from briefings.render import json as json_form
from briefings.render import pdf, text
from briefings.render.document import content_hash, from_json, stored_hash, to_json
from tests.factories import documents

DOCUMENTS = {
    "rich": documents.rich,
    "quiet": documents.quiet,
    "arabic": documents.arabic,
    "long names": documents.long_names,
    "burmese": documents.burmese,
}


@pytest.fixture(params=DOCUMENTS)
def document(request):
    return DOCUMENTS[request.param]()


def words(written):
    return re.sub(r"\W+", "", written)


def html_of(document):
    return render_to_string("briefings/edition.html", {"document": document, "artefacts": []})


def test_the_text_holds_every_claim_with_its_citations_in_order(document):
    written = words(text.render(document))
    position = 0
    for claim in document.claims:
        found = written.find(words(claim.text), position)
        assert found >= 0, claim.text
        position = found
        if claim.citations:
            marks = "".join(f"{number}" for number in claim.citations)
            assert written[found + len(words(claim.text)) :].startswith(marks)


def test_the_text_is_short_and_narrow(document):
    written = text.render(document)
    assert len(written.encode()) < 20_000
    too_wide = [line for line in written.splitlines() if len(line) > 72 and "://" not in line]
    assert [line for line in too_wide if " " in line.strip()] == []


def test_the_text_lists_every_source_with_its_address(document):
    written = text.render(document)
    for entry in document.sources:
        assert f"[{entry.number}] " in written
        assert entry.url in written


def test_the_page_cites_what_the_text_cites(document):
    html = html_of(document)
    cited = {int(number) for number in re.findall(r"/source/(\d+)/", html)}
    assert cited >= {number for claim in document.claims for number in claim.citations}
    plain = words(re.sub(r"<[^>]+>", "", html))
    for claim in document.claims:
        assert words(claim.headline) in plain


def test_the_json_is_the_document_and_names_what_was_approved(document):
    data = json.loads(json_form.render(document))
    assert data.pop("content_sha256") == content_hash(document)
    assert from_json(data) == document


def test_a_document_of_an_earlier_schema_is_read_with_what_it_lacks_at_its_default(document):
    data = to_json(document)
    del data["corrections"]
    for source in data["sources"]:
        del source["romanised_title"]
    assert from_json(data).corrections == ()
    del data["bottom_line"]
    with pytest.raises(KeyError, match="bottom_line"):
        from_json(data)


@pytest.fixture(scope="module")
def full_pdf():
    """The full edition on both papers, made once for all tests of this file."""
    made = {}

    def on(paper):
        if paper not in made:
            made[paper] = pdf.render(documents.rich(), paper=paper)
        return PdfReader(io.BytesIO(made[paper]))

    return on


@pytest.mark.parametrize("paper", pdf.PAPERS)
def test_the_pdf_of_a_full_edition_is_two_pages_and_the_annex(full_pdf, paper):
    document = documents.rich()
    reader = full_pdf(paper)
    pages = [page.extract_text() for page in reader.pages]
    annex = next(number for number, page in enumerate(pages) if "sha256" in page)
    assert annex <= 2
    width = {"A4": 595, "Letter": 612}[paper]
    assert {round(float(page.mediabox.width)) for page in reader.pages} == {width}
    everything = words("".join(pages))
    for claim in document.claims:
        assert words(claim.headline or claim.text) in everything
    assert words(document.bottom_line) in words(pages[0])


def test_the_pdf_is_tagged_titled_and_names_no_person(full_pdf):
    document = documents.rich()
    reader = full_pdf("A4")
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == "en"
    assert b"pdfuaid" in root["/Metadata"].get_object().get_data()
    assert reader.metadata.title == "Central African Republic, 24 December 2013"
    assert reader.metadata.author == "Curator"
    assert reader.metadata.creation_date == document.issued_at
    assert reader.outline


def test_links_of_the_pdf_lead_to_passages_and_sources_but_never_to_a_partys_site(full_pdf):
    document = documents.rich()
    reader = full_pdf("A4")
    links = {
        note["/A"]["/URI"]
        for page in reader.pages
        for note in (each.get_object() for each in page.get("/Annots", []))
        if "/A" in note and "/URI" in note["/A"]
    }
    for entry in document.sources:
        assert (entry.url in links) is not entry.is_party
        assert any(link.endswith(f"/edition/{document.id}/source/{entry.number}/") for link in links)


def test_the_same_document_makes_the_same_bytes_in_another_process():
    program = (
        "import os, sys, hashlib, django; django.setup()\n"
        "from django.conf import settings\n"
        "settings.STORAGES['staticfiles'] = {'BACKEND': 'django.contrib.staticfiles.storage.StaticFilesStorage'}\n"
        "from briefings.render import pdf; from tests.factories import documents\n"
        "document = getattr(documents, sys.argv[1])()\n"
        "if len(sys.argv) > 2: pdf.render(document, paper='Letter'); pdf.render(documents.burmese(), paper='A4')\n"
        "print(hashlib.sha256(pdf.render(document, paper='A4')).hexdigest())"
    )

    def build(seed, *after):
        done = subprocess.run(
            [sys.executable, "-c", program, "quiet", *after],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
            timeout=180,
        )
        return done.stdout.strip()

    assert build("1") == build("2", "after others")


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "http://127.0.0.1/",
        "https://example.org/x.png",
        "/accounts/login/",
        "/static/../curator/settings.py",
        "/static/%2e%2e/curator/settings.py",
        "/static/css/none.css",
        "//example.org/static/css/base.css",
        "ftp://example.org/",
        "data:image/png;base64,AAAA",
    ],
)
def test_a_pdf_fetches_nothing_but_our_static_files(address):
    document = documents.quiet()
    html = f"<html lang=en><title>x</title><body><p>x</p><img alt='' src='{address}'></body></html>"
    with pytest.raises(pdf.RenderError, match="not one of our static files"):
        pdf.render_html(html, document=document)


def test_a_pdf_gets_our_own_files():
    html = (
        "<html lang=en><title>x</title><link rel=stylesheet href='/static/css/tokens.css'><body><p>x</p></body></html>"
    )
    assert pdf.render_html(html, document=documents.quiet()).startswith(b"%PDF-")


def test_a_field_that_the_schema_gained_later_leaves_an_old_editions_hash_as_it_was():
    written = to_json(documents.rich())
    signed = stored_hash(written)
    assert signed == content_hash(documents.rich())
    older = {name: value for name, value in written.items() if name != "corrections"}
    assert stored_hash(older) != content_hash(from_json(older))  # what it is today is not what was signed
    assert json.loads(json_form.render(from_json(older), approved_hash=stored_hash(older)))[
        "content_sha256"
    ] == stored_hash(older)
    assert stored_hash(written | {"status": "corrected"}) == signed
