"""What the public pages show, as values: the front page's rows, an archive, a source with its quoted passages.

Reads only what has been issued; reads no clock.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse

from briefings import calendar, languages
from briefings import passages as quoting
from briefings.compose import document_of
from briefings.models import Artefact, Edition, EditionStatus, Passage
from briefings.render.document import Document, SourceEntry
from countries.clock import newest_edition_date
from countries.models import Situation
from sources.models import ReusePolicy, Revision

_TRENDS = {"worsening": 0, "unchanged": 1, "easing": 2}


@dataclass(frozen=True, slots=True)
class Row:
    """One situation on the front page, with its newest standing edition."""

    situation: Situation
    document: Document | None
    is_today: bool
    last_signed_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class ArchiveEntry:
    """One issued edition in a list."""

    id: str
    url: str
    date: dt.date
    kind: str
    bottom_line: str
    trend: str
    level: int
    status: str
    language: str


@dataclass(frozen=True, slots=True)
class File:
    """One output of an edition to keep."""

    name: str
    url: str
    sha256: str
    size: int
    form: str
    form_name: str

    def get_form_display(self) -> str:
        return self.form_name


@dataclass(frozen=True, slots=True)
class Tongue:
    """One language that an edition can be read in."""

    id: str
    url: str
    language: str
    name: str  # as its speakers call it
    is_current: bool


@dataclass(frozen=True, slots=True)
class Run:
    """Some words of a full text; ``is_quoted`` where a passage of the edition covers them."""

    text: str
    is_quoted: bool


def front_rows(at: dt.datetime, *, language: str = "en") -> list[Row]:
    """Every situation: those with an edition first, worst change first, then by name; in that language where it is
    translated."""
    latest = {edition.situation_id: edition for edition in Edition.objects.latest_per_situation()}
    sources = [edition.pk for edition in latest.values() if edition.language != languages.nearest(language)]
    translations = Edition.objects.standing().filter(translation_of__in=sources, language=languages.nearest(language))
    latest |= {
        edition.situation_id: edition for edition in translations.select_related("situation").order_by("version")
    }
    rows = []
    for situation in Situation.objects.by_name():
        edition = latest.get(situation.pk)
        rows.append(
            Row(
                situation=situation,
                document=document_of(edition) if edition else None,
                is_today=edition is not None and is_todays(edition, situation, at),
                last_signed_at=edition.published_at if edition else None,
            )
        )
    return sorted(rows, key=_worst_first)


def _worst_first(row: Row) -> tuple[int, int, int, str]:
    if row.document is None:
        return (2, 0, 0, row.situation.name)
    return (0 if row.is_today else 1, _TRENDS[row.document.trend], -row.document.level, row.situation.name)


def is_todays(edition: Edition, situation: Situation, at: dt.datetime) -> bool:
    """Whether it is the edition of the newest day whose cut-off has passed, or newer."""
    return edition.date >= newest_edition_date(at, time_zone=situation.time_zone, cut_off=situation.cut_off)


def archive_entries(editions: Sequence[Edition]) -> list[ArchiveEntry]:
    return [
        ArchiveEntry(
            id=edition.public_id,
            url=reverse("briefings:edition", args=[edition.public_id]),
            date=edition.date,
            kind=edition.kind,
            bottom_line=edition.bottom_line,
            trend=edition.trend,
            level=edition.level,
            status=edition.status,
            language=edition.language,
        )
        for edition in editions
    ]


def files_of(edition: Edition) -> list[File]:
    order = {form: position for position, form in enumerate(Artefact.Form.values)}
    return [
        File(
            name=artefact.name,
            url=reverse("briefings:artefact", args=[edition.public_id, artefact.name]),
            sha256=artefact.sha256,
            size=artefact.size,
            form=artefact.form,
            form_name=artefact.get_form_display(),
        )
        for artefact in sorted(edition.artefacts.all(), key=lambda artefact: order[artefact.form])
    ]


def newer_version(edition: Edition) -> str:
    """The public id of the issued version that took its place; empty where there is none."""
    later = Edition.objects.versions_of(edition).issued().filter(version__gt=edition.version)
    newest = later.select_related("situation").defer("document").order_by("-version").first()
    return newest.public_id if newest else ""


_VERSION = re.compile(r"v(\d{1,3})")


def earlier(edition: Edition, name: str) -> Edition | None:
    """The issued edition that a reader means by ``v1`` (a version of this one), ``2026-09-13`` (the newest version of that
    day) or an id; None where there is none of the same situation."""
    issued = Edition.objects.issued().filter(situation=edition.situation_id).select_related("situation")
    if match := _VERSION.fullmatch(name):
        found = issued.versions_of(edition).filter(version=int(match[1])).first()
    else:
        try:
            day = dt.date.fromisoformat(name)
        except ValueError:
            found = issued.with_public_id(name).first()
        else:
            found = issued.daily().filter(date=day, language=edition.language).newest_first().first()
    return found if found is not None and found.pk != edition.pk else None


def day_before(edition: Edition) -> str:
    """The date of the issued daily edition before this one, in ISO 8601; empty where this is the first."""
    before = Edition.objects.issued().daily().filter(situation=edition.situation_id, language=edition.language)
    date = before.filter(date__lt=edition.date).order_by("-date").values_list("date", flat=True).first()
    return date.isoformat() if date else ""


def issues(situation: Situation) -> list[calendar.Issue]:
    """Every issued edition of the situation, oldest first."""
    rows = (
        Edition.objects.issued()
        .in_source_language()
        .filter(situation=situation)
        .select_related("situation")
        .defer("document")
    )
    return [
        calendar.Issue(row.public_id, row.date, row.kind, row.status, row.trend)
        for row in rows.order_by("date", "published_at", "id")
    ]


def languages_of(edition: Edition) -> list[Tongue]:
    """The edition in its source language and its issued translations; empty where there is but one."""
    source = edition.translation_of_id or edition.pk
    found = Edition.objects.filter(Q(pk=source) | Q(translation_of=source)).issued().select_related("situation")
    latest = {each.language: each for each in found.defer("document").order_by("version")}
    if len(latest) < 2:
        return []
    return [
        Tongue(
            each.public_id,
            languages.address_in(reverse("briefings:edition", args=[each.public_id]), each.language),
            each.language,
            languages.own_name(each.language),
            each.language == edition.language,
        )
        for each in sorted(latest.values(), key=lambda each: (each.pk != source, each.language))
    ]


def newer_source(edition: Edition) -> str:
    """The public id of the edition that took the source's place; the source's own where it was withdrawn; else empty."""
    source = edition.translation_of
    if source is None or source.status == EditionStatus.PUBLISHED:
        return ""
    return newer_version(source) or source.public_id


def full_text(document: Document, entry: SourceEntry) -> list[list[Run]] | None:
    """Paragraphs of the whole text with the quoted words marked; None where the source's terms keep it from readers.

    The terms are those of today: a source that withdrew its permission is obeyed at once.
    """
    quoted = [passage for passage in document.passages_of(entry.number) if passage.place == "page"]
    if not entry.is_full_text_public or not quoted:
        return None
    row = Passage.objects.filter(pk=int(quoted[0].id.removeprefix("p"))).select_related(
        "revision__full_text", "revision__item__feed"
    )
    passage = row.first()
    if passage is None or passage.revision.item.feed.reuse_policy != ReusePolicy.FULL_TEXT_PUBLIC:
        return None
    return _paragraphs(_page(passage.revision), [(each.start, each.end) for each in quoted])


def _page(revision: Revision) -> str:
    return dict(quoting.texts(revision)).get("page", "")


def _paragraphs(text: str, spans: Sequence[tuple[int, int]]) -> list[list[Run]]:
    paragraphs = []
    for match in re.finditer(r"[^\n]+", text):
        runs: list[Run] = []
        cuts = sorted(
            {match.start(), match.end()}
            | {point for span in spans for point in span if match.start() < point < match.end()}
        )
        for start, end in itertools.pairwise(cuts):
            is_quoted = any(a <= start and end <= b for a, b in spans)
            runs.append(Run(text[start:end], is_quoted))
        paragraphs.append(runs)
    return paragraphs
