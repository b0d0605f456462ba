"""Dates to come: carried from edition to edition until they are past, so that nobody types one twice."""

from __future__ import annotations

import datetime as dt

from briefings.limits import LIMITS
from briefings.models import CalendarDate, Edition, SituationDate

#: How far ahead the calendar of an edition looks.
AHEAD = dt.timedelta(days=14)


def carry_over(edition: Edition) -> list[CalendarDate]:
    """Gives a new edition the dates that the edition before it had and that are still to come, and those kept for the
    situation that fall within 14 days. Done once, when the edition is made: what a person removes stays away.
    """
    before = (
        Edition.objects.daily()
        .filter(situation=edition.situation, language=edition.language, date__lt=edition.date)
        .defer("document")
        .newest_first()
        .first()
    )
    found = list(before.calendar.filter(date__gte=edition.date).values_list("date", "text")) if before else []
    kept = SituationDate.objects.filter(
        situation=edition.situation, language=edition.language, date__range=(edition.date, edition.date + AHEAD)
    )
    # The same date in the same words is one date; the nearest come first where there are too many.
    wanted = sorted({*found, *kept.values_list("date", "text")})[: LIMITS["calendar"].entries]
    return CalendarDate.objects.bulk_create(
        [CalendarDate(edition=edition, date=date, text=text) for date, text in wanted]
    )
