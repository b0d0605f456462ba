"""What the desk could and could not see, in words: the same lines on page, PDF, mail and in plain text.

Words follow the active language. A line is a beginning and the names that it lists, so that a template can wrap each name,
which came from outside, in ``<bdi>``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.utils import dateformat
from django.utils.translation import get_language, gettext

from briefings.languages import language_name
from briefings.render.document import Coverage, CoverageGroup, Shutdown
from monitoring.models import Shutdown as ShutdownRow
from sources.models import PublisherKind

#: More regions than this are counted, not listed; all are in the JSON.
_MOST_REGIONS = 8


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence: words, or words that end in a colon and the names behind it."""

    words: str
    names: tuple[str, ...] = ()
    is_from_outside: bool = False  # the desk's own note, in the edition's language

    def __str__(self) -> str:
        return f"{self.words} {', '.join(self.names)}." if self.names else self.words


def lines(coverage: Coverage) -> list[Line]:
    """Everything that an edition says of what it could not see; the last line is always the same."""
    return [*_lines(coverage), Line(gettext("Absence of reports is not absence of incidents."))]


def _lines(coverage: Coverage) -> Iterator[Line]:
    yield Line(seen(coverage))
    if silent := tuple(name for group in coverage.groups for name in _silent(group)):
        yield Line(gettext("Silent:"), silent)
    if quieter := tuple(name for group in coverage.groups for name in group.quieter):
        yield Line(gettext("Quieter than usual:"), quieter)
    if coverage.languages:
        spoken = get_language() or "en"
        yield Line(gettext("No source in:"), tuple(language_name(code, spoken) for code in coverage.languages))
    if coverage.regions:
        words = gettext("No source reports from %(count)d of %(all)d regions:")
        yield Line(words % {"count": len(coverage.regions), "all": coverage.regions_of}, _some(coverage.regions))
    if coverage.shutdowns:
        yield Line(gettext("Declared shutdowns:"), tuple(map(_shutdown, coverage.shutdowns)))
    if coverage.note:
        yield Line(coverage.note, is_from_outside=True)


def seen(coverage: Coverage) -> str:
    """As in "14 of 16 expected sources seen."."""
    if not coverage.expected:
        return gettext("No source was expected: the desk could see nothing here.")
    words = gettext("%(seen)d of %(expected)d expected sources seen.")
    return words % {"seen": coverage.seen, "expected": coverage.expected}


def _silent(group: CoverageGroup) -> Iterator[str]:
    """Each silent source with its kind, and where it reports from if that is known."""
    kind = str(PublisherKind(group.kind).label) if group.kind in PublisherKind.values else group.kind
    places = group.places or ("",) * len(group.silent)
    for name, place in zip(group.silent, places, strict=True):
        yield f"{name} ({kind}, {place})" if place else f"{name} ({kind})"


def _some(names: Sequence[str]) -> tuple[str, ...]:
    if len(names) <= _MOST_REGIONS:
        return tuple(names)
    more = gettext("%(count)d more") % {"count": len(names) - _MOST_REGIONS}
    return (*names[:_MOST_REGIONS], more)


def _shutdown(shutdown: Shutdown) -> str:
    """As in "internet in Vakaga since 20 Dec 2013 (telecom.example)"."""
    values = {
        "what": ShutdownRow.What(shutdown.what).label,
        "place": shutdown.place,
        "start": dateformat.format(shutdown.began_on, gettext("j M Y")),
        "end": dateformat.format(shutdown.ended_on, gettext("j M Y")) if shutdown.ended_on else "",
        "source": urlsplit(shutdown.source_url).hostname or "",
    }
    if shutdown.ended_on:
        return gettext("%(what)s in %(place)s %(start)s to %(end)s (%(source)s)") % values
    return gettext("%(what)s in %(place)s since %(start)s (%(source)s)") % values
