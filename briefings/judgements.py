"""Likelihoods held against what happened: recorded at publication, resolved by people when due, never forgotten.

The only writer of Statement and Resolution.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction

from accounts.models import User
from briefings import scales
from briefings.calibration import Outcome
from briefings.models import Edition, Part, Participation, Resolution, Statement


class OwnStatement(Exception):
    """Nobody says of their own words whether they came true."""


class NotDue(Exception):
    """The day on which it can be judged has not come."""


class WithoutReason(Exception):
    """A resolution says why."""


def record(edition: Edition, *, at: dt.datetime) -> Statement | None:
    """The edition's likelihood as a statement, due on the day after its horizon.

    None where it cannot be judged (no single term, no horizon or no rule), or where another version or translation of
    the same edition has said the same.
    """
    term = scales.term_of(edition.likelihood, edition.language)
    if term is None or edition.horizon is None or not edition.resolution_rule.strip():
        return None
    same = Statement.objects.filter(
        edition__situation=edition.situation_id,
        edition__date=edition.date,
        edition__kind=edition.kind,
        edition__sequence=edition.sequence,
        term=term,
        horizon=edition.horizon,
    )
    if same.exists():
        return None
    return Statement.objects.create(
        edition=edition,
        text=edition.likelihood,
        term=term,
        confidence=edition.confidence,
        horizon=edition.horizon,
        review_date=edition.horizon + dt.timedelta(days=1),
        rule=edition.resolution_rule,
        recorded_at=at,
    )


@transaction.atomic
def resolve(
    statement: Statement, *, outcome: str, reason: str, by: User, at: dt.datetime, today: dt.date
) -> Resolution:
    """Says what became of it; where somebody has said so before, this stands and the earlier one stays on record.

    Raises WithoutReason, NotDue and OwnStatement.
    """
    if not reason.strip():
        raise WithoutReason
    if today < statement.review_date:
        raise NotDue
    if Participation.objects.filter(edition=statement.edition_id, user=by, part=Part.WROTE).exists():
        raise OwnStatement
    return Resolution.objects.create(
        statement=statement, outcome=Resolution.Outcome(outcome), reason=reason.strip()[:500], by=by, at=at
    )


def outcomes(statements: Iterable[Statement]) -> list[Outcome]:
    """Of those ``with_outcome`` that came true or did not; what cannot be resolved counts for nothing."""
    judged = {Resolution.Outcome.TRUE.value: True, Resolution.Outcome.FALSE.value: False}
    return [
        Outcome(statement.term, judged[outcome])
        for statement in statements
        if (outcome := getattr(statement, "outcome", "")) in judged
    ]
