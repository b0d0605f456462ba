"""Plays the people of the demo's desk: decides on tags, sets phases, writes, signs and publishes editions.

Goes through the domain functions that the desk's pages call, and writes no row of theirs itself. Doing it again on what
stands changes nothing; what a visitor has begun is left alone.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from briefings import passages, workflow, writing
from briefings.assemble import assemble
from briefings.models import (
    ChangeMark,
    Claim,
    ClaimKind,
    Edition,
    EditionStatus,
    Part,
    Participation,
    Section,
)
from countries.clock import cut_off_on
from countries.models import Situation, Tag, TagSuggestion, Term, Verdict
from countries.phases import phase_on, set_phase
from countries.tagging import decide
from monitoring.counts import count_days
from monitoring.coverage import measure
from sample.content import Article, Library
from sample.editions import WrittenClaim, WrittenEdition
from sources.models import EvidenceLabel, Item, Story
from sources.stories import merge, split

PHASES = Path(__file__).resolve().parent / "phases.toml"
FRAMEWORK = "un-framework"

_STRIP = 28
#: When the desk works on an edition, counted from its cut-off.
_ASSEMBLED = dt.timedelta(minutes=5)
_WRITTEN = dt.timedelta(minutes=20)
_SUBMITTED = dt.timedelta(minutes=35)
_APPROVED = dt.timedelta(minutes=50)
_PUBLISHED = dt.timedelta(minutes=55)
_WITH_STORY = {Section.WHAT_CHANGED, Section.KEY_DEVELOPMENTS}


class CannotPlay(Exception):
    """The sample and what the pipeline made of it do not fit together; the message says where."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Who works there, and what the pipeline made of each article."""

    curator: User
    editor: User
    items: Mapping[str, Item]  # by article id


@dataclass(frozen=True, slots=True)
class Tagged:
    """What deciding came to."""

    accepted: int = 0
    rejected: int = 0
    added: int = 0
    terms: int = 0


@dataclass(frozen=True, slots=True)
class Sorted:
    """How many stories were merged into another, and how many events were taken out of one."""

    merged: int = 0
    split: int = 0


def tag(desk: Desk, library: Library, *, at: dt.datetime) -> Tagged:
    """Every suggestion on what was published by ``at`` is decided on, and what was missed is added, as the articles'
    front matter says. What came later waits in the queue for a visitor; what somebody has decided already stands."""
    situations = {situation.code: situation for situation in Situation.objects.all()}
    terms = {term.code: term for term in Term.objects.filter(scheme__code=FRAMEWORK, scheme__is_current=True)}
    decided = _decided(desk)
    suggested = _suggested(desk)
    counts = dict.fromkeys(("accepted", "rejected", "added", "terms"), 0)
    for article in library:
        if article.published > at:
            continue
        item = desk.items[article.id]
        for code in sorted(suggested.get(item.pk, set()) | set(article.situations)):
            if (item.pk, code, None) in decided:
                continue
            act = decide.accept if code in article.situations else decide.reject
            made = act(item, situation=situations[code], by=desk.curator, at=at)
            counts[Verdict(made.verdict).value] += 1
        for code, term in _terms(article, terms):
            if (item.pk, code, term.pk) not in decided:
                decide.tag_term(item, situation=situations[code], term=term, by=desk.curator, at=at)
                counts["terms"] += 1
    return Tagged(**counts)


def _decided(desk: Desk) -> set[tuple[int, str, int | None]]:
    items = [item.pk for item in desk.items.values()]
    return set(Tag.objects.current().filter(item__in=items).values_list("item_id", "situation__code", "term_id"))


def _suggested(desk: Desk) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    rows = TagSuggestion.objects.filter(item__in=[item.pk for item in desk.items.values()])
    for item_id, code in rows.values_list("item_id", "situation__code"):
        found.setdefault(item_id, set()).add(code)
    return found


