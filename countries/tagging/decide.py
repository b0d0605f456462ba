"""People's decisions on what an item is about. The only writer of Tag; append-only.

A decision is a new row that takes the place of the one before it for the same item, situation and term.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from accounts.models import User
from countries.models import Situation, Tag, TagSuggestion, Term, Verdict
from sources.models import Item


class NothingToWithdraw(Exception):
    """There is no standing tag to take back."""


def accept(item: Item, *, situation: Situation, by: User, at: dt.datetime, reason: str = "") -> Tag:
    """Afterwards the item stands as being about the situation. Accepting twice changes nothing."""
    suggestion = _suggestion(item, situation)
    verdict = Verdict.ADDED if suggestion is None else Verdict.ACCEPTED
    return _decide(item, situation, None, verdict, by=by, at=at, reason=reason, suggestion=suggestion)


def reject(item: Item, *, situation: Situation, by: User, at: dt.datetime, reason: str = "") -> Tag:
    """Afterwards the item stands as not being about the situation."""
    suggestion = _suggestion(item, situation)
    return _decide(item, situation, None, Verdict.REJECTED, by=by, at=at, reason=reason, suggestion=suggestion)


def add(item: Item, *, situation: Situation, by: User, at: dt.datetime, reason: str = "") -> Tag:
    """Afterwards the item stands as being about a situation that the machine had missed."""
    return accept(item, situation=situation, by=by, at=at, reason=reason)


def tag_term(item: Item, *, situation: Situation, term: Term, by: User, at: dt.datetime, reason: str = "") -> Tag:
    """Afterwards the item carries a term (a risk-factor indicator, say) within the situation."""
    return _decide(item, situation, term, Verdict.ADDED, by=by, at=at, reason=reason)


def withdraw(
    item: Item, *, situation: Situation, term: Term | None = None, by: User, at: dt.datetime, reason: str = ""
) -> Tag:
    """Takes a decision back: the item waits in the queue again. Raises NothingToWithdraw."""
    with transaction.atomic():
        _lock(item)
        if not Tag.objects.current().filter(item=item, situation=situation, term=term).exists():
            raise NothingToWithdraw
        return _decide(item, situation, term, Verdict.WITHDRAWN, by=by, at=at, reason=reason)


def _suggestion(item: Item, situation: Situation) -> TagSuggestion | None:
    """What the decision answers: the latest that the machine said of the item and the situation."""
    said = TagSuggestion.objects.filter(item=item, situation=situation)
    return said.order_by("-is_current", "-created_at", "-id").first()


def _lock(item: Item) -> None:
    """Decisions on one item come one after the other."""
    Item.objects.select_for_update().only("pk").get(pk=item.pk)


@transaction.atomic
def _decide(
    item: Item,
    situation: Situation,
    term: Term | None,
    verdict: Verdict,
    *,
    by: User,
    at: dt.datetime,
    reason: str,
    suggestion: TagSuggestion | None = None,
) -> Tag:
    _lock(item)
    standing = Tag.objects.current().filter(item=item, situation=situation, term=term)
    before = standing.first()
    if before is not None and before.verdict == verdict:
        return before
    standing.update(is_current=False)
    return Tag.objects.create(
        item=item,
        situation=situation,
        term=term,
        verdict=verdict,
        suggestion=suggestion,
        decided_by=by,
        decided_at=at,
        reason=reason,
    )
