"""How values of a Document become words and marks in templates: dates with their zone, codes to words, figures.

Formatting only: it reads no database and decides nothing. Words follow the active language, so templates that show
an edition wrap it in ``{% language document.language %}``.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from django import template
from django.utils import dateformat
from django.utils.translation import get_language, get_language_bidi, gettext_lazy, ngettext, pgettext, pgettext_lazy
from django.utils.translation import gettext as _

from briefings import languages, moving
from briefings.models import Attribution, ChangeMark, EditionKind, EditionStatus, Trend
from briefings.render import blind_spots as spots
from briefings.render import figures, text
from briefings.render.document import (
    Claim,
    Coverage,
    DayCount,
    Document,
    Move,
    Passage,
    SourceEntry,
    Track,
    Trigger,
    canonical_bytes,
)
from briefings.scripts import SCRIPTS
from countries.models import Situation
from countries.naming import name_in
from sources.models import EvidenceLabel, PublisherKind

register = template.Library()

LEVELS = (
    gettext_lazy("early signs"),
    gettext_lazy("lead-up"),
    gettext_lazy("growing violence"),
    gettext_lazy("height of the crisis"),
)
#: ICD 203, section D.6.e.(2)(a), in the order of the terms.
CHANCES = ("1–5%", "5–20%", "20–45%", "45–55%", "55–80%", "80–95%", "95–99%")
COVERAGE_GROUPS = {
    "local": gettext_lazy("Local"),
    "ngo": gettext_lazy("NGOs"),
    "un": gettext_lazy("UN and courts"),
    "news": gettext_lazy("News"),
    "scholarly": gettext_lazy("Scholarly"),
    "party": gettext_lazy("State, parties"),
    "other": gettext_lazy("Other"),
}
INDEPENDENCE = {
    True: pgettext_lazy("source descriptor", "speaks for a party"),
    False: pgettext_lazy("source descriptor", "independent of the parties"),
}
_WORDS = {
    "label": EvidenceLabel,
    "mark": ChangeMark,
    "trend": Trend,
    "kind": EditionKind,
    "status": EditionStatus,
    "attribution": Attribution,
    "publisher": PublisherKind,
}


# ------------------------------------------------------------------------------------------------ codes to words
@register.filter
def word(code: str, vocabulary: str) -> str:
    """The word for a code of that vocabulary (label, mark, trend, kind, status, attribution, publisher).

    A code that the vocabulary does not know, as an old frozen edition may carry, is shown as it is.
    """
    try:
        return str(_WORDS[vocabulary](code).label)
    except ValueError:
        return code.replace("_", " ")


@register.filter
def percent(share: float) -> int:
    """A share from 0 to 1 as a whole number of hundredths."""
    return round(share * 100)


@register.filter
def move_sentence(move: Move) -> str:
    """A judgement that moved, and why."""
    return moving.sentence(move)


@register.filter
def track_words(track: Track) -> str:
    """How often the term came true."""
    return moving.track_record(track)


@register.filter
def level_word(level: int) -> str:
    """What the desk's level means: 0 early signs … 3 height of the crisis."""
    return str(LEVELS[level]) if 0 <= level < len(LEVELS) else str(level)


@register.filter
def level_bars(level: int) -> list[bool]:
    """Four bars, filled up to and including the level."""
    return [step <= level for step in range(4)]


@register.filter
def with_chances(terms: Sequence[str]) -> list[tuple[str, str]]:
    """The seven terms of likelihood, least likely first, each with its range."""
    return list(zip(terms, CHANCES, strict=True))


@register.filter
def group_word(group: str) -> str:
    """The name of a group of the coverage field."""
    return str(COVERAGE_GROUPS[group])


@register.filter
def language_word(code: str) -> str:
    """A language's name in the active language: ``fr`` is French. The code itself where CLDR has no name."""
    return languages.language_name(code, get_language() or "en") if code else ""


@register.simple_tag
def comma() -> str:
    """What stands between two words of a list in the active language: Arabic has a comma of its own."""
    return pgettext("between two words", ", ")


