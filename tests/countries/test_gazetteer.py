"""Names in text: boundaries, scripts, overlaps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countries.gazetteer import Gazetteer, NameEntry, fold

NAMES = (
    NameEntry("Sudan", "SDN", "country"),
    NameEntry("South Sudan", "SSD", "country"),
    NameEntry("السودان", "SDN", "country"),
    NameEntry("جنوب السودان", "SSD", "country"),
    NameEntry("Guinea", "GIN", "country"),
    NameEntry("Equatorial Guinea", None, "country"),
    NameEntry("Niger", "NER", "country"),
    NameEntry("Assad", "SYR", "person"),
    NameEntry("Séléka", "CAF", "group"),
    NameEntry("N'Djamena", "TCD", "capital"),
    NameEntry("မြန်မာ", "MMR", "country"),
    NameEntry("Congo", "COD", "country", is_ambiguous=True),
)


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer(NAMES)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Fighting in South Sudan spread", ["SSD"]),
        ("Sudan and South Sudan agreed", ["SDN", "SSD"]),
        ("the ambassador spoke", []),
        ("Nigeria held elections", []),
        ("in Niger, and only there", ["NER"]),
        ("Equatorial Guinea", []),
        ("Guinea's coast", ["GIN"]),
        ("les ex-Seleka et la SÉLÉKA", ["CAF", "CAF"]),
        ("à N’Djamena", ["TCD"]),
        ("في السودان وجنوب السودان", ["SDN", "SSD"]),
        ("وبالسودان", ["SDN"]),
        ("للسودان", ["SDN"]),
        ("المسودان", []),
        ("ယနေ့မြန်မာနိုင်ငံတွင်", ["MMR"]),
        ("", []),
    ],
)
def test_names_are_found_at_word_boundaries_only(gazetteer, text, expected):
    assert [mention.situation for mention in gazetteer.find(text)] == expected


def test_offsets_point_into_the_original_text(gazetteer):
    text = "zero\u200bwidth — la Sé\u0301le\u0301ka avance vers SÉLÉKA"

    for mention in gazetteer.find(text):
        assert text[mention.start : mention.end] == mention.exact
    assert gazetteer.find(text)[-1].exact == "SÉLÉKA"


def test_a_gazetteer_without_names_finds_nothing():
    assert Gazetteer([]).find("Sudan") == ()


@given(st.text())
def test_any_text_is_searched_without_error_and_offsets_hold(text):
    for mention in Gazetteer(NAMES).find(text):
        assert text[mention.start : mention.end] == mention.exact


@given(st.text())
def test_folding_keeps_track_of_every_character(text):
    folded, offsets = fold(text)

    assert len(folded) == (len(text) if offsets is None else len(offsets))
