"""Names of situations in the languages of the site."""

import csv

import pytest
from django.conf import settings

from countries.models import Situation
from countries.naming import name_in


def rows(name):
    with (settings.BASE_DIR / "countries" / "data" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_situation_is_named_in_every_language():
    codes = {row["code"] for row in rows("situations.csv")}
    named = rows("situation_names.csv")
    assert {row["code"] for row in named} == codes
    assert all(row[language].strip() for row in named for language in ("fr", "es", "ar"))


@pytest.mark.parametrize(
    ("situation", "language", "name"),
    [
        (Situation(code="SDN", name="Sudan", iso2=["SD"]), "ar", "السودان"),
        (Situation(code="SDN", name="Sudan", iso2=["SD"]), "en-gb", "Sudan"),
        (Situation(code="BDI", name="Burundi, north", iso2=["BI"]), "ar", "بوروندي"),
        (Situation(code="SAHEL", name="Central Sahel", iso2=["ML", "NE"]), "fr", "Central Sahel"),
        (Situation(code="MMR", name="Myanmar", iso2=["MM"]), "xx", "Myanmar"),
    ],
)
def test_the_best_name_there_is(situation, language, name):
    assert name_in(situation, language) == name
