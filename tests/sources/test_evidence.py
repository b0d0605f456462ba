"""The label that sources bear out, rule by rule, and a person's word above it."""

from __future__ import annotations

import pytest

from sources import stories
from sources.evidence import Voice, derive, is_disputed
from sources.ingest import assign
from sources.models import Story, StoryDecision
from tests.factories.countries import UserFactory
from tests.factories.sources import NOON, FeedFactory, ItemFactory, PublisherFactory, StoryFactory


def voice(kind="ngo", owner="a", is_party=False):
    return Voice(kind, owner, is_party)


@pytest.mark.parametrize(
    ("voices", "label"),
    [
        ([voice("ngo", "a"), voice("un", "b")], "corroborated"),
        ([voice("ngo", "a"), voice("ngo", "b")], "single_source"),
        ([voice("ngo", "a"), voice("un", "a")], "single_source"),
        ([voice("government_media", "a", is_party=True)], "claimed_by_party"),
        ([voice("government_media", "a", is_party=True), voice("party_media", "b", is_party=True)], "claimed_by_party"),
        ([voice("government_media", "a", is_party=True), voice("ngo", "b")], "single_source"),
        ([voice("aggregator", "a")], "unverified"),
        ([voice("aggregator", "a"), voice("ngo", "b")], "single_source"),
        ([voice("aggregator", "a"), voice("ngo", "b"), voice("un", "c")], "corroborated"),
        ([], "single_source"),
    ],
)
def test_labels_are_what_sources_bear_out(voices, label):
    assert derive(voices) == label


def test_what_is_denied_is_disputed_whoever_else_says_so_but_parties_alone_still_only_claim():
    assert derive([voice("ngo", "a"), voice("un", "b")], is_disputed=True) == "disputed"
    assert derive([voice(is_party=True)], is_disputed=True) == "claimed_by_party"


@pytest.mark.parametrize(
    "denial",
    [
        *("Army denies shelling the market", "L'armée dément avoir bombardé le marché", "الجيش ينفي قصف السوق"),
        *("El ejército niega haber atacado", "Армия опровергает обстрел рынка", "Jeshi lakanusha shambulio"),
        *("Exército desmente ataque", "Militär bestreitet Beschuss"),
    ],
)
def test_a_denial_beside_a_report_is_a_dispute(denial):
    assert is_disputed(["Shells hit the market", denial])
    assert not is_disputed([denial])
    assert not is_disputed(["Shells hit the market", "Market in ruins"])


# ------------------------------------------------------------------------------------------------ stories
TEXT = "Shells fell on the market in the morning and the traders fled to the school, people who live there said by telephone."


@pytest.fixture
def story(db):
    """Two reports of one event, by independent outlets of different kind."""
    for kind in ("local_media", "ngo"):
        publisher = PublisherFactory(kind=kind)
        text = (
            TEXT
            if kind == "ngo"
            else "Traders ran when shells fell on their stalls; we saw two houses burn until noon."
        )
        ItemFactory(title="Shells hit the market", text=text, feed=FeedFactory(publisher=publisher))
    assign.assign_stories(limit=10)
    return Story.objects.get()


def test_a_story_carries_the_label_that_its_origins_bear_out(story):
    assert (story.origin_count, story.label, story.evidence_name) == (2, "corroborated", "Corroborated")


def test_a_person_s_label_stands_whatever_the_machine_counts_later(story):
    person = UserFactory()
    stories.label(story, "confirmed", reason="We saw the crater.", by=person, at=NOON)
    ItemFactory(title="Shells hit the market", text=TEXT, feed=FeedFactory())
    assign.assign_stories(limit=10)
    story.refresh_from_db()
    assert (story.item_count, story.evidence, story.label) == (3, "confirmed", "corroborated")
    stories.label(story, "", reason="It was another crater.", by=person, at=NOON)
    assert story.evidence == "corroborated"
    said = StoryDecision.objects.order_by("pk").values_list("act", "label", "reason", "by")
    assert list(said) == [
        ("label", "confirmed", "We saw the crater.", person.pk),
        ("label", "", "It was another crater.", person.pk),
    ]


def test_a_person_s_label_is_merged_with_its_story_and_none_is_chosen_for_what_was_merged_away(story):
    person, into, other = UserFactory(), StoryFactory(), StoryFactory()
    stories.label(story, "unverified", reason="The picture is from another year.", by=person, at=NOON)
    into = stories.merge(story, into=into, by=person, at=NOON)
    assert (into.label, into.evidence) == ("corroborated", "unverified")
    assert StoryDecision.objects.get(act="merge").label == "unverified"
    with pytest.raises(stories.CannotLabel, match="merged"):
        stories.label(story, "confirmed", reason="We saw it.", by=person, at=NOON)
    stories.label(other, "disputed", reason="The mayor denies it.", by=person, at=NOON)
    assert stories.merge(other, into=into, by=person, at=NOON).evidence == "unverified"


@pytest.mark.parametrize(("choice", "reason"), [("confirmed", "  "), ("certain", "So it seems.")])
def test_a_label_without_a_reason_or_of_no_kind_is_refused(story, choice, reason):
    with pytest.raises(stories.CannotLabel):
        stories.label(story, choice, reason=reason, by=UserFactory(), at=NOON)
    assert not StoryDecision.objects.exists()
