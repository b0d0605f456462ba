"""The golden editions in every form: the same claims, the same citations, in the same order; tagged; two pages and annex."""

import io
import json
import re
from html import unescape
from itertools import pairwise
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from django.template.loader import render_to_string

from briefings.render import json as json_form
from briefings.render import pdf, text
from briefings.render.document import from_json, to_json
from delivery import mail

FOLDER = Path(__file__).resolve().parents[1] / "golden"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))
PRINTED = [(name, "A4") for name in NAMES] + [("fullest", "Letter"), ("burmese", "Letter"), ("arabic", "Letter")]


@pytest.fixture(scope="module")
def golden():
    def of(name):
        return from_json(json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")))

    return of


@pytest.fixture(scope="module")
def printed(golden):
    """Their PDFs, each made once."""
    made = {}

    def of(name, paper):
        if (name, paper) not in made:
            made[name, paper] = pdf.render(golden(name), paper=paper)
        return made[name, paper]

    return of


def letters(written):
    return re.sub(r"[\W_]+", "", written)


def shown(html):
    """What a reader sees of it, with citations as bare numbers."""
    body = re.sub(r"(?s)<(script|style|head|title)\b.*?</\1>", "", html)
    return letters(unescape(re.sub(r"<[^>]+>", "", body)))


def assert_says(written, claims):
    """Every claim in its order, each followed by the numbers of its sources."""
    position = 0
    for claim in claims:
        sought = letters(claim.text) + "".join(map(str, claim.citations))
        found = written.find(sought, position)
        assert found >= 0, sought
        position = found + len(sought)


@pytest.mark.parametrize("name", NAMES)
def test_page_text_and_json_say_the_same(golden, name):
    document = golden(name)
    page = shown(render_to_string("briefings/edition.html", {"document": document, "artefacts": []}))
    written = letters(text.render(document))
    for form in (page, written):
        assert_says(form, document.claims)
        assert letters(document.bottom_line) in form
    data = json.loads(json_form.render(document))
    data.pop("content_sha256")
    assert {key: data[key] for key in to_json(document)} == to_json(document)


@pytest.mark.parametrize("name", NAMES)
def test_the_mail_says_what_changed_with_its_citations(golden, name):
    document = golden(name)
    entry = mail.Entry(
        code=document.situation_code,
        name=document.situation_name,
        day=document.date,
        document=document,
        last_signed=None,
        url=f"https://curator.example/edition/{document.id}/",
        has_pdf=True,
    )
    html = shown(render_to_string("email/_entry.html", {"entry": entry, "is_short": False, "first": True}))
    assert_says(html, document.what_changed)
    assert letters(document.bottom_line) in html


@pytest.mark.parametrize(("name", "paper"), PRINTED)
def test_the_pdf_says_it_too_on_two_pages_and_an_annex(golden, printed, name, paper):
    document = golden(name)
    with pypdfium2.PdfDocument(printed(name, paper)) as opened:
        pages = [letters(page.get_textpage().get_text_bounded()) for page in opened]
    annex = next((number for number, page in enumerate(pages) if "sha256" in page), len(pages))
    assert annex <= 2
    assert letters(document.bottom_line) in pages[0]
    whole = "".join(pages[:annex])
    for claim in document.claims:
        assert letters(claim.text)[:24] in whole  # a claim may run over to the next column
    for entry in document.sources:
        assert letters(entry.title) in "".join(pages[annex:])


def elements(node):
    """Every element of the tag tree below that node, in reading order."""
    if isinstance(node, pikepdf.Array):
        for each in node:
            yield from elements(each)
    elif isinstance(node, pikepdf.Dictionary):
        if "/S" in node:
            yield node
        if "/K" in node:
            yield from elements(node.K)


@pytest.mark.parametrize(("name", "paper"), PRINTED)
def test_the_tags_are_what_pdf_ua_asks_for(golden, printed, name, paper):
    """ISO 14289-1: 7.1 (all is content or artefact, title), 7.2 (language), 7.3 (figures), 7.4 (headings), 7.18.5 (links)."""
    document = golden(name)
    with pikepdf.open(io.BytesIO(printed(name, paper))) as opened:
        root = opened.Root
        assert root.MarkInfo.Marked
        assert str(root.Lang) == document.language
        assert root.ViewerPreferences.DisplayDocTitle
        assert document.situation_name in str(opened.docinfo.Title)
        assert b"pdfuaid:part" in root.Metadata.read_bytes()
        assert root.Outlines.Count != 0
        tags = list(elements(root.StructTreeRoot.K))
        headings = [int(str(tag.S)[2:]) for tag in tags if re.fullmatch(r"/H\d", str(tag.S))]
        assert headings[0] == 1
        assert all(after <= before + 1 for before, after in pairwise(headings))
        figures = [tag for tag in tags if tag.S == "/Figure"]
        assert figures
        assert all(str(tag.get("/Alt", "")) for tag in figures)
        links = [note for page in opened.pages for note in page.get("/Annots", []) if note.Subtype == "/Link"]
        assert all("/StructParent" in note and "/Contents" in note for note in links)
        assert sum(tag.S == "/Link" for tag in tags) >= len(links) > 0 or not document.sources
        for page in opened.pages:
            assert_marked(page)


def assert_marked(page):
    """Whatever paints stands in a tag or in an artefact."""
    depth = 0
    for step in pikepdf.parse_content_stream(page):
        operator = str(step.operator)
        depth += {"BDC": 1, "BMC": 1, "EMC": -1}.get(operator, 0)
        assert depth > 0 or operator not in {"TJ", "Tj", "f", "f*", "S", "s", "B", "B*", "b", "Do", "sh"}, operator
