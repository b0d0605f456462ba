"""When a feed is looked at again: what it publishes, what it asks for and what went wrong, within limits."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.ingest import pace
from sources.ingest.fetch import fresh_for
from sources.ingest.pace import Rhythm

AT = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
RHYTHMS = st.builds(
    Rhythm,
    failures=st.integers(0, 10_000),
    idle_looks=st.integers(0, 10_000),
    publication_gap=st.none() | st.integers(1, 2**31 - 1),
    stays_for=st.integers(0, 2**31 - 1),
    retry_after=st.none() | st.integers(0, 10**9),
)


def wait(**rhythm) -> dt.timedelta:
    """Without the spread, which is at most a fifth."""
    found = pace.next_look(at=AT, interval=HOUR, rhythm=Rhythm(**rhythm), key="") - AT
    return found / pace._jitter(f" {AT.isoformat()}")


def near(expected: dt.timedelta):
    return pytest.approx(expected.total_seconds(), abs=1)


@given(RHYTHMS, st.text(max_size=5))
def test_the_next_look_is_always_within_bounds(rhythm, key):
    when = pace.next_look(at=AT, interval=HOUR, rhythm=rhythm, key=key)
    assert pace.SHORTEST <= when - AT <= pace.LONGEST * 1.2


@given(RHYTHMS, st.integers(0, 100))
def test_one_failure_more_never_means_an_earlier_look(rhythm, failures):
    def when(count: int) -> dt.datetime:
        changed = Rhythm(count, rhythm.idle_looks, rhythm.publication_gap, rhythm.stays_for, rhythm.retry_after)
        return pace.next_look(at=AT, interval=HOUR, rhythm=changed, key="k")

    assert when(failures) <= when(failures + 1)


def test_the_same_feed_at_the_same_time_is_given_the_same_moment_and_others_are_spread():
    moments = {pace.next_look(at=AT, interval=HOUR, rhythm=Rhythm(), key=str(key)) for key in range(50)}
    assert len(moments) > 25
    assert pace.next_look(at=AT, interval=HOUR, rhythm=Rhythm(), key="7") in moments


@pytest.mark.parametrize(
    ("rhythm", "expected"),
    [
        ({}, HOUR),
        ({"publication_gap": 40 * 60}, HOUR / 3),
        ({"publication_gap": 10}, pace.SHORTEST),
        ({"publication_gap": 86_400}, HOUR),
        ({"idle_looks": 4}, HOUR * 2),
        ({"idle_looks": 4, "publication_gap": 86_400}, HOUR * 4),
        ({"stays_for": 90 * 60}, HOUR * 1.5),
        ({"stays_for": 10**6}, pace.LONGEST_WISH),
        ({"failures": 2}, HOUR * 4),
        ({"failures": 99}, pace.LONGEST),
        ({"retry_after": 7200}, HOUR * 2),
        ({"retry_after": 60}, HOUR),
        ({"retry_after": 10**8}, pace.LONGEST),
    ],
)
def test_each_cause_has_its_effect(rhythm, expected):
    assert wait(**rhythm).total_seconds() == near(expected)


def test_an_operator_who_looks_every_few_seconds_is_not_slowed_down_by_the_shortest_wait():
    when = pace.next_look(at=AT, interval=dt.timedelta(seconds=20), rhythm=Rhythm(publication_gap=1), key="")
    assert when - AT <= dt.timedelta(seconds=24)


def test_the_usual_gap_is_the_median_and_needs_a_few_entries():
    times = [AT + dt.timedelta(minutes=minutes) for minutes in (0, 10, 20, 30, 600)]
    assert pace.gap(reversed(times)) == 600
    assert pace.gap(times[:4]) is None
    assert pace.gap([AT] * 9) is None


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"cache-control": "max-age=600"}, 600),
        ({"cache-control": "public, Max-Age=600, stale-while-revalidate=60"}, 600),
        ({"cache-control": 's-maxage=5, max-age="60"'}, 60),
        ({"cache-control": "no-cache, max-age=600"}, 0),
        ({"cache-control": "max-age=lots"}, 0),
        ({"expires": "Wed, 04 Mar 2026 12:10:00 GMT", "date": "Wed, 04 Mar 2026 12:00:00 GMT"}, 600),
        ({"expires": "Wed, 04 Mar 2026 11:00:00 GMT", "date": "Wed, 04 Mar 2026 12:00:00 GMT"}, 0),
        ({"expires": "0", "date": "Wed, 04 Mar 2026 12:00:00 GMT"}, 0),
        ({"expires": "Wed, 04 Mar 2026 12:10:00 GMT"}, 0),
    ],
)
def test_what_a_server_says_of_freshness_is_read(headers, seconds):
    assert fresh_for(headers) == seconds
