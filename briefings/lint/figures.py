"""Rules of figures: every number and date is in a passage, and nobody adds up what different sources counted. Pure."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from decimal import Decimal

from briefings import numbers
from briefings.lint.finding import MUST_CITE, Finding, claims_of, name_of
from briefings.render.document import Claim, Document

#: A source published on one day speaks of that day and the few before it.
_DAYS_SPOKEN_OF = 6
#: Sources whose figures are tried as a sum, and figures of each: more would find sums by chance.
_MOST_SOURCES, _MOST_FIGURES = 4, 8


def figures(document: Document) -> Iterator[Finding]:
    for section in MUST_CITE:
        for claim in claims_of(document, section):
            if not claim.passages:
                continue
            for written, normal in _unsupported(document, claim):
                values = (("number", written), ("text", name_of(claim)))
                where, summands = f"{section}/{claim.id}", _summands(claim, normal)
                if summands:
                    yield Finding("figures_summed", where, values=(*values, ("sum", " + ".join(summands))))
                else:
                    yield Finding("number_not_in_passage", where, values=values)


def _summands(claim: Claim, number: str) -> tuple[str, ...]:
    """Figures of different sources that make the number when they are added up; empty where none do."""
    if not number:
        return ()
    wanted = Decimal(number)
    by_source: dict[int, set[Decimal]] = {}
    for passage in claim.passages:
        text, _dates = numbers.without_dates(passage.exact)
        found = {Decimal(each) for each in numbers.in_passage(text)}
        by_source.setdefault(passage.source, set()).update(each for each in found if 0 < each < wanted)
    figures_of = [sorted(found, reverse=True)[:_MOST_FIGURES] for found in by_source.values() if found]
    for count in range(2, min(len(figures_of), _MOST_SOURCES) + 1):
        for sources in itertools.combinations(figures_of, count):
            for figures in itertools.product(*sources):
                if sum(figures) == wanted:
                    return tuple(f"{figure:f}" for figure in figures)
    return ()


def _unsupported(document: Document, claim: Claim) -> Iterator[tuple[str, str]]:
    """Numbers and days of the claim that none of its passages bears out: as written, and in normal form (empty for a day)."""
    passages = " \n".join(passage.exact for passage in claim.passages)
    supported = numbers.in_passage(passages)
    text, days = numbers.without_dates(_without_publishers(document, claim))
    _, quoted_days = numbers.without_dates(passages)
    for normal, as_written in numbers.in_digits(text).items():
        if normal not in supported and not _is_year_of_source(document, claim, normal):
            yield as_written, normal
    for day in days:
        if not any(_is_same_day(day, quoted) for quoted in quoted_days) and not _is_spoken_of(document, claim, day):
            yield day.words, ""


def _without_publishers(document: Document, claim: Claim) -> str:
    """The claim's words, without the names of the publishers it cites: "Radio 4" is no number."""
    text = f"{claim.headline}\n{claim.text}"
    for number in claim.citations:
        text = text.replace(document.source(number).publisher, " ")
    return text


def _is_same_day(day: numbers.DayName, quoted: numbers.DayName) -> bool:
    years = {day.year, quoted.year} - {None}
    return (day.day, day.month) == (quoted.day, quoted.month) and len(years) <= 1


def _is_spoken_of(document: Document, claim: Claim, day: numbers.DayName) -> bool:
    """Whether a cited source was published on that day or a few days after it: "on Monday" is a date to its readers."""
    for number in claim.citations:
        published = document.source(number).published_at
        if published is None:
            continue
        for back in range(-1, _DAYS_SPOKEN_OF + 1):
            date = published.date() - dt.timedelta(days=back)
            if (date.day, date.month) == (day.day, day.month) and day.year in {None, date.year}:
                return True
    return False


def _is_year_of_source(document: Document, claim: Claim, number: str) -> bool:
    published = (document.source(source).published_at for source in claim.citations)
    return any(number == str(moment.year) for moment in published if moment is not None)
