"""What could not be seen is said in the same words in every output, and never left out."""

from __future__ import annotations

import html
import io
import json
import re

import pytest
from django.template.loader import render_to_string
from pypdf import PdfReader

from briefings.render import blind_spots, pdf, text
from briefings.render import json as json_form
from briefings.render.document import Coverage
from delivery.mail import Entry
from tests.factories import documents


def squeezed(written: str) -> str:
    return re.sub(r"\W+", "", html.unescape(written))


def page(document):
    return render_to_string("briefings/edition.html", {"document": document, "artefacts": []})


def entry_of(document):
    return Entry(
        code=document.situation_code,
        name=document.situation_name,
        day=document.date,
        document=document,
        last_signed=None,
        url="https://curator.example/e/",
        has_pdf=False,
    )


def mail_html(document):
    return render_to_string("email/_entry.html", {"entry": entry_of(document), "is_short": False, "first": True})


def mail_text(document):
    return render_to_string(
        "email/digest_message.txt", {"entries": [entry_of(document)], "site_name": "C", "date": document.date}
    )


def on_paper(document):
    return "".join(each.extract_text() for each in PdfReader(io.BytesIO(pdf.render(document, paper="A4"))).pages)


OUTPUTS = {"page": page, "paper": on_paper, "text": text.render, "mail": mail_html, "mail as text": mail_text}


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("document", [documents.rich(), documents.quiet()], ids=["rich", "quiet"])
def test_every_output_says_all_of_it(output, document):
    shown = squeezed(re.sub(r"<[^>]+>", "", OUTPUTS[output](document)))
    for line in blind_spots.lines(document.coverage):
        assert squeezed(str(line)) in shown, str(line)
    assert "Absenceofreportsisnotabsenceofincidents" in shown


def test_the_lines_name_kind_and_place_and_dates():
    assert [str(line) for line in blind_spots.lines(documents.rich().coverage)] == [
        "14 of 16 expected sources seen.",
        "Silent: Ouaka Hebdo (local media, Ouaka), Savannah Review of Conflict Studies (scholarly).",
        "Quieter than usual: Radio Pirogue.",
        "No source in: Sango.",
        "No source reports from 2 of 17 regions: Haut-Mbomou, Vakaga.",
        "Declared shutdowns: telephone in Bossangoa since 20 Dec 2013 (operator.example), "
        "roads in Bouca 18 Dec 2013 to 23 Dec 2013 (relief.example).",
        "Nobody of ours goes north of Birao.",
        "Absence of reports is not absence of incidents.",
    ]


def test_the_json_holds_codes_dates_and_whole_addresses_and_the_sentence():
    data = json.loads(json_form.render(documents.rich()))
    assert data["coverage"]["shutdowns"][1] == {
        "what": "roads",
        "place": "Bouca",
        "began_on": "2013-12-18",
        "ended_on": "2013-12-23",
        "source_url": "https://relief.example/roads",
    }
    assert data["coverage"]["caution"] == "Absence of reports is not absence of incidents."


def test_many_regions_are_counted_after_the_first_few():
    coverage = Coverage(1, 1, (), regions=tuple(f"R{number}" for number in range(12)), regions_of=14)
    assert str(blind_spots.lines(coverage)[1]).endswith("R6, R7, 4 more.")
