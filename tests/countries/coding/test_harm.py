"""Figures of harm: what is counted, what is not, and who counted, language by language."""

from __future__ import annotations

import pytest

from countries.tagging.coding.code import code
from countries.tagging.coding.values import Scheme


def figures(language: str, text: str) -> set[tuple[str, int | None, int | None, int | None]]:
    coded = code("", text, language, year=2026)
    return {(each.code, each.low, each.best, each.high) for each in coded if each.scheme is Scheme.HARM}


def counted_by(language: str, text: str) -> set[str]:
    return {each.words for each in code("", text, language) if each.scheme is Scheme.HARM}


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "Soldiers killed 12 villagers and wounded 30.", {("killed", None, 12, None), ("injured", None, 30, None)}),
        ("en", "Twelve people were killed and thirty others injured.", {("killed", None, 12, None), ("injured", None, 30, None)}),
        ("en", "Twenty-five pupils were abducted.", {("abducted", None, 25, None)}),
        ("en", "Some 1,200 families fled their homes.", {("displaced", None, 1200, None)}),
        ("en", "Police arrested two hundred and forty protesters.", {("detained", None, 240, None)}),
        ("en", "A farmer was shot dead near the river.", {("killed", None, 1, None)}),
        ("fr", "L’armée a tué douze villageois.", {("killed", None, 12, None)}),
        ("fr", "Quatre-vingt-dix-sept personnes ont été enlevées.", {("abducted", None, 97, None)}),
        ("fr", "Le bilan est de 7 morts et 15 blessés.", {("killed", None, 7, None), ("injured", None, 15, None)}),
        ("fr", "Plus de 2 000 habitants ont fui.", {("displaced", 2000, 2000, None)}),
        ("fr", "Une commerçante a été tuée à Bria.", {("killed", None, 1, None)}),
        ("es", "Treinta y cinco campesinos fueron asesinados.", {("killed", None, 35, None)}),
        ("es", "El atentado dejó ocho muertos y veinte heridos.", {("killed", None, 8, None), ("injured", None, 20, None)}),
        ("es", "Los rebeldes secuestraron a un maestro.", {("abducted", None, 1, None)}),
        ("es", "Fueron desplazadas 1.500 personas.", {("displaced", None, 1500, None)}),
        ("ar", "مقتل ١٢ مدنيا وإصابة ٣٠ آخرين", {("killed", None, 12, None), ("injured", None, 30, None)}),
        ("ar", "قتل خمسة وعشرون شخصا في الهجوم", {("killed", None, 25, None)}),
        ("ar", "مقتل جنديين في كمين", {("killed", None, 2, None)}),
        ("ar", "واعتقلت الشرطة ثلاثة عشر متظاهرا", {("detained", None, 13, None)}),
    ],
)  # fmt: skip
def test_each_count_goes_to_the_harm_it_counts(language, text, expected):
    assert figures(language, text) == expected


