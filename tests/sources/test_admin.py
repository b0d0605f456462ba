"""The library in the desk: readable, fast, and changed only where people may."""

from __future__ import annotations

import datetime as dt
import html

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from sources import opml, snapshots
from sources.admin import lists
from sources.ingest import assign, index
from sources.models import EarlierReading, Feed, FetchState, FullText, Item, Sighting, StarterPack, Story, StoryDecision
from tests.factories.countries import UserFactory
from tests.factories.sources import FeedFactory, FetchFactory, ItemFactory, StoryFactory

pytestmark = pytest.mark.django_db
LISTS = ["publisher", "feed", "fetch", "item", "story"]
AT = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)


@pytest.fixture
def desk():
    client = Client()
    client.force_login(UserFactory(is_superuser=True))
    return client


def member(*names):
    """Somebody on the desk who may do these things and no others."""
    user = UserFactory()
    for name in names:
        user.user_permissions.add(Permission.objects.get(content_type__app_label="sources", codename=name))
    client = Client()
    client.force_login(user)
    return client


def library(size: int) -> None:
    for _ in range(size):
        feed = FeedFactory()
        FetchFactory(feed=feed)
        ItemFactory(feed=feed, story=StoryFactory())


def queries_of(client: Client, name: str, django_assert_max_num_queries) -> int:
    with django_assert_max_num_queries(100) as captured:
        assert client.get(reverse(f"admin:sources_{name}_changelist")).status_code == 200
    return len(captured)


@pytest.mark.parametrize("name", LISTS)
def test_a_list_costs_the_same_however_long_it_is(desk, name, django_assert_max_num_queries):
    library(2)
    few = queries_of(desk, name, django_assert_max_num_queries)
    library(25)
    many = queries_of(desk, name, django_assert_max_num_queries)
    assert many <= few + 1  # a second kind of row may bring one more filter
    assert many <= 20


def test_an_item_shows_who_else_carried_it_and_under_what_title(desk):
    item = ItemFactory()
    other = FeedFactory(name="The aggregator")
    Sighting.objects.create(item=item, feed=other, url="https://other.example/1", title="Retitled", seen_at=AT)
    page = desk.get(reverse("admin:sources_item_change", args=[item.pk])).content.decode()
    for expected in ("The aggregator", "Retitled", "https://other.example/1"):
        assert expected in page


def test_an_item_shows_what_was_said_of_it_earlier_where_there_is_any(desk):
    item = ItemFactory(language="fr", language_confidence=0.8125, language_version="old 3")
    address = reverse("admin:sources_item_change", args=[item.pk])
    assert "Earlier readings" not in desk.get(address).content.decode()
    Item.objects.update(language="sw", language_version="new")
    EarlierReading.objects.create(
        item=item,
        reads="situations",
        version="places-0",
        said={"situation": "CAF", "score": 0.6, "evidence": [{"exact": "<b>Bangui"}, {"exact": "<b>Bangui"}]},
        replaced_at=AT,
    )
    page = desk.get(address).content.decode()
    for expected in ("fr (0.81)", "old 3", "CAF (0.60): <bdi>&lt;b&gt;Bangui</bdi>", "places-0"):
        assert expected in page


def test_the_list_of_items_is_searched_and_filtered_by_the_search_and_counts_no_further_than_it_shows(
    desk, monkeypatch, django_assert_max_num_queries
):
    for number in range(60):
        ItemFactory(title=f"Army {number}", feed=FeedFactory())
    failed = ItemFactory(title="Villages", language="fr", extract_state="failed")
    index.index_items(limit=100, at=AT)
    address = reverse("admin:sources_item_changelist")

    def found(**asked):
        with django_assert_max_num_queries(22) as captured:
            items = list(desk.get(address, asked).context["cl"].result_list)
        assert not [query for query in captured if "COUNT(*)" in query["sql"] and "LIMIT 1000" not in query["sql"]]
        return items

    assert found(q="police") == []
    assert found(q="villages") == found(state="failed") == found(lang="fr") == [failed]
    assert found(q="villages", state="copy") == found(q="armies", lang="fr") == []
    assert len(found(q="armies", kind="local_media")) == 50
    assert len(found(q="armies", p="2")) == 10
    monkeypatch.setattr(lists.ShortPaginator, "count", 1000)
    assert "These are the newest 1,000." in desk.get(address).content.decode()


