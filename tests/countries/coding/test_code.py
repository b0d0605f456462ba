"""Terms: events, indicators, perpetrators, groups and frames, and the traps each language sets."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countries.tagging.coding.code import code
from countries.tagging.coding.lexicon import LANGUAGES, load
from countries.tagging.coding.prototypes import Prototypes
from countries.tagging.coding.sentences import MAX_SENTENCES, sentences
from countries.tagging.coding.values import Scheme

SHOWN_FROM = 0.5


def said(language: str, text: str, scheme: Scheme) -> set[str]:
    return {each.code for each in code("", text, language) if each.scheme is scheme and each.score >= SHOWN_FROM}


@pytest.mark.parametrize(
    ("language", "text", "event"),
    [
        ("en", "Fighting broke out between the army and rebels.", "armed_clash"),
        ("en", "Rebels captured the town of Bria.", "offensive"),
        ("en", "Warplanes bombed the village.", "air_strike"),
        ("en", "Police fired tear gas at protesters.", "protest_repressed"),
        ("en", "Houses were burned and shops looted.", "property_destruction"),
        ("fr", "De violents affrontements ont opposé l’armée aux rebelles.", "armed_clash"),
        ("fr", "Des milliers de manifestants sont descendus dans la rue.", "protest"),
        ("fr", "Une mine a tué deux passagers.", "bombing"),
        ("fr", "Le village a été pillé et les maisons incendiées.", "property_destruction"),
        ("es", "Miles de estudiantes marcharon contra el gobierno.", "protest"),
        ("es", "Guerrilleros secuestraron a tres ingenieros.", "abduction"),
        ("es", "Una bomba estalló frente al cuartel.", "bombing"),
        ("es", "El ejército bombardeó el caserío.", "air_strike"),
        ("ar", "تظاهر آلاف الطلاب في العاصمة", "protest"),
        ("ar", "قصفت الطائرات القرية", "air_strike"),
        ("ar", "واندلعت اشتباكات عنيفة بين الجيش والمتمردين", "armed_clash"),
        ("ar", "وأحرق مسلحون المنازل ونهبوا المتاجر", "property_destruction"),
        ("ar", "نزح الآلاف من منازلهم", "forced_displacement"),
    ],
)
def test_an_event_is_named(language, text, event):
    assert event in said(language, text, Scheme.EVENT)


@pytest.mark.parametrize(
    ("language", "text", "indicator"),
    [
        ("en", "Troops were deployed to the city overnight.", "8.1"),
        ("en", "Fighters crossed the border from the neighbouring country.", "8.2"),
        ("en", "The Security Council imposed sanctions.", "8.3"),
        ("en", "The president was overthrown in a coup.", "8.4"),
        ("en", "An opposition leader was assassinated.", "8.5"),
        ("en", "A mosque was burned during the night.", "8.6"),
        ("en", "The radio station incited listeners to kill their neighbours.", "8.7"),
        ("en", "The disputed election led to violence.", "8.8"),
        ("en", "A cholera outbreak spread through the camps.", "8.9"),
        ("en", "Villagers were evicted from the mining concession.", "8.10"),
        ("en", "Thousands marked the anniversary of the massacre.", "8.11"),
        ("en", "The tribunal convicted him of war crimes.", "8.12"),
        ("fr", "Un coup d’État a renversé le président.", "8.4"),
        ("fr", "Une mosquée a été incendiée.", "8.6"),
        ("fr", "La CPI a émis un mandat d’arrêt contre le chef rebelle.", "8.12"),
        ("es", "El candidato presidencial fue asesinado.", "8.5"),
        ("es", "Se aplazaron las elecciones municipales.", "8.8"),
        ("ar", "وقع انقلاب عسكري في البلاد", "8.4"),
        ("ar", "فرض مجلس الأمن عقوبات جديدة", "8.3"),
        ("ar", "تصاعد خطاب الكراهية في الإذاعة", "8.7"),
    ],
)
def test_an_indicator_is_named(language, text, indicator):
    assert indicator in said(language, text, Scheme.INDICATOR)


@pytest.mark.parametrize(
    ("language", "text", "kinds"),
    [
        ("en", "Soldiers killed twelve villagers.", {"state_force"}),
        ("en", "Twelve villagers were killed by soldiers.", {"state_force"}),
        ("en", "Twelve soldiers were killed.", set()),
        ("en", "Rebels killed twelve soldiers.", {"armed_group"}),
        ("en", "The raid was blamed on bandits.", {"criminal"}),
        ("en", "Unidentified gunmen shot dead a teacher.", {"unknown"}),
        ("en", "Russian forces shelled the town.", {"foreign_state"}),
        ("en", "Mercenaries executed nine men.", {"private_military"}),
        ("en", "The Janjaweed attacked the camp.", {"state_militia"}),
        ("en", "A mob lynched two men.", {"communal"}),
        ("fr", "Deux personnes tuées par les hommes de la LRA.", {"armed_group"}),
        ("fr", "Des militaires ont exécuté trois jeunes.", {"state_force"}),
        ("fr", "Trois militaires ont été tués.", set()),
        ("fr", "Les mercenaires ont incendié le village.", {"private_military"}),
        ("es", "Paramilitares ejecutaron a dos personas.", {"state_militia"}),
        ("es", "Dos comerciantes fueron asesinados por guerrilleros.", {"armed_group"}),
        ("es", "Un soldado fue asesinado.", set()),
        ("ar", "قتل المدنيون على يد مسلحين مجهولين", {"unknown"}),
        ("ar", "هاجم متمردون القرية وقتلوا سكانها", {"armed_group"}),
        ("ar", "اعتقلت الشرطة ناشطين", {"state_force"}),
    ],
)
def test_a_perpetrator_is_the_one_who_acts(language, text, kinds):
    assert said(language, text, Scheme.PERPETRATOR) == kinds


@pytest.mark.parametrize(
    ("language", "text", "basis", "words"),
    [
        ("en", "Gunmen killed nine Fulani herders near Boali.", "ethnic", "Fulani herders"),
        ("en", "Militiamen attacked Muslim traders in the market.", "religious", "Muslim traders"),
        ("en", "Police arrested three journalists.", "profession", "journalists"),
        ("fr", "Des hommes armés ont tué douze éleveurs peuls.", "livelihood", "éleveurs"),
        ("fr", "Des miliciens ont attaqué les déplacés du site.", "displaced", "déplacés"),
        ("es", "Sicarios asesinaron a un líder indígena.", "political", "líder indígena"),
        ("ar", "قتلت الميليشيا عشرات النازحين", "displaced", "النازحين"),
    ],
)
def test_a_group_is_named_as_the_source_names_it(language, text, basis, words):
    found = {(each.code, each.words) for each in code("", text, language) if each.scheme is Scheme.TARGET}
    assert (basis, words) in found


def test_who_is_quoted_is_not_who_was_targeted():
    text = "Gunmen attacked the town, journalists said."
    assert not [each for each in code("", text, "en") if each.scheme is Scheme.TARGET]


@pytest.mark.parametrize(
    ("language", "text", "frame"),
    [
        ("en", "Sectarian violence set Christians against Muslims.", "sectarian"),
        ("en", "The army said it fought terrorists.", "counter_terror"),
        ("fr", "Éleveurs et agriculteurs se disputent les pâturages.", "resource"),
        ("es", "La oposición denunció fraude en las elecciones.", "political"),
        ("ar", "تطالب المنطقة بإنهاء التهميش والتمييز", "grievance"),
        ("ar", "عصابات من قطاع الطرق", "law_and_order"),
    ],
)
def test_a_frame_is_named(language, text, frame):
    assert frame in said(language, text, Scheme.FRAME)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "The team won the match after a late goal."),
        ("en", "The minister denied that troops were deployed."),
        ("en", "The bank cut its interest rate and shares rose."),
        ("fr", "L’équipe a gagné la coupe après un beau match."),
        ("es", "El equipo ganó la copa tras un gran partido."),
        ("ar", "فاز الفريق بالكأس بعد مباراة جميلة"),
    ],
)
def test_other_news_says_nothing(language, text):
    for scheme in (Scheme.EVENT, Scheme.INDICATOR, Scheme.PERPETRATOR, Scheme.HARM):
        assert said(language, text, scheme) == set()


def test_what_is_feared_scores_under_what_happened():
    happened = code("", "Rebels attacked the village.", "en")
    feared = code("", "Rebels could attack the village.", "en")
    score = {each.code: each.score for each in happened if each.scheme is Scheme.PERPETRATOR}
    assert all(each.score < score[each.code] for each in feared if each.scheme is Scheme.PERPETRATOR)


def test_each_term_rests_on_whole_sentences_of_the_text():
    title, text = "Raid near Boali", "It rained.\nSoldiers killed 12 people. Houses were burned! Calm since."
    reading = f"{title}\n{text}"
    for each in code(title, text, "en"):
        for passage in each.passages:
            assert reading[passage.start : passage.end] == passage.exact
            assert passage.exact in {"Soldiers killed 12 people.", "Houses were burned!", title}


def test_a_title_alone_is_enough():
    assert {each.code for each in code("Soldiers kill 12 villagers", "", "en") if each.scheme is Scheme.HARM} == {
        "killed"
    }


def test_a_language_without_lexicon_says_nothing():
    assert code("Askari waliwaua watu 12", "", "sw") == ()
    assert code("Soldiers killed 12 people", "", "") == ()


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_lexicon_speaks_of_every_trigger_and_kind(language):
    cues = load(language).matcher.cues
    spoken = {(cue.table, cue.code) for cue in cues}
    assert {("indicator", f"8.{number}") for number in range(1, 13)} <= spoken
    english = {each for each in {(cue.table, cue.code) for cue in load("en").matcher.cues} if each[0] != "indicator"}
    assert english - spoken <= {("act", "active"), ("act", "verb_first")}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\x00\x07\x1b killed \x9f 12",
        "\ud800 killed 12 people",
        "killed " * 300_000,
        "12 " * 700_000,
        "(" * 2_000_000,
        "قتل " * 500_000,
        "Soldiers killed 12 people. Les soldats ont tué 12 personnes. مقتل ١٢ شخصا. " * 20_000,
    ],
    ids=["nothing", "controls", "surrogate", "words", "numbers", "brackets", "arabic", "mixed"],
)
@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_odd_texts_cost_little_and_raise_nothing(language, text):
    started = time.process_time()
    code("", text, language)
    code(text[:2000], "", language)
    assert time.process_time() - started < 5


def test_no_more_is_read_than_is_said():
    assert len(sentences("", "A. " * 100_000)) <= MAX_SENTENCES


@settings(deadline=None)
@given(st.text(), st.text(max_size=300), st.sampled_from(sorted(LANGUAGES)))
def test_any_text_is_coded_with_offsets_that_hold(title, text, language):
    reading = f"{title}\n{text}"
    for each in code(title, text, language):
        assert 0 < each.score < 1
        given_bounds = [bound for bound in (each.low, each.best, each.high) if bound is not None]
        assert given_bounds == sorted(given_bounds)
        assert all(reading[part.start : part.end] == part.exact for part in each.passages)


def test_prototypes_find_the_nearest_term_and_stay_silent_on_ordinary_news():
    rows = {}

    def embed(given):
        """A vector for each sentence, the same for the same words: what a perfect model would do for a copy."""
        size = 200
        vectors = []
        for sentence in given:
            place = rows.setdefault(sentence, len(rows))
            vectors.append([1.0 if index == place else 0.0 for index in range(size)])
        return vectors

    prototypes = Prototypes(embed)
    (event,) = [
        each for each in prototypes.code("", "A bomb exploded and wounded passers-by.") if each.scheme is Scheme.EVENT
    ]
    assert event.code == "bombing"
    assert event.passages[0].exact == "A bomb exploded and wounded passers-by."
    assert prototypes.code("", "Rain is expected in the south and sunshine in the north tomorrow.") == ()
