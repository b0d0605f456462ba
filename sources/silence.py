"""Whether a feed is silent, from what it brought before. Pure.

A feed that brings something new on a share *p* of its days brings nothing for *n* days with a chance of (1 − p)ⁿ, if days are
independent. It is silent once that chance is below one in a hundred. Days and not items are counted, since feeds bring
their items in bursts. *p* is estimated with half a day added on either side (Jeffreys' prior; Brown, Cai and DasGupta 2001,
*Interval Estimation for a Binomial Proportion*), so that four weeks without a gap are not certainty. A feed that was
looked at on fewer than a fortnight of the last 28 days is not judged by this. Whatever it brought before, a feed that has
not answered for a day is silent.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

#: The days that are looked back on, and how many of them it takes.
WINDOW = 28
FEWEST_DAYS = 14
#: Under this chance of being silent by accident a feed is silent.
CHANCE = 0.01
NO_ANSWER = dt.timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Record:
    """A feed's last 28 full days: on how many it answered, on how many of those it brought something, and when it last
    answered and last brought something; None where it never did."""

    days_seen: int
    days_with_items: int
    last_success_at: dt.datetime | None
    last_items_at: dt.datetime | None

    @property
    def usual_share(self) -> float:
        """The share of days on which it brings something."""
        return (self.days_with_items + 0.5) / (self.days_seen + 1)


@dataclass(frozen=True, slots=True)
class Finding:
    """Silent since then. ``answers``: it is there, and brings nothing."""

    since: dt.datetime
    answers: bool


def find(record: Record, *, watched_since: dt.datetime, at: dt.datetime) -> Finding | None:
    """Whether the feed is silent at ``at``. ``watched_since``: since when anybody has looked at it."""
    answered = record.last_success_at or watched_since
    if at - answered >= NO_ANSWER:
        return Finding(answered, answers=False)
    if record.days_seen < FEWEST_DAYS or record.last_items_at is None:
        return None
    days = (at - record.last_items_at) / dt.timedelta(days=1)
    if days >= 1 and (1 - record.usual_share) ** days < CHANCE:
        return Finding(record.last_items_at, answers=True)
    return None