def test_an_item_shows_all_it_ever_said_and_its_bytes(desk, django_assert_max_num_queries):
    item = ItemFactory(text="The feed's own words")
    kept = snapshots.keep(b"<html>the page</html>", url=item.url, at=AT)
    FullText.objects.create(
        revision=item.current,
        snapshot=kept,
        text="The page's words",
        sha256="0" * 64,
        extractor="test",
        extracted_at=AT,
    )
    with django_assert_max_num_queries(20):
        page = desk.get(reverse("admin:sources_item_change", args=[item.pk])).content.decode()
    address = reverse("admin:sources_snapshot_bytes", args=[kept.pk])
    for expected in ("The feed&#x27;s own words", "The page&#x27;s words", address, kept.blob.sha256):
        assert expected in page
    download = desk.get(address)
    assert download.content == b"<html>the page</html>"
    assert download["Content-Type"] == "application/octet-stream"
    assert download["Content-Disposition"].startswith("attachment")


def test_a_snapshot_is_for_those_who_may_see_items():
    kept = snapshots.keep(b"bytes", url="https://outlet.example/", at=AT)
    address = reverse("admin:sources_snapshot_bytes", args=[kept.pk])
    assert member("view_item").get(address).status_code == 200
    assert member("view_story").get(address).status_code == 403
    assert Client().get(address).status_code == 302


def test_a_title_from_outside_is_shown_as_text(desk):
    item = ItemFactory(title="<script>alert(1)</script>", story=StoryFactory(title="<script>alert(2)</script>"))
    for address in (
        reverse("admin:sources_item_changelist"),
        reverse("admin:sources_item_change", args=[item.pk]),
        reverse("admin:sources_story_change", args=[item.story_id]),
    ):
        page = desk.get(address).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page


# ------------------------------------------------------------------------------------------------ feeds
def act(client, name, action, *rows):
    data = {"action": action, "_selected_action": [row.pk for row in rows]}
    return client.post(reverse(f"admin:sources_{name}_changelist"), data, follow=True).content.decode()


def test_a_feed_shows_its_health_and_can_be_looked_at_now(desk):
    feed = FeedFactory(
        last_state=FetchState.FAILED,
        last_error="https://outlet.example/feed answers 503 (Service Unavailable).",
        consecutive_failures=3,
        next_check_at=AT + dt.timedelta(days=400),
    )
    page = desk.get(reverse("admin:sources_feed_changelist")).content.decode()
    assert "answers 503 (Service Unavailable)" in page
    act(desk, "feed", "look_now", feed)
    assert Feed.objects.due(dt.datetime.now(dt.UTC)).get() == feed


def test_a_person_switches_feeds_and_forbidden_ones_stay_off(desk):
    feed = FeedFactory(is_active=False)
    forbidden = FeedFactory(is_active=False, starter_pack=StarterPack.NEVER)
    page = act(desk, "feed", "switch_on", feed, forbidden)
    assert "forbids automated collection" in page
    feed.refresh_from_db()
    assert (feed.is_active, feed.is_switched_by_person) == (True, True)
    act(desk, "feed", "switch_off", feed)
    assert not Feed.objects.active().exists()


def form_of(feed: Feed, **changes: object) -> dict[str, object]:
    fields = ("name", "url", "format", "selector", "language", "starter_pack", "reuse_policy", "reuse_note")
    values = {name: getattr(feed, name) for name in fields} | {"publisher": feed.publisher_id, "terms_read_on": ""}
    return values | ({"is_active": "on"} if feed.is_active else {}) | changes


@pytest.mark.parametrize(
    ("policy", "read_on", "is_taken"),
    [
        ("full_text_public", "", False),
        ("full_text_internal", "", False),
        ("full_text_internal", "2026-03-01", True),
        ("full_text_internal", "2999-01-01", False),
        ("metadata_only", "", True),
    ],
)
def test_full_text_is_for_those_who_say_when_the_terms_were_read(desk, policy, read_on, is_taken):
    feed = FeedFactory(reuse_policy="excerpt")
    desk.post(
        reverse("admin:sources_feed_change", args=[feed.pk]), form_of(feed, reuse_policy=policy, terms_read_on=read_on)
    )
    feed.refresh_from_db()
    assert (feed.reuse_policy == policy) is is_taken