@register.filter
def named(situation: Situation) -> str:
    """The situation's name in the active language."""
    return name_in(situation, get_language() or "en")


@register.filter
def independence(entry: SourceEntry) -> str:
    return str(INDEPENDENCE[entry.is_party])


@register.filter
def short_hash(sha256: str) -> str:
    """The first twelve figures of a hash, enough to compare by eye."""
    return sha256[:12]


@register.filter
def origins_words(claim: Claim) -> str:
    """As in "5 reports, 2 independent origins"; empty where nothing was counted."""
    if not claim.reports:
        return ""
    reports = ngettext("%(count)d report", "%(count)d reports", claim.reports) % {"count": claim.reports}
    if not claim.origins:
        return reports
    origins = ngettext("%(count)d independent origin", "%(count)d independent origins", claim.origins) % {
        "count": claim.origins
    }
    return _("%(reports)s, %(origins)s") % {"reports": reports, "origins": origins}


# ------------------------------------------------------------------------------------------------ dates with zones
@register.filter
def long_date(value: dt.date | None) -> str:
    """Tuesday 24 December 2013."""
    return dateformat.format(value, _("l j F Y")) if value else ""


@register.filter
def plain_date(value: dt.date | None) -> str:
    """24 December 2013."""
    return dateformat.format(value, _("j F Y")) if value else ""


@register.filter
def short_date(value: dt.date | None) -> str:
    """24 Dec 2013."""
    return dateformat.format(value, _("j M Y")) if value else ""


@register.filter
def brief_date(value: dt.date | None) -> str:
    """24 Dec."""
    return dateformat.format(value, _("j M")) if value else ""


@register.filter
def weekday(value: dt.date | None) -> str:
    """Tue."""
    return dateformat.format(value, "D") if value else ""


@register.filter
def at(value: dt.datetime | None, zone: str = "UTC") -> str:
    """24 Dec 2013, 06:00, on the clocks of that zone. Print the zone beside it: ``zone_name``."""
    return dateformat.format(value.astimezone(_zone(zone)), _("j M Y, H:i")) if value else ""


@register.filter
def clock(value: dt.datetime | None, zone: str = "UTC") -> str:
    """06:00, on the clocks of that zone."""
    return dateformat.format(value.astimezone(_zone(zone)), "H:i") if value else ""


@register.filter
def machine_time(value: dt.datetime | None) -> str:
    """ISO 8601 in UTC, for ``<time datetime>``."""
    return value.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if value else ""


