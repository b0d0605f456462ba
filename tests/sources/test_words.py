"""Words: cut alike on both sides of a search, and folded so that spellings of one word meet."""

from __future__ import annotations

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from sources import words


@pytest.mark.parametrize(
    "spellings",
    [
        "Déplacés DÉPLACÉS deplaces déplacés",
        "straße STRASSE",
        "İstanbul istanbul",
        "القوات والقوات بالقوات وبالقوات للقوات كالقوات قوات قُوَّات قـوات",
        "أزمة آزمة ازمة إزمة الأزمة",
        "مسؤول مسوول",
        "على علي علی",
        "ዓለም አለም",
        "ፀሐይ ጸሃይ ፀሃይ",
    ],
)
def test_spellings_of_one_word_fold_alike(spellings):
    found = words.folded(spellings).split()
    assert len(set(found)) == 1, found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("L’armée, anti-Balaka: 3 000 déplacés!", "l armee anti balaka 3 000 deplaces"),
        ("الله والله", "الله والله"),  # too little would be left
        ("हिन्दी लोग", "हिन्दी लोग"),
        ("စစ်ဘေးရှောင် ၃၀၀", "စစ်ဘေးရှောင် ၃၀၀"),
        ("AI技术在中国", "ai 技术在中国"),
        ("می\u200cخواهم", "ميخواهم"),
        ("\x00 \ud800 _ … — 🙂", ""),
        ("a_b", "a b"),
    ],
)
def test_a_text_is_cut_into_words(text, expected):
    assert words.folded(text) == expected


def test_a_word_knows_where_it_stands():
    text = "Les déplacés, à Bossangoa"
    assert [text[start:end] for _, start, end in words.words(text)] == ["Les", "déplacés", "à", "Bossangoa"]


@given(st.text(alphabet=st.sampled_from("aé\u0301ا\u064bက\u103b中\u200d ._7"), max_size=60))
def test_the_quick_way_to_cut_is_as_good(text):
    assert words.folded(text) == " ".join(word for word, _, _ in words.words(text))
    assert words.unstemmed(words.folded(text)) == [
        word for word, _, _ in words.words(text) if not words.is_stemmed(word)
    ]


def test_a_run_without_end_is_cut():
    assert {len(word) for word in words.folded("x" * 1_000).split()} == {words.MAX_WORD}


@given(st.text())
def test_folding_keeps_no_space_no_sign_and_no_capital(text):
    for word, start, end in words.words(text):
        assert word
        assert start < end
        assert " " not in word
        assert not set(word) & set("%_\\'\"\x00")
        assert word == word.casefold()


MIXED = [
    *(
        "armée",
        "anti-balaka",
        "3000",
        "2.5",
        "7th",
        "الجيش",
        "नागरिक",
        "चुनाव",
        "Москва",
        "中国人民",
        "စစ်တပ်",
        "የሱዳን",
        "a1b2",
    ),
    *("l’an", "x@y.org", "http://a.example/b", "1e5", "-7", "v1.2.3", "e\u0301tat"),
]


@pytest.mark.django_db
@given(
    st.lists(
        st.sampled_from(MIXED),
        max_size=12,
    )
)
def test_the_nth_word_is_postgres_nth_word(found):
    folded = words.folded(" ".join(found))
    with connection.cursor() as cursor:
        cursor.execute("SELECT lexeme, positions FROM unnest(to_tsvector('simple', %s))", [folded])
        places = {place: lexeme for lexeme, positions in cursor.fetchall() for place in positions}
    assert [places[number] for number in sorted(places)] == folded.split()
    assert sorted(places) == list(range(1, len(places) + 1))


@pytest.mark.parametrize(
    ("text", "looked_for", "is_found"),
    [
        ("中国人民", "国人", True),
        ("中国人民", "中国人民", True),
        ("中国人民", "人国", False),
        ("中 国", "中国", False),
        ("စစ်ဘေးရှောင်များ", "ရှောင်", True),
        ("በሱዳን ሞት", "ሱዳን", True),
        ("በሱዳን ሞት", "ሞት", True),
        ("በሞት", "ሞት", False),  # two letters have no trigram inside of a word
        ("หมาป่า", "มา", True),
    ],
)
def test_parts_of_words_are_found_where_trigrams_can(text, looked_for, is_found):
    kept = words.gram_text(words.folded(text).split())
    pattern = words.gram_pattern(words.folded(looked_for).split())
    assert (pattern.strip("%") in kept) is is_found


def test_each_configuration_is_one_that_postgres_has(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT cfgname FROM pg_ts_config")
        known = {name for (name,) in cursor.fetchall()}
    assert {*words.CONFIGURATIONS.values(), words.PLAIN} <= known
