"""Two revisions of an item compared in the desk."""

from __future__ import annotations

import datetime as dt
import random

import pytest
from django.urls import reverse

from sources import snapshots
from sources.admin.revisions import Comparison
from sources.diff import Kind
from sources.models import FullText, Revision
from tests.factories.countries import UserFactory
from tests.factories.sources import ItemFactory

AT = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)


@pytest.fixture
def desk(client):
    client.force_login(UserFactory(is_superuser=True))
    return client


def revise(item, number: int, title: str, text: str) -> Revision:
    return Revision.objects.create(
        item=item, number=number, title=title, text=text, content_hash=str(number), seen_at=AT
    )


def page(revision: Revision, text: str) -> None:
    kept = snapshots.keep(text.encode(), url="https://outlet.example/1", at=AT)
    FullText.objects.create(
        revision=revision, snapshot=kept, text=text, sha256="0" * 64, extractor="test", extracted_at=AT
    )


def address(item, **query: object) -> str:
    return reverse("admin:sources_item_compare", args=[item.pk]) + (
        "?" + "&".join(f"{name}={value}" for name, value in query.items()) if query else ""
    )


def plain(comparison: Comparison) -> list[list[tuple[str, str]]]:
    return [[(run.kind.value, run.text) for run in each] for block in comparison.blocks for each in block.paragraphs]


@pytest.mark.django_db
class TestPage:
    def test_it_shows_what_changed_with_signs_and_not_by_colour_alone(self, desk):
        item = ItemFactory(title="Three killed", text="Three people were killed in Bria.")
        revise(item, 2, "Five killed", "Five people were killed in Bria.")
        words = desk.get(address(item)).content.decode()
        assert '<del class="diff-gone"><span class="diff-sign">−</span>Three</del>' in words
        assert '<ins class="diff-new"><span class="diff-sign">+</span>Five</ins> people were killed' in words

    def test_any_two_are_compared_whichever_is_named_first(self, desk):
        item = ItemFactory(text="one")
        revise(item, 2, item.title, "two")
        revise(item, 3, item.title, "three")
        for query in ({"old": 1, "new": 2}, {"old": 2, "new": 1}):
            words = desk.get(address(item, **query)).content.decode()
            assert ">one</del>" in words
            assert ">two</ins>" in words
            assert "three" not in words
        assert ">two</del>" in desk.get(address(item)).content.decode()

    def test_the_pages_text_is_compared_with_the_pages_text_only(self, desk):
        item = ItemFactory(text="Feed one")
        second = revise(item, 2, item.title, "Feed two")
        page(second, "Page two")
        assert "Feed’s own text" in desk.get(address(item)).content.decode()
        page(item.current, "Page one")
        words = desk.get(address(item)).content.decode()
        assert "Text of the page" in words
        assert ">one</del>" in words
        assert "Feed" not in words.partition('class="diff"')[2]

    def test_what_is_hidden_is_named_where_it_was_put_in(self, desk):
        item = ItemFactory(text="Army denies")
        revise(item, 2, item.title, "Army \u202edenies <script>")
        words = desk.get(address(item)).content.decode()
        assert "⟨RLO⟩" in words
        assert "\u202e" not in words
        assert "&lt;" in words
        assert "<script>" not in words.partition('class="diff"')[2]

    def test_an_item_that_never_changed_says_so(self, desk):
        assert "There is nothing to compare" in desk.get(address(ItemFactory())).content.decode()

    @pytest.mark.parametrize("query", [{"old": "x", "new": "²"}, {"old": 99, "new": 100}, {"old": 1, "new": 1}])
    def test_odd_requests_are_answered(self, desk, query):
        item = ItemFactory()
        revise(item, 2, "x", "y")
        assert desk.get(address(item, **query)).status_code == 200

    def test_it_is_for_staff_who_may_see_items(self, client, desk):
        item = ItemFactory()
        assert desk.get(reverse("admin:sources_item_compare", args=[0])).status_code == 404
        client.force_login(UserFactory(is_staff=True))
        assert client.get(address(item)).status_code == 403

    def test_it_costs_the_same_however_many_revisions_there_are(self, desk, django_assert_max_num_queries):
        item = ItemFactory()
        revise(item, 2, "x", "y")
        with django_assert_max_num_queries(12) as few:
            desk.get(address(item))
        for number in range(3, 40):
            revise(item, number, "x", f"y {number}")
        with django_assert_max_num_queries(12) as many:
            desk.get(address(item))
        assert len(many) == len(few)


def test_paragraphs_stay_paragraphs_and_a_break_that_came_or_went_is_seen():
    found = Comparison.of("One.\n\nTwo.", "One.\n\nTwo.\n\nThree.")
    assert plain(found) == [[("same", "One.")], [("same", "Two."), ("new", "¶")], [("new", "Three.")]]


def test_what_stays_the_same_for_long_is_folded_and_nothing_of_it_is_lost():
    chance = random.Random(5)
    same = "\n\n".join(" ".join(f"w{chance.randrange(10**6)}" for _ in range(60)) for _ in range(12))
    for long in (same, same.replace("\n\n", " ")):
        found = Comparison.of(f"Before.\n\n{long}\n\nEnd.", f"After.\n\n{long}\n\nEnd.")
        (folded,) = [block for block in found.blocks if block.is_folded]
        assert folded.size > 0.7 * len(long)
        shown = " ".join("".join(text for kind, text in each if kind != Kind.GONE.value) for each in plain(found))
        assert shown.split() == f"After. {long} End.".split()
