"""Assembling: the accepted items of a period become the draft of an edition.

A draft holds attributed quotations, never words of ours. Assembling again replaces only what the machine drafted and
nobody touched; what a person wrote stays, and what a person removed does not come back.

The period runs from the end of the last issued edition's period (or a day before the cut-off) to the cut-off. Items
that arrived late belong to it too: reported up to 72 hours before it, seen or accepted after the last edition was
assembled, and in no earlier edition.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils import formats, translation
from django.utils.translation import gettext

from accounts.models import User
from briefings import dates, drafting, standing
from briefings.drafting import Draft, Group
from briefings.limits import ENTRIES, LIMITS, SECTIONS
from briefings.models import (
    ChangeMark,
    Claim,
    CoveredItem,
    Dismissal,
    Edition,
    EditionKind,
    EditionStatus,
    Part,
    Participation,
    Passage,
    Section,
    Step,
    Trend,
)
from countries.clock import cut_off_on, newest_edition_date
from countries.models import Situation, Tag, Tier
from countries.phases import phase_on
from sources import weigh
from sources.models import EvidenceLabel, Item

_DAY = dt.timedelta(hours=24)
_LATE = dt.timedelta(hours=72)
_DRAFTED = (Section.WHAT_CHANGED, Section.KEY_DEVELOPMENTS)


class CutOffTooEarly(Exception):
    """The period would end before it begins: an edition with a later cut-off has been issued."""


@dataclass(frozen=True, slots=True)
class Period:
    """What an edition covers: after ``start``, up to ``end``; and the issued edition before it."""

    start: dt.datetime
    end: dt.datetime
    previous: Edition | None


def assemble(situation: Situation, *, date: dt.date, at: dt.datetime, language: str = "en") -> Edition:
    """The day's edition: made, or brought up to date where it is a draft; an edition past that is returned as it is.

    Safe to repeat and to run twice at once: the situation's row is the lock. Raises CutOffTooEarly.
    """
    with transaction.atomic():
        Situation.objects.select_for_update(no_key=True).get(pk=situation.pk)
        edition = (
            Edition.objects.select_for_update(of=("self",), no_key=True)
            .select_related("situation")
            .daily()
            .filter(situation=situation, date=date, language=language)
            .order_by("-version")
            .first()
        )
        if edition is not None and (edition.status != EditionStatus.DRAFT or edition.version > 1):
            return edition
        period = period_of(situation, date=date, language=language)
        items = accepted_items(situation, period)
        scales = weigh.Scales()
        groups = _ranked(_grouped(items, period.previous, scales, language=language))
        notices = standing.changed(period.previous)
        is_new = edition is None
        edition = edition or Edition(situation=situation, date=date, language=language)
        _head(edition, period, is_quiet=not items and not notices, at=at)
        if is_new:
            dates.carry_over(edition)
        CoveredItem.objects.bulk_create(
            [CoveredItem(edition=edition, item=item) for item in items], ignore_conflicts=True
        )
        CoveredItem.objects.filter(edition=edition).exclude(item__in=items).delete()
        _draft(edition, _with_notices(groups, notices), scales)
        return edition


@transaction.atomic
def open_flash(situation: Situation, *, at: dt.datetime, by: User, language: str = "en") -> Edition:
    """A new flash of the situation, dated by its newest edition's day or, within a day, the next number.

    Its one development is drafted from the foremost story of the last day that no issued edition covers.
    """
    Situation.objects.select_for_update(no_key=True).get(pk=situation.pk)
    date = newest_edition_date(at, time_zone=situation.time_zone, cut_off=situation.cut_off)
    flashes = Edition.objects.filter(situation=situation, date=date, kind=EditionKind.FLASH, language=language)
    last = flashes.order_by("-sequence").values_list("sequence", flat=True).first()
    edition = Edition(
        situation=situation,
        date=date,
        language=language,
        kind=EditionKind.FLASH,
        sequence=(last or 0) + 1,
        period_start=at - _DAY,
        period_end=at,
        assembled_at=at,
    )
    _level(edition)
    edition.save()
    Step.objects.create(edition=edition, act=Step.Act.OPENED, by=by, at=at)
    issued = CoveredItem.objects.filter(edition__in=Edition.objects.issued().filter(situation=situation))
    known = set(issued.values_list("item_id", flat=True))
    items = [item for item in accepted_items(situation, Period(at - _DAY, at, None)) if item.pk not in known]
    CoveredItem.objects.bulk_create([CoveredItem(edition=edition, item=item) for item in items])
    scales = weigh.Scales()
    _draft(edition, _ranked(_grouped(items, None, scales, language=language)), scales)
    return edition


def due(*, at: dt.datetime) -> list[tuple[Situation, dt.date]]:
    """Situations whose newest edition is to be assembled: its cut-off has passed and it was not assembled since.

    A situation with nothing accepted and no issued edition is left alone: there is nothing to say and nothing said that
    still stands.
    """
    found = []
    for situation in Situation.objects.filter(tier__in=[Tier.INTENSIVE, Tier.DAILY]).order_by("code"):
        date = newest_edition_date(at, time_zone=situation.time_zone, cut_off=situation.cut_off)
        editions = Edition.objects.daily().filter(situation=situation, date=date)
        edition = editions.order_by("-version").only("status", "assembled_at", "period_end").first()
        if edition is not None:
            if edition.status == EditionStatus.DRAFT and edition.assembled_at < edition.period_end <= at:
                found.append((situation, date))
            continue
        period = period_of(situation, date=date, language="en")
        if period.previous is not None or accepted_items(situation, period):
            found.append((situation, date))
    return found


def period_of(situation: Situation, *, date: dt.date, language: str) -> Period:
    """What the edition of that date covers. Raises CutOffTooEarly."""
    end = cut_off_on(date, time_zone=situation.time_zone, cut_off=situation.cut_off)
    previous = (
        Edition.objects.daily()
        .issued()
        .exclude(status=EditionStatus.WITHDRAWN)
        .filter(situation=situation, language=language, date__lt=date)
        .defer("document")
        .newest_first()
        .first()
    )
    start = previous.period_end if previous is not None else end - _DAY
    if start >= end:
        raise CutOffTooEarly
    return Period(start, end, previous)


def accepted_items(situation: Situation, period: Period) -> list[Item]:
    """Items that people accepted for the situation and that belong to the period, with all that drafting reads."""
    tags = Tag.objects.standing().situations().filter(situation=situation)
    within = Q(reported_at__gt=period.start, reported_at__lte=period.end)
    if period.previous is not None:
        since = period.previous.assembled_at
        covered = CoveredItem.objects.filter(edition__in=Edition.objects.issued().filter(situation=situation))
        within |= Q(reported_at__gt=period.start - _LATE, reported_at__lte=period.start) & (
            (Q(first_seen_at__gt=since) | Q(pk__in=tags.filter(decided_at__gt=since).values("item")))
            & ~Q(pk__in=covered.values("item"))
        )
    return list(
        Item.objects.filter(within, pk__in=tags.values("item"), current__isnull=False)
        .with_text()
        .select_related("story", "feed__publisher", "current__full_text")
        .order_by("reported_at", "pk")
    )


def _grouped(items: Sequence[Item], previous: Edition | None, scales: weigh.Scales, *, language: str) -> list[Group]:
    """One group per story; an item without a story is a group of its own."""
    known: set[int | None] = set()
    if previous is not None:
        covered = CoveredItem.objects.filter(edition=previous)
        known = set(covered.exclude(item__story=None).values_list("item__story_id", flat=True))
    by_story: dict[object, list[Item]] = {}
    for item in items:
        by_story.setdefault(item.story_id or ("item", item.pk), []).append(item)
    given = standing.labels(previous)
    groups = []
    for members in by_story.values():
        story = members[0].story
        mark, was = standing.mark_of(story, known, given)
        # Of a story that fell the whole of it is weighed: that the period alone holds fewer reports is no fall.
        label = story.label if was and story is not None else _label(members, scales)
        groups.append(Group(story, drafting.best_first(members, language=language), mark, label, was))
    return groups


def _label(items: Sequence[Item], scales: weigh.Scales) -> str:
    """A person's, where one has chosen the story's; else what the reports of the period bear out, which may be fewer than
    the story has. What anybody disputed of the story stays disputed, unless only parties are left to claim it."""
    story = items[0].story
    if story is not None and story.label_by_person:
        return story.label_by_person
    label = scales.weigh(items).label
    is_disputed = story is not None and story.label == EvidenceLabel.DISPUTED
    return EvidenceLabel.DISPUTED.value if is_disputed and label != EvidenceLabel.CLAIMED_BY_PARTY else label


def _ranked(groups: Iterable[Group]) -> list[Group]:
    """Most independent origins first, then the newest."""
    return sorted(groups, key=lambda group: (-group.origins, -group.newest.timestamp(), group.items[0].pk))


def _with_notices(groups: Sequence[Group], notices: Sequence[Group]) -> list[Group]:
    """What no longer stands comes first, since readers have it from us; then the rest. One line for each story."""
    corrected = {group.story.pk for group in notices if group.story and group.mark == ChangeMark.CORRECTED}
    fresh = {group.story.pk for group in groups if group.story}
    first = [
        group
        for group in notices
        if group.mark == ChangeMark.CORRECTED or group.story is None or group.story.pk not in fresh
    ]
    fallen = [group for group in groups if group.was and not (group.story and group.story.pk in corrected)]
    rest = [group for group in groups if group not in fallen]
    return [*first, *fallen, *rest]


# ------------------------------------------------------------------------------------------------ the head


def _head(edition: Edition, period: Period, *, is_quiet: bool, at: dt.datetime) -> None:
    """Period and time always; the rest only as long as nobody has written in the edition."""
    edition.period_start, edition.period_end, edition.assembled_at = period.start, period.end, at
    if edition.pk is None or not Participation.objects.filter(edition=edition, part=Part.WROTE).exists():
        edition.kind = EditionKind.QUIET if is_quiet else EditionKind.ROUTINE
        edition.trend = Trend.UNCHANGED
        _level(edition)
        edition.bottom_line, edition.assessment = _quiet_words(edition, period) if is_quiet else ("", "")
    edition.save()


def _level(edition: Edition) -> None:
    """The desk's newest phase. Without one the level is 0 and has no date: nobody has set it."""
    phase = phase_on(edition.situation, edition.date)
    edition.level, edition.level_since = (phase.level, phase.since) if phase else (0, None)


