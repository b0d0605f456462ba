"""Which reports are of one event: the pure decision, with the bundled model's vectors and without."""

from __future__ import annotations

import datetime as dt
import math
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.embedders import DIMENSIONS, Passage, unit
from sources.embedders.bundled import Bundled
from sources.ingest import cluster, traits
from tests.factories.sources import NOON

HOUR = dt.timedelta(hours=1)

FERRY = {
    "en": (
        "Ferry sinks off Port Marlow, forty people missing",
        "A ferry with 120 people on board sank on 5 March off Port Marlow, the coast guard said. Forty passengers are "
        "missing. Fishing boats brought eighty survivors ashore. Captain Ilse Brandt said that a wave had broken a door.",
    ),
    "en 2": (
        "Dozens missing after boat goes down near Port Marlow",
        "Rescuers searched on Wednesday for some forty people after the ferry to Port Marlow went down on 5 March with 120 "
        "on board. Captain Ilse Brandt told the coast guard that water had come in through a door that a wave broke.",
    ),
    "fr": (
        "Naufrage d'un ferry au large de Port Marlow : quarante disparus",
        "Un ferry transportant 120 personnes a coulé le 5 mars au large de Port Marlow, selon les garde-côtes. Quarante "
        "passagers sont portés disparus. Des pêcheurs ont ramené 80 survivants, dont la capitaine Ilse Brandt.",
    ),
    "es": (
        "Se hunde un ferry frente a Port Marlow: cuarenta desaparecidos",
        "Un ferry con 120 personas a bordo se hundió el 5 de marzo frente a Port Marlow, dijo la guardia costera. Cuarenta "
        "pasajeros siguen desaparecidos. Pescadores rescataron a 80, entre ellos la capitana Ilse Brandt.",
    ),
    "ru": (
        "Паром затонул у Порт-Марлоу, сорок человек пропали без вести",
        "Паром, на борту которого было 120 человек, затонул 5 марта у Порт-Марлоу, сообщила береговая охрана. Сорок "
        "пассажиров пропали. Рыбаки доставили на берег 80 выживших, среди них капитан Ильзе Брандт.",
    ),
}
STRIKE = {
    "en": (
        "Dockers at Port Marlow walk out over pay",
        "Dockers at Port Marlow began a strike on 6 March, their union said. They ask for a tenth more pay. Eleven ships "
        "are waiting outside the harbour, and the harbour master, Tom Reyes, called for talks.",
    ),
    "fr": (
        "Grève des dockers à Port Marlow",
        "Les dockers de Port Marlow ont cessé le travail le 6 mars, a indiqué leur syndicat. Ils demandent 10 % de plus. "
        "Onze navires attendent devant le port ; son directeur, Tom Reyes, appelle à négocier.",
    ),
}
FIRE = {
    "en": (
        "Market fire in Old Sutter destroys two hundred stalls",
        "A fire destroyed two hundred stalls of the covered market in Old Sutter on the night of 5 March. Nobody was hurt. "
        "Firemen said that it began in a kitchen. Traders asked the mayor, Ann Okello, for somewhere to sell.",
    ),
    "pt": (
        "Incêndio destrói duzentas bancas no mercado de Old Sutter",
        "Um incêndio destruiu duzentas bancas do mercado coberto de Old Sutter na noite de 5 de março. Ninguém ficou ferido. "
        "Os bombeiros disseram que começou numa cozinha. Os vendedores pediram um lugar à prefeita, Ann Okello.",
    ),
}


@cache
def vector(title: str, text: str) -> tuple[float, ...] | None:
    return Bundled().embed([Passage(title, text)])[0]


def report(number, story, key, *, hours=0.0, with_vector=True):
    title, text = story[key]
    return cluster.Report(
        *(number, number, title, text, NOON + hours * HOUR, key.split()[0]),
        vector(title, text) if with_vector else None,
    )


