"""One row of a data set's file to one event, and what is wrong with it: which line, which column, in plain words. Pure."""

from __future__ import annotations

import csv
import datetime as dt
import math
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO

from sources.ingest.text import clean_line, clean_text

#: No field of a real file is longer; the source lists of UCDP come to some thousands of characters.
MAX_FIELD = 500_000
_MAX_LINE = 2_000_000
#: A file unpacks to no more. The global GED has some 250 million bytes.
MAX_UNPACKED = 2_000_000_000
#: Nothing in these data sets is older, and no count of deaths higher.
_EARLIEST = dt.date(1900, 1, 1)
_MOST_DEATHS = 50_000_000
_IN_WORDS = re.compile(r"(\d{1,2}) ([A-Za-z]+) (\d{4})", re.ASCII)
_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november"),
    "december",
)


class BadFile(Exception):
    """The file cannot be taken in. The message says what is wrong, and in which line and column."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event as one version of a data set has it. Codes and names are the source's own; ``line`` is where it stands."""

    line: int
    external_id: str
    version: str
    version_key: str
    starts_on: dt.date
    ends_on: dt.date
    date_precision: int | None
    country: str
    country_code: str
    admin1: str
    admin2: str
    place: str
    latitude: float | None
    longitude: float | None
    place_precision: int | None
    kind: str
    subkind: str
    actor_a: str
    actor_b: str
    deaths_low: int | None
    deaths_best: int | None
    deaths_high: int | None
    deaths_civilians: int | None
    text: str
    sources: str


class Row:
    """The fields of one line, read as what they should be. Every method raises BadFile where they are not."""

    __slots__ = ("_fields", "line")

    def __init__(self, line: int, fields: Mapping[str, str]) -> None:
        self.line = line
        self._fields = fields

    def fault(self, column: str, what: str) -> BadFile:
        return BadFile(f"Line {self.line}, column {column}: {what}")

    def words(self, column: str, limit: int) -> str:
        """One line of text, "" where the file has no such column."""
        return clean_line(self._fields.get(column, ""), limit)

    def text(self, column: str) -> str:
        return clean_text(self._fields.get(column, ""))

    def needed(self, column: str, limit: int) -> str:
        """One line of text that has to be there, and whole."""
        value = clean_text(self._fields.get(column, ""))
        if not value:
            raise self.fault(column, "is empty.")
        if len(value) > limit or "\n" in value:
            raise self.fault(column, f"is longer than {limit} characters or than one line.")
        return value

    def whole(self, column: str, *, most: int = _MOST_DEATHS) -> int | None:
        """A whole number from 0; None where it is empty."""
        value = self._fields.get(column, "").strip()
        if not value:
            return None
        if not value.isascii() or not value.removesuffix(".0").isdigit() or int(value.removesuffix(".0")) > most:
            raise self.fault(column, f"{_quoted(value)} is no whole number from 0 to {most}.")
        return int(value.removesuffix(".0"))

    def day(self, column: str) -> dt.date:
        """A day as 2013-12-24, a time after it is passed over, or as 24 December 2013."""
        value = self._fields.get(column, "").strip()
        words = _IN_WORDS.fullmatch(value)
        try:
            if words is not None:
                found = dt.date(int(words[3]), _MONTHS.index(words[2].lower()) + 1, int(words[1]))
            else:
                found = dt.date.fromisoformat(value[:10] if value[10:11] in {"", " ", "T"} else value)
        except ValueError:
            found = dt.date.min
        if found < _EARLIEST:
            raise self.fault(column, f"{_quoted(value)} is no day of the form 2013-12-24.")
        return found

    def point(self, latitude: str, longitude: str) -> tuple[float, float] | tuple[None, None]:
        """A place on earth, or that there is none."""
        north, east = self._degrees(latitude, 90), self._degrees(longitude, 180)
        if north is not None and east is not None:
            return north, east
        if north is None and east is None:
            return None, None
        raise self.fault(latitude if north is None else longitude, "is empty, and the other coordinate is not.")

    def _degrees(self, column: str, most: float) -> float | None:
        value = self._fields.get(column, "").strip()
        if not value:
            return None
        try:
            found = float(value)
        except ValueError:
            found = math.nan
        if not -most <= found <= most:  # also where it is no number
            raise self.fault(column, f"{_quoted(value)} is no number of degrees from {-most:g} to {most:g}.")
        return found