@pytest.mark.parametrize(
    ("language", "text", "bounds"),
    [
        ("en", "At least 12 people were killed.", (12, 12, None)),
        ("en", "No fewer than 12 people were killed.", (12, 12, None)),
        ("en", "More than 300 people were killed.", (300, 300, None)),
        ("en", "Up to 40 people were killed.", (None, 40, 40)),
        ("en", "Between 10 and 15 people were killed.", (10, None, 15)),
        ("en", "The attack left 10 to 15 people dead.", (10, None, 15)),
        ("en", "Dozens of people were killed.", (24, None, None)),
        ("en", "Hundreds of villagers were killed.", (200, None, None)),
        ("en", "Two dozen people were killed.", (None, 24, None)),
        ("fr", "Au moins douze personnes ont été tuées.", (12, 12, None)),
        ("fr", "Une dizaine de civils ont été tués.", (None, 10, None)),
        ("fr", "Entre 10 et 15 villageois ont été tués.", (10, None, 15)),
        ("fr", "Des dizaines de civils ont été tués.", (20, None, None)),
        ("fr", "Près de cinquante personnes ont été tuées.", (None, 50, 50)),
        ("es", "Al menos doce personas murieron.", (12, 12, None)),
        ("es", "Murieron entre 10 y 15 personas.", (10, None, 15)),
        ("es", "Decenas de civiles fueron asesinados.", (20, None, None)),
        ("es", "Una treintena de soldados murieron.", (None, 30, None)),
        ("ar", "مقتل ما لا يقل عن 12 شخصا", (12, 12, None)),
        ("ar", "مقتل أكثر من عشرين شخصا", (20, 20, None)),
        ("ar", "مقتل عشرات المدنيين", (20, None, None)),
        ("ar", "مقتل مئات المدنيين", (200, None, None)),
    ],
)
def test_hedges_ranges_and_vague_words_give_the_bounds_they_give(language, text, bounds):
    assert {found[1:] for found in figures(language, text) if found[0] == "killed"} == {bounds}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "No one was killed in the attack."),
        ("en", "The army denied that 12 civilians were killed."),
        ("en", "An attack could kill 300 people, the mission warned."),
        ("en", "If the dam breaks, 2,000 people may die."),
        ("en", "Fighters burned 40 houses and killed the power."),
        ("en", "She was 12 years old when her father died."),
        ("en", "The road where he died is 12 kilometres long."),
        ("en", "He died on 12 March 2013."),
        ("fr", "Aucun mort n’est à déplorer après 12 attaques."),
        ("fr", "Les violences pourraient faire 300 morts."),
        ("fr", "Il est mort le 12 mars 2013."),
        ("es", "No hubo muertos en los 12 ataques."),
        ("es", "El volcán podría causar 300 muertos."),
        ("ar", "لم يقتل أحد في 12 هجوما"),
        ("ar", "قد يقتل 300 شخص إذا انهار السد"),
    ],
)
def test_what_is_denied_feared_or_no_person_is_no_figure(language, text):
    assert figures(language, text) == set()


def test_a_part_of_those_counted_is_not_counted_again():
    text = "At least seven people, including four policemen, were killed and eight others injured."
    assert figures("en", text) == {("killed", 7, 7, None), ("injured", None, 8, None)}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "The death toll rose from 10 to 14."),
        ("en", "The death toll was revised to 14 from 10."),
        ("fr", "Le bilan est passé de 10 à 14 morts."),
    ],
)
def test_of_a_corrected_toll_the_newest_stands(language, text):
    assert {found[2] for found in figures(language, text)} == {14}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "On the anniversary of the massacre, villagers remembered that 800 people were killed."),
        ("en", "In 1994, 800 people were killed there."),
        ("fr", "Il y a vingt ans, 800 personnes ont été tuées ici."),
        ("es", "Hace veinte años murieron 800 personas."),
        ("ar", "في ذكرى المجزرة التي قتل فيها 800 شخص"),
    ],
)
def test_what_is_recalled_is_scored_under_what_is_shown(language, text):
    coded = [each for each in code("", text, language, year=2026) if each.scheme is Scheme.HARM]
    assert [(each.best, each.passages[0].assertion) for each in coded] == [(800, "past")]
    assert coded[0].score < 0.5


@pytest.mark.parametrize(
    ("language", "text", "who"),
    [
        ("en", "Twelve people were killed, according to the health ministry.", "the health ministry"),
        ("en", "The United Nations said 12 people were killed.", "The United Nations"),
        ("en", "Twelve people were killed, a local priest said on Monday.", "a local priest"),
        ("en", "He said 12 people were killed.", ""),
        ("fr", "Douze personnes ont été tuées, selon la Croix-Rouge.", "la Croix-Rouge"),
        ("fr", "Douze personnes ont été tuées, a indiqué le préfet.", "le préfet"),
        ("es", "Murieron doce personas, según la policía.", "la policía"),
        ("es", "Murieron doce personas, informó el alcalde.", "el alcalde"),
        ("ar", "مقتل 12 مدنيا، بحسب وزارة الصحة.", "وزارة الصحة"),
    ],
)
def test_who_counted_is_named_as_the_source_names_it(language, text, who):
    assert counted_by(language, text) == {who}
