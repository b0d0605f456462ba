"""Drafting an edition of 400 stories beside one of 40: ``make bench-assemble``.

The ratio is time per story at 400 over time per story at 40: 1 is linear. Then the 29 drafts of a day, by queries per story.
``measure`` may be called from other measurements, with Django set up on a scratch database.
"""

from __future__ import annotations

import datetime as dt
import statistics
import sys
import time
from dataclasses import dataclass

from bench import scratch

FEW, MANY, ROUNDS = 40, 400, 3
SITUATIONS, STORIES_EACH = 29, 12
DATE = dt.date(2013, 12, 24)


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds per story with few and with many; queries per story over the drafts of a day, made new."""

    few: float
    many: float
    queries_per_story: float

    @property
    def growth(self) -> float:
        return self.many / self.few


def measure() -> Measured:
    """Writes its own rows in the scratch database."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    few, many = (_fill(code, count) for code, count in (("AAA", FEW), ("BBB", MANY)))
    times: dict[int, list[float]] = {FEW: [], MANY: []}
    for _ in range(ROUNDS):  # in turn, so that a slow minute of the machine falls on both
        for situation, count in ((few, FEW), (many, MANY)):
            times[count].append(_drafted_in(situation))
    day = [_fill(f"S{chr(65 + number // 26)}{chr(65 + number % 26)}", STORIES_EACH) for number in range(SITUATIONS)]
    with CaptureQueriesContext(connection) as captured:
        for situation in day:
            _draft(situation)
    return Measured(
        statistics.median(times[FEW]) / FEW,
        statistics.median(times[MANY]) / MANY,
        len(captured) / (SITUATIONS * STORIES_EACH),
    )


def _drafted_in(situation: object) -> float:
    began = time.perf_counter()
    edition = _draft(situation)
    taken = time.perf_counter() - began
    edition.delete()  # type: ignore[attr-defined]
    return taken


def _draft(situation: object) -> object:
    from briefings import assemble
    from countries.clock import cut_off_on
    from countries.models import Situation

    assert isinstance(situation, Situation)
    closes = cut_off_on(DATE, time_zone=situation.time_zone, cut_off=situation.cut_off)
    return assemble.assemble(situation, date=DATE, at=closes + dt.timedelta(minutes=5))


def _fill(code: str, stories: int) -> object:
    """A situation with that many stories of two reports each, told in words of their own by thirty outlets."""
    from accounts.models import User
    from briefings.models import Edition
    from tests.factories.briefings import accepted
    from tests.factories.countries import SituationFactory
    from tests.factories.sources import FeedFactory, StoryFactory

    situation = SituationFactory(code=code, name=code)
    by, _ = User.objects.get_or_create(email="desk@bench.example")
    Edition.objects.filter(situation=situation).delete()  # an earlier run's
    feeds = FeedFactory.create_batch(30)
    for number in range(stories):
        words = " ".join(f"{code.lower()}{number}x{place}" for place in range(30))
        story = StoryFactory(item_count=2, origin_count=2)
        for feed in (feeds[number % 30], feeds[(number + 7) % 30]):
            text = f"{words}. And nothing further is known."
            accepted(situation, story=story, feed=feed, by=by, title=words[:60], text=text)
    return situation


def main() -> None:
    with scratch.database():
        measured = measure()
    sys.stdout.write(
        f"{measured.few * 1000:.2f} ms a story at {FEW}, {measured.many * 1000:.2f} ms at {MANY}; "
        f"{measured.queries_per_story:.2f} queries a story over {SITUATIONS} drafts of {STORIES_EACH}\n"
        f"ratio assemble_growth {measured.growth:.2f}\n"
        f"ratio assemble_queries_per_story {measured.queries_per_story:.2f}\n"
    )


if __name__ == "__main__":
    main()