def _quiet_words(edition: Edition, period: Period) -> tuple[str, str]:
    """What a quiet day says: since when nothing changed, and the standing judgement with its date."""
    last = period.previous
    with translation.override(edition.language):
        if last is None:
            return gettext("No report of the period has been accepted."), ""
        day = formats.date_format(last.date, "j F Y")
        bottom_line = gettext("No material change since %(day)s.") % {"day": day}
        judged = last if last.kind != EditionKind.QUIET else _last_judgement(last)
        if judged is None or not judged.bottom_line:
            return bottom_line, ""
        return bottom_line, gettext("Standing judgement of %(day)s: “%(judgement)s”") % {
            "day": formats.date_format(judged.date, "j F Y"),
            "judgement": judged.bottom_line,
        }


def _last_judgement(edition: Edition) -> Edition | None:
    return (
        Edition.objects.standing()
        .daily()
        .filter(situation=edition.situation_id, language=edition.language, date__lt=edition.date)
        .exclude(kind=EditionKind.QUIET)
        .defer("document")
        .newest_first()
        .first()
    )


# ------------------------------------------------------------------------------------------------ the claims


def _draft(edition: Edition, groups: Sequence[Group], scales: weigh.Scales) -> None:
    """Afterwards the untouched drafts of the edition are exactly those of these groups; their rows are kept."""
    zone = edition.situation.time_zone
    for section, most in drafted_sections(edition.kind):
        make = drafting.change if section == Section.WHAT_CHANGED else drafting.development
        wanted = _once([group for group in groups if _belongs(group, section)])
        free = drafting.fold(wanted, most=most, settled=_settled(edition, section, wanted))
        language = edition.language
        entries = [_joined(members, scales, language=language) for members in free]
        drafts = [
            make(group, position=(rank + 1) * 10, language=language, time_zone=zone)
            for rank, group in enumerate(entries)
        ]
        _keep(edition, section, drafts)