def _terms(article: Article, terms: Mapping[str, Term]) -> Iterator[tuple[str, Term]]:
    """The framework's indicators that the article carries, in each of its situations."""
    for indicator in article.indicators:
        if indicator not in terms:
            raise CannotPlay(f"{article.path.name}: {indicator} is no indicator of the framework")
        for code in article.situations:
            yield code, terms[indicator]


def sort_stories(desk: Desk, library: Library, editions: Sequence[WrittenEdition], *, at: dt.datetime) -> Sorted:
    """Reports of one event that an edition quotes stand in one story, and reports of other events in other stories.

    Events whose stories a person has sorted already are left as they are.
    """
    quoted = sorted({library.latest(article).story for edition in editions for article in edition.articles})
    events = {desk.items[article.id].pk: article.story for article in library}
    taken_out = merged = 0
    for event in quoted:
        own = [pk for pk, its_event in events.items() if its_event == event]
        if Item.objects.filter(pk__in=own, story_by_person=True).exists():
            continue
        for parts in _by_story(events).values():
            mine = [item for item in parts if events[item.pk] == event]
            if mine and len(mine) < len(parts):
                split(mine, by=desk.curator, at=at)
                taken_out += 1
        into, *others = [
            story for story, parts in _by_story(events).items() if {events[item.pk] for item in parts} == {event}
        ]
        for story in others:
            merge(Story.objects.get(pk=story), into=Story.objects.get(pk=into), by=desk.curator, at=at)
            merged += 1
    return Sorted(merged, taken_out)


def _by_story(events: Mapping[int, str]) -> dict[int, list[Item]]:
    found: dict[int, list[Item]] = {}
    for item in Item.objects.filter(pk__in=events, story__isnull=False).order_by("reported_at", "pk"):
        if item.story_id is not None:
            found.setdefault(item.story_id, []).append(item)
    return found


def set_phases(desk: Desk, *, file: Path = PHASES) -> int:
    """The desk's phases stand as the file says; returns how many there are."""
    rows = tomllib.loads(file.read_text(encoding="utf-8"))["phase"]
    for row in rows:
        situation = Situation.objects.get(code=row["situation"])
        since: dt.date = row["since"]
        at = cut_off_on(since + dt.timedelta(days=1), time_zone=situation.time_zone, cut_off=situation.cut_off)
        set_phase(situation, level=row["level"], since=since, reason=row["reason"], by=desk.editor, at=at)
    return len(rows)


def issue(desk: Desk, written: WrittenEdition, *, is_held: bool) -> Edition:
    """Afterwards the edition is published, or in review where it ``is_held`` for a visitor to sign.

    What people have written or decided in it before is left as it is. Raises CannotPlay.
    """
    situation = Situation.objects.get(code=written.situation)
    closed = cut_off_on(written.date, time_zone=situation.time_zone, cut_off=situation.cut_off)
    with transaction.atomic():
        edition = assemble(situation, date=written.date, at=closed + _ASSEMBLED)
        is_touched = Participation.objects.filter(edition=edition, part=Part.WROTE).exists()
        if edition.status == EditionStatus.DRAFT and not is_touched:
            _measure(situation, written.date, at=closed + _ASSEMBLED)
            _write(desk, edition, written, at=closed + _WRITTEN)
            edition = _submit(desk, edition, at=closed + _SUBMITTED)
    if is_held:
        return edition
    if edition.status == EditionStatus.IN_REVIEW:
        edition = workflow.approve(edition, by=desk.editor, at=closed + _APPROVED)
    if edition.status == EditionStatus.APPROVED:
        edition = workflow.publish(edition, by=desk.editor, at=closed + _PUBLISHED)
    return edition


def _measure(situation: Situation, date: dt.date, *, at: dt.datetime) -> None:
    """What the schedule would have done on that day: counts up to it, and what the desk could see."""
    count_days(situation, dates=[date - dt.timedelta(days=n) for n in range(_STRIP)], at=at)
    measure(situation, date=date, at=timezone.now())


