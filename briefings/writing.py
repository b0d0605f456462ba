"""Every change a person makes in an edition. The only writer of a person's words.

Each act locks the edition, records that the person wrote in it, and voids an approval that stood. Nobody writes in an
edition that they approved: the database refuses it, and ``OwnWriting`` says so.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
from collections.abc import Iterator

from django.db import IntegrityError, transaction
from django.db.models import Model

from accounts.models import User
from briefings.lint import Finding
from briefings.models import (
    CalendarDate,
    Claim,
    CoveredItem,
    Dismissal,
    Edition,
    EditionStatus,
    Override,
    Part,
    Participation,
    Passage,
    Section,
    Step,
    TriggerRow,
)
from monitoring import counts

EDITION_FIELDS = frozenset(
    {
        "kind", "tlp", "bottom_line", "trend", "level", "level_since", "likelihood", "confidence", "assessment",
        "alternative", "signs", "unknown", "correction_note", "waiver", "trend_reason", "level_reason",
        "likelihood_reason", "horizon", "resolution_rule",
    }
)  # fmt: skip
CLAIM_FIELDS = frozenset(
    {
        "section", "position", "kind", "headline", "text", "label", "label_reason", "mark", "story", "name", "role",
        "attribution", "risk", "judgements",
    }
)  # fmt: skip
DATE_FIELDS = frozenset({"date", "text"})
TRIGGER_FIELDS = frozenset({"code", "text", "verdict"})


class Issued(Exception):
    """The edition has been issued: it never changes. What was wrong is mended by a correction."""


class OwnWriting(Exception):
    """One person would both write in an edition and approve it."""


class Translated(Exception):
    """The structure of a translation is its source's: only its texts are written (``translate``)."""


class CannotOverride(Exception):
    """The finding must be mended, or no reason was given."""


class UnknownField(Exception):
    """Somebody asked to write a field that people do not write."""


@contextlib.contextmanager
def opened(edition_id: int, *, by: User, at: dt.datetime, is_text: bool = False) -> Iterator[Edition]:
    """The edition, locked, for one act of writing. Raises Issued, OwnWriting, and Translated but for ``is_text``.

    Afterwards ``by`` is on record as having written in it, and an approval that stood is void.
    """
    with transaction.atomic():
        edition = Edition.objects.select_for_update(no_key=True).get(pk=edition_id)
        if edition.is_frozen:
            raise Issued
        if edition.translation_of_id and not is_text:
            raise Translated
        take_part(edition, by=by, part=Part.WROTE, at=at)
        if edition.status == EditionStatus.APPROVED:
            unapprove(edition)
            Step.objects.create(edition=edition, act=Step.Act.VOIDED, by=by, at=at)
        yield edition


def take_part(edition: Edition, *, by: User, part: Part, at: dt.datetime) -> None:
    """Puts on record who did what. Raises OwnWriting where the person is already in the other part."""
    try:
        with transaction.atomic():
            Participation.objects.get_or_create(edition=edition, user=by, part=part, defaults={"at": at})
    except IntegrityError as error:
        constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")
        if constraint != "nobody_approves_own_writing":
            raise
        raise OwnWriting from error


def unapprove(edition: Edition) -> None:
    """Back to a draft: the approval is void, and whoever gave it may write again."""
    edition.status = EditionStatus.DRAFT
    edition.approved_by = None
    edition.approved_at = None
    edition.approved_hash = ""
    edition.measured = None
    edition.save(update_fields=["status", "approved_by", "approved_at", "approved_hash", "measured"])
    Participation.objects.filter(edition=edition, part=Part.APPROVED).delete()


def write(edition: Edition, *, by: User, at: dt.datetime, **fields: object) -> Edition:
    """Afterwards the edition's own fields hold these values. Writing what already stands changes nothing.

    Raises UnknownField, django's ValidationError, Issued and OwnWriting.
    """
    _only(EDITION_FIELDS, fields)
    if not _changes(Edition.objects.get(pk=edition.pk), fields):
        return edition
    with opened(edition.pk, by=by, at=at) as current:
        _apply(current, fields)
    return current


def add_claim(edition: Edition, *, section: str, by: User, at: dt.datetime, **fields: object) -> Claim:
    """A new claim of a person's own in that section; without a position it comes last."""
    _only(CLAIM_FIELDS, fields)
    with opened(edition.pk, by=by, at=at) as current:
        if "position" not in fields:
            fields["position"] = _next_position(current, section)
        claim = Claim(edition=current, is_drafted=False, section=Section(section))
        for name, value in fields.items():
            setattr(claim, name, value)
        claim.clean_fields()
        claim.save()
    return claim


def change_claim(claim: Claim, *, by: User, at: dt.datetime, **fields: object) -> Claim:
    """Afterwards the claim holds these values and is the person's own, no longer the machine's draft."""
    _only(CLAIM_FIELDS, fields)
    if not _changes(Claim.objects.get(pk=claim.pk), fields):
        return claim
    with opened(claim.edition_id, by=by, at=at):
        current = Claim.objects.get(pk=claim.pk)
        current.is_drafted = False
        _apply(current, fields, "is_drafted")
    return current


