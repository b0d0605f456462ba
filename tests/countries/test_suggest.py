"""Suggestions: scores, focus, evidence, and saying nothing."""

from __future__ import annotations

import pytest

from countries.gazetteer import Gazetteer, NameEntry
from countries.tagging.suggest import suggest


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer(
        [
            NameEntry("Bangui", "CAF", "capital"),
            NameEntry("Central African Republic", "CAF", "country"),
            NameEntry("Chad", "TCD", "country"),
            NameEntry("Congo", "COD", "country", is_ambiguous=True),
            NameEntry("Kinshasa", "COD", "capital"),
        ]
    )


def test_the_subject_comes_first_and_is_the_focus(gazetteer):
    found = suggest(
        gazetteer,
        title="Bangui wakes to gunfire",
        text="Shots were heard in Bangui, capital of the Central African Republic. Chad closed its border. Chad waits.",
    )

    assert [(each.situation, each.is_focus) for each in found] == [("CAF", True), ("TCD", False)]
    assert found[0].score > found[1].score


def test_evidence_is_the_exact_words(gazetteer):
    title, text = "Bangui wakes", "People left Bangui."

    (found,) = suggest(gazetteer, title=title, text=text)

    reading = f"{title}\n{text}"
    assert [reading[each.start : each.end] for each in found.evidence] == ["Bangui", "Bangui"]


def test_a_passing_mention_is_no_suggestion(gazetteer):
    text = "Prices rose. " * 60 + "One trader had come from Chad."

    assert suggest(gazetteer, title="Prices of millet", text=text) == ()


def test_an_ambiguous_name_counts_only_beside_another(gazetteer):
    alone = suggest(gazetteer, title="On the Congo", text="The Congo is a river.")
    beside = suggest(gazetteer, title="Kinshasa and the Congo", text="In Kinshasa, the Congo is low.")

    assert alone == ()
    assert [each.situation for each in beside] == ["COD"]


def test_the_scope_of_the_feed_is_a_prior_and_never_an_answer(gazetteer):
    silent = suggest(gazetteer, title="Market day", text="Nothing is named.", scope=frozenset({"CAF"}))
    without = suggest(gazetteer, title="Bangui", text="Rain.")
    within = suggest(gazetteer, title="Bangui", text="Rain.", scope=frozenset({"CAF"}))

    assert silent == ()
    assert within[0].score > without[0].score


@pytest.mark.parametrize("text", ["", "\x00\ud800", "a" * 2_000_000])
def test_odd_texts_end_in_no_suggestion(gazetteer, text):
    assert suggest(gazetteer, title="", text=text) == ()