def drafted_sections(kind: str) -> list[tuple[Section, int]]:
    """The sections that the machine drafts in an edition of that kind, and how many entries at most."""
    return [
        (section, ENTRIES[kind].get(section, LIMITS[section].entries))
        for section in _DRAFTED
        if section in SECTIONS[kind]
    ]


def _belongs(group: Group, section: Section) -> bool:
    return section == Section.WHAT_CHANGED or group.is_of_period


def _once(groups: Sequence[Group]) -> list[Group]:
    """The first group of each story."""
    seen: dict[object, Group] = {}
    for group in groups:
        seen.setdefault(group.story.pk if group.story else ("item", group.items[0].pk), group)
    return list(seen.values())


def _joined(groups: Sequence[Group], scales: weigh.Scales, *, language: str) -> Group:
    """One group of those folded together: the best one's story, everybody's items."""
    first, *others = groups
    if not others or not first.is_of_period:
        return first
    items = [item for group in groups for item in group.items]
    label = first.label if first.was else _label(sorted(items, key=lambda item: (item.reported_at, item.pk)), scales)
    return dataclasses.replace(first, items=drafting.best_first(items, language=language), label=label)


def _settled(edition: Edition, section: Section, groups: Sequence[Group]) -> set[int]:
    """The places of the groups that a person has written about, or set aside, in that section."""
    written = Claim.objects.filter(edition=edition, section=section, is_drafted=False)
    stories = set(written.exclude(story=None).values_list("story_id", flat=True))
    items = set(written.values_list("passages__revision__item_id", flat=True))
    items |= set(Dismissal.objects.filter(edition=edition, section=section).values_list("item_id", flat=True))
    return {
        place
        for place, group in enumerate(groups)
        if (group.story is not None and group.story.pk in stories) or any(item.pk in items for item in group.items)
    }


