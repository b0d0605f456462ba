"""What people type into the search is understood, whatever it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.asked import MAX_WORDS, Note, understand


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("army village", "army village"),
        ('"armed forces" -police', "“armed forces” −police"),
        ('-"armed forces" police', "−“armed forces” police"),
        ("army OR jeshi village", "army OR jeshi village"),
        ("army or village", "army or village"),  # in French, or is gold
        ("armée | الجيش", "armee OR جيش"),
        ("anti-balaka", "“anti balaka”"),
        ("*kimbizi*", "*kimbizi*"),
        ("*ki", "ki"),  # a part needs three letters
        ("OR army OR", "army"),
        ("army --- !!! ()", "army"),
        ("", ""),
    ],
)
def test_a_query_is_understood(typed, understood):
    asked = understand(typed)
    assert (str(asked), asked.notes) == (understood, ())


@pytest.mark.parametrize(
    ("typed", "note"),
    [
        ("a" * 501, Note.CUT),
        (" ".join(["word"] * (MAX_WORDS + 1)), Note.TOO_MANY_WORDS),
        ('army "and so', Note.UNCLOSED),
        ("?!", Note.NO_WORDS),
        ("\x00", Note.NO_WORDS),
        ("army OR -village", Note.ONLY_ABSENT),
    ],
)
def test_what_is_left_out_is_noted(typed, note):
    assert note in understand(typed).notes


@given(st.text(max_size=600))
def test_nothing_that_is_typed_raises_and_every_word_is_one_that_can_be_looked_for(typed):
    asked = understand(typed)
    terms = [term for terms in asked.alternatives for term in terms]
    assert sum(len(term.words) for term in terms) <= MAX_WORDS
    assert all(word.replace("\u0345", "").isprintable() for term in terms for word in term.words)
    assert all(alternative for alternative in asked.alternatives)
