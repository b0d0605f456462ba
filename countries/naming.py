"""What a situation is called in the languages of the site.

The names follow the usage of the United Nations, short form, in ``data/situation_names.csv``; they are from memory and
were not compared with its terminology. A situation that a desk adds has the name of its one country in CLDR; anything else
keeps the name it was given. English is always that name.
"""

from __future__ import annotations

import csv
from functools import lru_cache
from pathlib import Path

from babel import Locale, UnknownLocaleError

from countries.models import Situation

_NAMES = Path(__file__).parent / "data" / "situation_names.csv"


def name_in(situation: Situation, language: str) -> str:
    """The situation's name in that language (BCP 47), or the best there is."""
    base = language.split("-")[0].lower()
    if base == "en":
        return situation.name
    return _names().get((situation.code, base)) or _of_country(situation, base) or situation.name


def _of_country(situation: Situation, language: str) -> str:
    if len(situation.iso2) != 1:
        return ""
    try:
        return str(Locale.parse(language).territories.get(situation.iso2[0], ""))
    except (UnknownLocaleError, ValueError):
        return ""


@lru_cache(maxsize=1)
def _names() -> dict[tuple[str, str], str]:
    with _NAMES.open(encoding="utf-8", newline="") as file:
        return {
            (row["code"], language): row[language] for row in csv.DictReader(file) for language in ("fr", "es", "ar")
        }
