"""What is hidden in a text from outside shows nowhere, and every script is still written as it should be."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.display import HIDDEN, marked, neutral

_ODD = "\u202e\u202d\u202a\u2066\u2069\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u061cabاب क ကข👩<>\"' "
words = st.text(st.one_of(st.sampled_from(_ODD), st.characters()), max_size=60)


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("Army \u202egnp.exe", "Army gnp.exe"),
        ("\u2067left open", "left open"),
        (
            "pay\u200bpal \u200cpay\u200dpal pay\u2060pal pay\u00adpal \ufeffpaypal",
            "paypal paypal paypal paypal paypal",
        ),
        ("\u200b" * 50_000 + "x", "x"),
        ("tag\U000e0041\U000e0042ged", "tagged"),
        ("ab\u3164cd", "abcd"),
    ],
)
def test_what_is_hidden_goes(hostile, shown):
    assert neutral(hostile) == shown


@pytest.mark.parametrize(
    "text",
    [
        "می‌خواهم به خانه‌ها بروم",  # Persian: verbs and plurals join no further
        "ہم‌آہنگی",  # Urdu
        "۱۴۰۲ ه‍.ش",  # Persian: an abbreviated word keeps its joining form
        "क्‍ष ക്‍",  # Devanagari and Malayalam: half letters
        "ශ්‍රී ලංකා",  # Sinhala
        "မြန်မာ\u200bနိုင်ငံ",  # Burmese: where a line may break
        "ประเทศ\u200bไทย",
        "👩‍⚕️ and 👨‍👩‍👧",
        "\u200fقال (2026)\u200e ثم",
        "<mark>سوریه</mark>‌ها",  # markup between the letters
        "Plain, and naïve – “quoted”",
    ],
)
def test_each_script_keeps_what_it_is_written_with(text):
    assert neutral(text) == text


def test_of_many_joiners_at_one_place_one_stays():
    assert neutral("می" + "\u200c" * 9 + "خواهم") == "می‌خواهم"


@given(words)
def test_nothing_is_left_that_turns_text_round_and_nothing_else_is_lost(text):
    shown = neutral(text)
    assert neutral(shown) == shown
    assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    assert re.sub(HIDDEN, "", shown) == re.sub(HIDDEN, "", text)


def test_people_who_check_a_text_see_what_was_hidden_in_it():
    assert marked("a\u202eb\u200bc\u200fd\U000e0041") == "a⟨RLO⟩b⟨ZWSP⟩c⟨RLM⟩d⟨U+E0041⟩"
    assert marked("می‌خواهم") == "می‌خواهم"
    assert marked("می\u200c\u202eخواهم") == "می‌⟨RLO⟩خواهم"
    assert neutral(marked("x\u202ey")) == "x⟨RLO⟩y"
