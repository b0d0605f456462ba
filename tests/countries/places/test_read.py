"""Properties of reading: exact words, no errors, bounded time; weights, focus, the prior."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countries.places.desk import DeskName, DeskNames
from countries.places.fold import drop_marks, fold
from countries.places.inflect import forms
from countries.places.read import LONGEST, read
from countries.places.world import uncased


@pytest.fixture(scope="module", autouse=True)
def loaded():
    """Names are loaded when a text first needs them: not within the time that one example has."""
    uncased()


#: Pieces that names, traps and hostile text are made of.
PIECES = st.sampled_from(
    [
        "Sudan",
        "South",
        "Guinea",
        "Niger",
        "Paris",
        "Texas",
        "Jordan",
        "Michael",
        "St.",
        ",",
        ".",
        "-",
        "'",
        "\n",
        "السودان",
        "و",
        "ال",
        "မြန်မာ",
        "ሱዳን",
        "В",
        "Сирии",
        "́",
        "\u200b",
        "\x00",
        "�",
        "İstanbul",
        "ISLAMABAD",
        "US",
        "u.s.",
        "(",
        "—",
        "Mr.",
        "",
    ]
)
HOSTILE = st.one_of(st.text(), st.lists(PIECES, max_size=30).map(" ".join), st.lists(PIECES, max_size=30).map("".join))


@given(HOSTILE)
def test_any_text_is_read_and_each_mention_quotes_its_words(text):
    for mention in read(text, title_length=min(len(text), 7)).mentions:
        assert text[mention.start : mention.end] == mention.exact
        assert mention.exact
        assert mention.country


@given(HOSTILE)
def test_mentions_stand_in_order_and_never_overlap(text):
    mentions = read(text).mentions
    assert all(first.end <= second.start for first, second in pairwise(mentions))


@given(HOSTILE)
def test_folding_keeps_the_place_of_every_character(text):
    kept, offsets = drop_marks(text)
    assert len(fold(kept)) == len(kept) == (len(text) if offsets is None else len(offsets))


@given(st.permutations(["Bangui", "Bangui Sud", "Sud", "Bria"]))
def test_the_order_of_a_desks_names_makes_no_difference(names):
    text = "Bria, Bangui Sud, Bangui and the Sud"
    desks = [DeskNames(DeskName(name, "CF", "place") for name in order) for order in (names, sorted(names))]
    assert read(text, desk=desks[0]) == read(text, desk=desks[1])


def test_offsets_hold_where_marks_and_invisible_characters_stand_between():
    text = "zero\u200bwidth — la Se\u0301le\u0301ka de Damas\u0301 avance vers Bangui\u200b."
    desk = DeskNames([DeskName("Séléka", "CF", "group", "fr")])
    assert [mention.exact for mention in read(text, desk=desk).mentions] == ["Se\u0301le\u0301ka", "Damas", "Bangui"]


@pytest.mark.parametrize("piece", ["a", "Sudan ", "Paris, ", "السودان ", "苏丹", "X-", "\u0301", "St. Mr. A. "])
def test_two_megabytes_are_read_in_bounded_time(piece):
    text = piece * (2_000_000 // len(piece))
    began = time.process_time()
    read(text)
    assert time.process_time() - began < 20  # a bound against quadratic growth, no goal: it takes about a second
    assert read(text).mentions == read(text[:LONGEST]).mentions


def test_the_title_weighs_more_than_the_lead_and_the_lead_more_than_the_rest():
    text = "Sudan\nChad is near. " + "It rains. " * 50 + "Mali is far."
    weights = read(text, title_length=6).weights
    assert list(weights) == ["SD", "TD", "ML"]
    assert weights["SD"] > weights["TD"] > weights["ML"]


@pytest.mark.parametrize(
    "dateline",
    ["NAIROBI, Kenya (AP) — ", "NAIROBI (Reuters) - ", "Nairobi, 3 March (OCHA) – ", "NAIROBI — ", "Nairobi (AFP) -- "],
)
def test_a_dateline_names_a_country_and_is_not_what_the_text_is_about(dateline):
    reading = read(f"{dateline}Gunmen attacked a village in Sudan.")
    assert (reading.focus, set(reading.weights)) == ("SD", {"SD", "KE"})


def test_what_is_expected_helps_to_choose_among_places_of_one_name():
    text = "Clashes broke out in Tripoli."
    assert read(text).focus == "LY"
    assert read(text, prior={"LB": 1.0}).focus == "LB"
    assert read("Nothing is named.", prior={"LB": 1.0}).mentions == ()


def test_a_name_of_the_desk_takes_the_place_of_what_the_world_says():
    desk = DeskNames([DeskName("Tripoli", "LB", "place"), DeskName("Benghazi Street", "", "place")])
    assert [mention.country for mention in read("In Tripoli and Benghazi Street.", desk=desk).mentions] == ["LB"]


@pytest.mark.parametrize(
    ("name", "language", "kind", "form"),
    [
        ("Сирия", "ru", "country", "Сирии"),
        ("Южный Судан", "ru", "country", "Южного Судана"),
        ("сирийск", "ru", "people", "сирийского"),
        ("Харків", "uk", "place", "Харкова"),
        ("Suriye", "tr", "country", "Suriyeden"),
        ("Syria", "pl", "country", "Syrii"),
        ("nigérien", "fr", "people", "nigériennes"),
        ("سوداني", "ar", "people", "سودانيين"),
        ("Malian", "en", "people", "Malians"),
    ],
)
def test_names_take_the_forms_of_their_language(name, language, kind, form):
    assert form in set(forms(name, language=language, kind=kind))


def test_a_language_without_rules_has_the_name_alone():
    assert list(forms("Msumbiji", language="sw", kind="country")) == ["Msumbiji"]