def unpacked(file: IO[bytes], filename: str) -> tuple[IO[bytes], str]:
    """The file and its name; of a zip archive, the one table in it. Raises BadFile."""
    start = file.read(4)
    file.seek(0)
    if start != b"PK\x03\x04":
        return file, filename
    try:
        archive = zipfile.ZipFile(file)
        tables = [info for info in archive.infolist() if info.filename.lower().endswith((".csv", ".json"))]
        if len(tables) != 1:
            raise BadFile(f"The archive holds {len(tables)} files that end with .csv or .json; it has to be one.")
        if tables[0].file_size > MAX_UNPACKED:  # zipfile gives out no more than it states
            raise BadFile(f"The archive's file unpacks to more than {MAX_UNPACKED:,} bytes.")
        return archive.open(tables[0]), tables[0].filename
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise BadFile(f"The archive cannot be read ({str(error)[:100]}).") from error


def lines(file: IO[bytes], *, needed: Sequence[str], called: str) -> Iterator[Row]:
    """The rows of a CSV file in UTF-8, one at a time. Raises BadFile where it is none, or has not the columns that a file
    ``called`` so has."""
    csv.field_size_limit(MAX_FIELD)
    reader = csv.reader(_decoded(file), strict=True)
    head: list[str] | None = None
    while True:
        line = reader.line_num + 1
        try:
            values = next(reader, None)
        except csv.Error as error:
            raise BadFile(f"Line {line}: this is no CSV that can be read ({error}).") from error
        if values is None:
            break
        if head is None:
            head = _head(values, needed, called)
        elif values:
            if len(values) != len(head):
                raise BadFile(f"Line {line}: there are {len(values)} fields where the head names {len(head)} columns.")
            yield Row(line, dict(zip(head, values, strict=True)))
    if head is None:
        raise BadFile("The file is empty.")


def _head(values: Sequence[str], needed: Sequence[str], called: str) -> list[str]:
    head = [value.strip().lower() for value in values]
    if missing := [column for column in needed if column not in head]:
        raise BadFile(f"Line 1: this is no file of {called}, it has no column {', '.join(missing[:6])}.")
    if twice := sorted({column for column in head if column and head.count(column) > 1}):
        raise BadFile(f"Line 1: the column {twice[0][:60]} stands there twice.")
    return head


def _chunks_of(file: IO[bytes]) -> Iterator[bytes]:
    try:
        while chunk := file.readline(_MAX_LINE):
            yield chunk
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise BadFile("The archive is damaged; its file cannot be unpacked.") from error


def _decoded(file: IO[bytes]) -> Iterator[str]:
    """The file's lines as text. Raises BadFile at the first that is none."""
    for number, line in enumerate(_chunks_of(file), start=1):
        chunk = line
        if len(chunk) == _MAX_LINE:
            raise BadFile(f"Line {number} is longer than {_MAX_LINE:,} bytes, so this is no table.")
        if number == 1:
            chunk = chunk.removeprefix(b"\xef\xbb\xbf")
        if b"\0" in chunk:
            raise BadFile(f"Line {number}: the file holds bytes that are no text. Is it packed, or a spreadsheet?")
        try:
            yield chunk.decode("utf-8")
        except UnicodeDecodeError as error:
            raise BadFile(f"Line {number}: byte {error.start + 1} is not UTF-8. Save the file as UTF-8.") from error


def _quoted(value: str) -> str:
    return f"“{value[:40]}”" if value else "an empty field"
