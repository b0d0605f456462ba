"""Marks of time: whatever lies in a stretch has one of its marks."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources import marks

BEGIN = dt.datetime(1950, 1, 1, tzinfo=dt.UTC)
TIMES = st.integers(0, 100 * 365 * 86_400).map(lambda seconds: BEGIN + dt.timedelta(seconds=seconds))


@given(TIMES, TIMES, st.floats(0, 1))
def test_whatever_lies_in_a_stretch_has_one_of_its_marks(one, other, part):
    start, end = sorted((one, other))
    inside = start + (end - start) * part
    covering = marks.covering(start, end)
    assert len(covering) <= 101
    assert not covering or set(marks.of_time(inside)) & set(covering)
    assert set(marks.of_arrival(inside)) & set(marks.arrived_since(start, end))


@pytest.mark.parametrize(
    ("length", "letter"),
    [
        (dt.timedelta(hours=5), "h"),
        (dt.timedelta(days=5), "d"),
        (dt.timedelta(days=300), "m"),
        (dt.timedelta(9999), "y"),
    ],
)
def test_a_stretch_is_a_few_marks_as_long_as_it_needs(length, letter):
    start = dt.datetime(2013, 12, 5, 11, 30, tzinfo=dt.UTC)
    covering = marks.covering(start, start + length)
    assert {mark[0] for mark in covering} == {letter}
    assert len(covering) <= 30


def test_more_than_a_century_is_not_marked():
    assert marks.covering(dt.datetime(1, 1, 1, tzinfo=dt.UTC), dt.datetime(2026, 1, 1, tzinfo=dt.UTC)) == []
