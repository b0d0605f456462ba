"""What changed in a text, word by word, in any script and at a bounded cost."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources import diff as module
from sources.diff import Kind, diff, words

letters = st.text(st.sampled_from("aabc  ,.\nابتم ‌ကခ်ိ中ทที่é\u0301"), max_size=80)


def marks(older: str, newer: str) -> str:
    frame = {Kind.SAME: "{}", Kind.GONE: "[-{}-]", Kind.NEW: "[+{}+]"}
    return "".join(frame[run.kind].format(run.text) for run in diff(older, newer))


@pytest.mark.parametrize(
    ("older", "newer", "read"),
    [
        ("Three died in Bria.", "Five died in Bria.", "[-Three-][+Five+] died in Bria."),
        ("Same", "Same", "Same"),
        ("", "New", "[+New+]"),
        ("Gone", "", "[-Gone-]"),
        ("They can't say", "They can’t say", "They [-can't-][+can’t+] say"),
        ("قتل ثلاثة أشخاص يوم الاثنين", "قتل خمسة أشخاص يوم الاثنين", "قتل [-ثلاثة-][+خمسة+] أشخاص يوم الاثنين"),
        ("من می‌خواهم بروم", "من نمی‌خواهم بروم", "من [-می‌خواهم-][+نمی‌خواهم+] بروم"),
        ("လူသုံးဦး သေဆုံးခဲ့သည်။", "လူငါးဦး သေဆုံးခဲ့သည်။", "လူ[-သုံး-][+ငါး+]ဦး သေဆုံးခဲ့သည်။"),
        ("三人死亡", "五人死亡", "[-三-][+五+]人死亡"),
        ("ሦስት ሰዎች ሞቱ", "አምስት ሰዎች ሞቱ", "[-ሦስት-][+አምስት+] ሰዎች ሞቱ"),
    ],
)
def test_words_that_changed_are_marked_and_no_others(older, newer, read):
    assert marks(older, newer) == read


def test_a_sentence_written_anew_is_one_change_and_not_a_dozen():
    older = "It began. Wholly other words stand here, and nothing more. It ended."
    newer = "It began. Rebels left the city at night; the mayor fled to Bouar. It ended."
    assert [run.kind for run in diff(older, newer)] == [Kind.SAME, Kind.GONE, Kind.NEW, Kind.SAME]


def test_letters_are_never_torn_from_their_marks():
    for text in ("မြန်မာနိုင်ငံ", "ประเทศที่", "e\u0301te\u0301", "क्‍षेत्र", "कि"):
        pieces = words(text)
        assert "".join(pieces) == text
        assert not any(piece[0] in "\u103a\u103c\u102d\u102f\u1036\u0e48\u0301\u094d\u0947\u093f" for piece in pieces)


@given(letters, letters)
def test_both_texts_can_be_read_out_of_it_to_the_letter(older, newer):
    found = diff(older, newer)
    assert "".join(run.text for run in found if run.kind is not Kind.NEW) == older
    assert "".join(run.text for run in found if run.kind is not Kind.GONE) == newer
    assert "".join(words(older)) == older


def test_a_long_text_with_few_different_words_shows_what_changed():
    chance = random.Random(7)
    older = [f"w{chance.randrange(3000)}" for _ in range(33_000)]
    newer = ["changed" if chance.random() < 0.01 else word for word in older]
    found = diff(" ".join(older), " ".join(newer))
    assert sum(len(run.text) for run in found if run.kind is Kind.GONE) < 10_000
    assert "".join(run.text for run in found if run.kind is not Kind.GONE) == " ".join(newer)


def test_texts_made_to_cost_much_stay_within_the_bound(monkeypatch):
    asked = []
    whole = module.SequenceMatcher

    def counted(junk, olds, news, **options):
        asked.append(module._cost(olds, news))
        return whole(junk, olds, news, **options)

    monkeypatch.setattr(module, "SequenceMatcher", counted)
    chance = random.Random(7)

    def noise(alphabet: str) -> str:
        return "".join(chance.choice(alphabet) for _ in range(200_000))

    shuffled = [f"u{number}" for number in range(30_000)]
    for older, newer in (
        (noise("ab "), noise("ab ")),
        (noise("ကခဂ"), noise("ကခဂ")),
        ("a b " * 50_000, "b a a " * 33_000),
        (" ".join(shuffled), " ".join(chance.sample(shuffled, len(shuffled)))),
        ("a" + "\u0301" * 199_999, "b" + "\u0301" * 199_999),
    ):
        asked.clear()
        found = diff(older, newer)
        assert sum(asked) <= module._MOST_WORK
        assert "".join(run.text for run in found if run.kind is not Kind.NEW) == older