def test_who_mends_a_name_is_not_asked_for_the_terms(desk):
    feed = FeedFactory(reuse_policy="full_text_public", terms_read_on=None)
    desk.post(reverse("admin:sources_feed_change", args=[feed.pk]), form_of(feed, name="Mended"))
    feed.refresh_from_db()
    assert feed.name == "Mended"


def test_editing_a_feed_leaves_its_state_to_the_pipeline(desk):
    feed = FeedFactory(etag='"1"')
    address = reverse("admin:sources_feed_change", args=[feed.pk])
    assert desk.post(address, form_of(feed, name="Renamed")).status_code == 302
    feed.refresh_from_db()
    assert (feed.name, feed.etag, feed.is_switched_by_person) == ("Renamed", '"1"', False)
    data = form_of(feed)
    del data["is_active"]
    desk.post(address, data)
    feed.refresh_from_db()
    assert (feed.is_active, feed.is_switched_by_person) == (False, True)


def test_switching_a_forbidden_feed_on_is_refused_kindly(desk):
    feed = FeedFactory(is_active=False, starter_pack=StarterPack.NEVER)
    page = desk.post(reverse("admin:sources_feed_change", args=[feed.pk]), form_of(feed, is_active="on"))
    assert "forbids automated collection" in page.content.decode()
    feed.refresh_from_db()
    assert not feed.is_active


def test_how_senders_of_mail_are_written_can_be_read(desk):
    page = desk.get(reverse("admin:sources_feed_add")).content.decode()
    assert "or <news.ngo.example> for a list" in html.unescape(page)
    assert "<news.ngo.example>" not in page  # a browser would take it for a tag and show nothing


def test_a_feed_can_be_added(desk):
    publisher = FeedFactory().publisher
    new = Feed(publisher=publisher, name="New", url="https://new.example/feed", is_active=True)
    assert desk.post(reverse("admin:sources_feed_add"), form_of(new)).status_code == 302
    assert Feed.objects.get(name="New").is_switched_by_person


# ------------------------------------------------------------------------------------------------ feeds: formats
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"format": "html_list", "selector": "main a["}, "“main a[” is no CSS selector"),
        ({"format": "html_list", "selector": ""}, "Which links of the page"),
        ({"format": "rss", "selector": "main a"}, "leave this empty"),
        ({"format": "reliefweb"}, "its API is at https://api.reliefweb.int"),
        ({"format": "auto", "url": "https://api.reliefweb.int/v2/reports"}, "choose its format"),
    ],
)
def test_a_format_and_what_belongs_to_it_are_checked_kindly(desk, changes, words):
    feed = FeedFactory(url="https://outlet.example/feed")
    page = desk.post(reverse("admin:sources_feed_change", args=[feed.pk]), form_of(feed, **changes))
    assert page.status_code == 200
    assert words in html.unescape(page.content.decode())
    feed.refresh_from_db()
    assert (feed.format, feed.selector, feed.url) == ("auto", "", "https://outlet.example/feed")


def test_a_new_selector_is_used_although_the_page_has_not_changed(desk):
    feed = FeedFactory(format="html_list", selector="h2 a", etag='"1"', last_modified="Mon, 02 Mar 2026 08:00:00 GMT")
    address = reverse("admin:sources_feed_change", args=[feed.pk])
    assert desk.post(address, form_of(feed, selector="h3 a")).status_code == 302
    feed.refresh_from_db()
    assert (feed.selector, feed.etag, feed.last_modified) == ("h3 a", "", "")


def test_the_list_of_feeds_can_be_taken_along_as_a_file(desk):
    FeedFactory(url="https://on.example/feed")
    FeedFactory(url="https://off.example/feed", is_active=False)
    address = reverse("admin:sources_feed_export")
    assert f'href="{address}"' in desk.get(reverse("admin:sources_feed_changelist")).content.decode()
    answer = desk.get(address)
    assert answer["Content-Disposition"].endswith('.opml"')
    assert {row.url for row in opml.read(answer.content)} == {"https://on.example/feed", "https://off.example/feed"}
    assert [row.url for row in opml.read(desk.get(address, {"active": "1"}).content)] == ["https://on.example/feed"]
    assert member("view_feed").get(address).status_code == 200
    assert member("view_story").get(address).status_code == 403


