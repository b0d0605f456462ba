"""People's decisions on what an item is about and what it says. The only writer of Tag; append-only.

A decision is a new row that takes the place of the one before it for the same item, situation and value (a term, its
words, its figure). Each
keeps which version of the suggester it judged: the one whose suggestion it answers, or that had read the text and missed
what a person adds.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from accounts.models import User
from countries.models import Reads, Screening, Situation, Tag, TagSuggestion, Term, TermSuggestion, Verdict
from countries.querysets import TagQuerySet
from sources.models import Item


class NothingToWithdraw(Exception):
    """There is no standing tag to take back."""


class BoundsOutOfOrder(ValueError):
    """A figure's low is over its best, or its best over its high."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A count of people; a bound that nobody gives is None. Raises BoundsOutOfOrder."""

    low: int | None = None
    best: int | None = None
    high: int | None = None

    def __post_init__(self) -> None:
        given = [bound for bound in (self.low, self.best, self.high) if bound is not None]
        if given != sorted(given):
            raise BoundsOutOfOrder


NO_FIGURE = Figure()
#: Which of these a yes is depends on what the machine said at the time; said again, it is the same yes.
_SAY_YES = {Verdict.ACCEPTED, Verdict.ADDED}


@dataclass(frozen=True, slots=True)
class _Value:
    """What a decision is on: a situation alone, or a term within it, its words and its figure."""

    term: Term | None = None
    words: str = ""
    figure: Figure = NO_FIGURE


def accept(item: Item, *, situation: Situation, by: User, at: dt.datetime, reason: str = "") -> Tag:
    """Afterwards the item stands as being about the situation. Accepting twice changes nothing.

    What the machine did not find, no longer says, or kept under its threshold, counts as added.
    """
    suggestion = _suggestion(item, situation)
    is_shown = suggestion is not None and TagSuggestion.objects.shown().filter(pk=suggestion.pk).exists()
    verdict = Verdict.ACCEPTED if is_shown else Verdict.ADDED
    return _decide(item, situation, _Value(), verdict, by=by, at=at, reason=reason, suggestion=suggestion)


def reject(item: Item, *, situation: Situation, by: User, at: dt.datetime, reason: str = "") -> Tag:
    """Afterwards the item stands as not being about the situation."""
    suggestion = _suggestion(item, situation)
    return _decide(item, situation, _Value(), Verdict.REJECTED, by=by, at=at, reason=reason, suggestion=suggestion)


def add(item: Item, *, situation: Situation, by: User, at: dt.datetime, reason: str = "") -> Tag:
    """Afterwards the item stands as being about a situation that the machine had missed."""
    return accept(item, situation=situation, by=by, at=at, reason=reason)


def accept_term(
    suggestion: TermSuggestion, *, situation: Situation, by: User, at: dt.datetime, reason: str = ""
) -> Tag:
    """Afterwards what was suggested stands within the situation, words and figure included."""
    value = _value(suggestion)
    return _on_term(suggestion, situation, value, Verdict.ACCEPTED, by=by, at=at, reason=reason)


def reject_term(
    suggestion: TermSuggestion, *, situation: Situation, by: User, at: dt.datetime, reason: str = ""
) -> Tag:
    """Afterwards what was suggested stands as not so within the situation."""
    value = _value(suggestion)
    return _on_term(suggestion, situation, value, Verdict.REJECTED, by=by, at=at, reason=reason)


@transaction.atomic
def correct_term(
    suggestion: TermSuggestion,
    *,
    situation: Situation,
    term: Term,
    words: str = "",
    figure: Figure = NO_FIGURE,
    by: User,
    at: dt.datetime,
    reason: str = "",
) -> Tag:
    """Afterwards the corrected value stands, linked to the suggestion; the suggested one stands as replaced."""
    _lock(suggestion.item)
    value = _Value(term, words, figure)
    suggested = _value(suggestion)
    if value == suggested:
        return accept_term(suggestion, situation=situation, by=by, at=at, reason=reason)
    _on_term(suggestion, situation, suggested, Verdict.REPLACED, by=by, at=at, reason=reason)
    return _on_term(suggestion, situation, value, Verdict.CORRECTED, by=by, at=at, reason=reason)


