"""Who is due, when, and what is put in. Times: 14 September 2026; the cut-off of CAF is 05:00 UTC."""

from __future__ import annotations

import datetime as dt
import threading
import zoneinfo

import pytest
from django.db import connection

from briefings.models import EditionStatus
from delivery import schedule
from delivery.models import Digest, Dispatch
from tests.factories import delivery as make

pytestmark = pytest.mark.django_db

NOW, TODAY = make.NOW, make.TODAY  # 08:00 UTC
YESTERDAY = TODAY - dt.timedelta(days=1)
HOUR, MINUTE, DAY = dt.timedelta(hours=1), dt.timedelta(minutes=1), dt.timedelta(days=1)
SEVEN = dt.datetime(2026, 9, 14, 7, 0, tzinfo=dt.UTC)


def queue(at=NOW, edition_at=None):
    return schedule.queue_due(at=at, edition_at=edition_at or at)


def regular(*codes, **fields):
    """A subscriber who has had mail before, the last one yesterday at seven."""
    reader = make.follower(*(codes or ("CAF",)), **fields)
    make.DigestFactory(subscriber=reader, date=YESTERDAY, created_at=SEVEN - DAY, state="sent", sent_at=SEVEN - DAY)
    return reader


def contents(reader, date=TODAY):
    rows = Dispatch.objects.filter(digest__subscriber=reader, digest__date=date)
    return {row.subscription.situation.code: row.edition for row in rows}


class TestWhen:
    @pytest.mark.parametrize(("at", "made"), [(SEVEN - MINUTE, 0), (SEVEN, 1), (SEVEN + 5 * HOUR, 1)])
    def test_from_their_hour_on(self, at, made):
        make.issue()
        regular()
        assert queue(at) == made

    @pytest.mark.parametrize(
        ("zone", "utc"), [("Asia/Tokyo", "22:00"), ("America/New_York", "11:00"), ("Asia/Kathmandu", "01:15")]
    )
    def test_the_hour_is_the_readers_own(self, zone, utc):
        moment = dt.datetime.combine(TODAY, dt.time.fromisoformat(utc), tzinfo=dt.UTC)
        if zone == "Asia/Tokyo":
            moment -= DAY
        assert schedule.send_moment(moment, time_zone=zone, send_at=dt.time(7)) == moment
        assert schedule.send_moment(moment - MINUTE, time_zone=zone, send_at=dt.time(7)) == moment - DAY

    def test_once_a_day(self):
        make.issue()
        regular()
        assert [queue(NOW + n * MINUTE) for n in range(3)] == [1, 0, 0]

    def test_a_days_outage_is_caught_up_by_one_mail(self):
        make.issue(date=YESTERDAY)
        newest = make.issue(date=TODAY)
        reader = make.follower("CAF")
        make.DigestFactory(
            subscriber=reader, date=TODAY - 3 * DAY, created_at=SEVEN - 3 * DAY, state="sent", sent_at=SEVEN
        )
        assert [queue(NOW), queue(NOW + MINUTE)] == [1, 0]
        assert contents(reader) == {"CAF": newest}

    @pytest.mark.parametrize(
        "state",
        [
            {"confirmed_at": None},
            {"left_at": NOW},
            {"suppressed_at": NOW},
        ],
    )
    def test_never_to_who_does_not_take_mail(self, state):
        make.issue()
        regular(**state)
        assert queue() == 0

    def test_a_zone_that_is_no_longer_known_stops_nobody(self):
        make.issue()
        regular(time_zone="Europe/Atlantis")
        regular()
        assert queue() == 2

    def test_two_workers_make_one_digest(self, transactional_db):
        make.issue()
        reader = regular()
        start = threading.Barrier(3)

        def work():
            start.wait()
            queue()
            connection.close()

        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert list(Digest.objects.filter(subscriber=reader, date=TODAY).values_list("dispatches__edition__date")) == [
            (TODAY,)
        ]


class TestFirst:
    def test_the_first_comes_at_once(self):
        make.issue()
        make.follower("CAF", confirmed_at=NOW - MINUTE, send_at=dt.time(23))
        assert queue() == 1

    def test_the_first_of_last_night_does_not_replace_the_mornings(self):
        make.issue(date=YESTERDAY)
        reader = make.follower("CAF", confirmed_at=SEVEN - 5 * HOUR)
        assert queue(SEVEN - 5 * HOUR) == 1  # at two in the night, before today's cut-off
        newest = make.issue(date=TODAY)
        assert queue(SEVEN) == 1
        assert contents(reader) == {"CAF": newest}

    def test_who_confirmed_just_before_their_hour_keeps_it_the_next_day(self):
        make.issue(date=TODAY)
        make.follower("CAF", confirmed_at=SEVEN - 30 * MINUTE)
        assert queue(SEVEN - 30 * MINUTE) == 1
        make.issue(date=TODAY + DAY)
        looks = [SEVEN + n * 30 * MINUTE for n in range(0, 48)]
        assert [queue(at) for at in looks] == [0] * 48
        assert queue(SEVEN + DAY) == 1

    def test_the_first_waits_for_the_pdf_but_for_no_signature(self):
        make.issue("CAF", pdf=False)
        make.draft("SSD")
        make.issue("SSD", date=YESTERDAY)
        make.follower("CAF", "SSD", confirmed_at=NOW)
        assert queue(NOW + 14 * MINUTE) == 0
        assert queue(NOW + 15 * MINUTE) == 1