def test_those_who_may_only_look_cannot_act():
    feed = FeedFactory(next_check_at=AT)
    act(member("view_feed"), "feed", "switch_off", feed)
    assert Feed.objects.get().is_active


# ------------------------------------------------------------------------------------------------ stories
def test_curators_merge_and_split_stories():
    curator = member("view_story", "change_story", "view_item")
    first = ItemFactory(title="The ferry sails again", text="")
    second = ItemFactory(title="Market day moves", text="", reported_at=first.reported_at + dt.timedelta(hours=1))
    assign.assign_stories(limit=10)
    page = act(curator, "story", "merge", *Story.objects.all())
    assert "Merged into: The ferry sails again" in page
    assert Story.objects.standing().get().item_count == 2
    page = act(curator, "item", "split_out", second)
    assert "New story: Market day moves" in page
    assert set(Item.objects.values_list("story__item_count", flat=True)) == {1}
    assert StoryDecision.objects.count() == 2


def test_a_story_names_what_people_regrouped(desk):
    story, item = StoryFactory(), ItemFactory()
    StoryDecision.objects.create(story=story, act="merge", item_ids=[item.pk], by=UserFactory(), at=AT)
    page = desk.get(reverse("admin:sources_story_change", args=[story.pk])).content.decode()
    assert f'<a href="{reverse("admin:sources_item_change", args=[item.pk])}">{item.pk}</a>' in page


def test_a_story_can_be_saved_by_those_who_may_choose_its_label_while_it_stands():
    curator, reader = member("view_story", "change_story", "view_item"), member("view_story", "view_item")
    story = StoryFactory()
    merged = StoryFactory(merged_into=story)

    def offers_to_save(client, story):
        return 'name="_save"' in client.get(reverse("admin:sources_story_change", args=[story.pk])).content.decode()

    assert offers_to_save(curator, story)
    assert not offers_to_save(curator, merged)
    assert not offers_to_save(reader, story)


def test_what_cannot_be_merged_or_split_is_said():
    curator = member("view_story", "change_story", "view_item")
    item = ItemFactory()
    assign.assign_stories(limit=10)
    assert "at least two stories" in act(curator, "story", "merge", Story.objects.get())
    assert "has to stay" in act(curator, "item", "split_out", item)


def test_a_curator_chooses_another_label_and_has_to_say_why():
    curator = member("view_story", "view_storydecision", "change_story", "view_item")
    ItemFactory(title="The ferry sails again", text="")
    assign.assign_stories(limit=10)
    story = Story.objects.get()
    address = reverse("admin:sources_story_change", args=[story.pk])
    assert "1 report, 1 independent origin" in curator.get(address).content.decode()
    empty = {f"{name}-{field}": 0 for name in ("items", "decisions") for field in ("TOTAL_FORMS", "INITIAL_FORMS")}
    refused = curator.post(address, empty | {"label_by_person": "confirmed", "reason": ""})
    assert "Say why the label is another one." in refused.content.decode()
    assert not StoryDecision.objects.exists()
    curator.post(address, empty | {"label_by_person": "confirmed", "reason": "We saw the ticket."})
    story.refresh_from_db()
    assert (story.label, story.evidence) == ("single_source", "confirmed")
    assert StoryDecision.objects.get().reason == "We saw the ticket."
    assert "We saw the ticket." in curator.get(address).content.decode()
    assert member("view_story", "view_item").post(address, empty | {"label_by_person": ""}).status_code == 403


def test_readers_of_the_library_cannot_regroup_it():
    reader = member("view_story", "view_item")
    item, _ = ItemFactory(), ItemFactory()
    assign.assign_stories(limit=10)
    act(reader, "story", "merge", *Story.objects.all())
    act(reader, "item", "split_out", item)
    assert not StoryDecision.objects.exists()
