"""Acceptance 4. Stop the schedule for six hours across a change of clocks: each reader gets exactly one mail a day."""

import datetime as dt
import zoneinfo
from collections import Counter

import pytest

from delivery import dispatch, schedule
from delivery.models import Digest, MailState
from tests.factories import delivery as make

pytestmark = pytest.mark.django_db

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
ZONES = ("Europe/Berlin", "America/New_York", "Africa/Bangui")


@pytest.mark.parametrize("sunday", [dt.date(2026, 3, 29), dt.date(2026, 10, 25)])
@pytest.mark.parametrize("send_at", [dt.time(2, 30), dt.time(7)])
def test_exactly_one_each_day(sunday, send_at):
    """02:30 comes twice, or never, on the day that clocks change in Berlin."""
    midnight = dt.datetime.combine(sunday, dt.time(), tzinfo=dt.UTC)
    now = midnight - 3 * DAY  # the first mail comes at once; the days after it are counted
    readers = [
        make.follower("CAF", time_zone=zone, send_at=send_at, created_at=now, confirmed_at=now) for zone in ZONES
    ]
    for days in range(-4, 3):
        make.issue(date=sunday + days * DAY)
    while now < midnight + 2 * DAY:
        if not midnight <= now < midnight + 6 * HOUR:  # nobody looks in these
            schedule.queue_due(at=now, edition_at=now)
            dispatch.send_due(clock=_at(now), edition_clock=_at(now), limit=50, within=HOUR)
        now += dt.timedelta(minutes=30)
    for reader in readers:
        zone = zoneinfo.ZoneInfo(reader.time_zone)
        made = Digest.objects.filter(subscriber=reader)
        days = Counter(digest.created_at.astimezone(zone).date() for digest in made)
        assert {day: days[day] for day in (sunday - DAY, sunday, sunday + DAY)} == {
            sunday - DAY: 1,
            sunday: 1,
            sunday + DAY: 1,
        }
        assert {digest.state for digest in made} == {MailState.SENT}


def _at(moment):
    return lambda: moment
