"""The way of an edition to publication: draft, in review, approved, published; corrected or withdrawn.

Two keys: nobody who wrote in an edition approves it, and what is published is exactly what was approved. The database
holds the first (migrations/0002); the second is held by the hash that the approval signs.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Collection

from django.db import transaction

from accounts.models import User
from briefings import compose, fidelity, judgements, lint, shelf
from briefings.copying import copy_parts
from briefings.models import Edition, EditionStatus, Override, Part, Participation, Step, Tlp
from briefings.render.document import Document, content_hash, to_json
from briefings.writing import OwnWriting, take_part, unapprove
from countries.clock import cut_off_on
from countries.tagging.queue import current_desk

__all__ = [
    "ChangedSinceApproval",
    "ChangedSinceRead",
    "NotClear",
    "NotReady",
    "OwnWriting",
    "SourceChanged",
    "WrongStatus",
    "approve",
    "correct",
    "findings",
    "findings_in",
    "publish",
    "send_back",
    "submit",
    "withdraw",
]


class NotReady(Exception):
    """What was found must be mended first: ``findings``."""

    def __init__(self, findings: tuple[lint.Finding, ...]) -> None:
        super().__init__(", ".join(finding.code for finding in findings))
        self.findings = findings


class NotClear(Exception):
    """Only TLP:CLEAR is published."""


class ChangedSinceApproval(Exception):
    """What would be published is not what was approved."""


class ChangedSinceRead(Exception):
    """The edition is not the one that the approver read."""


class SourceChanged(Exception):
    """The source of this translation was corrected or withdrawn since."""


class WrongStatus(Exception):
    """The act does not fit the edition's status, which is ``status``."""

    def __init__(self, status: str) -> None:
        super().__init__(status)
        self.status = status


def findings(edition: Edition) -> tuple[lint.Finding, ...]:
    """What the rules say of the edition as it stands: what blocks first."""
    return findings_in(compose.compose(edition), edition)


def findings_in(document: Document, edition: Edition) -> tuple[lint.Finding, ...]:
    """The same of a Document at hand, with the reasons that people gave and the names that the desk knows."""
    if (source := edition.translation_of) is not None:
        is_note_missing = bool(source.correction_note and not edition.correction_note)
        return fidelity.findings(document, compose.document_of(source), is_note_missing=is_note_missing)
    reasons = dict(Override.objects.filter(edition=edition).values_list("key", "reason"))
    return lint.findings(document, waiver=edition.waiver, overrides=reasons, desk=current_desk().names)


@transaction.atomic
def submit(edition: Edition, *, by: User, at: dt.datetime) -> Edition:
    """Draft to review. Counts and coverage stand still from here on. Raises WrongStatus and NotReady."""
    current = _locked(edition, {EditionStatus.DRAFT})
    current.measured = compose.measured_json(compose.measure(current))
    _refuse_unready(current)
    current.status = EditionStatus.IN_REVIEW
    current.submitted_at = at
    current.save(update_fields=["measured", "status", "submitted_at"])
    Step.objects.create(edition=current, act=Step.Act.SUBMITTED, by=by, at=at)
    return current


@transaction.atomic
def send_back(edition: Edition, *, by: User, at: dt.datetime, note: str = "") -> Edition:
    """From review, or from approval, back to a draft: an approval is void. Raises WrongStatus."""
    current = _locked(edition, {EditionStatus.IN_REVIEW, EditionStatus.APPROVED})
    unapprove(current)
    Step.objects.create(edition=current, act=Step.Act.SENT_BACK, by=by, at=at, note=note)
    return current


@transaction.atomic
def approve(edition: Edition, *, by: User, at: dt.datetime, seen: str = "") -> Edition:
    """The second key: signs the hash of the whole Document. ``seen`` is the hash of what the approver read, if known.

    Raises WrongStatus, NotReady, ChangedSinceRead and OwnWriting.
    """
    current = _locked(edition, {EditionStatus.IN_REVIEW})
    _refuse_unready(current)
    digest = content_hash(compose.compose(current))
    if seen and seen != digest:
        raise ChangedSinceRead
    take_part(current, by=by, part=Part.APPROVED, at=at)
    current.approved_hash = digest
    current.approved_by = by
    current.approved_at = at
    current.status = EditionStatus.APPROVED
    current.save(update_fields=["approved_hash", "approved_by", "approved_at", "status"])
    Step.objects.create(edition=current, act=Step.Act.APPROVED, by=by, at=at, note=digest)
    return current