# ------------------------------------------------------------------------------------------------ by the model
@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("ferry", "en"), ("ferry", "en 2")),
        (("ferry", "en"), ("ferry", "fr")),
        (("ferry", "fr"), ("ferry", "es")),
        (("ferry", "en"), ("ferry", "ru")),
        (("strike", "en"), ("strike", "fr")),
        (("fire", "en"), ("fire", "pt")),
    ],
)
def test_reports_of_one_event_are_one_story_across_languages_and_scripts(one, other):
    stories = {"ferry": FERRY, "strike": STRIKE, "fire": FIRE}
    assert cluster.is_same_event(report(1, stories[one[0]], one[1]), report(2, stories[other[0]], other[1], hours=5))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("ferry", "en"), ("strike", "en")),
        (("ferry", "fr"), ("strike", "fr")),
        (("ferry", "en"), ("strike", "fr")),
        (("fire", "en"), ("ferry", "en 2")),
        (("fire", "pt"), ("ferry", "es")),
        (("fire", "en"), ("strike", "en")),
    ],
)
def test_related_events_at_one_place_stay_apart(one, other):
    stories = {"ferry": FERRY, "strike": STRIKE, "fire": FIRE}
    assert not cluster.is_same_event(
        report(1, stories[one[0]], one[1]), report(2, stories[other[0]], other[1], hours=5)
    )


def test_without_vectors_two_languages_are_never_one_story():
    one, other = (report(n, FERRY, key, with_vector=False) for n, key in enumerate(("en", "fr")))
    assert not cluster.is_same_event(one, other)


# ------------------------------------------------------------------------------------------------ the evidence
def made(number, title, text="", *, language="en", cosine=1.0, hours=0.0, feed=0):
    """A report whose vector has this cosine with that of any with cosine 1."""
    numbers = unit([cosine, math.sqrt(max(0.0, 1 - cosine**2)), *[0.0] * (DIMENSIONS - 2)])
    return cluster.Report(number, feed or number, title, text, NOON + hours * HOUR, language, numbers)


ONE, OTHER = "The bridge was closed and the road was empty.", "A gate was shut and nobody came this way."


@pytest.mark.parametrize(
    ("title", "text", "changes", "is_same"),
    [
        ("A bridge", OTHER, {"cosine": 0.92}, True),
        ("A bridge", OTHER, {"cosine": 0.90}, False),
        ("A bridge", OTHER, {"cosine": 0.90, "language": "fr"}, True),
        ("A bridge", OTHER, {"cosine": 0.85, "language": "fr"}, False),
        ("A bridge", OTHER, {"cosine": 0.92, "hours": 71}, False),
        ("A bridge", OTHER, {"cosine": 0.999, "hours": 73}, False),
        ("A bridge", f"{OTHER} It was on 5 March.", {"cosine": 0.912}, True),
        ("A bridge", f"{OTHER} It was on 9 March.", {"cosine": 0.93}, False),
        ("A bridge", f"{OTHER} The men of Oum Dreyga left for Smara.", {"cosine": 0.85, "language": "fr"}, True),
        ("A bridge on 9 March", f"{OTHER}", {"cosine": 0.999}, False),
    ],
)
def test_time_days_and_names_move_the_balance(title, text, changes, is_same):
    first = made(1, "The bridge, 5 March", f"{ONE} It was on 5 March, from Oum Dreyga to Smara.")
    assert cluster.is_same_event(first, made(2, title, text, **changes)) is is_same


vectors = st.one_of(st.none(), st.lists(st.floats(-1, 1), min_size=2, max_size=3).map(tuple))
reports = st.builds(
    cluster.Report,
    item_id=st.integers(1, 9),
    feed_id=st.integers(1, 3),
    title=st.text(max_size=40),
    text=st.text(max_size=120),
    reported_at=st.integers(-100, 100).map(lambda hours: NOON + hours * HOUR),
    language=st.sampled_from(["", "en", "fr", "my-MM"]),
    vector=vectors,
)


@given(reports, reports)
def test_whatever_the_texts_are_both_orders_have_one_answer(one, other):
    assert cluster.is_same_event(one, other) == cluster.is_same_event(other, one)


@given(reports, st.lists(reports, max_size=4), st.randoms())
def test_the_order_of_neighbours_changes_nothing(candidate, others, chance):
    neighbours = [cluster.Neighbour(each, number % 2) for number, each in enumerate(others)]
    shuffled = chance.sample(neighbours, len(neighbours))
    ours = cluster.place(candidate, neighbours)
    assert (ours.story_id is None) == (cluster.place(candidate, shuffled).story_id is None)
    assert ours.score == cluster.place(candidate, shuffled).score


