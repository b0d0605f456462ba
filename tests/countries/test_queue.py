"""Screening: each revision once per version, names effective at once in every process, decisions left alone."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys

import pytest
from django.db import connection, transaction

from countries.models import FeedScope, Name, Screening, Tag, TagSuggestion
from countries.tagging import decide, queue
from countries.tagging.queue import suggest_pending
from sources.models import EarlierReading, Revision, Sighting
from tests.factories.countries import NameFactory, SituationFactory, UserFactory
from tests.factories.sources import NOON, FeedFactory, ItemFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def situation():
    return NameFactory(text="Bangui").situation


def test_an_item_is_screened_once_and_its_suggestion_carries_the_words(situation):
    item = ItemFactory(title="Calm in Bangui", text="Shops reopened in Bangui.")

    assert suggest_pending(at=NOON) == 1
    assert suggest_pending(at=NOON) == 0

    suggestion = TagSuggestion.objects.get()
    reading = f"{item.title}\n{item.current.text}"
    assert (suggestion.item, suggestion.situation) == (item, situation)
    assert {reading[e["start"] : e["end"]] for e in suggestion.evidence} == {"Bangui"}


def test_an_item_about_nothing_we_follow_is_screened_and_not_asked_again(situation):
    ItemFactory(title="Locusts in Madagascar")

    assert suggest_pending(at=NOON) == 1
    assert (TagSuggestion.objects.count(), Screening.objects.count()) == (0, 1)


def test_a_new_revision_is_screened_again_and_keeps_one_suggestion(situation):
    item = ItemFactory(title="Calm in Bangui", text="Bangui.")
    suggest_pending(at=NOON)
    item.current = Revision.objects.create(
        item=item, number=2, title=item.title, text="Bangui, corrected.", content_hash="b" * 64, seen_at=NOON
    )
    item.save()

    assert suggest_pending(at=NOON + dt.timedelta(hours=1)) == 1
    assert TagSuggestion.objects.get().revision.number == 2
    kept = EarlierReading.objects.get()
    assert (kept.revision.number, kept.version, kept.replaced_at) == (1, queue.VERSION, NOON + dt.timedelta(hours=1))
    assert kept.said["created_at"] == NOON.isoformat()


def test_what_is_said_again_word_for_word_leaves_no_trace(situation):
    item = ItemFactory(title="Calm in Bangui")
    suggest_pending(at=NOON)
    before = list(TagSuggestion.objects.values())
    with transaction.atomic():
        queue.screen([item], at=NOON + dt.timedelta(hours=1))
    assert list(TagSuggestion.objects.values()) == before
    assert not EarlierReading.objects.exists()


def test_a_name_added_in_the_desk_counts_without_a_restart(situation):
    ItemFactory(title="Nothing known yet")
    suggest_pending(at=NOON)
    NameFactory(text="Bossangoa", situation=situation, kind="place")
    ItemFactory(title="Shots in Bossangoa")

    suggest_pending(at=NOON)

    assert TagSuggestion.objects.get().item.title == "Shots in Bossangoa"


def test_what_a_person_rejected_leaves_the_queue_and_what_they_take_back_returns(situation):
    item = ItemFactory(title="Calm in Bangui")
    suggest_pending(at=NOON)
    curator = UserFactory()

    decide.reject(item, situation=situation, by=curator, at=NOON)
    assert not TagSuggestion.objects.undecided().exists()

    decide.withdraw(item, situation=situation, by=curator, at=NOON)
    assert TagSuggestion.objects.undecided().count() == 1


def test_the_cost_of_a_batch_does_not_grow_with_its_size(situation, django_assert_max_num_queries):
    ItemFactory.create_batch(12, title="Calm in Bangui")

    with django_assert_max_num_queries(14):
        assert suggest_pending(at=NOON) == 12


def test_an_empty_queue_costs_one_look(django_assert_max_num_queries):
    SituationFactory()

    with django_assert_max_num_queries(3):
        assert suggest_pending(at=NOON) == 0


def test_what_any_feed_that_carries_an_item_reports_on_counts_for_it(situation):
    plain, carried, own = (ItemFactory(title="Calm in Bangui", text=f"Bangui, {word}.") for word in ("a", "b", "c"))
    FeedScope.objects.create(feed=own.feed, situation=situation)
    other = FeedFactory()
    FeedScope.objects.create(feed=other, situation=situation)
    Sighting.objects.create(item=carried, feed=other, url=carried.url, title=carried.title, seen_at=NOON)
    suggest_pending(at=NOON)
    scores = dict(TagSuggestion.objects.values_list("item", "score"))
    assert scores[plain.pk] < scores[carried.pk] == scores[own.pk]


def test_a_newer_version_leaves_what_an_older_one_said_and_what_a_person_decided(situation, monkeypatch):
    kept, decided = ItemFactory(title="Calm in Bangui"), ItemFactory(title="Shops open in Bangui")
    monkeypatch.setattr(queue, "VERSION", "older")
    suggest_pending(at=NOON)
    old = TagSuggestion.objects.order_by("item").values()
    before = list(old)
    decide.reject(decided, situation=situation, by=UserFactory(), at=NOON)
    monkeypatch.setattr(queue, "VERSION", "newer")

    assert suggest_pending(at=NOON + dt.timedelta(hours=1)) == 2

    after = list(old.filter(version="older"))
    assert [{**row, "is_current": True} for row in after] == before
    assert TagSuggestion.objects.count() == 4
    assert [each.item for each in TagSuggestion.objects.undecided()] == [kept]
    assert Tag.objects.current().get().verdict == "rejected"


def test_what_the_latest_look_no_longer_suggests_leaves_the_queue_and_is_kept(situation, monkeypatch):
    item = ItemFactory(title="Calm in Bangui", text="Bangui.")
    suggest_pending(at=NOON)
    item.current = Revision.objects.create(
        item=item, number=2, title="Calm in Libreville", text="Libreville.", content_hash="b" * 64, seen_at=NOON
    )
    item.title = "Calm in Libreville"
    item.save()

    suggest_pending(at=NOON + dt.timedelta(hours=1))

    assert not TagSuggestion.objects.undecided().exists()
    assert TagSuggestion.objects.get().revision.number == 1


def test_a_bad_text_does_not_stop_the_queue(situation):
    ItemFactory(title="", text="")
    ItemFactory(title="\u0301\u200b\ufffd", text="\u0301" * 3)
    good = ItemFactory(title="Calm in Bangui", text="\x01" * 50 + "a" * 200_000)

    assert suggest_pending(at=NOON) == 3
    assert TagSuggestion.objects.get().item == good


WORKER = """
import django, sys
django.setup()
from countries.tagging.queue import current_desk
from countries.tagging.suggest import suggest
for line in sys.stdin:
    found = suggest(current_desk(), title=line.strip(), text="")
    print(",".join(each.situation for each in found), flush=True)
"""


@pytest.mark.django_db(transaction=True)
def test_a_name_entered_here_counts_at_once_in_another_process_and_stops_when_it_is_removed(situation, monkeypatch):
    settings = connection.settings_dict
    monkeypatch.setenv("DATABASE_URL", f"postgresql://{settings['USER']}@/{settings['NAME']}?host={settings['HOST']}")
    worker = subprocess.Popen([sys.executable, "-c", WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask():
        worker.stdin.write("Zorobango burns\n")
        worker.stdin.flush()
        return worker.stdout.readline().strip()

    with worker:
        try:
            before = ask()
            name = Name.objects.create(text="Zorobango", situation=situation, kind="place")
            entered = ask()
            name.is_ambiguous = True
            name.save()
            ambiguous = ask()
            name.delete()
            removed = ask()
        finally:
            worker.stdin.close()
    assert (before, entered, ambiguous, removed) == ("", situation.code, "", "")
