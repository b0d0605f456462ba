"""Decisions: append-only, one current row per item, situation and term."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from countries.models import Scheme, Tag, Term, Verdict
from countries.tagging import decide
from tests.factories.countries import SituationFactory, UserFactory
from tests.factories.sources import NOON, ItemFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def item():
    return ItemFactory()


@pytest.fixture
def situation():
    return SituationFactory()


@pytest.fixture
def curator():
    return UserFactory()


def test_a_changed_mind_is_a_new_row_and_the_old_one_stays(item, situation, curator):
    decide.accept(item, situation=situation, by=curator, at=NOON)
    decide.reject(item, situation=situation, by=curator, at=NOON, reason="a dateline only")

    assert list(Tag.objects.order_by("id").values_list("verdict", "is_current")) == [
        (Verdict.ADDED, False),
        (Verdict.REJECTED, True),
    ]
    assert not Tag.objects.standing().exists()


def test_deciding_the_same_twice_changes_nothing(item, situation, curator):
    first = decide.accept(item, situation=situation, by=curator, at=NOON)
    second = decide.accept(item, situation=situation, by=curator, at=NOON)

    assert first == second
    assert Tag.objects.count() == 1


def test_the_database_refuses_a_second_current_decision(item, situation, curator):
    tag = decide.accept(item, situation=situation, by=curator, at=NOON)
    tag.pk = None

    with pytest.raises(IntegrityError), transaction.atomic():
        tag.save(force_insert=True)


def test_an_indicator_is_tagged_beside_the_situation(item, situation, curator):
    scheme = Scheme.objects.create(code="un-framework", version="2014", title="Framework")
    term = Term.objects.create(scheme=scheme, code="8.4", label="Trigger")
    decide.accept(item, situation=situation, by=curator, at=NOON)

    decide.tag_term(item, situation=situation, term=term, by=curator, at=NOON)

    assert Tag.objects.standing().count() == 2
    assert Tag.objects.standing().situations().count() == 1


def test_taking_back_what_was_never_decided_is_refused(item, situation, curator):
    with pytest.raises(decide.NothingToWithdraw):
        decide.withdraw(item, situation=situation, by=curator, at=NOON)
