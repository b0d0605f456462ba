"""Which items are one event, how many origins it has, and that what people decide stays."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import connections, transaction
from hypothesis import given
from hypothesis import strategies as st

from sources import stories
from sources.embedders import DIMENSIONS, unit
from sources.ingest import assign, cluster, origins
from sources.models import Embedding, Item, Story, StoryDecision
from tests.factories.countries import UserFactory
from tests.factories.sources import NOON, FeedFactory, ItemFactory, PublisherFactory

HOUR = dt.timedelta(hours=1)
FERRY = (
    "The ferry between the two towns sails again after a pause of two weeks, the port authority said on Tuesday. "
    "Fares are unchanged and children under six travel free. Traders had moved their goods by lorry in the meantime."
)
FERRY_TOO = (
    "After two weeks the ferry between the two towns sails again, with unchanged fares, according to the port. "
    "The engine had been replaced. Children under six still travel free, and traders are relieved."
)
MARKET = (
    "The council has moved the weekly market to Thursday, since the square is being paved until the end of the month."
)


def report(number: int, title: str, text: str = "", *, feed: int = 0, hours: float = 0) -> cluster.Report:
    return cluster.Report(number, feed or number, title, text, NOON + dt.timedelta(hours=hours))


def place(candidate: cluster.Report, *others: cluster.Report) -> cluster.Placement:
    return cluster.place(candidate, [cluster.Neighbour(other, other.item_id) for other in others])


# ------------------------------------------------------------------------------------------------ deciding
def test_two_reports_of_one_event_are_one_story():
    placed = place(report(2, "Ferry sails again", FERRY_TOO), report(1, "Ferry between towns sails again", FERRY))
    assert placed.story_id == 1
    assert placed.score >= cluster.SAME_EVENT


def test_reports_of_different_events_are_not():
    assert place(report(2, "Market moves to Thursday", MARKET), report(1, "Ferry sails again", FERRY)).story_id is None


def test_a_copy_under_another_title_belongs_to_its_original():
    copy = "HARBOUR (Longitude Wire) - " + FERRY
    assert place(report(2, "Boats are back", copy), report(1, "Ferry sails again", FERRY)) == cluster.Placement(1, 1.0)


def test_numbered_reports_of_one_source_are_as_many_stories():
    one, two = report(1, "Situation report 5", FERRY, feed=7), report(2, "Situation report 6", FERRY, feed=7)
    assert place(two, one).story_id is None
    assert place(report(3, "Situation report 5", FERRY, feed=8), one).story_id == 1


def test_reports_too_far_apart_in_time_are_not_one_event():
    early, late = report(1, "Ferry sails again", FERRY), report(2, "Ferry sails again", FERRY, hours=73)
    assert place(late, early).story_id is None


def test_without_texts_titles_alone_have_to_be_more_alike():
    assert place(report(2, "Ferry sails again to town"), report(1, "Ferry sails again")).story_id == 1
    assert place(report(2, "Ferry stays in port again"), report(1, "Ferry sails again today")).story_id is None


@pytest.mark.parametrize("title", ["Situation report", "Sudan", "أخبار", "Weekly update"])
def test_a_title_that_says_nothing_makes_no_two_reports_one(title):
    assert place(report(2, title), report(1, title)).story_id is None
    assert place(report(2, title, FERRY), report(1, title, MARKET)).story_id is None
    assert place(report(2, title, FERRY), report(1, title, FERRY_TOO)).story_id == 1


def test_titles_alone_that_name_other_places_are_other_events():
    nyala, zalingei = "Gunmen kill 12 at market in Nyala", "Gunmen kill 12 at market in Zalingei"
    assert place(report(2, nyala), report(1, zalingei)).story_id is None
    assert place(report(2, nyala), report(1, "Gunmen kill 12 at the Nyala market")).story_id == 1
    assert place(report(2, nyala), report(1, "gunmen kill 12 at market")).story_id == 1  # that names none


@given(
    st.permutations([report(n, title, FERRY) for n, title in enumerate(["Ferry sails", "Ferry sails again", "Boat"])])
)
def test_the_order_of_neighbours_does_not_matter(others):
    assert place(report(9, "Ferry sails again", FERRY_TOO), *others) == place(
        report(9, "Ferry sails again", FERRY_TOO), *sorted(others, key=lambda one: one.item_id)
    )


# ------------------------------------------------------------------------------------------------ origins
def account(publisher: str, text: str = "", *, owner: str = "", is_party: bool = False) -> origins.Account:
    return origins.Account(publisher, owner or publisher, is_party, text)


def test_one_owner_is_one_origin_and_a_party_is_none():
    found = origins.count(
        [
            account("Radio A", "One account of what happened at the port.", owner="group"),
            account("Paper A", "Quite another account, of the market and its traders.", owner="group"),
            account("Palace", "The government says that all is well.", is_party=True),
            account("Radio B", "A third account by somebody who was there."),
        ]
    )
    assert found == origins.Origins(("Radio A", "Radio B"), copies=0, party_reports=1)


@pytest.mark.parametrize(
    "text",
    [
        "HARBOUR (Longitude Wire) - Words of its own about the boat and the port, told in another way.",
        "HARBOUR, Longitude Wire - Words of its own about the boat and the port.",
        "The boat is back, according to Longitude Wire, which quoted the port.",
        "Le bac est de retour, selon Longitude Wire, qui cite le port.",
        "Words of its own about the boat and the port.\n\n*Longitude Wire*",
        "عادت العبّارة إلى العمل، نقلا عن Longitude Wire.",
    ],
)
def test_what_is_credited_has_the_origin_of_what_it_credits(text):
    wire, paper = account("Longitude Wire", FERRY), account("Harbour Post", text)
    found = origins.count([wire, paper], publishers=("Harbour Post", "Longitude Wire"))
    assert found == origins.Origins(("Longitude Wire",), copies=1, party_reports=0)


def test_two_reprints_of_an_agency_we_do_not_follow_are_one_origin():
    found = origins.count([account("A", f"TOWN (AFP) - {FERRY}"), account("B", f"TOWN (AFP) - {MARKET}")])
    assert (found.names, found.copies) == (("AFP",), 2)


def test_a_source_that_names_itself_is_its_own_origin():
    found = origins.count(
        [account("Longitude Wire", f"TOWN (Longitude Wire) - {FERRY}")], publishers=("Longitude Wire",)
    )
    assert (found.names, found.copies) == (("Longitude Wire",), 0)


def test_a_name_inside_another_word_or_far_down_is_no_credit():
    assert (
        origins.credited_source("The APEC meeting, according to APEX, ended. " + "x " * 200 + "(AFP)\n\nThe end.") == ""
    )


@pytest.mark.parametrize(
    "text",
    [
        "TOWN (AFP) - Words of its own.",
        "TOWN (with Reuters) Words of its own.",
        "Selon l'AFP, le bac est de retour.",
        "Le bac est de retour, rapporte l’agence Reuters.",
        "El barco ha vuelto, según la agencia EFE.",
        "O barco voltou, de acordo com a Lusa.",
        "Паром вернулся, сообщает агентство Рейтер.",
        "Паром вернулся, со ссылкой на ТАСС.",
        "ПОРТ, 17 ноя - РИА Новости. Паром вернулся.",
        "Kivuko kimerejea, kwa mujibu wa AFP.",
        "Die Fähre fährt wieder, laut dpa.",
        "عادت العبّارة، بحسب وكالة فرانس برس.",
        "عادت العبّارة، نقلا عن رويترز.",
    ],
)
def test_an_agency_is_credited_in_many_languages(text):
    found = origins.count([account("A", text)])
    assert (found.copies, found.accounts[0].why) == (1, origins.Why.CREDIT)


def test_reports_that_share_a_long_passage_have_it_from_one_text():
    release = (
        "the ferry between the two towns will sail again from Monday after the engine was replaced by engineers of the port "
        "and fares will stay as they were until the end of the year"
    )
    one = account(
        "A", f"We asked at the quay what is going on. The port said that {release}. Nobody there was surprised."
    )
    two = account(
        "B", f"Good news for traders who lost money all month. In a statement: {release}. More tomorrow from us."
    )
    quoting = account("C", "The port said that the ferry between the two towns will sail again. We shall see about it.")
    found = origins.count([one, two, quoting])
    assert found.names == ("A", "C")
    assert [each.why for each in found.accounts] == [origins.Why.OWN, origins.Why.PASSAGE, origins.Why.OWN]


def test_what_only_repeats_a_party_is_that_party_s_word():
    palace = account("Palace", FERRY, is_party=True)
    credits = account("Harbour Post", "The ferry is safe, according to Palace, and always was.")
    found = origins.count([palace, account("Longitude Wire", FERRY), credits], publishers=("Palace", "Harbour Post"))
    assert (found.names, found.party_reports) == ((), 3)
    alone = origins.count([credits], publishers=("Palace",), parties=("Palace",))
    assert (alone.names, alone.party_reports) == ((), 1)


def test_each_report_says_why_it_counts_as_it_does():
    found = origins.count(
        [
            account("Wire", FERRY, owner="w"),
            account("Post", FERRY, owner="p"),
            account("Wire Two", "Another account of the market, by the wire's own second desk.", owner="w"),
            account("Palace", "All is well.", is_party=True),
        ]
    )
    assert found.accounts == (
        origins.Counted("Wire", origins.Why.OWN, "Wire"),
        origins.Counted("Post", origins.Why.COPY, "Wire"),
        origins.Counted("Wire Two", origins.Why.OWNER, "Wire"),
        origins.Counted("Palace", origins.Why.PARTY, ""),
    )


@given(st.lists(st.builds(account, st.sampled_from("ABC"), st.text(max_size=80), is_party=st.booleans()), max_size=6))
def test_there_are_never_more_origins_than_owners_that_are_no_party(accounts):
    found = origins.count(accounts)
    assert len(found.accounts) == len(accounts)
    assert len(found.names) == len(found.kinds) <= sum(not each.is_party for each in accounts)


# ------------------------------------------------------------------------------------------------ writing
@pytest.mark.django_db
def test_items_get_their_stories_and_the_stories_their_numbers():
    wire = ItemFactory(title="Ferry between towns sails again", text=FERRY)
    ItemFactory(title="Ferry sails again", text=FERRY_TOO, reported_at=NOON + HOUR)
    market = ItemFactory(title="Market moves to Thursday", text=MARKET)
    assert assign.assign_stories(limit=10) == 3
    assert assign.assign_stories(limit=10) == 0
    wire.refresh_from_db()
    market.refresh_from_db()
    assert (wire.story.item_count, wire.story.origin_count) == (2, 2)
    assert (wire.story.first_reported_at, wire.story.last_reported_at) == (NOON, NOON + HOUR)
    assert wire.story.title == "Ferry between towns sails again"
    assert market.story_id != wire.story_id
    assert market.story_version == cluster.VERSION


@pytest.mark.django_db
def test_the_order_in_which_items_came_does_not_change_the_stories():
    late = ItemFactory(title="Ferry sails again", text=FERRY_TOO, reported_at=NOON + HOUR)
    early = ItemFactory(title="Ferry between towns sails again", text=FERRY)
    assign.assign_stories(limit=10)
    late.refresh_from_db()
    early.refresh_from_db()
    assert late.story_id == early.story_id
    assert late.story.title == early.title


@pytest.mark.django_db
def test_titles_in_scripts_without_latin_letters_are_found():
    first = ItemFactory(title="عودة العبّارة إلى العمل بعد أسبوعين", text="")
    second = ItemFactory(title="عودة العبّارة إلى العمل بعد توقف أسبوعين", text="")
    assign.assign_stories(limit=10)
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.story_id == second.story_id


@pytest.mark.django_db
def test_an_item_without_language_waits():
    ItemFactory(language_version="")
    assert assign.assign_stories(limit=10) == 0


@pytest.mark.django_db(transaction=True)
def test_two_workers_do_not_make_two_stories_of_one_event():
    ItemFactory(title="Ferry sails again", text=FERRY)
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [assign._LOCK])
            assert assign.assign_stories(limit=10) == 0
            cursor.execute("SELECT pg_advisory_unlock(%s)", [assign._LOCK])
    finally:
        other.close()
    assert assign.assign_stories(limit=10) == 1


# ------------------------------------------------------------------------------------------------ people
@pytest.fixture
def two_stories():
    one = ItemFactory(title="Ferry sails again", text=FERRY)
    two = ItemFactory(title="Boats are back on the river", text=MARKET, reported_at=NOON + HOUR)
    assign.assign_stories(limit=10)
    one.refresh_from_db()
    two.refresh_from_db()
    assert one.story_id != two.story_id
    return one, two


@pytest.mark.django_db
def test_merged_stories_are_one_and_new_reports_follow(two_stories):
    one, two = two_stories
    person = UserFactory()
    into = stories.merge(two.story, into=one.story, by=person, at=NOON)
    assert (into.item_count, into.origin_count) == (2, 2)
    assert Story.objects.standing().count() == 1
    decision = StoryDecision.objects.get()
    assert (decision.act, decision.item_ids, decision.by) == ("merge", [two.pk], person)
    later = ItemFactory(title="Boats are back on the river", text=MARKET, reported_at=NOON + 2 * HOUR)
    assign.assign_stories(limit=10)
    later.refresh_from_db()
    assert later.story_id == into.pk
    assert set(Item.objects.filter(pk__in=[one.pk, two.pk]).values_list("story", flat=True)) == {into.pk}


@pytest.mark.django_db
def test_what_a_person_split_the_machine_leaves_apart(two_stories):
    one, two = two_stories
    person = UserFactory()
    into = stories.merge(two.story, into=one.story, by=person, at=NOON)
    new = stories.split([two], by=person, at=NOON)
    into.refresh_from_db()
    assert (new.title, new.item_count, into.item_count) == (two.title, 1, 1)
    assign.assign_stories(limit=10)
    two.refresh_from_db()
    assert (two.story_id, two.story_by_person) == (new.pk, True)


@pytest.mark.django_db
@pytest.mark.parametrize("version", ["trigram 1", "some later version"])
def test_no_version_of_the_machine_undoes_what_a_person_decided(two_stories, version, monkeypatch):
    one, two = two_stories
    into = stories.merge(two.story, into=one.story, by=UserFactory(), at=NOON)
    apart = stories.split([one], by=UserFactory(), at=NOON)
    monkeypatch.setattr(cluster, "VERSION", version)
    same = [1.0, *[0.0] * (DIMENSIONS - 1)]
    for item in (one, two):
        Embedding.objects.create(item=item, model="late", vector=same, reported_at=NOON, made_at=NOON)
    vectors = assign.Vectors("late", dt.timedelta(), cluster.E5_SMALL)
    for _ in range(2):
        assign.assign_stories(limit=10, at=NOON + HOUR, vectors=vectors)
    assert Item.objects.get(pk=one.pk).story_id == apart.pk
    assert Item.objects.get(pk=two.pk).story_id == into.pk


@pytest.mark.django_db(transaction=True)
def test_a_report_that_comes_while_a_person_merges_lands_in_the_story_that_stays():
    ItemFactory(title="Ferry sails again", text=FERRY)
    ItemFactory(title="Market moves to Thursday", text=MARKET)
    assign.assign_stories(limit=10)
    into, merged = Story.objects.order_by("pk")
    ItemFactory(title="Market moves to Thursday", text=MARKET, reported_at=NOON + HOUR)
    person, met, placed = UserFactory(), threading.Barrier(2, timeout=20), []

    def place_while_the_person_decides():
        try:
            met.wait()
            placed.append(assign.assign_stories(limit=10))
            met.wait()
            met.wait()
            placed.append(assign.assign_stories(limit=10))
        finally:
            connections.close_all()

    machine = threading.Thread(target=place_while_the_person_decides)
    machine.start()
    with transaction.atomic():
        stories.merge(merged, into=into, by=person, at=NOON)
        met.wait()
        met.wait()  # the machine has tried by now
    met.wait()
    machine.join(timeout=30)
    assert placed == [0, 1]
    assert set(Item.objects.values_list("story", flat=True)) == {into.pk}


# ------------------------------------------------------------------------------------------------ vectors
def made(item, *numbers):
    vector = unit([*numbers, *[0.0] * (DIMENSIONS - len(numbers))])
    return Embedding.objects.create(
        item=item, model="made", vector=list(vector), reported_at=item.reported_at, made_at=item.reported_at
    )


VECTORS = assign.Vectors("made", 10 * dt.timedelta(minutes=1))


@pytest.mark.django_db
def test_reports_with_near_vectors_are_one_story_whatever_their_words_and_language():
    first, second = ItemFactory(title="Ferry sails again"), ItemFactory(title="Le bac est de retour", language="fr")
    other = ItemFactory(title="Ferry sails again")
    for item, numbers in ((first, (1.0, 0.0)), (second, (1.0, 0.1)), (other, (0.0, 1.0))):
        made(item, *numbers)
    assert assign.assign_stories(limit=10, at=NOON, vectors=VECTORS) == 3
    story_of = dict(Item.objects.values_list("pk", "story"))
    assert story_of[first.pk] == story_of[second.pk] != story_of[other.pk]


@pytest.mark.django_db
def test_vectors_of_another_model_are_not_compared():
    first, second = ItemFactory(title="Ferry sails again"), ItemFactory(title="Le bac est de retour", language="fr")
    made(first, 1.0)
    Embedding.objects.filter(item=first).update(model="older")
    made(second, 1.0)
    assign.assign_stories(limit=10, at=NOON + HOUR, vectors=VECTORS)
    assert Item.objects.values("story").distinct().count() == 2


@pytest.mark.django_db
def test_a_new_item_waits_for_its_vector_but_not_for_ever():
    item = ItemFactory()
    assert assign.assign_stories(limit=10, at=NOON + 9 * dt.timedelta(minutes=1), vectors=VECTORS) == 0
    assert assign.assign_stories(limit=10, at=NOON + 10 * dt.timedelta(minutes=1), vectors=VECTORS) == 1
    placed = Item.objects.get(pk=item.pk).story_id
    made(item, 1.0)
    assert assign.assign_stories(limit=10, at=NOON + HOUR, vectors=VECTORS) == 0
    late = ItemFactory(title="Le bac est de retour", language="fr", reported_at=NOON + HOUR)
    made(late, 1.0)
    assign.assign_stories(limit=10, at=NOON + HOUR, vectors=VECTORS)
    assert Item.objects.get(pk=late.pk).story_id == placed


@pytest.mark.django_db
def test_merging_and_splitting_what_cannot_be_is_refused(two_stories):
    one, two = two_stories
    person = UserFactory()
    with pytest.raises(stories.CannotMerge):
        stories.merge(one.story, into=one.story, by=person, at=NOON)
    with pytest.raises(stories.CannotSplit, match="has to stay"):
        stories.split([one], by=person, at=NOON)
    with pytest.raises(stories.CannotSplit, match="one story"):
        stories.split([one, two], by=person, at=NOON)
    with pytest.raises(stories.CannotSplit):
        stories.split([], by=person, at=NOON)
    old = two.story
    stories.merge(old, into=one.story, by=person, at=NOON)
    with pytest.raises(stories.CannotMerge, match="already"):
        stories.merge(old, into=one.story, by=person, at=NOON)
    assert StoryDecision.objects.count() == 1


@pytest.mark.django_db
def test_origins_are_counted_anew_on_request():
    publisher = PublisherFactory(name="Palace", is_party=True)
    item = ItemFactory(feed=FeedFactory(publisher=publisher), text=FERRY)
    assign.assign_stories(limit=10)
    item.refresh_from_db()
    assert stories.origins(item.story) == (0, "No independent origin; not counted: Palace (speaks for a party)")
    publisher.is_party = False
    publisher.save()
    assert stories.origins(item.story) == (1, "Palace")


@pytest.mark.django_db
def test_stories_from_before_there_were_labels_get_theirs():
    for text in (FERRY, MARKET):
        ItemFactory(title=text[:40], text=text)
    assign.assign_stories(limit=10)
    Story.objects.update(label="", origin_count=0)
    assert list(assign.recount_all(at_once=1)) == [1, 1]
    assert set(Story.objects.values_list("label", "origin_count")) == {("single_source", 1)}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("score", "by_person", "label"),
    [
        (cluster.SURE_ABROAD - 0.01, False, "single_source"),
        (cluster.SURE_ABROAD, False, "corroborated"),
        (cluster.SURE_ABROAD - 0.01, True, "corroborated"),
    ],
)
def test_a_report_joined_by_a_little_likeness_across_languages_corroborates_nothing(score, by_person, label):
    story = Story.objects.create(title="Ferry sails again", first_reported_at=NOON, last_reported_at=NOON)
    for number, (name, kind, language) in enumerate(
        [("Wire", "international_org", "en"), ("Le Port", "local_media", "fr")]
    ):
        feed = FeedFactory(publisher=PublisherFactory(name=name, kind=kind))
        item = ItemFactory(feed=feed, title=f"Report {number}", language=language, text=[FERRY, MARKET][number])
        item.story, item.story_score, item.story_by_person = story, number * score, bool(number) and by_person
        item.save()
    assign.recount([story.pk])
    story.refresh_from_db()
    assert story.label == label
    assert ("Le Port (joined by likeness across languages only)" in story.origin_note) == (label == "single_source")


@pytest.mark.django_db
def test_nothing_of_a_batch_stands_where_it_broke_off():
    ItemFactory(title="Ferry sails again", text=FERRY)
    with transaction.atomic():
        assert assign.assign_stories(limit=10) == 1
        transaction.set_rollback(True)
    assert not Story.objects.exists()
    assert assign.assign_stories(limit=10) == 1