def _keep(edition: Edition, section: Section, drafts: Sequence[Draft]) -> None:
    """Rows of drafts that still hold are kept or changed in place, so that an open editor does not lose them.

    As many queries for many stories as for few, as long as little has changed.
    """
    claims = (
        edition.claims.filter(section=section, is_drafted=True)
        .select_related("story")
        .prefetch_related("passages__revision")
    )
    old = {_key(claim): claim for claim in claims}
    new: list[tuple[Claim, Draft]] = []
    for draft in drafts:
        claim = old.pop(draft.story.pk if draft.story else f"item {draft.found[0].revision.item_id}", None)
        if claim is None:
            new.append((Claim(edition=edition, section=section, is_drafted=True, **draft.claim_fields()), draft))
        else:
            _renew(claim, draft)
    Claim.objects.bulk_create([claim for claim, _draft in new])
    Passage.objects.bulk_create([passage for claim, draft in new for passage in draft.passages_for(claim)])
    for claim in old.values():
        claim.delete()


def _key(claim: Claim) -> object:
    """The story a drafted claim is about, or the item where it has none."""
    if claim.story_id is not None:
        return claim.story_id
    return next((f"item {passage.revision.item_id}" for passage in claim.passages.all()), None)


def _renew(claim: Claim, draft: Draft) -> None:
    """Afterwards the row says what the draft says; where it does already, nothing is written."""
    fields = draft.claim_fields()
    if any(getattr(claim, name) != value for name, value in fields.items()):
        for name, value in fields.items():
            setattr(claim, name, value)
        claim.save(update_fields=list(fields))
    wanted = draft.passages_for(claim)
    if _selectors(sorted(claim.passages.all(), key=lambda passage: passage.pk)) != _selectors(wanted):
        claim.passages.all().delete()
        Passage.objects.bulk_create(wanted)


def _selectors(passages: Iterable[Passage]) -> list[tuple[object, ...]]:
    names = ("revision_id", "place", "start", "end", "text_sha256")
    return [tuple(getattr(passage, name) for name in names) for passage in passages]
