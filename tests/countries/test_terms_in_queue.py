"""Terms in the queue: shown with their sentences, answered one by one, by form or in the background."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from countries import learning, reference
from countries.models import Suggester, Tag, Term, TermSuggestion
from countries.tagging.queue import suggest_pending
from countries.tagging.terms import code_pending
from sources.ingest import assign
from tests.factories.countries import NameFactory, UserFactory
from tests.factories.sources import NOON, FeedFactory, ItemFactory, PublisherFactory

pytestmark = pytest.mark.django_db
RAID = "Soldiers killed twelve villagers near Bangui on Monday, a local priest said. Houses were burned."


@pytest.fixture
def situation():
    reference._load_vocabularies()
    reference._load_framework()
    reference._load_event_types()
    return NameFactory(text="Bangui").situation


@pytest.fixture
def item(situation):
    made = ItemFactory(title="Raid near Bangui", text=RAID)
    suggest_pending(at=NOON)
    code_pending(at=NOON)
    return made


@pytest.fixture
def person():
    user = UserFactory()
    user.user_permissions.add(Permission.objects.get(codename="add_tag"))
    return user


@pytest.fixture
def desk(client, person):
    client.force_login(person)
    return client


def figure_of(item):
    return TermSuggestion.objects.get(item=item, term__scheme__code="harm-kind")


def shown(desk, situation, item):
    answer = desk.get(reverse("admin:countries_queue", args=[situation.code]), {"item": item.pk})
    return {
        kind.scheme: [(offer.suggestion.term.code, offer.quote) for offer in kind.offers]
        for kind in answer.context["kinds"]
    }


def answer(desk, situation, suggestion, **data):
    address = reverse("admin:countries_queue_term", args=[situation.code, suggestion.pk])
    return desk.post(address, data, headers={"Accept": "application/json"})


def test_each_suggestion_stands_beside_the_sentence_it_rests_on(desk, situation, item):
    first = "Soldiers killed twelve villagers near Bangui on Monday, a local priest said."
    kinds = shown(desk, situation, item)
    assert kinds["harm-kind"] == [("killed", first)]
    assert kinds["perpetrator-kind"] == [("state_force", first)]
    assert ("property_destruction", "Houses were burned.") in kinds["event-type"]


def test_the_story_of_a_lone_report_says_how_well_it_is_supported_and_hostile_names_are_text(desk, situation):
    palace = PublisherFactory(name="<b>Palace</b>", kind="government_media", is_party=True)
    item = ItemFactory(title="Raid near Bangui", text=RAID, feed=FeedFactory(publisher=palace))
    suggest_pending(at=NOON)
    assign.assign_stories(limit=5)
    page = desk.get(reverse("admin:countries_queue", args=[situation.code]), {"item": item.pk}).content.decode()
    assert "1 report, 0 independent origins" in page
    assert "<strong>Claimed by a party</strong>" in page
    assert "&lt;b&gt;Palace&lt;/b&gt; (speaks for a party)" in page
    assert "<b>Palace" not in page


@pytest.mark.parametrize("typed", ["²", "9" * 30, "x", ""])
def test_an_item_that_is_none_leaves_the_first_of_the_queue(desk, situation, item, typed):
    answer = desk.get(reverse("admin:countries_queue", args=[situation.code]), {"item": typed})
    assert answer.context["item"] == item


def test_an_accepted_figure_leaves_the_list_and_can_be_taken_back(desk, situation, item):
    assert answer(desk, situation, figure_of(item), act="accept").json()["verdict"] == "accepted"
    assert "harm-kind" not in shown(desk, situation, item)
    tag = Tag.objects.standing().get()
    desk.post(reverse("admin:countries_queue_withdraw", args=[situation.code, item.pk, tag.pk]))
    assert "harm-kind" in shown(desk, situation, item)


def test_a_corrected_figure_is_kept_beside_what_was_suggested(desk, situation, item):
    data = {"act": "correct", "term": "killed", "low": "12", "best": "١٤", "high": "", "words": "the priest of Boali"}
    assert answer(desk, situation, figure_of(item), **data).json()["verdict"] == "corrected"
    tag = Tag.objects.standing().get()
    assert (tag.low, tag.best, tag.high, tag.words) == (12, 14, None, "the priest of Boali")
    assert tag.term_suggestion == figure_of(item)
    assert "harm-kind" not in shown(desk, situation, item)


@pytest.mark.parametrize(
    "data",
    [
        {"act": "correct", "term": "killed", "low": "20", "best": "12"},
        {"act": "correct", "term": "killed", "best": "many"},
        {"act": "correct", "term": "killed"},
        {"act": "correct", "term": "nothing"},
        {"act": "explode"},
    ],
)
def test_what_makes_no_sense_is_refused_in_words_and_decides_nothing(desk, situation, item, data):
    refused = answer(desk, situation, figure_of(item), **data)
    assert refused.status_code == 400
    assert refused.json()["problem"]
    assert not Tag.objects.exists()


def test_without_script_a_form_comes_back_to_the_item(desk, situation, item):
    address = reverse("admin:countries_queue_term", args=[situation.code, figure_of(item).pk])
    reply = desk.post(address, {"act": "reject", "state": "waiting"})
    assert reply.status_code == 302
    assert f"item={item.pk}" in reply["Location"]
    assert Tag.objects.get().verdict == "rejected"


def test_a_group_and_a_figure_are_added_by_hand(desk, situation, item):
    address = reverse("admin:countries_queue_add", args=[situation.code, item.pk])
    livelihood = Term.objects.get(scheme__code="target-basis", code="livelihood")
    injured = Term.objects.get(scheme__code="harm-kind", code="injured")
    desk.post(address, {"term": livelihood.pk, "words": "Fulani herders"})
    desk.post(address, {"term": injured.pk, "best": "3"})
    tags = Tag.objects.standing().order_by("id").values_list("term__code", "words", "best", "verdict")
    assert list(tags) == [("livelihood", "Fulani herders", None, "added"), ("injured", "", 3, "added")]


def test_under_the_threshold_a_suggestion_is_kept_and_not_shown(desk, person, situation, item):
    learning.set_threshold(Suggester.HARM, least=0.99, by=person, at=NOON)
    assert "harm-kind" not in shown(desk, situation, item)
    learning.set_threshold(Suggester.HARM, least=0.1, language="en", situation=situation, by=person, at=NOON)
    assert "harm-kind" in shown(desk, situation, item)


def test_who_may_not_decide_sees_and_cannot_answer(client, situation, item):
    client.force_login(UserFactory())
    assert "harm-kind" in shown(client, situation, item)
    assert answer(client, situation, figure_of(item), act="accept").status_code == 403