def remove_claim(claim: Claim, *, by: User, at: dt.datetime) -> None:
    """Afterwards the claim is gone with its passages, and assembling again does not bring its story back there."""
    with opened(claim.edition_id, by=by, at=at) as edition:
        items = set(claim.passages.values_list("revision__item_id", flat=True))
        if claim.story_id is not None:
            covered = CoveredItem.objects.filter(edition=edition, item__story_id=claim.story_id)
            items |= set(covered.values_list("item_id", flat=True))
        Dismissal.objects.bulk_create(
            [Dismissal(edition=edition, section=claim.section, item_id=item) for item in items], ignore_conflicts=True
        )
        claim.delete()


def detach(passage: Passage, *, by: User, at: dt.datetime) -> None:
    """Afterwards the claim no longer rests on that passage."""
    claim = passage.claim
    with opened(claim.edition_id, by=by, at=at):
        Claim.objects.filter(pk=claim.pk).update(is_drafted=False)
        passage.delete()


def add_date(edition: Edition, *, date: dt.date, text: str, by: User, at: dt.datetime) -> CalendarDate:
    """A new date to come."""
    with opened(edition.pk, by=by, at=at) as current:
        entry = CalendarDate(edition=current, date=date, text=text)
        entry.clean_fields()
        entry.save()
    return entry


def change_date(entry: CalendarDate, *, by: User, at: dt.datetime, **fields: object) -> CalendarDate:
    _only(DATE_FIELDS, fields)
    if not _changes(CalendarDate.objects.get(pk=entry.pk), fields):
        return entry
    with opened(entry.edition_id, by=by, at=at):
        _apply(entry, fields)
    return entry


def remove_date(entry: CalendarDate, *, by: User, at: dt.datetime) -> None:
    with opened(entry.edition_id, by=by, at=at):
        entry.delete()


def add_trigger(edition: Edition, *, code: str, text: str, verdict: str = "", by: User, at: dt.datetime) -> TriggerRow:
    """A signal of the day. Its figures are counted up to the edition's cut-off, never typed."""
    with opened(edition.pk, by=by, at=at) as current:
        row = TriggerRow(edition=current, code=code, text=text, verdict=verdict)
        row.count, row.baseline = counts.factor(current.situation, code, until=current.period_end)
        row.clean_fields()
        row.save()
    return row


def change_trigger(row: TriggerRow, *, by: User, at: dt.datetime, **fields: object) -> TriggerRow:
    """Afterwards the row holds these values; it is counted again where it speaks of another risk factor."""
    _only(TRIGGER_FIELDS, fields)
    if not _changes(TriggerRow.objects.get(pk=row.pk), fields):
        return row
    with opened(row.edition_id, by=by, at=at) as edition:
        if fields.get("code", row.code) != TriggerRow.objects.get(pk=row.pk).code:
            count, baseline = counts.factor(edition.situation, str(fields["code"]), until=edition.period_end)
            fields |= {"count": count, "baseline": baseline}
        _apply(row, fields)
    return row


def remove_trigger(row: TriggerRow, *, by: User, at: dt.datetime) -> None:
    with opened(row.edition_id, by=by, at=at):
        row.delete()


def override(edition: Edition, finding: Finding, *, said: str, reason: str, by: User, at: dt.datetime) -> Override:
    """Afterwards the finding stands with that reason, for the words it was found in and no others.

    ``said`` is the finding as the person read it. The first reason stays. Raises CannotOverride, Issued and OwnWriting.
    """
    reason = reason.strip()
    if not (finding.may_be_overridden and reason):
        raise CannotOverride
    with opened(edition.pk, by=by, at=at) as current:
        made, _is_new = Override.objects.get_or_create(
            edition=current,
            key=finding.key,
            defaults={
                "code": finding.code, "where": finding.where, "said": said, "subject": finding.subject,
                "reason": reason[:500], "by": by, "at": at,
            },
        )  # fmt: skip
    return made


def _only(allowed: frozenset[str], fields: dict[str, object]) -> None:
    unknown = fields.keys() - allowed
    if unknown:
        raise UnknownField(", ".join(sorted(unknown)))


def _changes(row: Model, fields: dict[str, object]) -> bool:
    return any(getattr(row, name) != value for name, value in fields.items())


def _apply(row: Model, fields: dict[str, object], *also: str) -> None:
    for name, value in fields.items():
        setattr(row, name, value)
    row.clean_fields()
    row.save(update_fields=[*fields, *also])


def _next_position(edition: Edition, section: str) -> int:
    last = Claim.objects.filter(edition=edition, section=section).order_by("-position").values_list("position").first()
    return (last[0] if last else 0) + 10


def state_of(edition: Edition) -> str:
    """A short mark of every word in the edition as stored now: it differs once anybody, or the machine, changed one."""
    words = [
        list(Edition.objects.filter(pk=edition.pk).values_list("status", *sorted(EDITION_FIELDS))),
        list(Claim.objects.filter(edition=edition).order_by("id").values_list("id", *sorted(CLAIM_FIELDS))),
        list(Passage.objects.filter(claim__edition=edition).order_by("id").values_list("id", "claim_id")),
        list(CalendarDate.objects.filter(edition=edition).order_by("id").values_list("id", *sorted(DATE_FIELDS))),
        list(TriggerRow.objects.filter(edition=edition).order_by("id").values_list("id", *sorted(TRIGGER_FIELDS))),
    ]
    return hashlib.sha256(repr(words).encode()).hexdigest()[:20]
