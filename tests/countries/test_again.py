"""Names entered late: recent items that hold them are read again; what was said and decided stays."""

from __future__ import annotations

import datetime as dt

import pytest

from countries.models import Name, Tag, TagSuggestion
from countries.tagging import again, decide
from countries.tagging.queue import suggest_pending
from sources.ingest.index import index_items
from sources.models import Bookmark, EarlierReading
from tests.factories.countries import NameFactory, UserFactory
from tests.factories.sources import NOON, ItemFactory

pytestmark = pytest.mark.django_db
WINDOW, HOUR = dt.timedelta(days=14), dt.timedelta(hours=1)


@pytest.fixture
def situation():
    return NameFactory(text="Bangui").situation


def read_all(at, **options):
    rounds = 0
    while again.read_again(at=at, window=WINDOW, **options):
        rounds += 1
        assert rounds < 50
    return rounds


def enter(text, situation, **more):
    """A name that changed half an hour after noon, beside the bookmark of a first run at noon."""
    again.read_again(at=NOON, window=WINDOW)
    name = NameFactory(text=text, situation=situation, **more)
    Name.objects.filter(pk=name.pk).update(changed_at=NOON + HOUR / 2)
    Name.objects.exclude(pk=name.pk).update(changed_at=NOON - WINDOW)
    return name


def screened(**fields):
    item = ItemFactory(**{"index_version": 0, **fields})
    index_items(limit=100, at=NOON)
    suggest_pending(at=NOON)
    return item


def test_a_name_entered_later_is_found_in_what_came_before(situation):
    held = screened(title="Shots at night", text="They were heard in Zorobango, traders said.")
    screened(title="Calm at the port", text="Nothing happened.")
    enter("Zorobango", situation, kind="place")

    read_all(NOON + HOUR)

    found = TagSuggestion.objects.undecided().get()
    assert (found.item, found.situation, found.created_at) == (held, situation, NOON + HOUR)
    assert not again.read_again(at=NOON + HOUR, window=WINDOW)


def test_older_items_and_those_without_the_name_are_left_alone(situation):
    screened(title="Shots in Zorobango", reported_at=NOON - dt.timedelta(days=15))
    other = screened(title="Calm in Bangui")
    before = list(TagSuggestion.objects.values())
    enter("Zorobango", situation, kind="place")

    read_all(NOON + HOUR)

    assert list(TagSuggestion.objects.values()) == before
    assert [row["item_id"] for row in before] == [other.pk]


def test_a_window_of_no_days_switches_it_off(situation):
    screened(title="Shots in Zorobango")
    enter("Zorobango", situation, kind="place")
    assert not again.read_again(at=NOON + HOUR, window=dt.timedelta())
    assert not TagSuggestion.objects.exists()


def test_what_a_person_decided_stands_and_what_was_said_then_is_kept(situation):
    item = screened(title="Shots in Bangui", text="They came from Zorobango.")
    said = TagSuggestion.objects.get()
    decide.reject(item, situation=situation, by=UserFactory(), at=NOON)
    decisions = list(Tag.objects.values())
    enter("Zorobango", situation, kind="place")

    read_all(NOON + HOUR)

    assert list(Tag.objects.values()) == decisions
    assert not TagSuggestion.objects.undecided().exists()
    kept = EarlierReading.objects.get()
    assert (kept.item, kept.revision, kept.reads, kept.version) == (item, item.current, "situations", said.version)
    assert kept.said["suggestion"] == said.pk == decisions[0]["suggestion_id"]
    assert kept.said["situation"] == situation.code
    assert [each["exact"] for each in kept.said["evidence"]] == ["Bangui"]
    assert {each["exact"] for each in TagSuggestion.objects.get().evidence} == {"Bangui", "Zorobango"}


def test_a_crowd_of_items_is_read_in_batches_each_once(situation):
    for number in range(7):
        screened(title=f"Shots in Zorobango {number}", reported_at=NOON - number * HOUR)
    enter("Zorobango", situation, kind="place")

    assert read_all(NOON + HOUR, limit=3) > 2
    assert TagSuggestion.objects.count() == 7
    assert Bookmark.objects.get().reached_at == NOON + HOUR / 2


def test_items_of_one_moment_do_not_stop_it(situation):
    for number in range(7):
        screened(title=f"Shots in Zorobango {number}")
    enter("Zorobango", situation, kind="place")
    read_all(NOON + HOUR, limit=3)
    assert Bookmark.objects.get().until is None


def test_a_name_of_common_words_reads_nothing_again(situation):
    screened(title="The quiet day")
    enter("the", situation, kind="place")
    read_all(NOON + HOUR)
    assert not TagSuggestion.objects.exists()


def test_a_change_that_may_still_have_company_waits(situation):
    screened(title="Shots in Zorobango")
    name = enter("Zorobango", situation, kind="place")
    Name.objects.filter(pk=name.pk).update(changed_at=NOON + HOUR - dt.timedelta(seconds=5))
    assert not again.read_again(at=NOON + HOUR, window=WINDOW)


def test_nothing_new_costs_a_few_queries(situation, django_assert_max_num_queries):
    again.read_again(at=NOON, window=WINDOW)
    with django_assert_max_num_queries(6):  # two of them begin and end the transaction
        again.read_again(at=NOON, window=WINDOW)


@pytest.mark.parametrize(
    ("name", "text", "language"),
    [
        ("Zoro-Bango", "Les tirs ont repris à Zoro-Bango, disent des habitants.", "fr"),
        ("Zorôbangô", "Des tirs à Zorobango, lundi.", "fr"),
        ("زوروبانغو", "سمع إطلاق نار في زوروبانغو يوم الاثنين.", "ar"),
        ("ဇိုရိုဘန်ဂို", "တနင်္လာနေ့က ဇိုရိုဘန်ဂိုမြို့တွင် ပစ်ခတ်သံများ ကြားရသည်။", "my"),
        ('Camp "Zorobango"', "Shots at Camp Zorobango on Monday.", "en"),
    ],
)
def test_names_are_found_in_any_script(situation, name, text, language):
    item = screened(title="1", text=text, language=language)
    enter(name, situation, kind="place")
    assert again._holding(Name.objects.get(text=name), since=NOON - WINDOW, until=None, limit=9) == [item.pk]
