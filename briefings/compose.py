"""Rows of an edition become one Document. Reads; never writes, never reads the clock.

The number of queries does not grow with the number of claims.
"""

from __future__ import annotations

import dataclasses
import json
import typing
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext

from briefings import calibration, judgements, scales
from briefings import models as rows
from briefings.models import Edition, Section
from briefings.render import document as value
from briefings.render.document import Document
from briefings.scripts import romanised
from countries import regions
from countries.naming import name_in
from monitoring import counts, coverage
from sources.models import EvidenceLabel, FullText, Item, ReusePolicy, Revision

#: Languages written from right to left.
_RTL = frozenset(["ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "ug", "ur", "yi"])
_DAYS = 28


@dataclass(frozen=True, slots=True)
class StoryCount:
    """How often a story was reported, and by how many independent origins."""

    story: int
    reports: int
    origins: int


@dataclass(frozen=True, slots=True)
class Measured:
    """What moves by itself while people write: counts, coverage, sizes of stories. Fixed when sent for review."""

    days: tuple[value.DayCount, ...]
    coverage: value.Coverage
    stories: tuple[StoryCount, ...]
    track: value.Track | None = None


def document_of(edition: Edition) -> Document:
    """The frozen Document of an issued edition (with its present standing), or the one its rows make now."""
    if edition.is_frozen and edition.document is not None:
        return dataclasses.replace(value.from_json(edition.document), status=edition.status)
    return compose(edition)


def compose(edition: Edition) -> Document:
    """The Document that the edition's rows make now."""
    claims = list(
        rows.Claim.objects.filter(edition=edition).select_related("story").order_by("section", "position", "id")
    )
    passages = _passages(edition)
    source = edition.translation_of
    measured = measured_of(source or edition) or measure(edition, claims=claims)
    by_section = {section: [claim for claim in claims if claim.section == section] for section in Section.values}
    in_order = [claim for section in Section.values for claim in by_section[section]]
    numbers = _numbers(in_order, passages)
    sizes = {count.story: count for count in measured.stories}

    def section(name: Section) -> tuple[value.Claim, ...]:
        return tuple(_claim(claim, passages.get(claim.pk, []), numbers, sizes) for claim in by_section[name])

    before = Edition.objects.before(source or edition).select_related("situation").defer("document", "measured").first()
    with translation.override(edition.language):
        prepared_by, approved_by = gettext("Curator desk"), gettext("Editor")
    return Document(
        id=edition.public_id,
        situation_code=edition.situation.code,
        situation_name=name_in(edition.situation, edition.language),
        language=edition.language,
        direction="rtl" if edition.language.split("-")[0] in _RTL else "ltr",
        date=edition.date,
        kind=edition.kind,
        sequence=edition.sequence,
        version=edition.version,
        status=edition.status,
        tlp=edition.tlp,
        time_zone=edition.situation.time_zone,
        period_start=edition.period_start,
        period_end=edition.period_end,
        issued_at=edition.published_at,
        next_issue_at=None,
        prepared_by=prepared_by,
        approved_by=approved_by if edition.approved_by_id else "",
        is_sample=settings.DEMO,
        bottom_line=edition.bottom_line,
        trend=edition.trend,
        level=edition.level,
        level_since=edition.level_since,
        likelihood=edition.likelihood,
        confidence=edition.confidence,
        what_changed=section(Section.WHAT_CHANGED),
        key_developments=section(Section.KEY_DEVELOPMENTS),
        calendar=tuple(
            value.CalendarEntry(entry.date, entry.text) for entry in edition.calendar.order_by("date", "id")
        ),
        days=measured.days,
        assessment=edition.assessment,
        alternative=edition.alternative,
        signs=tuple(edition.signs),
        local_perspective=section(Section.LOCAL_PERSPECTIVE),
        actors=section(Section.ACTORS),
        engaged=section(Section.ENGAGED),
        options=section(Section.OPTIONS),
        unknown=edition.unknown,
        coverage=measured.coverage,
        sources=_sources(numbers, passages),
        corrections=_corrections(edition),
        triggers=tuple(
            value.Trigger(row.code, row.text, row.count, row.baseline, row.verdict)
            for row in edition.triggers.exclude(verdict="").order_by("id")
        ),
        translated_from=source.language if source else "",
        source_id=source.public_id if source else "",
        moves=_moves(edition, before) if before else (),
        moved_since=before.public_id if before else "",
        horizon=edition.horizon,
        resolution_rule=edition.resolution_rule,
        track=measured.track,
    )


# ------------------------------------------------------------------------------------------- what moves by itself


def measure(edition: Edition, *, claims: Sequence[rows.Claim] | None = None) -> Measured:
    """Counts and coverage as they stand now."""
    if claims is None:
        claims = list(rows.Claim.objects.filter(edition=edition).select_related("story"))
    stories = {claim.story_id: claim.story for claim in claims if claim.story is not None}
    return Measured(
        days=tuple(
            value.DayCount(day.date, day.value, day.feeds_active, day.feeds_expected, day.is_complete)
            for day in counts.strip(edition.situation, until=edition.date, days=_DAYS)
        ),
        coverage=_coverage(coverage.panel(edition.situation, date=edition.date)),
        stories=tuple(
            StoryCount(story.pk, story.item_count, story.origin_count)
            for story in sorted(stories.values(), key=lambda story: story.pk)
        ),
        track=_track(edition),
    )


def _track(edition: Edition) -> value.Track | None:
    """How often the edition's term came true until now; None where too few statements of it are resolved to say."""
    term = scales.term_of(edition.likelihood, edition.language)
    if term is None:
        return None
    score = calibration.scores(judgements.outcomes(rows.Statement.objects.filter(term=term).with_outcome()))[term]
    if score.is_few:
        return None
    return value.Track(
        scales.likelihood_terms(edition.likelihood, edition.language)[0], score.came_true, score.resolved
    )


def _coverage(panel: coverage.Panel) -> value.Coverage:
    return value.Coverage(
        panel.expected,
        panel.seen,
        tuple(
            value.CoverageGroup(
                each.kind,
                each.expected,
                each.seen,
                each.silent,
                tuple(", ".join(map(regions.name, codes)) for codes in each.places),
                each.quieter,
            )
            for each in panel.groups
        ),
        panel.note,
        panel.languages,
        tuple(map(regions.name, panel.regions)),
        panel.regions_of,
        tuple(
            value.Shutdown(each.what, each.place, each.began_on, each.ended_on, each.source_url)
            for each in panel.shutdowns
        ),
    )


def measured_of(edition: Edition) -> Measured | None:
    """What was fixed when the edition was sent for review; None in a draft, where it is live."""
    if edition.measured is None:
        return None
    return typing.cast(Measured, value.build(Measured, edition.measured))


def measured_json(measured: Measured) -> dict[str, object]:
    """For the edition's row; ``measured_of`` undoes it."""
    written = json.dumps(dataclasses.asdict(measured), default=lambda date: date.isoformat())
    return typing.cast(dict[str, object], json.loads(written))


# ------------------------------------------------------------------------------------------- claims and sources


def _passages(edition: Edition) -> dict[int, list[rows.Passage]]:
    """Passages by claim, each with everything its source entry needs, in one query."""
    found = (
        rows.Passage.objects.filter(claim__edition=edition)
        .select_related("revision__item__feed__publisher", "revision__full_text__snapshot")
        .defer("revision__text", "revision__full_text__text", "revision__full_text__snapshot__headers")
        .order_by("claim_id", "id")
    )
    by_claim: dict[int, list[rows.Passage]] = {}
    for passage in found:
        by_claim.setdefault(passage.claim_id, []).append(passage)
    return by_claim


def _numbers(claims: Iterable[rows.Claim], passages: dict[int, list[rows.Passage]]) -> dict[int, int]:
    """Number of the source of each revision, from 1 in reading order."""
    numbers: dict[int, int] = {}
    for claim in claims:
        for passage in passages.get(claim.pk, []):
            numbers.setdefault(passage.revision_id, len(numbers) + 1)
    return numbers


def _claim(
    claim: rows.Claim, passages: list[rows.Passage], numbers: dict[int, int], sizes: dict[int, StoryCount]
) -> value.Claim:
    size = sizes.get(claim.story_id) if claim.story_id else None
    reports, origins = _quoted(passages)
    return value.Claim(
        id=f"c{claim.pk}",
        kind=claim.kind,
        headline=claim.headline,
        text=claim.text,
        label=claim.label,
        mark=claim.mark,
        passages=tuple(_passage(passage, numbers[passage.revision_id]) for passage in passages),
        reports=max(reports, size.reports) if size else 0,
        origins=max(origins if claim.label == EvidenceLabel.CORROBORATED else 0, size.origins) if size else 0,
        name=claim.name,
        role=claim.role,
        attribution=claim.attribution,
        risk=claim.risk,
        judgements=tuple(claim.judgements),
    )


def _quoted(passages: Iterable[rows.Passage]) -> tuple[int, int]:
    """How many reports the passages come from, and whether from one or two owners that speak for no party: a person who calls
    a claim corroborated may have brought together what the machine kept apart as different stories. No more than two, and for
    no other label: owners are no origins, since one may copy another, and the story's own count knows that."""
    items = {passage.revision.item_id: passage.revision.item for passage in passages}
    publishers = [item.feed.publisher for item in items.values()]
    owners = {each.owner for each in publishers if not each.is_party}
    return len(items), min(len(owners), 2)


def _passage(passage: rows.Passage, number: int) -> value.Passage:
    return value.Passage(
        id=f"p{passage.pk}",
        source=number,
        exact=passage.exact,
        prefix=passage.prefix,
        suffix=passage.suffix,
        start=passage.start,
        end=passage.end,
        language=_language(passage.revision.item),
        place=passage.place,
    )


def _sources(numbers: dict[int, int], passages: dict[int, list[rows.Passage]]) -> tuple[value.SourceEntry, ...]:
    """One entry per quoted revision, in the order of their numbers."""
    quoted: dict[int, list[rows.Passage]] = {}
    for each in passages.values():
        for passage in each:
            quoted.setdefault(passage.revision_id, []).append(passage)
    return tuple(_source(number, quoted[revision]) for revision, number in numbers.items())


def _source(number: int, passages: list[rows.Passage]) -> value.SourceEntry:
    """The entry of one revision. Its hash is that of the fullest stored text that was quoted."""
    fullest = min(passages, key=lambda passage: ["page", "feed", "title"].index(passage.place))
    revision = fullest.revision
    item = revision.item
    publisher = item.feed.publisher
    full = _full_text(revision)
    is_from_page = full is not None and fullest.place == rows.Passage.Place.PAGE
    return value.SourceEntry(
        number=number,
        publisher=publisher.name,
        kind=publisher.kind,
        language=_language(item),
        is_party=publisher.is_party,
        title=revision.title,
        url=item.url,
        published_at=item.published_at,
        published_precision=item.published_precision,
        retrieved_at=full.snapshot.retrieved_at if full is not None and is_from_page else revision.seen_at,
        sha256=fullest.text_sha256,
        is_full_text_public=item.feed.reuse_policy == ReusePolicy.FULL_TEXT_PUBLIC and full is not None,
        romanised_title=romanised(revision.title),
    )


def _full_text(revision: Revision) -> FullText | None:
    try:
        return revision.full_text
    except FullText.DoesNotExist:
        return None


def _language(item: Item) -> str:
    return item.language or item.feed.language or "und"


def _moves(edition: Edition, before: Edition) -> tuple[value.Move, ...]:
    """The judgements that are not those of the edition before."""
    now, then = (scales.term_of(each.likelihood, each.language) for each in (edition, before))
    words = scales.LIKELIHOOD.get(edition.language.split("-")[0], ())
    moves = [
        value.Move("trend", before.trend, edition.trend, edition.trend_reason),
        value.Move("level", str(before.level), str(edition.level), edition.level_reason),
    ]
    if now is not None and then is not None:
        moves.append(value.Move("likelihood", words[then], words[now], edition.likelihood_reason))
    return tuple(move for move in moves if move.before != move.after)


def _corrections(edition: Edition) -> tuple[value.Correction, ...]:
    """What each version from the second on says was wrong in the one before it."""
    if edition.version == 1:
        return ()
    versions = {
        version.version: version
        for version in Edition.objects.versions_of(edition).select_related("situation").defer("document")
    }
    versions[edition.version] = edition
    return tuple(
        value.Correction(
            versions[number - 1].public_id, versions[number].correction_note, versions[number].assembled_at
        )
        for number in range(2, edition.version + 1)
        if number in versions and number - 1 in versions and versions[number].correction_note
    )
