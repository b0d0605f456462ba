"""Saved searches: one of a name and one of a key for each person, shared or not, with each person's own last look."""

from __future__ import annotations

import datetime as dt

import pytest

from sources import saved_searches
from sources.models import SavedSearch
from tests.factories.countries import UserFactory
from tests.factories.sources import NOON

pytestmark = pytest.mark.django_db
LATER = NOON + dt.timedelta(hours=1)


def save(by, name="Army", **given):
    return saved_searches.save({"q": name}, name=name, by=by, at=NOON, **given)


def test_saving_under_a_name_again_takes_the_earlier_ones_place():
    person = UserFactory()
    first = save(person, key="1")
    second = saved_searches.save({"q": "police"}, name="  Army ", key="2", by=person, at=LATER)
    assert first.pk == second.pk
    assert SavedSearch.objects.values_list("query", "key", "saved_at").get() == ({"q": "police"}, "2", LATER)


def test_a_key_goes_to_who_asked_last_and_stays_with_each_person():
    person, other = UserFactory(), UserFactory()
    save(person, "Army", key="1")
    save(other, "Army", key="1")
    save(person, "Police", key="1")
    assert sorted(SavedSearch.objects.values_list("owner", "name", "key")) == sorted(
        [(person.pk, "Army", ""), (person.pk, "Police", "1"), (other.pk, "Army", "1")]
    )


def test_a_shared_search_is_looked_at_by_each_person_for_themselves():
    owner, reader = UserFactory(), UserFactory()
    shared = save(owner, is_shared=True)
    save(owner, "Private")
    saved_searches.look(shared, by=reader, at=LATER)
    assert [(each.name, each.looked_at, each.is_own) for each in saved_searches.open_to(reader)] == [
        ("Army", LATER, False)
    ]
    assert [(each.name, each.looked_at) for each in saved_searches.open_to(owner)] == [
        ("Army", NOON),
        ("Private", NOON),
    ]
    with pytest.raises(saved_searches.NotYours):
        saved_searches.forget(shared, by=reader)
    saved_searches.forget(shared, by=owner)
    assert not saved_searches.open_to(reader).exists()


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"name": " \n"}, "needs a name"),
        ({"name": "x" * 81}, "longer than 80"),
        ({"name": "a\0b"}, "needs a name"),
        ({"name": "Army", "key": "0"}, "one of 1 to 9"),
        ({"name": "Army", "key": "12"}, "one of 1 to 9"),
    ],
)
def test_what_cannot_be_saved_says_why(given, why):
    with pytest.raises(saved_searches.CannotSave, match=why):
        saved_searches.save({"q": "army"}, by=UserFactory(), at=NOON, **given)
    assert not SavedSearch.objects.exists()