def _write(desk: Desk, edition: Edition, written: WrittenEdition, *, at: dt.datetime) -> None:
    """The written words take the place of the machine's draft."""
    curator = desk.curator
    for drafted in list(edition.claims.order_by("id")):
        writing.remove_claim(drafted, by=curator, at=at)
    for carried in list(edition.calendar.order_by("id")):
        writing.remove_date(carried, by=curator, at=at)
    phase = phase_on(edition.situation, written.date)
    if phase is None or phase.level != written.level:
        raise CannotPlay(f"{written.situation} {written.date}: the level is not the phase that the desk has set")
    writing.write(
        edition,
        by=curator,
        at=at,
        kind=written.kind,
        bottom_line=written.bottom_line,
        trend=written.trend,
        level=written.level,
        level_since=phase.since,
        likelihood=written.likelihood,
        confidence=written.confidence,
        assessment=written.assessment,
        alternative=written.alternative,
        signs=list(written.signs),
        unknown=written.unknown,
        trend_reason=written.trend_reason,
        level_reason=written.level_reason,
        likelihood_reason=written.likelihood_reason,
        resolution_rule=written.resolution_rule,
        horizon=written.horizon,
    )
    for claim in written.claims:
        _write_claim(desk, edition, claim, at=at)
    for entry in written.calendar:
        writing.add_date(edition, date=entry.date, text=entry.text, by=curator, at=at)


def _write_claim(desk: Desk, edition: Edition, written: WrittenClaim, *, at: dt.datetime) -> Claim:
    section = Section(written.section)
    quoted = [desk.items[quotation.article] for quotation in written.quotations]
    claim = writing.add_claim(
        edition,
        section=section,
        by=desk.curator,
        at=at,
        kind=ClaimKind.JUDGEMENT if section == Section.OPTIONS else ClaimKind.CLAIM,
        headline=written.headline,
        text=written.text,
        label=written.label,
        label_reason=written.label_reason,
        mark=ChangeMark(written.mark) if written.mark else "",
        name=written.name,
        role=written.role,
        attribution=written.attribution,
        risk=written.risk,
        story=_story_of(written, quoted) if section in _WITH_STORY else None,
    )
    for quotation, item in zip(written.quotations, quoted, strict=True):
        try:
            passages.quote(claim, item=item, exact=quotation.exact, by=desk.curator, at=at)
        except passages.PassageNotFound as error:
            raise CannotPlay(f"{edition}: {quotation.article} does not say {quotation.exact!r}") from error
    return claim


def _story_of(written: WrittenClaim, items: Sequence[Item]) -> Story | None:
    """The story that all quoted items report, as long as its origins bear the label out.

    A claim on several events rests on no single story; nor does one that takes a single voice from a story that many tell.
    """
    found = set(Item.objects.filter(pk__in=[item.pk for item in items]).values_list("story_id", flat=True))
    story = Story.objects.filter(pk__in=found).first() if len(found) == 1 else None
    if story is None:
        return None
    has_many = story.origin_count > 1
    fits = {EvidenceLabel.CORROBORATED.value: has_many, EvidenceLabel.SINGLE_SOURCE.value: not has_many}
    return story if fits.get(written.label, True) else None


def _submit(desk: Desk, edition: Edition, *, at: dt.datetime) -> Edition:
    try:
        return workflow.submit(edition, by=desk.curator, at=at)
    except workflow.NotReady as error:
        found = "; ".join(
            f"{finding.code} in {finding.where} {dict(finding.values)}"
            for finding in error.findings
            if finding.is_blocking
        )
        raise CannotPlay(f"{edition} is not ready to be signed: {found}") from error


def held(editions: Sequence[WrittenEdition]) -> WrittenEdition:
    """The edition that is left in review, so that a visitor can be the second key: South Sudan's last."""
    return max((edition for edition in editions if edition.situation == "SSD"), key=lambda edition: edition.date)
