"""The plain-text form: the whole edition in under 20 KB, 72 columns, with citations and sources."""

from __future__ import annotations

import datetime as dt
import textwrap
import zoneinfo
from collections.abc import Iterable, Iterator

from django.utils import formats, translation
from django.utils.translation import gettext, pgettext

from briefings import moving
from briefings.languages import language_name
from briefings.models import Attribution, ChangeMark, Trend, TriggerRow
from briefings.render import blind_spots
from briefings.render.document import Claim, Document, SourceEntry, Trigger
from sources.display import neutral
from sources.models import EvidenceLabel, PublisherKind

_WIDTH = 72


def render(document: Document) -> str:
    """The text, in the edition's own language, ending with a line break."""
    with translation.override(document.language):
        lines = [line for part in _parts(document) for line in part]
    return neutral("\n".join(lines)).rstrip() + "\n"


def _parts(document: Document) -> Iterator[list[str]]:
    yield _head(document)
    yield _bottom_line(document)
    yield _section(gettext("What changed"), _claims(document.what_changed))
    yield _section(gettext("Key developments"), _claims(document.key_developments))
    yield _section(gettext("Triggers and calendar"), _calendar(document))
    yield _section(gettext("Assessment and outlook"), _assessment(document))
    yield _section(gettext("Local perspective"), _claims(document.local_perspective))
    yield _section(gettext("Actors and alleged perpetrators"), _claims(document.actors))
    yield _section(gettext("Who is engaged"), _claims(document.engaged))
    yield _section(gettext("Options, not recommendations"), _claims(document.options))
    yield _section(gettext("What we do not know"), [*_wrap(document.unknown), *_coverage(document)])
    yield _section(gettext("Sources"), [line for entry in document.sources for line in _source(entry)])
    yield _section(gettext("Corrections"), _corrections(document))


def _head(document: Document) -> list[str]:
    lines = [f"{document.situation_name} · {_date(document.date)}", f"{document.id} · TLP:{document.tlp}"]
    if document.is_sample:
        lines.append(gettext("Reconstruction for demonstration: outlets and wording are invented."))
    if document.status == "corrected":
        lines.append(gettext("This version was corrected by a later one."))
    elif document.status == "withdrawn":
        lines.append(gettext("This edition was withdrawn."))
    zone = document.time_zone
    lines.append(
        gettext("Period covered: %(start)s to %(end)s (%(zone)s)")
        % {"start": _moment(document.period_start, zone), "end": _moment(document.period_end, zone), "zone": zone}
    )
    if document.translated_from:
        language = language_name(document.translated_from, document.language)
        lines.append(gettext("Translated from %(language)s by a person.") % {"language": language})
    if document.issued_at:
        lines.append(gettext("Issued: %(moment)s UTC") % {"moment": _moment(document.issued_at, "UTC")})
    if document.next_issue_at:
        lines.append(gettext("Next cut-off: %(moment)s UTC") % {"moment": _moment(document.next_issue_at, "UTC")})
    if document.approved_by:
        lines.append(
            gettext("Prepared by: %(desk)s. Approved by: %(key)s.")
            % {"desk": document.prepared_by, "key": document.approved_by}
        )
    return [wrapped for line in lines for wrapped in _wrap(line)] + ["=" * _WIDTH, ""]


def _bottom_line(document: Document) -> list[str]:
    trend = str(Trend(document.trend).label)
    level = gettext("Level %(level)s of 3") % {"level": document.level}
    if document.level_since:
        level += " " + gettext("since %(date)s") % {"date": _date(document.level_since)}
    arrow = {"worsening": "▲", "unchanged": "▶", "easing": "▼"}[document.trend]
    texts = [f"{arrow} {trend} · {level}", document.bottom_line, document.likelihood, document.confidence]
    if document.track:
        texts.append(moving.track_record(document.track))
    return [line for text in texts if text for line in _wrap(text)] + [""]


def _section(name: str, lines: list[str]) -> list[str]:
    return [name.upper(), "-" * min(len(name), _WIDTH), *lines, ""] if lines else []


def _claims(claims: Iterable[Claim]) -> list[str]:
    return [line for claim in claims for line in _wrap(_claim(claim), first="- ", rest="  ")]