class TestWaiting:
    def test_a_drafted_edition_is_waited_for(self):
        reader = regular("CAF", "SSD")
        make.issue("CAF")
        late = make.draft("SSD")
        make.issue("SSD", date=YESTERDAY - DAY)
        assert queue(SEVEN + 119 * MINUTE) == 0
        assert queue(SEVEN + 120 * MINUTE) == 1
        assert contents(reader)["SSD"] is None
        assert late.status == EditionStatus.DRAFT

    def test_it_goes_as_soon_as_all_are_signed(self):
        regular("CAF", "SSD")
        make.issue("CAF")
        assert queue(SEVEN) == 1

    def test_a_pdf_is_waited_for_a_little_longer(self):
        regular("CAF")
        edition = make.issue("CAF", pdf=False)
        assert queue(SEVEN + 134 * MINUTE) == 0
        make.attach_pdf(edition)
        assert queue(SEVEN + 134 * MINUTE) == 1

    def test_a_pdf_that_never_comes_stops_nothing(self):
        regular("CAF")
        make.issue("CAF", pdf=False)
        assert queue(SEVEN + 135 * MINUTE) == 1


class TestWhat:
    def test_a_day_without_an_edition_is_said(self):
        make.issue(date=TODAY - 5 * DAY)
        reader = regular()
        assert queue() == 1
        assert contents(reader) == {"CAF": None}

    def test_where_nothing_was_ever_signed_nothing_is_sent(self):
        make.draft()
        make.follower("CAF")
        regular()
        assert queue(NOW + 3 * HOUR) == 0

    def test_the_same_edition_is_never_sent_twice(self):
        edition = make.issue(date=TODAY)
        reader = regular()
        queue(NOW)
        queue(NOW + DAY)
        assert contents(reader, TODAY) == {"CAF": edition}
        assert contents(reader, TODAY + DAY) == {"CAF": None}

    def test_an_edition_signed_after_yesterdays_mail_comes_with_todays(self):
        reader = regular()
        make.issue(date=YESTERDAY - DAY)
        late = make.issue(date=YESTERDAY)
        queue(NOW)
        assert contents(reader) == {"CAF": late}

    def test_a_withdrawn_edition_is_not_sent(self):
        make.issue(date=YESTERDAY - 3 * DAY)
        edition = make.issue(date=TODAY)
        edition.status = EditionStatus.WITHDRAWN
        edition.save()
        reader = regular()
        queue(NOW)
        assert contents(reader) == {"CAF": None}

    def test_a_corrected_one_gives_way_to_its_correction(self):
        first = make.issue(date=TODAY)
        first.status = EditionStatus.CORRECTED
        first.save()
        second = make.issue(date=TODAY, version=2)
        reader = regular()
        queue(NOW)
        assert contents(reader) == {"CAF": second}

    def test_the_readers_language_comes_first_and_only_one_is_sent(self):
        make.issue(date=TODAY)
        french = make.issue(date=TODAY, language="fr")
        reader = regular(language="fr")
        other = regular(language="ar")
        queue(NOW)
        assert contents(reader) == {"CAF": french}
        assert contents(other)["CAF"].language == "en"
        queue(NOW + DAY)
        assert contents(reader, TODAY + DAY) == {"CAF": None}

    def test_a_flash_is_not_the_daily_brief(self):
        make.issue(date=TODAY - 3 * DAY)
        make.issue(date=TODAY, kind="flash")
        reader = regular()
        queue(NOW)
        assert contents(reader) == {"CAF": None}

    def test_only_what_is_followed_now(self):
        make.issue("CAF")
        make.issue("SSD")
        reader = regular("CAF", "SSD")
        reader.subscriptions.filter(situation__code="CAF").update(ended_at=NOW)
        queue(NOW)
        assert list(contents(reader)) == ["SSD"]

    def test_the_demos_date_changes_what_and_not_when(self):
        demo = dt.datetime(2013, 12, 24, 6, 30, tzinfo=dt.UTC)
        edition = make.issue(date=demo.date())
        reader = make.follower("CAF", confirmed_at=NOW)
        assert [queue(NOW, demo), queue(NOW + DAY, demo)] == [1, 0]
        assert contents(reader, demo.date()) == {"CAF": edition}


class TestClockChanges:
    """Paris moves its clocks on 29 March and 25 October 2026; the brief's own zone does not."""

    @pytest.mark.parametrize("change", [dt.date(2026, 3, 29), dt.date(2026, 10, 25)])
    @pytest.mark.parametrize("send_at", [dt.time(2, 30), dt.time(6, 15)])
    @pytest.mark.parametrize("outage", [dt.timedelta(0), dt.timedelta(hours=6)])
    def test_each_day_has_exactly_one_edition(self, change, send_at, outage):
        """Looks some minutes apart over five days, with a scheduler that stands still across the change."""
        start = dt.datetime.combine(change - 2 * DAY, dt.time(0), tzinfo=dt.UTC)
        reader = make.follower("CAF", time_zone="Europe/Paris", send_at=send_at, confirmed_at=start)
        for days in range(-4, 5):
            make.issue(date=change + days * DAY)
        stop = dt.datetime.combine(change, dt.time(0), tzinfo=dt.UTC)
        for step in range(5 * 24 * 60 // 90):
            at = start + step * 90 * MINUTE
            if not stop <= at < stop + outage:
                queue(at)
        digests = Digest.objects.filter(subscriber=reader).order_by("created_at")
        sent = [row.edition.date for digest in digests for row in digest.dispatches.select_related("edition")]
        assert sent == [sent[0] + n * DAY for n in range(len(sent))]
        regular_days = [
            digest.created_at.astimezone(zoneinfo.ZoneInfo("Europe/Paris")).date() for digest in digests[1:]
        ]
        assert regular_days == [regular_days[0] + n * DAY for n in range(len(regular_days))]
        assert len(regular_days) >= 4