def tag_term(
    item: Item,
    *,
    situation: Situation,
    term: Term,
    words: str = "",
    figure: Figure = NO_FIGURE,
    by: User,
    at: dt.datetime,
    reason: str = "",
) -> Tag:
    """Afterwards the item carries a term (an indicator, a group, a figure) within the situation.

    What the machine shows too counts as accepted; what it did not find, or kept under its threshold, as added.
    """
    value = _Value(term, words, figure)
    alike = TermSuggestion.objects.newest().filter(item=item, term=term, words=words)
    suggestion = alike.filter(low=figure.low, best=figure.best, high=figure.high).first()
    is_shown = suggestion is not None and alike.shown(situation).filter(pk=suggestion.pk).exists()
    verdict = Verdict.ACCEPTED if is_shown else Verdict.ADDED
    return _decide(item, situation, value, verdict, by=by, at=at, reason=reason, term_suggestion=suggestion)


def withdraw(
    item: Item,
    *,
    situation: Situation,
    term: Term | None = None,
    words: str = "",
    figure: Figure = NO_FIGURE,
    by: User,
    at: dt.datetime,
    reason: str = "",
) -> Tag:
    """Takes a decision back: what it was on waits in the queue again. Raises NothingToWithdraw."""
    with transaction.atomic():
        _lock(item)
        value = _Value(term, words, figure)
        if not _standing(item, situation, value).exclude(verdict=Verdict.WITHDRAWN).exists():
            raise NothingToWithdraw
        return _decide(item, situation, value, Verdict.WITHDRAWN, by=by, at=at, reason=reason)


def _standing(item: Item, situation: Situation, value: _Value) -> TagQuerySet:
    figure = value.figure
    return Tag.objects.current().filter(
        item=item,
        situation=situation,
        term=value.term,
        words=value.words,
        low=figure.low,
        best=figure.best,
        high=figure.high,
    )


def _value(suggestion: TermSuggestion) -> _Value:
    return _Value(suggestion.term, suggestion.words, Figure(suggestion.low, suggestion.best, suggestion.high))


def _on_term(
    suggestion: TermSuggestion,
    situation: Situation,
    value: _Value,
    verdict: Verdict,
    *,
    by: User,
    at: dt.datetime,
    reason: str,
) -> Tag:
    return _decide(suggestion.item, situation, value, verdict, by=by, at=at, reason=reason, term_suggestion=suggestion)


def _suggestion(item: Item, situation: Situation) -> TagSuggestion | None:
    """What the decision answers: what the latest look at the item says of the situation."""
    return TagSuggestion.objects.current().filter(item=item, situation=situation).first()


def _lock(item: Item) -> None:
    """Decisions on one item come one after the other."""
    Item.objects.select_for_update().only("pk").get(pk=item.pk)


@transaction.atomic
def _decide(
    item: Item,
    situation: Situation,
    value: _Value,
    verdict: Verdict,
    *,
    by: User,
    at: dt.datetime,
    reason: str,
    suggestion: TagSuggestion | None = None,
    term_suggestion: TermSuggestion | None = None,
) -> Tag:
    _lock(item)
    standing = _standing(item, situation, value)
    before = standing.first()
    if before is not None and (before.verdict == verdict or {before.verdict, verdict} == _SAY_YES):
        return before
    standing.update(is_current=False)
    answered = suggestion or term_suggestion
    return Tag.objects.create(
        item=item,
        situation=situation,
        term=value.term,
        words=value.words,
        low=value.figure.low,
        best=value.figure.best,
        high=value.figure.high,
        verdict=verdict,
        suggestion=suggestion,
        term_suggestion=term_suggestion,
        suggester=answered.version if answered else _reader(item, Reads.TERMS if value.term else Reads.SITUATIONS),
        decided_by=by,
        decided_at=at,
        reason=reason,
    )


def _reader(item: Item, reads: Reads) -> str:
    """The version that last read the item's text and did not suggest what a person says; empty where none has."""
    screenings = Screening.objects.filter(revision=item.current_id, reads=reads).order_by("-screened_at", "-id")
    return screenings.values_list("version", flat=True).first() or ""
