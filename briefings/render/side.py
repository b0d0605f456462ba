"""Whether the locator map still fits into the side column of page 1, or has to stand with the sources. Pure.

The column lies beside the text and cannot run on to the next page. Heights in millimetres, measured on the printed page
and rounded up: what is said here to fit, fits.
"""

from __future__ import annotations

import math

from briefings.render.document import Document

#: From the first line of the column to the foot of the page, under a name of one line.
_ROOM = {"A4": 213.0, "Letter": 197.0}
_LINE_OF_NAME, _LETTERS_OF_NAME = 10.0, 34
_STRIP, _HEAD, _LINE, _ROW, _MAP = 42.0, 11.0, 3.8, 4.4, 63.0
_LETTERS = 29  # of a line of the column
_TALL = {"my": 1.35, "ar": 1.2, "fa": 1.2, "ur": 1.4}


def map_fits(document: Document, *, paper: str) -> bool:
    """Whether strip, dates, coverage and map fit beside the text on page 1 of that paper, ``A4`` or ``Letter``."""
    leading = _TALL.get(document.language.partition("-")[0], 1.0)
    names = math.ceil(len(document.situation_name) / _LETTERS_OF_NAME)
    room = _ROOM[paper] - _LINE_OF_NAME * (names - 1) - 12 * (leading - 1)
    height = _MAP + (_STRIP if document.days else 0)
    if document.calendar:
        height += _HEAD + sum(_LINE + leading * _LINE * _lines(entry.text) for entry in document.calendar)
    coverage = document.coverage
    silent = ", ".join(name for group in coverage.groups for name in group.silent)
    height += _HEAD + leading * (_ROW * min(6, len(coverage.groups)) + _LINE * (5 + _lines(silent)))
    return height <= room


def _lines(text: str) -> int:
    return math.ceil(len(text) / _LETTERS)
