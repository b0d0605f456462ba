"""Acceptance 4. Stop the schedule for six hours across a change of clocks: each reader gets exactly one mail a day."""

import datetime as dt

import pytest

from delivery import dispatch, schedule
from delivery.models import Digest, MailState
from tests.factories import delivery as make

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)
ZONES = ("Europe/Berlin", "Europe/London", "America/New_York", "Africa/Bangui", "Asia/Kathmandu")


@pytest.mark.parametrize("sunday", [dt.date(2026, 3, 29), dt.date(2026, 10, 25)])
@pytest.mark.parametrize("send_at", [dt.time(2, 30), dt.time(7)])
def test_exactly_one_each_day(sunday, send_at):
    """02:30 comes twice, or never, on the day that clocks change in Berlin."""
    start = dt.datetime.combine(sunday - dt.timedelta(days=1), dt.time(), tzinfo=dt.UTC)
    readers = [
        make.follower("CAF", time_zone=zone, send_at=send_at, created_at=start, confirmed_at=start - 30 * HOUR)
        for zone in ZONES
    ]
    for days in range(-1, 3):
        make.issue(date=start.date() + dt.timedelta(days=days))
    for reader in readers:
        make.DigestFactory(
            subscriber=reader,
            date=start.date() - dt.timedelta(days=1),
            created_at=start - 22 * HOUR,
            state="sent",
            sent_at=start - 22 * HOUR,
        )
    now = start
    while now < start + dt.timedelta(days=3):
        stopped = start + 24 * HOUR <= now < start + 30 * HOUR
        if not stopped:
            schedule.queue_due(at=now, edition_at=now)
            moment = now
            dispatch.send_due(
                clock=lambda m=moment: m, edition_clock=lambda m=moment: m, limit=50, within=dt.timedelta(minutes=5)
            )
        now += dt.timedelta(minutes=15)
    for reader in readers:
        made = list(Digest.objects.filter(subscriber=reader, date__gte=start.date()).order_by("created_at"))
        assert [digest.state for digest in made] == [MailState.SENT] * len(made)
        assert len({digest.date for digest in made}) == len(made)
        assert len(made) == 3, (reader.time_zone, [str(digest.created_at) for digest in made])
