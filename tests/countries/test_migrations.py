"""What migrations make of rows that stood before them."""

from __future__ import annotations

import importlib

import pytest
from django.apps import apps

from countries.models import Tag, TagSuggestion, Verdict
from tests.factories.countries import SituationFactory, UserFactory
from tests.factories.sources import NOON, ItemFactory

migration = importlib.import_module("countries.migrations.0004_say_who_suggested")


@pytest.mark.django_db
def test_an_older_decision_names_the_version_it_answered_and_nothing_else_changes():
    situation, person = SituationFactory(), UserFactory()
    decided = {"situation": situation, "decided_by": person, "decided_at": NOON, "verdict": Verdict.ACCEPTED}
    item = ItemFactory()
    suggestion = TagSuggestion.objects.create(
        item=item, revision=item.current, situation=situation, score=0.9, version="names-1", created_at=NOON
    )
    answered = Tag.objects.create(item=item, suggestion=suggestion, **decided)
    added = Tag.objects.create(item=ItemFactory(), **decided)
    named = Tag.objects.create(item=ItemFactory(), suggestion=suggestion, suggester="places-1", **decided)
    migration.name_suggesters(apps, None)
    found = [Tag.objects.get(pk=tag.pk).suggester for tag in (answered, added, named)]
    assert found == ["names-1", "", "places-1"]
