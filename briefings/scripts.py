"""The scripts that our bundled fonts set, and a romanised reading of titles in any other. Plain Python."""

from __future__ import annotations

import re

from anyascii import anyascii

#: What the sheet for Latin does not set, by the names of the font sheets.
SCRIPTS = {
    "african": re.compile("[\u0180-\u02af\u1e00-\u1eff]"),
    "cyrillic": re.compile("[\u0400-\u052f]"),
    "arabic": re.compile("[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff]"),
    "hebrew": re.compile("[\u0590-\u05ff]"),
    "devanagari": re.compile("[\u0900-\u097f]"),
    "ethiopic": re.compile("[\u1200-\u139f]"),
    "myanmar": re.compile("[\u1000-\u109f\uaa60-\uaa7f]"),
    "bengali": re.compile("[\u0980-\u09ff]"),
}
_LATIN = re.compile("[\u0041-\u024f\u0250-\u02ff\u0300-\u036f\u1e00-\u1eff]")


def romanised(title: str) -> str:
    """The title in Latin letters where it has letters that no bundled font sets; else nothing.

    A reading aid beside the title, letter by letter (anyascii's tables), never a translation.
    """
    letters = [char for char in title if char.isalpha()]
    if all(_LATIN.match(char) or any(script.match(char) for script in SCRIPTS.values()) for char in letters):
        return ""
    return anyascii(title).strip()
