"""The library's page in the desk: searched, narrowed, read and kept by keyboard or by form, cheap however much there is."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from countries.library import TAGGED, UNTAGGED, about
from countries.models import TagSuggestion
from countries.tagging import decide
from sources.ingest import index
from sources.models import SavedSearch
from tests.factories.countries import SituationFactory, UserFactory
from tests.factories.sources import NOON, FeedFactory, ItemFactory, PublisherFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    user = UserFactory()
    user.user_permissions.add(Permission.objects.get(content_type__app_label="sources", codename="view_item"))
    return user


@pytest.fixture
def desk(person):
    client = Client()
    client.force_login(person)
    return client


def item(**given):
    made = ItemFactory(**given)
    index.index_items(limit=100, at=given.get("first_seen_at", NOON))
    return made


def page(desk, **asked):
    answer = desk.get(reverse("admin:countries_library"), asked)
    assert answer.status_code == 200
    return answer


def titles(answer):
    return [hit.heading for hit in answer.context["page"].hits]


def suggested(item, situation):
    return TagSuggestion.objects.create(
        item=item, revision=item.current, situation=situation, score=0.9, version="test", created_at=NOON
    )


def test_the_words_that_were_looked_for_are_marked_and_text_from_outside_is_shown_as_text(desk):
    item(title="Shots in <b>Bossangoa</b>", text="<script>alert(1)</script> Bossangoa was quiet.")
    html = page(desk, q="bossangoa").content.decode()
    assert "&lt;b&gt;<mark>Bossangoa</mark>&lt;/b&gt;" in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<script>alert" not in html


def test_the_page_costs_the_same_number_of_queries_however_much_is_found(desk, django_assert_max_num_queries):
    feed = FeedFactory()
    for number in range(3):
        item(title=f"Army {number}", feed=feed)
    page(desk, q="army")  # content types and sessions are warm
    with django_assert_max_num_queries(60) as few:
        page(desk, q="army")
    for number in range(40):
        ItemFactory(title=f"Army again {number}", feed=FeedFactory())
    index.index_items(limit=100, at=NOON)
    with django_assert_max_num_queries(len(few)):
        assert len(titles(page(desk, q="army"))) == 30


def test_a_situation_finds_what_is_tagged_or_suggested_and_not_what_was_rejected(desk, person):
    situation = SituationFactory()
    tagged, waiting, refused, other = (item(title=title) for title in ("Tagged", "Waiting", "Refused", "Other"))
    for each in (tagged, waiting, refused):
        suggested(each, situation)
    decide.accept(tagged, situation=situation, by=person, at=NOON)
    decide.reject(refused, situation=situation, by=person, at=NOON)

    assert set(titles(page(desk, situation="CAF"))) == {"Tagged", "Waiting"}
    assert titles(page(desk, situation="CAF", tagging=TAGGED)) == ["Tagged"]
    assert titles(page(desk, situation="CAF", tagging=UNTAGGED)) == ["Waiting"]
    assert titles(page(desk, tagging=TAGGED)) == ["Tagged"]
    assert set(titles(page(desk, tagging=UNTAGGED))) == {"Waiting", "Refused", other.title}
    assert about(None, "") is None


def test_days_are_whole_days_and_the_last_one_counts(desk):
    for day in (18, 19, 20):
        item(title=f"On the {day}th", reported_at=dt.datetime(2013, 12, day, 23, 59, tzinfo=dt.UTC))
    assert titles(page(desk, since="2013-12-19", until="2013-12-19")) == ["On the 19th"]


def test_a_source_is_found_by_a_part_of_its_name(desk):
    item(title="Here", feed=FeedFactory(publisher=PublisherFactory(name="Radio Pirogue")))
    item(title="Elsewhere")
    assert titles(page(desk, source="pirog")) == ["Here"]


@pytest.mark.parametrize(
    "asked",
    [
        {"q": '"'},
        {"q": "\x00"},
        {"q": "a" * 10_000},
        {"q": ".*+?[(\\"},
        {"since": "yesterday"},
        {"until": "9999-12-31"},
        {"since": "0001-01-01"},
        {"language": "\x00"},
        {"source": "\x00%_"},
        {"kind": "nonsense"},
        {"state": ["full_text", "nonsense"]},
        {"situation": "NOWHERE"},
        {"feed": "99999999999999999999"},
        {"item": "99999999999999999999"},
        {"item": "x"},
        {"saved": "x"},
        {"at": "x"},
        {"at": "PDk5OTk5OTk5OTk5OTk5OTk5OTkuMQ"},
    ],
)
def test_whatever_is_typed_is_answered(desk, asked):
    item(title="Army")
    assert page(desk, **asked).context["page"] is not None


def test_what_makes_no_sense_is_left_out_and_said(desk):
    item(title="Army")
    html = page(desk, q='army "and so', since="yesterday").content.decode()
    assert "A quotation mark has no partner" in html
    assert "Enter a valid date" in html


def test_pages_go_back_in_time_and_forth_again(desk):
    for number in range(40):
        ItemFactory(title=f"Army {number:02}", reported_at=NOON + dt.timedelta(minutes=number))
    index.index_items(limit=100, at=NOON)
    first = page(desk, q="army")
    second = page(desk, q="army", at=first.context["page"].older)
    again = page(desk, q="army", at=second.context["page"].newer)
    assert titles(first) + titles(second) == [f"Army {number:02}" for number in reversed(range(40))]
    assert titles(again) == titles(first)
    assert 'rel="next"' in first.content.decode()
    assert 'rel="prev"' in second.content.decode()


# ------------------------------------------------------------------------------------------------ saved searches
def save(desk, **fields):
    return desk.post(reverse("admin:countries_library_save"), fields, follow=True).content.decode()


def test_a_saved_search_opens_with_its_filters_and_says_whether_there_is_news(desk, person):
    item(title="Army", first_seen_at=NOON)
    save(desk, q="army", state=["full_text"], name="The army", key="3")
    saved = SavedSearch.objects.get()
    assert (saved.query, saved.owner, saved.is_shared) == ({"q": "army", "state": ["full_text"]}, person, False)

    html = page(desk).content.decode()
    assert 'data-key="3"' in html
    assert not re.search(r'library-new">\s*new', html)

    item(title="Army again", first_seen_at=timezone.now())
    assert re.search(r'library-new">\s*new', page(desk).content.decode())

    opened = desk.post(reverse("admin:countries_library_open", args=[saved.pk]), follow=True)
    assert titles(opened) == ["Army again", "Army"]
    assert not re.search(r'library-new">\s*new', page(desk).content.decode())


def test_a_search_is_seen_by_others_only_if_it_is_shared_and_removed_only_by_its_owner(desk):
    save(desk, q="army", name="Mine")
    save(desk, q="village", name="Ours", is_shared="1")
    colleague = Client()
    other = UserFactory()
    other.user_permissions.add(Permission.objects.get(content_type__app_label="sources", codename="view_item"))
    colleague.force_login(other)
    html = page(colleague).content.decode()
    assert "Ours" in html
    assert "Mine" not in html
    ours, mine = SavedSearch.objects.get(name="Ours"), SavedSearch.objects.get(name="Mine")
    assert colleague.post(reverse("admin:countries_library_forget", args=[ours.pk])).status_code == 403
    assert colleague.post(reverse("admin:countries_library_open", args=[mine.pk])).status_code == 404
    assert desk.post(reverse("admin:countries_library_forget", args=[ours.pk])).status_code == 302
    assert list(SavedSearch.objects.values_list("name", flat=True)) == ["Mine"]


def test_a_search_that_cannot_be_saved_says_why(desk):
    assert "needs a name" in save(desk, q="army", name=" ")
    assert "nothing to save" in save(desk, name="Empty")
    assert "one of 1 to 9" in save(desk, q="army", name="Army", key="x")
    assert not SavedSearch.objects.exists()


def test_the_library_is_for_those_who_may_see_items():
    client = Client()
    client.force_login(UserFactory())
    assert client.get(reverse("admin:countries_library")).status_code == 403
    assert client.post(reverse("admin:countries_library_save"), {"q": "x", "name": "x"}).status_code == 403
    assert Client().get(reverse("admin:countries_library")).status_code == 302
