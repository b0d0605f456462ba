"""Pages that set editions beside one another, the archive's months, and the shelf that keeps pages."""

import datetime as dt

import pytest
import time_machine
from django.core.cache import cache
from redis import RedisError

from briefings import calendar, shelf, workflow, writing
from briefings.calendar import Issue
from tests.factories.briefings import AFTER, published
from tests.factories.countries import SituationFactory, UserFactory


@pytest.fixture(autouse=True)
def _at_the_day():
    with time_machine.travel(AFTER + dt.timedelta(days=1, hours=1), tick=True):
        yield


@pytest.fixture
def two(db):
    """Yesterday's edition and today's, which says one thing more."""
    situation = SituationFactory()
    first = published(situation)
    later = AFTER + dt.timedelta(days=1)
    second = published(situation, date=dt.date(2013, 12, 25), at=later)
    return first, second


def corrected(edition):
    by, key, at = UserFactory(), UserFactory(), AFTER + dt.timedelta(days=1)
    second = workflow.correct(edition, note="Four, not three.", by=by, at=at)
    writing.write(second, by=by, at=at, bottom_line="Part of the population now fears the peacekeepers.")
    workflow.submit(second, by=by, at=at)
    workflow.approve(second, by=key, at=at)
    return workflow.publish(second, by=key, at=at)


def test_a_page_since_an_earlier_day_names_it_and_marks_what_is_new(client, two):
    first, second = two
    plain = client.get(f"/edition/{second.public_id}/").content.decode()
    assert f"?since={first.date.isoformat()}" in plain
    html = client.get(f"/edition/{second.public_id}/?since={first.date.isoformat()}").content.decode()
    assert f"Since {first.public_id}" in html


def test_a_page_since_its_first_version_shows_the_words_that_went_and_came(client, two):
    second = corrected(two[1])
    html = client.get(f"/edition/{second.public_id}/?since=v1").content.decode()
    assert "<ins>fears</ins>" in html
    assert "<del>" in html
    compared = client.get(f"/CAF/compare/?then={two[1].public_id}&now={second.public_id}")
    assert "<ins>fears</ins>" in compared.content.decode()


@pytest.mark.parametrize("name", ["v9", "2013-13-45", "nonsense", "SSD-2013-12-24-v1", "v1\x00"])
def test_a_version_that_does_not_exist_is_named_and_the_page_is_whole(client, two, name):
    response = client.get(f"/edition/{two[1].public_id}/", {"since": name})
    assert response.status_code == 200
    html = response.content.decode()
    assert "There is no other issued edition" in html
    assert two[1].bottom_line in html


def test_comparing_with_what_does_not_exist_says_so(client, two):
    response = client.get("/CAF/compare/?then=CAF-1999-01-01-v1&now=" + two[1].public_id)
    assert response.status_code == 404
    assert "CAF-1999-01-01-v1" in response.content.decode()


def test_drafts_are_compared_with_nothing(client, two):
    draft = workflow.correct(two[1], note="Four.", by=UserFactory(), at=AFTER + dt.timedelta(days=1))
    assert client.get(f"/CAF/compare/?then={two[0].public_id}&now={draft.public_id}").status_code == 404
    assert "There is no other" in client.get(f"/edition/{two[1].public_id}/?since=v2").content.decode()


# ------------------------------------------------------------------------------------------------ the shelf


def test_a_page_is_rendered_once_and_costs_later_readers_no_query(client, two, django_assert_num_queries):
    address = f"/edition/{two[1].public_id}/"
    first = client.get(address)
    with django_assert_num_queries(0):
        again = client.get(address)
    assert again.content == first.content


def test_a_correction_shows_at_once(client, two, django_capture_on_commit_callbacks):
    address = f"/edition/{two[1].public_id}/"
    assert "This version was corrected." not in client.get(address).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        corrected(two[1])
    assert "This version was corrected." in client.get(address).content.decode()


def test_what_was_rendered_of_rows_that_changed_meanwhile_is_not_kept(django_capture_on_commit_callbacks, db):
    before = shelf.generation()
    with django_capture_on_commit_callbacks(execute=True):
        shelf.turn_over()
    shelf.keep("/a/", "m1", lambda: b"old", since=before)
    assert shelf.find("/a/") is None


def test_without_the_cache_pages_are_made_anew(client, two, monkeypatch):
    def broken(*args, **kwargs):
        raise RedisError

    for name in ("get", "set", "get_many"):
        monkeypatch.setattr(cache, name, broken)
    assert client.get(f"/edition/{two[1].public_id}/").status_code == 200


# ------------------------------------------------------------------------------------------------ months


def issue(day, kind="routine"):
    return Issue(f"CAF-{day}-v1", dt.date.fromisoformat(day), kind, "published", "unchanged")


def test_months_run_from_the_first_edition_to_today_and_tell_days_without_one():
    found = calendar.months([issue("2013-11-29"), issue("2013-12-02", "quiet")], until=dt.date(2013, 12, 4))
    assert [month.first.month for month in found] == [12, 11]
    days = [day for month in found for week in month.weeks for day in week if day]
    assert len(days) == 61
    assert [day.date.isoformat() for day in days if day.is_silent] == [
        "2013-12-01",
        "2013-12-03",
        "2013-12-04",
        "2013-11-30",
    ]
    assert all(len(week) == 7 for month in found for week in month.weeks)
    assert calendar.months([], until=dt.date(2013, 12, 4)) == ()


def test_the_archive_shows_each_day(client, two):
    html = client.get("/CAF/archive/").content.decode()
    assert 'class="month"' in html
    assert "25 December 2013: routine" in html
