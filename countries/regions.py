"""First-level regions of the situations' countries, as CLDR 48.2 has them (ISO 3166-2 codes; names in English). Pure.

The list ships as ``data/regions.csv``; it is for saying where a source reports from, not for drawing borders.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "data" / "regions.csv"


@cache
def names() -> dict[str, str]:
    """The English name of each region by its ISO 3166-2 code, in the order of the codes."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["name"] for row in csv.DictReader(file)}


def of_countries(iso2: Iterable[str]) -> tuple[str, ...]:
    """Codes of the first-level regions of those countries (ISO 3166-1 alpha-2)."""
    wanted = set(iso2)
    return tuple(code for code in names() if code[:2] in wanted)


def name(code: str) -> str:
    """The region's name; the code itself where the list has none."""
    return names().get(code, code)
