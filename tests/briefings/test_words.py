"""Sentences, counts and labels: the small pure parts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefings import numbers
from briefings.sentences import count_words, lead, sentences, spans


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("The mission said “no.” It left.", ["The mission said “no.”", "It left."]),
        ("Gen. Djotodia met Mr. Kiir on Monday. They left.", ["Gen. Djotodia met Mr. Kiir on Monday.", "They left."]),
        ("About 2.5 million fled. Many died.", ["About 2.5 million fled.", "Many died."]),
        ("A line\nwrapped. Another.\n\nA paragraph", ["A line\nwrapped.", "Another.", "A paragraph"]),
        ("هل عادوا؟ لم يعودوا.", ["هل عادوا؟", "لم يعودوا."]),
        ("ሰላም ነው። ሄዱ።", ["ሰላም ነው።", "ሄዱ።"]),
        ("လာသည်။ သွားသည်။", ["လာသည်။", "သွားသည်။"]),
        ("", []),
        (" \n ", []),
    ],
)
def test_sentences_of_the_catalogues_scripts(text, expected):
    assert sentences(text) == expected


@given(st.text())
def test_sentences_lie_in_order_within_the_text_and_leave_no_word_out(text):
    found = spans(text)
    assert found == sorted(found)
    assert all(start < end for start, end in found)
    assert "".join("".join(text[start:end].split()) for start, end in found) == "".join(text.split())


def test_the_lead_is_the_first_sentence_worth_quoting():
    text = "Bangui, 5 December. Shots were heard at dawn in several quarters of the capital. Shops closed."
    start, end, is_cut = lead(text, most_words=40)
    assert (text[start:end], is_cut) == ("Shots were heard at dawn in several quarters of the capital.", False)


def test_a_long_lead_is_cut_behind_a_comma():
    text = "Soldiers came at dawn, searched the houses of the quarter, and left with nine men before the sun was up."
    start, end, is_cut = lead(text, most_words=12)
    assert (text[start:end], is_cut) == ("Soldiers came at dawn, searched the houses of the quarter", True)


@pytest.mark.parametrize("text", ["", "   ", "…", "–"])
def test_a_text_without_words_has_no_lead(text):
    with pytest.raises(ValueError, match="no word"):
        lead(text, most_words=10)


@pytest.mark.parametrize(("text", "count"), [("Two words", 2), ("one – two …", 2), ("", 0), ("N'Djamena's 3,000", 2)])
def test_words_are_counted_as_a_reader_does(text, count):
    assert count_words(text) == count


@given(st.integers(0, 10**9))
def test_a_number_is_the_same_however_it_is_grouped_or_written(number):
    dresses = [f"{number}", f"{number:,}", f"{number:,}".replace(",", " "), f"{number:,}".replace(",", "\u202f")]
    dresses.append("".join("٠١٢٣٤٥٦٧٨٩"[int(digit)] for digit in str(number)))
    assert {frozenset(numbers.in_digits(f"about {dress} people")) for dress in dresses} == {frozenset({str(number)})}
