"""Suggestions: scores, focus, evidence, the desk's own names, and saying nothing."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countries import reference
from countries.tagging.suggest import Desk, SituationName, suggest

SITUATIONS = {"CAF": ["CF"], "TCD": ["TD"], "COD": ["CD"], "IOPT": ["IL", "PS"], "SYR": ["SY"]}
NAMES = (
    SituationName("Boy-Rabe", "CAF", "place"),
    SituationName("Assad", "SYR", "person"),
    SituationName("Jihad group", "IOPT", "group"),
    SituationName("Sango", "CAF", "people", is_ambiguous=True),
    SituationName("Chad's Garage", "", "group"),
)


@pytest.fixture(scope="module")
def desk() -> Desk:
    return Desk(SITUATIONS, NAMES)


def test_the_subject_comes_first_and_is_the_focus(desk):
    found = suggest(
        desk,
        title="Bangui wakes to gunfire",
        text="Shots were heard in Bangui, capital of the Central African Republic. Chad closed its border. Chad waits.",
    )
    assert [(each.situation, each.is_focus) for each in found] == [("CAF", True), ("TCD", False)]
    assert found[0].score > found[1].score


def test_evidence_is_the_exact_words_with_their_kind(desk):
    title, text = "Bangui wakes", "People left Bangui for Chad."
    found = suggest(desk, title=title, text=text)
    reading = f"{title}\n{text}"
    assert [[reading[each.start : each.end] for each in one.evidence] for one in found] == [
        ["Bangui", "Bangui"],
        ["Chad"],
    ]
    assert [one.evidence[0].kind for one in found] == ["capital", "country"]


def test_a_passing_mention_is_no_suggestion(desk):
    text = "Prices rose. " * 60 + "One trader had come from Chad."
    assert suggest(desk, title="Prices of millet", text=text) == ()


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Ohio votes", "Voters in Columbus and Cleveland queued. Ohio is large."),
        ("Paris hears of it", "The French president spoke in Paris, and again in Lyon."),
        ("Market day", "Nothing is named."),
        ("", ""),
        ("\x00\ud800", "\u0301" * 50),
    ],
)
def test_an_article_about_none_of_ours_has_no_suggestion(desk, title, text):
    assert suggest(desk, title=title, text=text) == ()


def test_other_countries_compete_with_ours(desk):
    text = "Kenya voted. Kenyan parties met in Nairobi; Kenya and Chad sent observers. Chad thanked Kenya."
    found = suggest(desk, title="Kenya votes in Nairobi", text=text)
    assert [(each.situation, each.is_focus) for each in found] in ([], [("TCD", False)])


def test_a_dateline_is_not_the_subject(desk):
    found = suggest(desk, title="Refugees wait", text="BANGUI (Reuters) - Chad and Chadian officials met in N'Djamena.")
    assert [each.situation for each in found] == ["TCD"]


def test_a_title_alone_is_enough(desk):
    assert [each.situation for each in suggest(desk, title="Shots in Bangui", text="")] == ["CAF"]


def test_names_of_the_desk_count_and_one_that_points_nowhere_shields_its_words(desk):
    assert [each.situation for each in suggest(desk, title="Shots in Boy-Rabe", text="")] == ["CAF"]
    assert [each.situation for each in suggest(desk, title="Assad speaks", text="")] == ["SYR"]
    assert suggest(desk, title="The ambassador speaks", text="") == ()
    assert suggest(desk, title="Chad's Garage opens", text="") == ()


def test_a_situation_of_two_countries_stands_on_both_and_on_its_own_names(desk):
    found = suggest(desk, title="Israel and Gaza", text="The Jihad group fired; Israeli jets answered.")
    assert [each.situation for each in found] == ["IOPT"]
    assert {each.exact for each in found[0].evidence} == {"Israel", "Gaza", "Jihad group", "Israeli"}


def test_an_ambiguous_name_counts_only_beside_another_or_where_the_feed_expects_it(desk):
    within = suggest(desk, title="Sango songs", text="", scope=frozenset({"CAF"}))
    beside = suggest(desk, title="Sango songs in Bangui", text="")
    assert suggest(desk, title="Sango songs", text="") == ()
    assert [each.situation for each in within] == [each.situation for each in beside] == ["CAF"]
    assert len(beside[0].evidence) == 2


def test_the_scope_of_the_feed_is_a_prior_and_never_an_answer(desk):
    scope = frozenset({"CAF"})
    without, within = (suggest(desk, title="Bangui", text="Rain.", scope=each) for each in (frozenset(), scope))
    assert suggest(desk, title="Market day", text="Nothing is named.", scope=scope) == ()
    assert within[0].score > without[0].score


@given(st.permutations(NAMES), st.sampled_from(["Sango in Bangui", "Assad and the Jihad group in Boy-Rabe"]))
def test_the_order_of_names_makes_no_difference(names, text):
    assert suggest(Desk(SITUATIONS, names), title=text, text=text) == suggest(
        Desk(SITUATIONS, NAMES), title=text, text=text
    )


@pytest.fixture(scope="module")
def shipped() -> Desk:
    """The desk as it ships."""
    folder = Path(reference.__file__).parent / "data"
    situations, names = (
        list(csv.DictReader((folder / name).read_text(encoding="utf-8").splitlines()))
        for name in ("situations.csv", "names.csv")
    )
    return Desk(
        {row["code"]: row["iso2"].split(";") for row in situations},
        [
            SituationName(text, row["code"], row["kind"], row["language"], row["ambiguous"] == "yes")
            for row in names
            for text in row["names"].split("|")
        ],
    )


@pytest.mark.parametrize(
    ("title", "situations"),
    [
        ("RSF shells a market", ["SDN"]),
        ("قوات الدعم السريع تهاجم", ["SDN"]),
        ("Tchad: Mahamat Déby reçoit les ex-Séléka", ["CAF", "TCD"]),
        ("M23 takes another town", ["COD"]),
        ("Zelensky meets Putin", ["UKR"]),
        ("Зеленский прибыл", ["UKR"]),
        ("በህወሓት ላይ", ["ETH"]),
        ("တပ်မတော်က ပြောသည်", ["MMR"]),
        ("Houthis fire on ships", ["YEM"]),
        ("The ambassador is assaddened", []),
        ("Fighting in Congo", ["COD"]),
        ("The Congo flows", []),
        ("هجوم في مالي", ["MLI"]),
        ("تقرير مالي", []),
        ("A car was stolen", []),
        ("Troops leave CAR", ["CAF"]),
    ],
)
def test_leaders_and_armed_groups_that_ship_point_to_their_situation(shipped, title, situations):
    assert sorted(each.situation for each in suggest(shipped, title=title, text="")) == situations
