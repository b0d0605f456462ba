"""Coverage: what is silent is named, what was never measured is not called calm."""

from __future__ import annotations

import datetime as dt

import pytest

from briefings.compose import compose
from briefings.render import text
from monitoring.coverage import measure, panel
from monitoring.models import Shutdown
from sources.models import FeedDay, FetchState, PublisherKind, Silence
from tests.factories.briefings import EditionFactory
from tests.factories.countries import FeedScopeFactory, SituationFactory, UserFactory
from tests.factories.sources import NOON, FeedFactory, PublisherFactory
from tests.sources.conftest import site  # noqa: F401 - a fixture
from tests.sources.serving import Answer
from tests.sources.test_look import look, rss

pytestmark = pytest.mark.django_db

DAY = NOON.date()


@pytest.fixture
def situation():
    return SituationFactory(coverage_note="No source in Sango.")


def expected_feed(situation, *, state=FetchState.NEW, hours=1, kind=PublisherKind.LOCAL_MEDIA, regions=(), **changes):
    feed = FeedFactory(
        publisher=PublisherFactory(kind=kind),
        last_state=state,
        last_fetch_at=NOON - dt.timedelta(hours=hours),
        **changes,
    )
    FeedScopeFactory(feed=feed, situation=situation, regions=list(regions))
    return feed


def test_a_feed_that_answers_with_nothing_is_silent_and_named(situation):
    expected_feed(situation, state=FetchState.UNCHANGED)
    empty = expected_feed(situation, state=FetchState.EMPTY)
    expected_feed(situation, state=FetchState.NEW, kind=PublisherKind.UN)
    late = expected_feed(situation, state=FetchState.NEW, hours=30, kind=PublisherKind.UN)

    measure(situation, date=DAY, at=NOON)
    shown = panel(situation, date=DAY)

    assert (shown.expected, shown.seen, shown.note) == (4, 2, "No source in Sango.")
    assert {group.kind: group.silent for group in shown.groups} == {
        "local_media": (empty.name,),
        "un": (late.name,),
    }


def test_a_day_never_measured_has_seen_nothing(situation):
    shown = panel(situation, date=DAY)

    assert (shown.expected, shown.seen, shown.groups) == (0, 0, ())


def test_measuring_again_replaces(situation):
    feed = expected_feed(situation, state=FetchState.FAILED)
    measure(situation, date=DAY, at=NOON)
    feed.last_state = FetchState.NEW
    feed.save()

    assert measure(situation, date=DAY, at=NOON).seen == 1
    assert situation.coverage_days.count() == 1


def test_a_feed_that_answers_but_has_fallen_silent_is_not_seen_and_its_region_is_named(situation):
    feed = expected_feed(situation, state=FetchState.UNCHANGED, regions=["CF-VK", "CF-HK"])
    Silence.objects.create(feed=feed, reason=Silence.Reason.NOTHING_NEW, since=NOON, noticed_at=NOON)
    measure(situation, date=DAY, at=NOON)
    [group] = panel(situation, date=DAY).groups
    assert (group.seen, group.silent, group.places) == (0, (feed.name,), (("CF-VK", "CF-HK"),))


def test_a_feed_that_brings_less_than_half_of_its_usual_week_is_quieter(situation):
    feeds = [expected_feed(situation) for _ in range(3)]
    for feed, last_week in zip(feeds, (1, 5, 0), strict=True):
        usual = 5 if feed is not feeds[2] else 0  # the third brings too little to tell
        FeedDay.objects.bulk_create(
            FeedDay(
                feed=feed,
                date=DAY - dt.timedelta(days=back),
                looks=9,
                successes=9,
                items=last_week if back < 7 else usual,
            )
            for back in range(29)
        )
    measure(situation, date=DAY, at=NOON)
    [group] = panel(situation, date=DAY).groups
    assert (group.seen, group.quieter) == (3, (feeds[0].name,))


def test_languages_and_regions_without_a_source_are_named(situation):
    situation.languages = ["fr", "sg", "ar-TD"]
    expected_feed(situation, language="fr-FR", regions=["CF-BGF"])
    expected_feed(situation, usual_language="ar", regions=["CF-BGF", "CF-AC"], state=FetchState.FAILED)
    measure(situation, date=DAY, at=NOON)
    shown = panel(situation, date=DAY)
    assert shown.languages == ("sg",)
    assert (shown.regions_of, len(shown.regions)) == (17, 15)
    assert "CF-VK" in shown.regions
    assert not {"CF-BGF", "CF-AC"} & set(shown.regions)


def test_where_nobody_said_which_regions_a_source_reports_from_none_is_called_blind(situation):
    expected_feed(situation)
    measure(situation, date=DAY, at=NOON)
    assert (panel(situation, date=DAY).regions_of, panel(situation, date=DAY).regions) == (0, ())


@pytest.mark.parametrize(
    ("began", "ended", "is_shown"), [(0, None, True), (-9, -1, True), (-9, -2, False), (1, None, False), (-9, 5, True)]
)
def test_a_shutdown_is_shown_on_its_days_and_the_one_after(situation, began, ended, is_shown):
    Shutdown.objects.create(
        situation=situation,
        place="Vakaga",
        what=Shutdown.What.INTERNET,
        began_on=DAY + dt.timedelta(days=began),
        ended_on=None if ended is None else DAY + dt.timedelta(days=ended),
        source_url="https://operator.example/",
        entered_by=UserFactory(),
        entered_at=NOON,
    )
    assert bool(panel(situation, date=DAY).shutdowns) is is_shown


def test_a_feed_that_answers_200_with_an_empty_body_for_a_day_is_silent_in_the_brief(site, situation):  # noqa: F811
    """Acceptance check 4f.5, from the server's bytes to the edition's own words."""
    site.answers["/feed"] = Answer(rss(("1", "One", "First text")))
    feed = FeedFactory(url=f"{site.base}/feed", name="Radio Pirogue")
    FeedScopeFactory(feed=feed, situation=situation, regions=["CF-VK"])
    look(site, feed, at=NOON)
    measure(situation, date=DAY, at=NOON)
    assert panel(situation, date=DAY).seen == 1

    site.answers["/feed"] = Answer(b"")
    for hour in range(1, 25):
        assert look(site, feed, at=NOON + dt.timedelta(hours=hour)).state == FetchState.EMPTY
    next_day = NOON + dt.timedelta(days=1)
    measure(situation, date=next_day.date(), at=next_day)
    edition = EditionFactory(situation=situation, date=next_day.date())
    words = " ".join(text.render(compose(edition)).split())
    assert "0 of 1 expected sources seen. Silent: Radio Pirogue (local media, Vakaga)." in words
    assert "Absence of reports is not absence of incidents." in words