# ------------------------------------------------------------------------------------------------ traits
@pytest.mark.parametrize(
    "text",
    [
        *("on 5 December 2013", "December 5, 2013", "le 5 décembre", "el 5 de diciembre", "em 5 de dezembro"),
        *("5 декабря", "في ٥ ديسمبر", "tarehe 5 Desemba", "5. Dezember", "5th December", "Dec. 5"),
    ],
)
def test_days_are_read_in_many_languages(text):
    assert traits.days(text) == {(12, 5)}


@pytest.mark.parametrize("text", ["", "5,000 people", "the 5 of them may go", "version 2.5", "45 December"])
def test_what_is_no_day_is_none(text):
    assert traits.days(text) == frozenset()


@pytest.mark.parametrize(
    ("one", "other"),
    [("Bangui", "بانغي"), ("Bangui", "Банги"), ("Djotodia", "جوتوديا"), ("Machar", "مشار"), ("Tchad", "Chad")],
)
def test_a_name_has_one_skeleton_in_many_scripts(one, other):
    assert traits.skeleton(one) == traits.skeleton(other)


def test_names_are_words_with_a_capital_inside_a_sentence():
    found = traits.read("The army left. Soldiers went to Bambari with General Kony.")
    assert found.names == {traits.skeleton(name) for name in ("Bambari", "General", "Kony")}
    assert traits.shared_names(found, traits.read("وصل الجنود إلى بامباري")) == 1


words = st.lists(st.sampled_from("abcdefgh"), max_size=40).map(" ".join)


@given(words, words, words, words)
def test_a_copy_shares_four_of_five_runs_of_four_words(head, shared, tail, other):
    def runs(text):
        found = text.split()
        return {tuple(found[start : start + 4]) for start in range(len(found) - 3)}

    one, two = f"{head} {shared}", f"{shared} {tail} {other}"
    shorter, longer = sorted((runs(one), runs(two)), key=len)
    assert cluster.is_copy(one, two) == (len(shorter) >= 10 and len(shorter & longer) >= cluster.COPY * len(shorter))


# ------------------------------------------------------------------------------------------------ outlets and stories
def plain(number, *, feed=0, language="en", word="town"):
    return cluster.Report(number, feed or number, f"one more word on the {word}", f"a {word} {number}", NOON, language)


def among(candidate, *others):
    """Each of others: its report, the story that it stands in, and its cosine with the candidate."""
    return cluster.place(candidate, [cluster.Neighbour(*other) for other in others]).story_id


SAME, ABROAD = cluster.E5_SMALL.same, cluster.E5_SMALL.abroad


def test_two_reports_of_one_outlet_have_to_be_more_alike_than_those_of_two():
    near = SAME + cluster.SAME_FEED / 2
    assert among(plain(2), (plain(1), 7, near)) == 7
    assert among(plain(2, feed=1), (plain(1), 7, near)) is None
    assert among(plain(2, feed=1), (plain(1), 7, SAME + cluster.SAME_FEED + 0.001)) == 7


def test_one_bridge_does_not_make_two_events_one():
    bridge, far = (plain(1), 7, SAME + 0.01), (plain(2), 7, SAME - 0.03)
    assert among(plain(9), bridge) == 7
    assert among(plain(9), bridge, far) is None
    assert among(plain(9), bridge, (plain(3), 8, SAME + 0.005), far) == 8  # the next story, then


def test_a_report_that_is_a_little_off_keeps_no_other_out():
    assert among(plain(9), (plain(1), 7, SAME + 0.02), (plain(2), 7, SAME - 0.01)) == 7


def test_reports_in_other_languages_than_the_nearest_do_not_count_against_it():
    nearest = (plain(1), 7, SAME + 0.01)
    assert among(plain(9), nearest, (plain(2, language="fr"), 7, ABROAD - 0.05)) == 7
    assert (
        among(plain(9), (plain(1, language="fr"), 7, ABROAD + 0.01), (plain(2, language="ar"), 7, ABROAD - 0.05)) == 7
    )


def test_a_copy_needs_no_other_to_bear_it_out():
    text = " ".join(f"word{number}" for number in range(60))
    original, copy = (cluster.Report(number, number, "t", text, NOON, "en") for number in (1, 9))
    assert among(copy, (original, 7, 0.5), (plain(2), 7, 0.1)) == 7
