"""Titles in scripts that no bundled font sets have a romanised reading beside them; the others have none."""

from __future__ import annotations

import pytest

from briefings.compose import compose
from briefings.scripts import romanised
from tests.factories import briefings as make


@pytest.mark.parametrize(
    "title",
    [
        "Calm in Bangui",
        "Séléka à N’Délé",
        "Бои в Харькове",
        "هدوء في بانغي",
        "ሰላም",
        "မြန်မာ",
        "ঢাকা",
        "दिल्ली",
        "שלום",
        "2013 — …",
        "",
    ],
)
def test_what_our_fonts_set_needs_no_reading_aid(title):
    assert romanised(title) == ""


@pytest.mark.parametrize(("title", "reading"), [("新疆", "XinJiang"), ("Κύπρος", "Kypros"), ("Σ in Kyiv", "S in Kyiv")])
def test_a_title_in_another_script_is_read_in_latin_letters(title, reading):
    assert romanised(title) == reading


@pytest.mark.django_db
def test_the_annex_carries_it():
    edition = make.published()
    entry = compose(edition).sources[0]

    assert entry.romanised_title == romanised(entry.title)
