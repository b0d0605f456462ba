"""Reference data: complete, idempotent, and kind to what people changed."""

from __future__ import annotations

import pytest

from accounts.roles import sync_roles
from countries import reference
from countries.models import FeedScope, Name, Situation, Term
from sources.models import Feed, StarterPack

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded():
    return reference.load(activate_feeds=True)


def test_everything_named_is_there(loaded):
    assert Feed.objects.count() == 162
    assert Situation.objects.count() == 29
    framework = Term.objects.filter(scheme__code="un-framework")
    assert framework.filter(parent=None).count() == 14
    assert framework.filter(parent__isnull=False).count() == 134
    assert set(Situation.objects.get(code="IOPT").iso3) == {"ISR", "PSE"}


def test_what_is_from_memory_says_so(loaded):
    assert Term.objects.get(scheme__code="un-framework", code="1.1").status == "memory"
    assert Term.objects.get(scheme__code="un-framework", code="1").status == "verified"


def test_the_starter_pack_is_on_and_what_is_forbidden_stays_off(loaded):
    assert Feed.objects.active().count() == 98
    assert not Feed.objects.active().exclude(starter_pack=StarterPack.YES).exists()
    assert set(Feed.objects.filter(starter_pack=StarterPack.NEVER).values_list("name", flat=True)) == {
        "France 24 (English)",
        "RFI Afrique / Africa",
    }


def test_loading_again_changes_nothing_that_people_set(loaded):
    feed = Feed.objects.active().first()
    Feed.objects.filter(pk=feed.pk).update(is_active=False, is_switched_by_person=True, reuse_policy="metadata_only")
    Situation.objects.filter(code="CAF").update(tier="intensive", name="CAR")
    Name.objects.filter(situation__code="CAF", text="Bangui").update(is_ambiguous=True)
    before = (Term.objects.count(), Name.objects.count(), FeedScope.objects.count())

    again = reference.load(activate_feeds=True)

    feed.refresh_from_db()
    assert (feed.is_active, feed.reuse_policy) == (False, "metadata_only")
    assert Situation.objects.get(code="CAF").tier == "intensive"
    assert Situation.objects.get(code="CAF").name == "CAR"
    assert Name.objects.get(situation__code="CAF", text="Bangui", language="").is_ambiguous
    assert (Term.objects.count(), Name.objects.count(), FeedScope.objects.count()) == before
    assert again == loaded


def test_in_the_demo_no_real_feed_is_switched_on():
    reference.load(activate_feeds=False)

    assert not Feed.objects.active().exists()


def test_every_role_names_permissions_that_exist():
    sync_roles()
