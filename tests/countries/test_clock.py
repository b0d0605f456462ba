"""When a day closes, across clock changes."""

from __future__ import annotations

import datetime as dt

import pytest

from countries.clock import cut_off_on, newest_edition_date


@pytest.mark.parametrize(
    ("date", "zone", "cut_off", "expected"),
    [
        (dt.date(2013, 12, 24), "Africa/Bangui", dt.time(6), "2013-12-24T05:00:00+00:00"),
        (dt.date(2013, 12, 24), "Africa/Juba", dt.time(6), "2013-12-24T03:00:00+00:00"),
        (dt.date(2026, 3, 29), "Europe/Kyiv", dt.time(3, 30), "2026-03-29T01:30:00+00:00"),  # skipped hour
        (dt.date(2026, 10, 25), "Europe/Kyiv", dt.time(3, 30), "2026-10-25T00:30:00+00:00"),  # doubled hour, the first
    ],
)
def test_a_cut_off_is_one_moment_also_when_the_clocks_change(date, zone, cut_off, expected):
    assert cut_off_on(date, time_zone=zone, cut_off=cut_off).isoformat() == expected


def test_before_the_cut_off_the_newest_edition_is_yesterdays():
    at = dt.datetime(2013, 12, 24, 4, 59, tzinfo=dt.UTC)

    assert newest_edition_date(at, time_zone="Africa/Bangui", cut_off=dt.time(6)) == dt.date(2013, 12, 23)
    later = at + dt.timedelta(minutes=1)
    assert newest_edition_date(later, time_zone="Africa/Bangui", cut_off=dt.time(6)) == dt.date(2013, 12, 24)
