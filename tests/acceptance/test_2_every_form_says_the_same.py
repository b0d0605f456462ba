"""Acceptance 2. Every golden edition in every form: the same claims in the same order, the same citations, few pages, tags."""

import io
import re

import pytest
from django.template.loader import render_to_string
from pypdf import PdfReader

from briefings import workflow
from briefings.compose import document_of
from briefings.render import pdf, text
from briefings.render.document import Move, Track
from tests.factories import documents
from tests.factories.briefings import AFTER, published
from tests.factories.countries import UserFactory

#: Body pages; the annex of sources may follow.
BODY = 2


def corrected():
    first = published()
    writer, approver = UserFactory(), UserFactory()
    second = workflow.correct(first, note="Three were wounded, not four.", by=writer, at=AFTER)
    workflow.submit(second, by=writer, at=AFTER)
    workflow.approve(second, by=approver, at=AFTER)
    return document_of(workflow.publish(second, by=approver, at=AFTER))


def moved():
    return documents.rich(
        moves=(Move("trend", "unchanged", "worsening", "a hospital counted more dead"),),
        moved_since="CAF-2013-12-23-v1",
        track=Track("likely", 14, 19),
    )


GOLDEN = {
    "routine": documents.rich,
    "flash": lambda: documents.rich(kind="flash", id="CAF-2013-12-24-flash1-v1"),
    "quiet": documents.quiet,
    "correction": corrected,
    "changed judgement": moved,
    "right to left": documents.arabic,
    "Burmese": documents.burmese,
    "long names": documents.long_names,
}


def words(written):
    return re.sub(r"\W+", "", written)


@pytest.mark.django_db
@pytest.mark.parametrize("name", GOLDEN)
def test_the_same_in_every_form(name):
    document = GOLDEN[name]()
    html = render_to_string("briefings/edition.html", {"document": document, "artefacts": []})
    reader = PdfReader(io.BytesIO(pdf.render(document, paper="A4")))
    pages = [page.extract_text() for page in reader.pages]
    forms = {"text": text.render(document), "page": re.sub(r"<[^>]+>", "", html), "pdf": "\n".join(pages)}
    for form, written in forms.items():
        plain = words(written)
        # On paper a claim may run over to the next page, with what stands between: there its beginning is looked for.
        for claim in document.claims:
            sought = words(claim.text)[:24] if form == "pdf" else words(claim.text)
            if form != "pdf" or document.language == "en":
                assert sought in plain, (form, claim.id)
        for number in {number for claim in document.claims for number in claim.citations}:
            assert document.source(number).publisher.split()[0] in written, (form, number)
        for each in document.corrections:
            assert words(each.text) in plain
        for move in document.moves:
            assert words(move.reason) in plain
        if document.track:
            assert "14of19times" in plain
    order = [words(forms["text"]).index(words(claim.text)) for claim in document.claims]
    assert order == sorted(order)
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert reader.trailer["/Root"]["/Lang"] == document.language
    assert next((number for number, page in enumerate(pages) if "sha256" in page), len(pages)) <= BODY
