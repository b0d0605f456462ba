"""The words that were found, in the part of a text around them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sources.snippets import LENGTH, Part, around, mark


def test_words_are_marked_by_their_number_through_title_and_text():
    title, text = mark("Shots in Bangui", "In Bangui, calm.", frozenset({3, 5}), [])
    assert title == (Part("Shots in "), Part("Bangui", is_match=True))
    assert text == (Part("In "), Part("Bangui", is_match=True), Part(", calm."))


def test_a_part_of_a_word_is_marked_alone():
    _, text = mark("", "စစ်ဘေးရှောင်များ", frozenset(), ["ရှောင်"])
    assert text == (Part("စစ်ဘေး"), Part("ရှောင်", is_match=True), Part("များ"))


def test_a_long_text_is_shown_around_its_words():
    long = "word " * 400 + "Bossangoa was quiet. " + "word " * 400
    _, text = mark("", long, frozenset({401}), [])
    shown = around(text)
    whole = "".join(part.text for part in shown)
    assert whole.startswith("…\u00a0word")
    assert whole.endswith("\u00a0…")
    assert Part("Bossangoa", is_match=True) in shown
    assert len(whole) <= LENGTH + 4


def test_a_text_without_a_match_is_shown_from_its_beginning():
    shown = around([Part("word " * 400)])
    assert shown[0].text.startswith("word word")
    assert shown[-1].text == "\u00a0…"


@given(st.text(max_size=900), st.sets(st.integers(1, 60)))
def test_nothing_is_lost_or_added_by_marking(text, numbers):
    title, rest = mark("A title", text, frozenset(numbers), [])
    assert "".join(part.text for part in title) == "A title"
    assert "".join(part.text for part in rest) == text
    assert len("".join(part.text for part in around(rest))) <= max(len(text), LENGTH) + 4
