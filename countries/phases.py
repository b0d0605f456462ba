"""Setting the desk's phase of a situation: by people, dated, with a reason. Append-only."""

from __future__ import annotations

import datetime as dt

from accounts.models import User
from countries.models import Phase, Situation


def set_phase(situation: Situation, *, level: int, since: dt.date, reason: str, by: User, at: dt.datetime) -> Phase:
    """Afterwards the situation's phase is ``level`` (0 to 3) since that date. Setting it twice changes nothing."""
    phase, _ = Phase.objects.get_or_create(
        situation=situation, since=since, defaults={"level": level, "reason": reason, "set_by": by, "set_at": at}
    )
    return phase


def phase_on(situation: Situation, date: dt.date) -> Phase | None:
    """The phase that stood on that date, or None where no desk has set one."""
    return situation.phases.filter(since__lte=date).order_by("-since").first()