@transaction.atomic
def publish(edition: Edition, *, by: User, at: dt.datetime) -> Edition:
    """Freezes the approved Document under its number; an older version that stood is marked as corrected.

    Raises WrongStatus, NotClear and ChangedSinceApproval. Publishing twice raises WrongStatus.
    """
    current = _locked(edition, {EditionStatus.APPROVED})
    if current.tlp != Tlp.CLEAR:
        raise NotClear
    _refuse_stale(current)
    document = compose.compose(current)
    if content_hash(document) != current.approved_hash:
        raise ChangedSinceApproval
    situation = current.situation
    tomorrow = current.date + dt.timedelta(days=1)
    issued = dataclasses.replace(
        document,
        status=EditionStatus.PUBLISHED.value,
        issued_at=at,
        next_issue_at=cut_off_on(tomorrow, time_zone=situation.time_zone, cut_off=situation.cut_off),
    )
    current.status = EditionStatus.PUBLISHED
    current.published_at = at
    current.document = to_json(issued)
    Step.objects.create(edition=current, act=Step.Act.PUBLISHED, by=by, at=at)
    current.save(update_fields=["status", "published_at", "document"])
    older = Edition.objects.versions_of(current).filter(status=EditionStatus.PUBLISHED, version__lt=current.version)
    older.update(status=EditionStatus.CORRECTED)
    judgements.record(current, at=at)
    shelf.turn_over()
    return current


@transaction.atomic
def withdraw(edition: Edition, *, by: User, at: dt.datetime, reason: str) -> Edition:
    """Takes a published edition back; it stays readable, marked as withdrawn. Raises WrongStatus."""
    current = _locked(edition, {EditionStatus.PUBLISHED})
    current.status = EditionStatus.WITHDRAWN
    current.save(update_fields=["status"])
    Step.objects.create(edition=current, act=Step.Act.WITHDRAWN, by=by, at=at, note=reason)
    shelf.turn_over()
    return current


@transaction.atomic
def correct(edition: Edition, *, note: str, by: User, at: dt.datetime) -> Edition:
    """A draft of the next version, with all the words of the published one and ``note`` on what was wrong in it.

    Whoever wrote in the old version has words in the new one, and so cannot approve it either. Where a next version
    has been begun already, that one is returned. Raises WrongStatus.
    """
    old = _locked(edition, {EditionStatus.PUBLISHED})
    begun = Edition.objects.versions_of(old).filter(version__gt=old.version).order_by("-version").first()
    if begun is not None:
        return begun
    new = Edition.objects.create(
        situation=old.situation,
        date=old.date,
        kind=old.kind,
        sequence=old.sequence,
        language=old.language,
        version=old.version + 1,
        translation_of_id=old.translation_of_id,
        tlp=old.tlp,
        period_start=old.period_start,
        period_end=old.period_end,
        assembled_at=at,
        correction_note=note,
        **{name: getattr(old, name) for name in _WORDS},
    )
    copy_parts(old, new)
    writers = {by.pk, *old.participations.filter(part=Part.WROTE).values_list("user_id", flat=True)}
    Participation.objects.bulk_create(
        [Participation(edition=new, user_id=user, part=Part.WROTE, at=at) for user in sorted(writers)]
    )
    Step.objects.create(edition=new, act=Step.Act.OPENED, by=by, at=at, note=note[:500])
    return new


_WORDS = (
    "bottom_line",
    "trend",
    "level",
    "level_since",
    "likelihood",
    "confidence",
    "assessment",
    "alternative",
    "signs",
    "unknown",
    "trend_reason",
    "level_reason",
    "likelihood_reason",
    "horizon",
    "resolution_rule",
)


def _locked(edition: Edition, allowed: Collection[EditionStatus]) -> Edition:
    """The row, locked against writers until the transaction ends. Raises WrongStatus."""
    current = Edition.objects.select_for_update(of=("self",)).select_related("situation").get(pk=edition.pk)
    if current.status not in allowed:
        raise WrongStatus(current.status)
    return current


def _refuse_stale(edition: Edition) -> None:
    """The source of a translation stands, and goes on standing until the transaction ends."""
    if edition.translation_of_id:
        source = Edition.objects.select_for_update(of=("self",)).only("status").get(pk=edition.translation_of_id)
        if source.status != EditionStatus.PUBLISHED:
            raise SourceChanged


def _refuse_unready(edition: Edition) -> None:
    _refuse_stale(edition)
    blocking = tuple(finding for finding in findings(edition) if finding.is_blocking)
    if blocking:
        raise NotReady(blocking)
