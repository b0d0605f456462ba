"""What people's decisions say of the suggesters: how often each was right, and how often people had to add what it missed.

Counts come from the decisions that stand. ``Standing`` values are pure; only ``standings`` and ``steps`` read the
database, and ``set_threshold`` is the only writer of Threshold.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Count, F, FloatField, QuerySet, Value
from django.db.models.functions import Coalesce, Floor, Least

from accounts.models import User
from countries.models import Situation, Suggester, Tag, Threshold, Verdict
from countries.shares import wilson

_STEPS = 10


class NotAThreshold(ValueError):
    """A threshold lies between 0 and 1."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How one suggester, in one cut (version, language, situation), has stood up to people."""

    accepted: int = 0
    corrected: int = 0
    rejected: int = 0
    added: int = 0

    @property
    def judged(self) -> int:
        """Suggestions that a person decided on."""
        return self.accepted + self.corrected + self.rejected

    @property
    def wanted(self) -> int:
        """What stands after people decided: found, found but wrong in part, and missed."""
        return self.accepted + self.corrected + self.added

    @property
    def precision(self) -> float | None:
        """Share of the suggestions judged that were accepted as they were; None before the first."""
        return self.accepted / self.judged if self.judged else None

    @property
    def miss_rate(self) -> float | None:
        """Share of what stands that people had to add; None before the first."""
        return self.added / self.wanted if self.wanted else None

    @property
    def precision_interval(self) -> tuple[float, float] | None:
        return wilson(self.accepted, self.judged)

    @property
    def miss_interval(self) -> tuple[float, float] | None:
        return wilson(self.added, self.wanted)

    def __add__(self, other: Standing) -> Standing:
        return Standing(
            self.accepted + other.accepted,
            self.corrected + other.corrected,
            self.rejected + other.rejected,
            self.added + other.added,
        )


@dataclass(frozen=True, slots=True)
class Cut:
    """One line of the page."""

    suggester: str
    version: str = ""
    language: str = ""
    situation: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """What a threshold would have done: of the suggestions judged so far, how many it shows, and how many right it hides."""

    least: float
    shown: int
    right: int
    hidden_right: int

    @property
    def precision(self) -> float | None:
        return self.right / self.shown if self.shown else None


def standings(*, by: Iterable[str], suggester: str = "") -> dict[Cut, Standing]:
    """Standings cut by some of ``version``, ``language`` and ``situation`` (its code), of all suggesters or of one."""
    paths = {"version": "suggester", "language": "item__language", "situation": "situation__code"}
    names = list(by)
    found: dict[Cut, Standing] = defaultdict(Standing)
    rows = _decisions(suggester).values("kind", "verdict", *(paths[name] for name in names)).annotate(n=Count("id"))
    for row in rows.order_by():
        cut = Cut(row["kind"], **{name: row[paths[name]] for name in names})
        found[cut] += Standing(**{row["verdict"]: row["n"]})
    return dict(found)


def steps(suggester: str) -> list[Step]:
    """Thresholds from 0 to 0.9 and what each would have done with the suggestions judged so far."""
    score = Coalesce("suggestion__score", "term_suggestion__score", output_field=FloatField())
    rows = (
        _decisions(suggester)
        .filter(verdict__in=_JUDGED)
        .annotate(score=score)
        .exclude(score=None)
        .annotate(step=Least(Floor(F("score") * _STEPS + 1e-9), Value(float(_STEPS - 1)), output_field=FloatField()))
        .values_list("step", "verdict")
        .annotate(n=Count("id"))
        .order_by()
    )
    judged: dict[int, int] = defaultdict(int)
    right: dict[int, int] = defaultdict(int)
    for step, verdict, count in rows:
        judged[int(step)] += count
        right[int(step)] += count if verdict == Verdict.ACCEPTED else 0
    return [
        Step(
            least=step / _STEPS,
            shown=sum(count for each, count in judged.items() if each >= step),
            right=sum(count for each, count in right.items() if each >= step),
            hidden_right=sum(count for each, count in right.items() if each < step),
        )
        for step in range(_STEPS)
    ]


_JUDGED = [Verdict.ACCEPTED, Verdict.CORRECTED, Verdict.REJECTED]


def _decisions(suggester: str) -> QuerySet[Tag]:
    """Decisions that stand and say something of a suggester: who rejects what nobody suggested says nothing."""
    kind = Coalesce("term__scheme__code", Value(Suggester.SITUATION.value))
    tags = Tag.objects.current().filter(verdict__in=[*_JUDGED, Verdict.ADDED]).annotate(kind=kind)
    tags = tags.exclude(verdict=Verdict.REJECTED, suggestion=None, term_suggestion=None)
    return tags.filter(kind=suggester) if suggester else tags.filter(kind__in=Suggester.values)


@transaction.atomic
def set_threshold(
    suggester: Suggester,
    *,
    least: float,
    language: str = "",
    situation: Situation | None = None,
    by: User,
    at: dt.datetime,
    reason: str = "",
) -> Threshold:
    """Afterwards suggestions under ``least`` are kept and not shown, at once. Raises NotAThreshold."""
    if not 0.0 <= least <= 1.0:
        raise NotAThreshold(least)
    with connection.cursor() as cursor:  # who sets one at the same moment comes after
        cursor.execute("LOCK TABLE countries_threshold IN SHARE ROW EXCLUSIVE MODE")
    same = Threshold.objects.filter(suggester=suggester, language=language, situation=situation)
    same.filter(is_current=True).update(is_current=False)
    return Threshold.objects.create(
        suggester=suggester,
        language=language,
        situation=situation,
        least=least,
        reason=reason,
        set_by=by,
        set_at=at,
    )
