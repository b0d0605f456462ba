"""A locator map stands beside an edition where it helps, with a sentence that says the same."""

import csv
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string

from briefings.templatetags.maps import locator
from tests.factories import documents

ROOT = Path(__file__).resolve().parents[2]
with (ROOT / "countries/data/situations.csv").open(encoding="utf-8", newline="") as file:
    SITUATIONS = [row["code"] for row in csv.DictReader(file)]


@pytest.mark.parametrize("code", SITUATIONS)
def test_each_situation_has_a_small_map_that_names_what_its_sentence_names(code):
    map_ = locator(documents.rich(situation_code=code))
    svg = render_to_string(map_.template, {"words": map_.words})
    assert len(svg.encode()) < 12_000
    drawn = ElementTree.fromstring(svg)  # noqa: S314 - our own file
    assert drawn.get("aria-label") == map_.words
    named = [text.text for text in drawn.iter("text")]
    assert named
    for name in named:
        assert name in map_.words
    assert bool(drawn.findall("path[@class='map-disputed']")) == ("Dotted" in map_.words)


def test_a_quiet_day_and_an_unknown_situation_have_no_map():
    assert locator(documents.quiet()) is None
    assert locator(documents.rich(situation_code="XYZ")) is None


def test_the_page_and_the_paper_show_the_map_with_whose_lines_they_are():
    document = documents.rich()
    page = render_to_string("briefings/edition.html", {"document": document, "artefacts": []})
    paper = render_to_string(
        "pdf/edition.html", {"document": document, "paper": "A4", "site_url": "https://example.org"}
    )
    for html in (page, paper):
        assert re.search(r'<svg class="map-chart"[^>]*aria-label="Map of Central African Republic', html)
        assert "no official endorsement or acceptance by the United Nations" in html