@register.filter
def zone_name(value: dt.datetime | None, zone: str = "UTC") -> str:
    """The zone as a reader knows it, with its offset on that day: ``WAT, UTC+1``; ``UTC+6:30`` where it has no name."""
    if value is None:
        return ""
    local = value.astimezone(_zone(zone))
    minutes = int((local.utcoffset() or dt.timedelta()).total_seconds() // 60)
    if minutes == 0 and local.tzname() == "UTC":
        return "UTC"
    sign = "−" if minutes < 0 else "+"
    hours, rest = divmod(abs(minutes), 60)
    offset = f"UTC{sign}{hours}" + (f":{rest:02d}" if rest else "")
    name = local.tzname() or ""
    return offset if not name or name[0] in "+-" else f"{name}, {offset}"


@register.filter
def period(document: Document) -> str:
    """The period covered, on local clocks: 23 Dec, 06:00 to 24 Dec 2013, 06:00."""
    zone = _zone(document.time_zone)
    start, end = document.period_start.astimezone(zone), document.period_end.astimezone(zone)
    return _("%(start)s to %(end)s") % {
        "start": dateformat.format(start, _("j M, H:i")),
        "end": dateformat.format(end, _("j M Y, H:i")),
    }


@register.filter
def published(entry: SourceEntry) -> str:
    """When the source says it was published, no more precisely than is known."""
    if entry.published_at is None:
        return _("undated")
    moment = entry.published_at.astimezone(dt.UTC)
    if entry.published_precision in {"second", "minute"}:
        return dateformat.format(moment, _("j M Y, H:i")) + " UTC"
    day = dateformat.format(moment, _("j M Y"))
    return _("%(day)s (date inferred)") % {"day": day} if entry.published_precision == "inferred" else day


def _zone(name: str) -> dt.tzinfo:
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return dt.UTC


# ------------------------------------------------------------------------------------------------ scripts
@register.filter
def scripts(document: Document) -> list[str]:
    """The scripts, of those we have fonts for, that the edition's text uses beyond Latin."""
    text = canonical_bytes(document).decode()
    return [name for name, letters in SCRIPTS.items() if letters.search(text)]


# ------------------------------------------------------------------------------------------------ citations
@register.filter
def cited(claim: Claim, document: Document) -> list[SourceEntry]:
    """The entries that a claim cites, ascending."""
    wanted = set(claim.citations)
    return [entry for entry in document.sources if entry.number in wanted]


@register.filter
def passages_of(document: Document, number: int) -> list[Passage]:
    """The passages quoted from that source, each wording once, in reading order."""
    seen: dict[tuple[int, int, str], Passage] = {}
    for passage in document.passages_of(number):
        seen.setdefault((passage.start, passage.end, passage.exact), passage)
    return list(seen.values())


@register.filter
def claims_on(document: Document, number: int) -> list[Claim]:
    """The claims that rest on that source."""
    return [claim for claim in document.claims if number in claim.citations]


class Row(Protocol):
    """A row of the front page: a situation with or without an edition."""

    document: Document | None


@register.filter
def without_document(rows: Iterable[Row]) -> list[Row]:
    """The rows of situations that no edition was ever issued for."""
    return [row for row in rows if row.document is None]


# ------------------------------------------------------------------------------------------------ figures
@register.filter
def strip(days: Sequence[DayCount]) -> figures.Strip | None:
    """The 28-day strip in the direction of the active language."""
    return figures.strip(days, rtl=get_language_bidi())


@register.filter
def strip_words(drawn: figures.Strip) -> str:
    """What the strip shows, in words: its text equivalent, and the caption under it."""
    words = []
    if drawn.peak:
        words.append(
            _("Highest %(count)d on %(date)s.") % {"count": drawn.peak.value or 0, "date": brief_date(drawn.peak.date)}
        )
    if drawn.last.value is not None:
        text = _("%(count)d on %(date)s.") if drawn.last.is_complete else _("%(count)d on %(date)s, still incomplete.")
        words.append(text % {"count": drawn.last.value, "date": brief_date(drawn.last.date)})
    if drawn.usual:
        low, high = drawn.usual
        text = _("Usually %(low)d.") if low == high else _("Usual range %(low)d to %(high)d.")
        words.append(text % {"low": low, "high": high})
    if drawn.missing:
        words.append(
            ngettext("No count on %(count)d day.", "No count on %(count)d days.", drawn.missing)
            % {"count": drawn.missing}
        )
    return " ".join(words)


@register.filter
def coverage_field(coverage: Coverage) -> tuple[figures.FieldRow, ...]:
    return figures.coverage_field(coverage.groups)


@register.filter
def trigger_words(row: Trigger) -> str:
    """As in "7 in 24 hours, usually 1.4 a day; verdict: watch"."""
    return text.trigger_words(row)


@register.filter
def blind_spots(coverage: Coverage) -> list[spots.Line]:
    """What the desk could and could not see, line by line; the last is always the same."""
    return spots.lines(coverage)


class DatedLevel(Protocol):
    """A level and the day it was set for: a row of Phase, or anything alike."""

    level: int
    since: dt.date


@dataclass(frozen=True, slots=True)
class Ribbon:
    """The phase ribbon as templates draw it."""

    spells: tuple[figures.Spell, ...]
    width: float
    height: float


@register.simple_tag
def phase_ribbon(phases: Iterable[DatedLevel], until: dt.date) -> Ribbon:
    """The ribbon of dated levels up to a date."""
    changes = [(phase.since, phase.level) for phase in phases]
    spells = figures.phase_ribbon(changes, until=until, rtl=get_language_bidi())
    return Ribbon(spells, figures.RIBBON_WIDTH, figures.RIBBON_HEIGHT)