def _claim(claim: Claim) -> str:
    parts: list[str] = []
    if claim.mark:
        parts.append(f"{ChangeMark(claim.mark).label}:".upper())
    if claim.name:
        parts.append(f"{claim.name}{f' ({claim.role})' if claim.role else ''}:")
    if claim.headline:
        parts.append(claim.headline)
    parts.append(claim.text)
    if claim.citations:
        parts.append("".join(f"[{number}]" for number in claim.citations))
    if claim.label:
        parts.append(f"({EvidenceLabel(claim.label).label})")
    if claim.attribution:
        parts.append(f"({Attribution(claim.attribution).label})")
    if claim.risk:
        parts.append(gettext("Risk: %(risk)s") % {"risk": claim.risk})
    return " ".join(parts)


def _calendar(document: Document) -> list[str]:
    triggers = [
        line
        for row in document.triggers
        for line in _wrap(f"{row.code} {row.text}: {trigger_words(row)}", first="- ", rest="  ")
    ]
    return triggers + [
        line
        for entry in document.calendar
        for line in _wrap(f"{_date(entry.date)}: {entry.text}", first="- ", rest="  ")
    ]


def trigger_words(row: Trigger) -> str:
    """As in "7 in 24 hours, usually 1.4 a day; verdict: watch"."""
    verdict = TriggerRow.Verdict(row.verdict).label
    if row.baseline is None:
        return gettext("%(count)d in 24 hours, no earlier count; verdict: %(verdict)s") % {
            "count": row.count,
            "verdict": verdict,
        }
    return gettext("%(count)d in 24 hours, usually %(usual)s a day; verdict: %(verdict)s") % {
        "count": row.count,
        "usual": formats.number_format(round(row.baseline, 1), 1),
        "verdict": verdict,
    }


def _assessment(document: Document) -> list[str]:
    lines = _wrap(document.assessment)
    if document.alternative:
        lines += _wrap(gettext("Alternative view: %(text)s") % {"text": document.alternative})
    if document.signs:
        lines += _wrap(gettext("Signs that would change our mind:"))
        lines += [line for sign in document.signs for line in _wrap(sign, first="- ", rest="  ")]
    if document.moves:
        lines += _wrap(gettext("Changed since %(edition)s:") % {"edition": document.moved_since})
        lines += [line for move in document.moves for line in _wrap(moving.sentence(move), first="- ", rest="  ")]
    return lines


def _coverage(document: Document) -> list[str]:
    return [wrapped for line in blind_spots.lines(document.coverage) for wrapped in _wrap(str(line))]


def _source(entry: SourceEntry) -> list[str]:
    kind = str(PublisherKind(entry.kind).label)
    party = ", " + gettext("speaks for a party") if entry.is_party else ""
    published = _published(entry)
    text = (
        f"[{entry.number}] {entry.publisher} ({kind}, {entry.language}{party}) “{entry.title}” {published} · "
        + gettext("retrieved %(moment)s UTC") % {"moment": _moment(entry.retrieved_at, "UTC")}
        + f" · sha256 {entry.sha256[:12]}"
    )
    # Addresses are never broken; those of parties carry an asterisk.
    address = f"{'* ' if entry.is_party else ''}{entry.url}" if entry.url else gettext("Not on the web.")
    return [*_wrap(text, rest="    "), f"    {address}"]


def _published(entry: SourceEntry) -> str:
    if entry.published_at is None:
        return pgettext("publication", "undated")
    if entry.published_precision == "day":
        return _date(entry.published_at.date())
    return f"{_moment(entry.published_at, 'UTC')} UTC"


def _corrections(document: Document) -> list[str]:
    return [
        line
        for each in document.corrections
        for line in _wrap(f"{each.edition_id} ({_date(each.corrected_at.date())}): {each.text}", first="- ", rest="  ")
    ]


def _date(date: dt.date) -> str:
    return formats.date_format(date, "j F Y")


def _moment(moment: dt.datetime, zone: str) -> str:
    return formats.date_format(moment.astimezone(zoneinfo.ZoneInfo(zone)), "j F Y H:i")


def _wrap(text: str, *, first: str = "", rest: str = "") -> list[str]:
    return [
        line
        for paragraph in text.splitlines()
        if paragraph.strip()
        for line in textwrap.wrap(
            paragraph,
            _WIDTH,
            initial_indent=first,
            subsequent_indent=rest,
            break_long_words=False,
            break_on_hyphens=False,
        )
    ]
