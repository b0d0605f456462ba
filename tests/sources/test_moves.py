"""Feeds that move, that are withdrawn, and that no longer look like themselves."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from sources import catalogue
from sources.ingest import claim, holds, moves
from sources.ingest.look import look_at
from sources.models import Feed, FeedHold, FeedMove, FetchState, Item, ReusePolicy, Snapshot, StarterPack
from tests.factories.countries import UserFactory
from tests.factories.sources import FeedFactory
from tests.sources.serving import Answer
from tests.sources.test_look import look, rss

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
ENTRIES = tuple((str(number), f"Title {number}", "Text") for number in range(5))
BODY = rss(*ENTRIES)


@pytest.fixture
def feed(site):
    site.answers["/feed"] = Answer(BODY)
    return FeedFactory(url=f"{site.base}/feed")


def redirect(location: str, status: int = 301) -> Answer:
    return Answer(status=status, headers={"Location": location})


def moved(site, status: int = 301) -> None:
    site.answers["/feed"] = redirect("/new", status)
    site.answers["/new"] = Answer(BODY)


def looks(site, feed: Feed, count: int) -> list[str]:
    return [look(site, feed, at=AT + number * HOUR).state for number in range(count)]


# ------------------------------------------------------------------------------------------------ moving
@pytest.mark.parametrize("status", [301, 308])
def test_a_feed_moves_once_three_looks_in_a_row_have_said_so(site, feed, status):
    moved(site, status)
    looks(site, feed, 2)
    assert feed.url == f"{site.base}/feed"
    assert not FeedMove.objects.exists()
    looks(site, feed, 1)
    assert feed.url == f"{site.base}/new"
    kept = FeedMove.objects.get()
    assert (kept.feed, kept.old_url, kept.new_url, kept.by) == (feed, f"{site.base}/feed", feed.url, None)
    site.requests.clear()
    looks(site, feed, 1)
    assert [path for path, _ in site.requests] == ["/new"]
    assert Item.objects.count() == len(ENTRIES)


def test_unchanged_answers_confirm_a_move_too(site, feed):
    moved(site)
    site.answers["/new"] = lambda handler: (
        Answer(status=304) if handler.headers.get("If-None-Match") else Answer(BODY, headers={"ETag": '"1"'})
    )
    assert looks(site, feed, 3) == [FetchState.NEW, FetchState.UNCHANGED, FetchState.UNCHANGED]
    assert feed.url == f"{site.base}/new"


@pytest.mark.parametrize("status", [302, 303, 307])
def test_a_temporary_redirect_never_moves_a_feed(site, feed, status):
    moved(site, status)
    looks(site, feed, 5)
    assert (feed.url, feed.moved_looks) == (f"{site.base}/feed", 0)


def test_one_temporary_step_on_the_way_makes_it_temporary(site, feed):
    moved(site)
    site.answers["/new"] = redirect("/newest", 302)
    site.answers["/newest"] = Answer(BODY)
    looks(site, feed, 5)
    assert feed.url == f"{site.base}/feed"


@pytest.mark.parametrize(
    "between", [Answer(BODY), Answer(status=503), Answer(b""), redirect("/elsewhere")], ids=lambda a: str(a.status)
)
def test_any_other_look_in_between_begins_the_count_anew(site, feed, between):
    site.answers["/elsewhere"] = Answer(BODY)
    moved(site)
    looks(site, feed, 2)
    site.answers["/feed"] = between
    looks(site, feed, 1)
    moved(site)
    looks(site, feed, 2)
    assert feed.url == f"{site.base}/feed"
    looks(site, feed, 1)
    assert feed.url == f"{site.base}/new"


@pytest.mark.parametrize("form", ["{base}/new", "{base}/new/"])
def test_no_feed_takes_an_address_that_another_has(site, feed, form):
    other = FeedFactory(url=form.format(base=site.base), name="The other")
    moved(site)
    assert looks(site, feed, 3)[-1] == FetchState.QUARANTINED
    assert feed.url == f"{site.base}/feed"
    assert "address of the feed “The other”" in feed.last_error
    assert not FeedMove.objects.exists()
    holds.settle(feed.pk, is_right=True, by=UserFactory(), at=AT)
    assert set(looks(site, feed, 4)) == {FetchState.UNCHANGED}  # a person said: two feeds
    assert feed.url != other.url


def test_an_address_a_person_has_just_changed_is_not_moved(site, feed):
    moved(site)
    looks(site, feed, 2)
    stale = Feed.objects.get(pk=feed.pk)
    Feed.objects.update(url="https://chosen.example/feed")
    with site.fetcher() as fetcher:
        look_at(stale, fetcher=fetcher, at=AT, interval=HOUR)
    assert Feed.objects.get().url == "https://chosen.example/feed"


def row(url: str) -> catalogue.Row:
    (first, *_) = catalogue.rows()
    values = {name: getattr(first, name) for name in catalogue.Row.__dataclass_fields__}
    return catalogue.Row(**{**values, "url": url, "starter_pack": StarterPack.YES})


def test_the_catalogue_finds_a_moved_feed_by_its_old_address(site, feed):
    moved(site)
    looks(site, feed, 3)
    catalogue.load_feeds(version="2", activate=True, catalogue=[row(f"{site.base}/feed")])
    assert Feed.objects.get().url == f"{site.base}/new"
    assert Feed.objects.get().catalogue_version == "2"


# ------------------------------------------------------------------------------------------------ withdrawn
def test_a_feed_that_is_gone_for_good_is_switched_off_loudly_and_once(site, feed, caplog):
    looks(site, feed, 1)
    site.answers["/feed"] = Answer(status=410)
    fetch = look(site, feed, at=AT + HOUR)
    assert (fetch.state, feed.is_active, feed.retired_at) == (FetchState.FAILED, False, fetch.finished_at)
    assert "410" in feed.last_error
    assert "withdrawn the feed for good" in feed.last_error
    assert caplog.text.count("withdrawn it (410)") == 1
    assert claim.claim_due(limit=10, per_host=2, at=AT + 1000 * HOUR) == []
    assert Item.objects.count() == len(ENTRIES)
    assert feed in Feed.objects.to_watch()


def test_a_feed_that_is_missing_or_gone_behind_a_temporary_redirect_is_asked_again(site, feed):
    site.answers["/feed"] = Answer(status=404)
    looks(site, feed, 1)
    site.answers["/feed"], site.answers["/new"] = redirect("/new", 302), Answer(status=410)
    looks(site, feed, 1)
    assert (feed.is_active, feed.retired_at) == (True, None)


def test_neither_catalogue_nor_probe_switches_a_withdrawn_feed_on_but_a_person_does(site, feed):
    site.answers["/feed"] = Answer(status=410)
    looks(site, feed, 1)
    catalogue.load_feeds(version="2", activate=True, catalogue=[row(feed.url)])
    assert not Feed.objects.get().is_active
    act("switch_on", feed)
    feed.refresh_from_db()
    assert (feed.is_active, feed.retired_at) == (True, None)


def test_a_withdrawn_feed_leaves_the_days_page_once_a_person_has_seen_to_it(site, feed):
    site.answers["/feed"] = Answer(status=410)
    looks(site, feed, 1)
    act("switch_off", feed)
    assert feed not in Feed.objects.to_watch()


# ------------------------------------------------------------------------------------------------ set aside
CASINO = BODY.replace(b"<title>Outlet</title>", b"<title>Best Casino</title>").replace(b"Title ", b"Bonus ")


def act(action: str, feed: Feed) -> str:
    client = Client()
    client.force_login(UserFactory(is_superuser=True))
    data = {"action": action, "_selected_action": [feed.pk]}
    return client.post(reverse("admin:sources_feed_changelist"), data, follow=True).content.decode()


def test_the_first_look_learns_what_is_usual(site, feed):
    assert looks(site, feed, 2) == [FetchState.NEW, FetchState.UNCHANGED]
    assert (feed.usual_title, feed.usual_language, feed.usual_domains) == ("Outlet", "", ["outlet.example"])


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (CASINO, "Its title was “Outlet” and is now “Best Casino”."),
        (BODY.replace(b"outlet.example", b"casino.example"), "lead now to casino.example"),
        (BODY.replace(b"<channel>", b"<channel><language>ru</language>"), "Its language was “fr” and is now “ru”."),
    ],
)
def test_a_feed_that_looks_like_another_is_set_aside_and_nothing_of_it_stored(site, feed, body, words):
    feed.reuse_policy = ReusePolicy.FULL_TEXT_PUBLIC  # which would keep a snapshot
    feed.save()
    site.answers["/feed"] = Answer(BODY.replace(b"<channel>", b"<channel><language>fr</language>"))
    looks(site, feed, 1)
    before = (list(Item.objects.values("title", "url", "current")), Snapshot.objects.count())
    site.answers["/feed"] = Answer(body, headers={"ETag": '"e"'})
    fetch = look(site, feed, at=AT + HOUR)
    assert (fetch.state, fetch.new_items, fetch.changed_items) == (FetchState.QUARANTINED, 0, 0)
    assert words in fetch.message == feed.last_error
    assert (feed.held_at, feed.etag) == (fetch.finished_at, "")
    assert (list(Item.objects.values("title", "url", "current")), Snapshot.objects.count()) == before
    assert (feed.usual_title, feed.usual_domains) == ("Outlet", ["outlet.example"])


def test_it_stays_set_aside_until_a_person_has_looked_even_where_it_looks_right_again(site, feed):
    looks(site, feed, 1)
    site.answers["/feed"] = Answer(CASINO)
    looks(site, feed, 1)
    site.answers["/feed"] = Answer(rss(("new", "New", "Text"), *ENTRIES))
    assert looks(site, feed, 2) == [FetchState.QUARANTINED] * 2
    assert FeedHold.objects.count() == 1
    assert not Item.objects.filter(external_id="new").exists()
    act("go_on_as_before", feed)
    assert looks(site, feed, 1) == [FetchState.NEW]
    assert Item.objects.filter(external_id="new").exists()
    assert (feed.usual_title, FeedHold.objects.get().is_right) == ("Outlet", False)


def test_a_person_says_that_it_is_right_and_that_is_usual_from_then_on(site, feed):
    looks(site, feed, 1)
    site.answers["/feed"] = Answer(CASINO)
    looks(site, feed, 1)
    assert "1 feed goes on" in act("accept_change", feed)
    feed.refresh_from_db()
    assert (feed.held_at, feed.usual_title) == (None, "Best Casino")
    settled = FeedHold.objects.get()
    assert settled.is_right
    assert settled.settled_by is not None
    assert looks(site, feed, 2) == [FetchState.NEW, FetchState.UNCHANGED]
    assert Item.objects.filter(title__startswith="Bonus").exists()
    assert "None of these feeds is set aside" in act("accept_change", feed)


def test_what_a_person_accepted_is_what_was_seen_and_not_what_came_since(site, feed):
    looks(site, feed, 1)
    site.answers["/feed"] = Answer(CASINO)
    looks(site, feed, 1)
    site.answers["/feed"] = Answer(CASINO.replace(b"Best Casino", b"Something Else Again"))
    looks(site, feed, 1)
    act("accept_change", feed)
    assert looks(site, feed, 1) == [FetchState.QUARANTINED]
    assert "“Best Casino” and is now “Something Else Again”" in feed.last_error


def test_a_feed_set_aside_can_fail_like_any_other(site, feed):
    looks(site, feed, 1)
    site.answers["/feed"] = Answer(CASINO)
    looks(site, feed, 1)
    site.answers["/feed"] = Answer(status=503)
    assert looks(site, feed, 1) == [FetchState.FAILED]
    assert feed.held_at is not None


def test_a_new_suffix_a_case_or_a_few_foreign_links_set_nothing_aside(site, feed):
    looks(site, feed, 1)
    body = BODY.replace(b"<title>Outlet</title>", b"<title> OUTLET | Latest </title>").replace(
        b"https://outlet.example/1", b"https://video.example/1"
    )
    site.answers["/feed"] = Answer(body)
    assert looks(site, feed, 1)[0] in {FetchState.NEW, FetchState.UNCHANGED}
    assert feed.held_at is None


def test_the_feeds_page_says_why_and_where_it_was(site, feed):
    looks(site, feed, 1)
    site.answers["/feed"] = Answer(CASINO)
    looks(site, feed, 1)
    moves.record(feed, old_url="https://old.example/<feed>", new_url=feed.url, at=AT)
    client = Client()
    client.force_login(UserFactory(is_superuser=True))
    page = client.get(reverse("admin:sources_feed_change", args=[feed.pk])).content.decode()
    assert "Best Casino" in page
    assert "https://old.example/&lt;feed&gt;" in page
    assert "outlet.example" in page


def test_an_address_changed_by_a_person_is_kept_and_learnt_anew(site, feed):
    looks(site, feed, 1)
    client = Client()
    user = UserFactory(is_superuser=True)
    client.force_login(user)
    address = reverse("admin:sources_feed_change", args=[feed.pk])
    form = client.get(address).context["adminform"].form
    data = {name: form.initial.get(name) or "" for name in form.fields}
    response = client.post(address, {**data, "is_active": "on", "url": "https://chosen.example/feed"})
    assert response.status_code == 302
    feed.refresh_from_db()
    assert (feed.url, feed.usual_title, feed.usual_domains) == ("https://chosen.example/feed", "", [])
    kept = FeedMove.objects.get()
    assert (kept.old_url, kept.by) == (f"{site.base}/feed", user)


def test_settling_needs_the_right_to_change_feeds(site, feed):
    looks(site, feed, 1)
    site.answers["/feed"] = Answer(CASINO)
    looks(site, feed, 1)
    client = Client()
    client.force_login(UserFactory())
    client.post(reverse("admin:sources_feed_changelist"), {"action": "accept_change", "_selected_action": [feed.pk]})
    feed.refresh_from_db()
    assert feed.held_at is not None
