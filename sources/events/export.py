"""Events as a file for other people: only those whose licence lets them be passed on, and nothing a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from sources.models import EventDataset
from sources.querysets import EventQuerySet

_COLUMNS = (
    *("dataset", "version", "external_id", "starts_on", "ends_on", "date_precision", "country", "country_code"),
    *("admin1", "admin2", "place", "latitude", "longitude", "place_precision", "kind", "subkind", "actor_a", "actor_b"),
    *("deaths_low", "deaths_best", "deaths_high", "deaths_civilians", "text", "sources", "licence"),
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class NotPassedOn(Exception):
    """Some of these events may not leave the installation; ``datasets`` are theirs."""

    def __init__(self, datasets: tuple[EventDataset, ...]) -> None:
        super().__init__(", ".join(str(dataset.label) for dataset in datasets))
        self.datasets = datasets


def as_csv(events: EventQuerySet) -> Iterator[str]:
    """The events as lines of CSV, a piece at a time. Raises NotPassedOn at once, before any line, where the licence of a
    single one forbids it: nothing is left out in silence."""
    kept = events.exclude(may_be_exported=True).order_by().values_list("dataset", flat=True).distinct()
    if forbidden := tuple(sorted(EventDataset(value) for value in kept)):
        raise NotPassedOn(forbidden)
    return _lines(events)


def cell(value: object) -> str:
    """The value as it may stand in a CSV file. A text that a spreadsheet would take for a formula gets an apostrophe before
    it (OWASP, CSV Injection)."""
    text = "" if value is None else str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA) else text


def _lines(events: EventQuerySet) -> Iterator[str]:
    yield _line(_COLUMNS)
    # Asked for again: an event must not slip in between the question above and the answer.
    for values in events.exportable().order_by("pk").values_list(*_COLUMNS).iterator(chunk_size=2_000):
        yield _line(values)


def _line(values: tuple[object, ...]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow([cell(value) for value in values])
    return line.getvalue()
