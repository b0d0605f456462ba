"""Old looks that repeat their neighbours go; whatever says something stays."""

from __future__ import annotations

import datetime as dt
from itertools import groupby, pairwise

import pytest
from django.core.management import call_command
from django.db.models import Min
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sources import snapshots, tasks
from sources.fold import fold_looks
from sources.models import Fetch, FetchState
from tests.factories.sources import FeedFactory, FetchFactory

pytestmark = pytest.mark.django_db

DAY = dt.datetime(2026, 3, 4, tzinfo=dt.UTC)
LATER = DAY + dt.timedelta(days=30)
REACH = DAY - dt.timedelta(days=10)


def look(feed, minutes, *, state=FetchState.UNCHANGED, **fields):
    return FetchFactory(
        feed=feed, started_at=DAY + dt.timedelta(minutes=minutes), state=state, oldest_entry_at=REACH, **fields
    )


def left(feed):
    return list(Fetch.objects.filter(feed=feed).order_by("started_at").values_list("pk", flat=True))


def fold(**changes):
    return sum(fold_looks(**{"before": LATER, **changes}))


@pytest.fixture
def feed():
    return FeedFactory()


def test_of_looks_that_say_the_same_the_first_and_the_last_of_a_day_stay(feed):
    looks = [look(feed, 30 * number).pk for number in range(96)]
    assert fold() == 92
    assert left(feed) == [looks[0], looks[47], looks[48], looks[95]]
    assert fold() == 0


def test_other_feeds_looks_are_no_neighbours(feed):
    another = FeedFactory()
    looks = [look(one, minutes) for minutes in (0, 60) for one in (feed, another)]
    assert fold() == 0
    assert Fetch.objects.count() == len(looks)


@pytest.mark.parametrize(
    "fields",
    [
        {"state": FetchState.NEW, "new_items": 1},
        {"state": FetchState.NEW, "changed_items": 1},
        {"state": FetchState.FAILED, "message": "It cannot be reached."},
        {"http_status": 304},
        {"skipped_entries": 1},
        {"final_url": "https://elsewhere.example/feed"},
    ],
)
def test_what_says_something_stays_and_so_do_those_around_it(feed, fields):
    looks = [look(feed, 0), look(feed, 30), look(feed, 60, **fields), look(feed, 90), look(feed, 120)]
    assert fold() == 0
    assert left(feed) == [one.pk for one in looks]


def test_what_brought_something_stays_though_its_neighbours_did_too(feed):
    looks = [look(feed, 30 * number, state=FetchState.NEW, new_items=1).pk for number in range(5)]
    fold()
    assert left(feed) == looks


def test_bytes_that_were_kept_keep_their_look(feed):
    looks = [
        look(feed, 30 * number, snapshot=snapshots.keep(b"<rss>%d" % number, url=feed.url, at=DAY)).pk
        for number in range(4)
    ]
    fold()
    assert left(feed) == looks


def test_a_day_that_is_not_wholly_past_waits(feed):
    looks = [look(feed, 30 * number).pk for number in range(10)]
    assert fold(before=DAY + dt.timedelta(hours=20)) == 0
    assert fold(since=DAY + dt.timedelta(days=1)) == 0
    assert left(feed) == looks


SAID = st.sampled_from(
    [
        {"state": FetchState.UNCHANGED},
        {"state": FetchState.UNCHANGED, "oldest_entry_at": REACH + dt.timedelta(days=1)},
        {"state": FetchState.NEW, "new_items": 2},
        {"state": FetchState.FAILED, "message": "It cannot be reached.", "oldest_entry_at": None},
        {"state": FetchState.EMPTY, "oldest_entry_at": None},
    ]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(st.lists(SAID, max_size=25))
def test_what_is_left_tells_the_same(feed, said):
    """What each day's looks said, one after another, when each thing was said first and last, and what counting reads."""
    Fetch.objects.filter(feed=feed).delete()
    Fetch.objects.bulk_create(
        FetchFactory.build(
            feed=feed, started_at=DAY + dt.timedelta(hours=5 * number), **{"oldest_entry_at": REACH, **one}
        )
        for number, one in enumerate(said)
    )
    before = story(feed), reach(feed)
    fold()
    assert (story(feed), reach(feed)) == before
    rows = Fetch.objects.filter(feed=feed).order_by("started_at")
    repeated = [tell(a) == tell(b) == tell(c) and not b.new_items for (a, b), (_, c) in pairwise(pairwise(rows))]
    assert not any(repeated)


def tell(one):
    return one.started_at.date(), one.state, one.new_items, one.oldest_entry_at, one.message


def story(feed):
    looks = list(Fetch.objects.filter(feed=feed).order_by("started_at"))
    runs = [list(run) for _, run in groupby(looks, key=tell)]
    return [(tell(run[0]), run[0].started_at, run[-1].started_at) for run in runs]


def reach(feed):
    looks = Fetch.objects.filter(feed=feed, oldest_entry_at__isnull=False).values("started_at__date")
    return list(looks.annotate(first=Min("started_at"), oldest=Min("oldest_entry_at")).order_by("started_at__date"))


def test_the_task_folds_what_has_become_old_and_the_command_everything(feed, settings, capsys):
    settings.LOOKS_KEPT_DAYS = 7
    now = timezone.now().replace(hour=0, minute=0)
    for days_ago in (1, 9, 100):
        for hour in range(4):
            FetchFactory(
                feed=feed,
                started_at=now - dt.timedelta(days=days_ago) + dt.timedelta(hours=hour),
                oldest_entry_at=REACH,
            )
    tasks.fold_looks()
    assert Fetch.objects.count() == 10
    call_command("fold_looks")
    assert Fetch.objects.count() == 8
    assert "2 looks" in capsys.readouterr().out
